//! Detached signatures over documents.

use std::fmt;

use crate::keyring::Keyring;
use crate::packets::{packet, signature, unarmoured};

/// How a document is meant, which its signature says too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document<'d> {
    /// Bytes as they are.
    Binary(&'d [u8]),
    /// Text whose lines end with CR LF (see [`crate::ClearSigned`]).
    Text(&'d [u8]),
}

/// Who signed: the fingerprint of the primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    fingerprint: String,
}

impl Signer {
    /// Forty digits, in lower case.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The last sixteen digits, in capitals, by which people name keys.
    #[must_use]
    pub fn key_id(&self) -> String {
        self.fingerprint.get(24..).unwrap_or(&self.fingerprint).to_uppercase()
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.key_id())
    }
}

/// Checks a detached signature, binary or armoured, with any of the given keys. `now` is in seconds since 1970.
///
/// # Errors
/// None of the keys made it while it was allowed to; a sentence without a full stop.
pub fn verify(
    document: Document<'_>,
    signature_bytes: &[u8],
    keys: &Keyring,
    now: u64,
) -> Result<Signer, String> {
    if keys.is_empty() {
        return Err("no key of the publisher can be used (RSA and Ed25519 are known here)".to_owned());
    }
    let (kind, content) = match document {
        Document::Binary(content) => (0, content),
        Document::Text(content) => (1, content),
    };
    let bytes = unarmoured(signature_bytes).ok_or("the signature is damaged")?;
    let mut rest = bytes.as_slice();
    let mut why = "it is damaged or of a kind that is not known here";
    while let Some(packet) = packet(&mut rest) {
        let Some(signature) = (packet.tag == 2).then(|| signature(packet.body)).flatten() else { continue };
        if signature.kind != kind {
            continue;
        }
        let maker =
            keys.named(signature.issuer.as_deref()).find(|k| signature.holds(&k.key, &[content], false));
        let Some(maker) = maker else {
            why = "it was made with another key, or what it covers was changed";
            continue;
        };
        let over = signature.lifetime.is_some_and(|seconds| now >= signature.created.saturating_add(seconds));
        match maker.forbid(signature.created).or(over.then_some("it has expired")) {
            None => {
                let fingerprint = maker.owner.iter().map(|byte| format!("{byte:02x}")).collect();
                return Ok(Signer { fingerprint });
            }
            Some(wrong) => why = wrong,
        }
    }
    Err(why.to_owned())
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
