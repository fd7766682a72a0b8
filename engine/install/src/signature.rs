//! Detached signatures over checksum lists, and how their makers are named.

use std::fmt;

use ordain_openpgp::{Document, Keyring};

/// Fingerprint of the key that HashiCorp signs releases with. Published on its page about security, and written
/// into the build files of its official images and of many others.
const HASHICORP: &str = "c874011f0ab405110d02105534365d9472d7468f";

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signer(ordain_openpgp::Signer);

/// As Terraform names signers in its messages.
impl fmt::Display for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.fingerprint() == HASHICORP {
            return out.write_str("signed by HashiCorp");
        }
        write!(out, "self-signed, key ID {}", self.0)
    }
}

/// Checks a detached signature with any of the given keys. `now` is in seconds since 1970.
///
/// # Errors
/// None of the keys made it while it was allowed to; a sentence without a full stop.
pub(crate) fn verify<'k>(
    document: &[u8],
    signature: &[u8],
    armours: impl Iterator<Item = &'k str>,
    now: u64,
) -> Result<Signer, String> {
    let keys = armours.fold(Keyring::default(), |keys, armour| keys.with(armour.as_bytes()));
    ordain_openpgp::verify(Document::Binary(document), signature, &keys, now).map(Signer)
}
