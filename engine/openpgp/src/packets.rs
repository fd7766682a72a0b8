//! Packets of OpenPGP (RFC 4880): their framing, and what stands in keys and signatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A packet: its tag and its content.
pub(crate) struct Packet<'b> {
    pub(crate) tag: u8,
    pub(crate) body: &'b [u8],
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
pub(crate) fn packet<'b>(bytes: &mut &'b [u8]) -> Option<Packet<'b>> {
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

/// Length of a subpacket. Its two-byte form reaches further than that of packets.
fn subpacket_length(bytes: &mut &[u8]) -> Option<usize> {
    match number(bytes, 1)? {
        short @ 0..192 => Some(short),
        255 => number(bytes, 4),
        first => Some(((first - 192) << 8) + number(bytes, 1)? + 192),
    }
}

/// A multiprecision integer.
fn integer<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let bits = number(bytes, 2)?;
    take(bytes, bits.div_ceil(8))
}

/// The binary form of armoured text; binary stays as it is.
pub(crate) fn unarmoured(bytes: &[u8]) -> Option<Vec<u8>> {
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

/// A public key.
pub(crate) struct Key {
    pub(crate) fingerprint: [u8; 20],
    /// When it was made, in seconds since 1970.
    pub(crate) created: u64,
    /// Its packet as signatures over it cover it.
    pub(crate) hashed: Vec<u8>,
    material: Material,
}

/// A public key from the content of its packet.
pub(crate) fn key(body: &[u8]) -> Option<Key> {
    let mut rest = body;
    let (version, created, algorithm) = (number(&mut rest, 1)?, number(&mut rest, 4)?, number(&mut rest, 1)?);
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
    let mut hashed = vec![0x99];
    hashed.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
    hashed.extend_from_slice(body);
    let fingerprint = sha1::Sha1::digest(&hashed).into();
    Some(Key { fingerprint, created: u64::try_from(created).ok()?, hashed, material })
}

/// A signature.
#[derive(Default)]
pub(crate) struct Signature {
    /// What it is over: 0 a document, 0x10 and more keys.
    pub(crate) kind: usize,
    /// When it was made, in seconds since 1970.
    pub(crate) created: u64,
    /// How long it holds, in seconds; `None` for ever.
    pub(crate) lifetime: Option<u64>,
    /// How long the key that it is over may be used, in seconds from when that was made.
    pub(crate) key_lifetime: Option<u64>,
    /// What the key that it is over is for; `None` where it does not say.
    pub(crate) flags: Option<u8>,
    /// Why a key is revoked.
    pub(crate) reason: Option<u8>,
    /// A signature inside, of the subkey that this one binds.
    pub(crate) inner: Option<Vec<u8>>,
    /// Last eight bytes of the fingerprint of the key, where it is named.
    pub(crate) issuer: Option<Vec<u8>>,
    hash: usize,
    /// What is hashed after what it is over.
    trailer: Vec<u8>,
    numbers: Vec<u8>,
}

/// A signature from the content of its packet.
pub(crate) fn signature(body: &[u8]) -> Option<Signature> {
    let mut rest = body;
    let (version, kind) = (number(&mut rest, 1)?, number(&mut rest, 1)?);
    if version != 4 {
        return None;
    }
    let (_algorithm, hash) = (number(&mut rest, 1)?, number(&mut rest, 1)?);
    let hashed_length = number(&mut rest, 2)?;
    let hashed = take(&mut rest, hashed_length)?;
    let mut trailer = body.get(..6 + hashed_length)?.to_vec();
    let length = u32::try_from(trailer.len()).ok()?;
    trailer.extend([4, 0xff]);
    trailer.extend(length.to_be_bytes());
    let mut made = Signature { kind, hash, trailer, ..Signature::default() };
    subpackets(hashed, &mut made)?;
    let unhashed_length = number(&mut rest, 2)?;
    let unhashed = take(&mut rest, unhashed_length)?;
    // Nothing vouches for these: they only say which key to try, and what that key must confirm itself.
    let mut hints = Signature::default();
    subpackets(unhashed, &mut hints)?;
    made.issuer = made.issuer.or(hints.issuer);
    made.inner = made.inner.or(hints.inner);
    let _left_of_digest = take(&mut rest, 2)?;
    made.numbers = rest.to_vec();
    Some(made)
}

fn subpackets(mut bytes: &[u8], made: &mut Signature) -> Option<()> {
    while !bytes.is_empty() {
        let length = subpacket_length(&mut bytes)?;
        let (&kind, body) = take(&mut bytes, length)?.split_first()?;
        let seconds = || u64::try_from(number(&mut &*body, 4)?).ok();
        // Zero stands for ever. The highest bit says that whoever does not know a kind must refuse.
        match kind & 0x7f {
            2 => made.created = seconds()?,
            3 => made.lifetime = Some(seconds()?).filter(|seconds| *seconds > 0),
            9 => made.key_lifetime = Some(seconds()?).filter(|seconds| *seconds > 0),
            16 => made.issuer = Some(body.to_vec()),
            27 => made.flags = body.first().copied(),
            29 => made.reason = body.first().copied(),
            32 => made.inner = Some(body.to_vec()),
            33 => made.issuer = Some(body.get(13..)?.to_vec()),
            4..=8 | 10..=12 | 20..=26 | 28 | 30 | 31 | 34 | 35 => {}
            _ if kind & 0x80 != 0 => return None,
            _ => {}
        }
    }
    Some(())
}

impl Signature {
    /// Whether a key made it over these parts, one after another. Digests with SHA-1 count only where `weak` ones
    /// may: within keys, where older programs made no others.
    pub(crate) fn holds(&self, key: &Key, parts: &[&[u8]], weak: bool) -> bool {
        let Some((digest, prefix)) = self.digest(parts, weak) else { return false };
        let mut rest = self.numbers.as_slice();
        match &key.material {
            Material::Rsa(public) => {
                let Some(number) = integer(&mut rest) else { return false };
                // Leading zeros are not written, but the check wants the full width.
                let width = rsa::traits::PublicKeyParts::size(public);
                let mut padded = vec![0; width.saturating_sub(number.len())];
                padded.extend_from_slice(number);
                let scheme = Pkcs1v15Sign { hash_len: Some(digest.len()), prefix: prefix.into() };
                public.verify(scheme, &digest, &padded).is_ok()
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
                public.verify_strict(&digest, &ed25519_dalek::Signature::from_bytes(&bytes)).is_ok()
            }
        }
    }

    /// The digest of what it is over, and the prefix that RSA puts before it.
    fn digest(&self, parts: &[&[u8]], weak: bool) -> Option<(Vec<u8>, &'static [u8])> {
        fn of<D: Digest>(parts: &[&[u8]], trailer: &[u8]) -> Vec<u8> {
            let all = parts.iter().fold(D::new(), |digest, part| digest.chain_update(part));
            all.chain_update(trailer).finalize().to_vec()
        }
        let trailer = &self.trailer;
        Some(match self.hash {
            2 if weak => (
                of::<sha1::Sha1>(parts, trailer),
                &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14],
            ),
            8 => (
                of::<Sha256>(parts, trailer),
                &[
                    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
                    0x05, 0x00, 0x04, 0x20,
                ],
            ),
            9 => (
                of::<Sha384>(parts, trailer),
                &[
                    0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02,
                    0x05, 0x00, 0x04, 0x30,
                ],
            ),
            10 => (
                of::<Sha512>(parts, trailer),
                &[
                    0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
                    0x05, 0x00, 0x04, 0x40,
                ],
            ),
            _ => return None,
        })
    }
}
