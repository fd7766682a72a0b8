//! Detached OpenPGP signatures over checksum lists (RFC 4880): version 4 keys, RSA and Ed25519, SHA-2.
//!
//! Just what publishers of providers use. Not read: expiry and revocation of keys, other public-key algorithms,
//! version 6 packets; a signature that needs them is refused.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Fingerprint of the key that HashiCorp signs with, as its security page publishes it.
const HASHICORP: &str = "c874011f0ab405110d02105534365d9472d7468f";

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signer {
    fingerprint: String,
}

/// As Terraform names signers in its messages.
impl fmt::Display for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fingerprint == HASHICORP {
            return out.write_str("signed by HashiCorp");
        }
        let id = self.fingerprint.get(24..).unwrap_or(&self.fingerprint).to_uppercase();
        write!(out, "self-signed, key ID {id}")
    }
}

/// A packet: its tag and its content.
struct Packet<'b> {
    tag: u8,
    body: &'b [u8],
}

/// Takes bytes from the front.
fn take<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (front, rest) = (bytes.get(..count)?, bytes.get(count..)?);
    *bytes = rest;
    Some(front)
}

fn number(bytes: &mut &[u8], count: usize) -> Option<usize> {
    Some(take(bytes, count)?.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
}

/// The next packet; partial lengths are not read.
fn packet<'b>(bytes: &mut &'b [u8]) -> Option<Packet<'b>> {
    let header = number(bytes, 1)?;
    if header & 0x80 == 0 {
        return None;
    }
    let (tag, length) = if header & 0x40 != 0 {
        (header & 0x3f, new_length(bytes)?)
    } else {
        let length = match header & 3 {
            0 => number(bytes, 1)?,
            1 => number(bytes, 2)?,
            2 => number(bytes, 4)?,
            _ => bytes.len(),
        };
        ((header >> 2) & 0x0f, length)
    };
    Some(Packet { tag: u8::try_from(tag).ok()?, body: take(bytes, length)? })
}

fn new_length(bytes: &mut &[u8]) -> Option<usize> {
    match number(bytes, 1)? {
        short @ 0..192 => Some(short),
        first @ 192..224 => Some(((first - 192) << 8) + number(bytes, 1)? + 192),
        255 => number(bytes, 4),
        _ => None,
    }
}

/// A multiprecision integer.
fn integer<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let bits = number(bytes, 2)?;
    take(bytes, bits.div_ceil(8))
}

/// The binary form of armoured text; binary stays as it is.
fn unarmoured(bytes: &[u8]) -> Option<Vec<u8>> {
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.contains("-----BEGIN PGP")) else {
        return Some(bytes.to_vec());
    };
    let lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN PGP")).skip(1);
    let mut body = String::new();
    // Headers end with an empty line; some programs write none of both.
    for line in lines.filter(|line| !line.contains(": ")) {
        if line.starts_with("-----END") || line.starts_with('=') {
            break;
        }
        body.push_str(line);
    }
    STANDARD.decode(body).ok()
}

enum Material {
    Rsa(RsaPublicKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

struct Key {
    fingerprint: [u8; 20],
    material: Material,
}

/// A public key from the content of its packet.
fn key(body: &[u8]) -> Option<Key> {
    let mut rest = body;
    let (version, _created, algorithm) =
        (number(&mut rest, 1)?, number(&mut rest, 4)?, number(&mut rest, 1)?);
    if version != 4 {
        return None;
    }
    let material = match algorithm {
        1 | 3 => {
            let (modulus, exponent) = (integer(&mut rest)?, integer(&mut rest)?);
            let key =
                RsaPublicKey::new(BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent)).ok()?;
            Material::Rsa(key)
        }
        22 => {
            let length = number(&mut rest, 1)?;
            // The object identifier of Ed25519 in this format.
            if take(&mut rest, length)? != [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01] {
                return None;
            }
            let point = integer(&mut rest)?.strip_prefix(&[0x40])?;
            Material::Ed25519(ed25519_dalek::VerifyingKey::from_bytes(point.try_into().ok()?).ok()?)
        }
        _ => return None,
    };
    let mut digest = sha1::Sha1::new();
    digest.update([0x99]);
    digest.update(u16::try_from(body.len()).ok()?.to_be_bytes());
    digest.update(body);
    Some(Key { fingerprint: digest.finalize().into(), material })
}

/// The keys (and subkeys) of an armoured text, each with the fingerprint of the primary one.
fn keys(armour: &str) -> Vec<(Key, [u8; 20])> {
    let bytes = unarmoured(armour.as_bytes()).unwrap_or_default();
    let mut rest = bytes.as_slice();
    let mut found: Vec<(Key, [u8; 20])> = Vec::new();
    let mut primary = None;
    while let Some(packet) = packet(&mut rest) {
        if let (6 | 14, Some(key)) = (packet.tag, key(packet.body)) {
            if packet.tag == 6 {
                primary = Some(key.fingerprint);
            }
            let owner = primary.unwrap_or(key.fingerprint);
            found.push((key, owner));
        }
    }
    found
}

/// A signature from the content of its packet.
struct Signature<'b> {
    hash: usize,
    /// What is hashed after the document.
    trailer: Vec<u8>,
    /// Last eight bytes of the fingerprint of the key, where it is named.
    issuer: Option<Vec<u8>>,
    numbers: &'b [u8],
}

