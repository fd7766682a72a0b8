//! Detached OpenPGP signatures over checksum lists (RFC 4880): version 4 keys, RSA and Ed25519, SHA-2.
//!
//! Just what publishers of providers use; other public-key algorithms and version 6 packets are not read, and a
//! signature that needs them is refused. A key that has expired since still vouches for what it signed before:
//! registries keep old versions for years. One that was revoked for another reason than its age does not.

mod keyring;
mod packets;

use std::fmt;

use keyring::Known;
use packets::{packet, signature, unarmoured};

/// Fingerprint of the key that HashiCorp signs releases with. Published on its page about security, and written
/// into the build files of its official images and of many others.
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

/// Checks a detached signature with any of the given keys. `now` is in seconds since 1970.
///
/// # Errors
/// None of the keys made it while it was allowed to; a sentence without a full stop.
pub(crate) fn verify<'k>(
    document: &[u8],
    signature_bytes: &[u8],
    armours: impl Iterator<Item = &'k str>,
    now: u64,
) -> Result<Signer, String> {
    let known: Vec<Known> = armours.flat_map(keyring::keys).collect();
    if known.is_empty() {
        return Err("no key of the publisher can be used (RSA and Ed25519 are known here)".to_owned());
    }
    let bytes = unarmoured(signature_bytes).ok_or("the signature is damaged")?;
    let mut rest = bytes.as_slice();
    let mut why = "it is damaged or of a kind that is not known here";
    while let Some(packet) = packet(&mut rest) {
        let Some(signature) = (packet.tag == 2).then(|| signature(packet.body)).flatten() else { continue };
        // Over binary documents only.
        if signature.kind != 0 {
            continue;
        }
        let named =
            |known: &&Known| signature.issuer.as_ref().is_none_or(|id| known.key.fingerprint.ends_with(id));
        let maker = known.iter().filter(named).find(|known| signature.holds(&known.key, &[document], false));
        let Some(maker) = maker else {
            why = "it was made with another key, or what it covers was changed";
            continue;
        };
        let over = signature.lifetime.is_some_and(|seconds| now >= signature.created.saturating_add(seconds));
        match maker.forbid(signature.created).or(over.then_some("it has expired")) {
            None => return Ok(Signer { fingerprint: crate::hash::hex(&maker.owner) }),
            Some(wrong) => why = wrong,
        }
    }
    Err(why.to_owned())
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