fn signature(body: &[u8]) -> Option<Signature<'_>> {
    let mut rest = body;
    let (version, kind) = (number(&mut rest, 1)?, number(&mut rest, 1)?);
    // Over binary documents only.
    if version != 4 || kind != 0 {
        return None;
    }
    let (_algorithm, hash) = (number(&mut rest, 1)?, number(&mut rest, 1)?);
    let hashed_length = number(&mut rest, 2)?;
    let hashed = take(&mut rest, hashed_length)?;
    let mut trailer = body.get(..6 + hashed_length)?.to_vec();
    let length = u32::try_from(trailer.len()).ok()?;
    trailer.extend([4, 0xff]);
    trailer.extend(length.to_be_bytes());
    let unhashed_length = number(&mut rest, 2)?;
    let unhashed = take(&mut rest, unhashed_length)?;
    let issuer = issuer(hashed).or_else(|| issuer(unhashed));
    let _left_of_digest = take(&mut rest, 2)?;
    Some(Signature { hash, trailer, issuer, numbers: rest })
}

/// The key that subpackets name.
fn issuer(mut subpackets: &[u8]) -> Option<Vec<u8>> {
    while !subpackets.is_empty() {
        let length = new_length(&mut subpackets)?;
        let body = take(&mut subpackets, length)?;
        match body.split_first() {
            Some((16, id)) => return Some(id.to_vec()),
            Some((33, rest)) => return Some(rest.get(13..)?.to_vec()),
            _ => {}
        }
    }
    None
}

/// The digest of a document as a signature wants it, and the prefix that RSA puts before it.
fn digest(document: &[u8], signature: &Signature<'_>) -> Option<(Vec<u8>, &'static [u8])> {
    fn of<D: Digest>(document: &[u8], trailer: &[u8]) -> Vec<u8> {
        D::new().chain_update(document).chain_update(trailer).finalize().to_vec()
    }
    let trailer = &signature.trailer;
    Some(match signature.hash {
        8 => (
            of::<Sha256>(document, trailer),
            &[
                0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
                0x05, 0x00, 0x04, 0x20,
            ],
        ),
        9 => (
            of::<Sha384>(document, trailer),
            &[
                0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02,
                0x05, 0x00, 0x04, 0x30,
            ],
        ),
        10 => (
            of::<Sha512>(document, trailer),
            &[
                0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
                0x05, 0x00, 0x04, 0x40,
            ],
        ),
        _ => return None,
    })
}

fn holds(key: &Key, signature: &Signature<'_>, digest: &[u8], prefix: &'static [u8]) -> bool {
    let mut rest = signature.numbers;
    match &key.material {
        Material::Rsa(public) => {
            let Some(number) = integer(&mut rest) else { return false };
            // Leading zeros are not written, but the check wants the full width.
            let width = rsa::traits::PublicKeyParts::size(public);
            let mut padded = vec![0; width.saturating_sub(number.len())];
            padded.extend_from_slice(number);
            let scheme = Pkcs1v15Sign { hash_len: Some(digest.len()), prefix: prefix.into() };
            public.verify(scheme, digest, &padded).is_ok()
        }
        Material::Ed25519(public) => {
            let (Some(r), Some(s)) = (integer(&mut rest), integer(&mut rest)) else { return false };
            let mut bytes = [0; 64];
            for (half, number) in bytes.chunks_exact_mut(32).zip([r, s]) {
                let Some(start) = 32_usize.checked_sub(number.len()) else { return false };
                if let Some(place) = half.get_mut(start..) {
                    place.copy_from_slice(number);
                }
            }
            public.verify_strict(digest, &ed25519_dalek::Signature::from_bytes(&bytes)).is_ok()
        }
    }
}

/// Checks a detached signature with any of the given keys.
///
/// # Errors
/// None of the keys made it; a sentence without a full stop.
pub(crate) fn verify<'k>(
    document: &[u8],
    signature_bytes: &[u8],
    armours: impl Iterator<Item = &'k str>,
) -> Result<Signer, String> {
    let known: Vec<(Key, [u8; 20])> = armours.flat_map(keys).collect();
    if known.is_empty() {
        return Err("no key of the publisher can be used (RSA and Ed25519 are known here)".to_owned());
    }
    let bytes = unarmoured(signature_bytes).ok_or("the signature is damaged")?;
    let mut rest = bytes.as_slice();
    let mut seen = false;
    while let Some(packet) = packet(&mut rest) {
        let Some(signature) = (packet.tag == 2).then(|| signature(packet.body)).flatten() else { continue };
        let Some((digest, prefix)) = digest(document, &signature) else { continue };
        seen = true;
        let named = |key: &&(Key, [u8; 20])| {
            signature.issuer.as_ref().is_none_or(|id| key.0.fingerprint.ends_with(id))
        };
        if let Some((_, owner)) =
            known.iter().filter(named).find(|(key, _)| holds(key, &signature, &digest, prefix))
        {
            return Ok(Signer { fingerprint: crate::hash::hex(owner) });
        }
    }
    Err(match seen {
        true => "it was made with another key, or what it covers was changed".to_owned(),
        false => "it is damaged or of a kind that is not known here".to_owned(),
    })
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
