//! The algorithms of RFC 7518 and 8037: verifying.

use super::keys::PublicKey;
use crate::builtins::digests::{hmac_sha256, hmac_sha384, hmac_sha512, same};
use ed25519_dalek::Verifier as _;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::{Pkcs1v15Sign, Pss, RsaPublicKey};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::builtins) enum Algorithm {
    Hs256,
    Hs384,
    Hs512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    EdDsa,
}

impl Algorithm {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "HS256" => Self::Hs256,
            "HS384" => Self::Hs384,
            "HS512" => Self::Hs512,
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "PS256" => Self::Ps256,
            "PS384" => Self::Ps384,
            "PS512" => Self::Ps512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "ES512" => Self::Es512,
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }

    /// The hash of a message; EdDSA signs the message itself.
    pub(super) fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Hs256 | Self::Rs256 | Self::Ps256 | Self::Es256 => Sha256::digest(message).to_vec(),
            Self::Hs384 | Self::Rs384 | Self::Ps384 | Self::Es384 => Sha384::digest(message).to_vec(),
            Self::Hs512 | Self::Rs512 | Self::Ps512 | Self::Es512 => Sha512::digest(message).to_vec(),
            Self::EdDsa => message.to_vec(),
        }
    }

    /// The code of a message under a secret; `None` for algorithms with a pair of keys.
    pub(super) fn code(self, secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hs256 => Some(hmac_sha256(secret, message)),
            Self::Hs384 => Some(hmac_sha384(secret, message)),
            Self::Hs512 => Some(hmac_sha512(secret, message)),
            _ => None,
        }
    }

    pub(super) fn verify_secret(self, secret: &[u8], message: &[u8], signature: &[u8]) -> bool {
        self.code(secret, message).is_some_and(|code| same(&code, signature))
    }

    /// Whether the key is of the algorithm's kind and the signature is one of it.
    pub(in crate::builtins) fn verify(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let digest = self.digest(message);
        match (self, key) {
            (Self::Rs256 | Self::Rs384 | Self::Rs512, PublicKey::Rsa(key)) => {
                self.pkcs1().is_some_and(|scheme| key.verify(scheme, &digest, signature).is_ok())
            }
            (Self::Ps256 | Self::Ps384 | Self::Ps512, PublicKey::Rsa(key)) => {
                self.pss(key, &digest, signature)
            }
            (Self::Es256 | Self::Es384 | Self::Es512, key) => verify_ecdsa(key, &digest, signature),
            (Self::EdDsa, PublicKey::Ed25519(key)) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            (_, PublicKey::Secret(secret)) => self.verify_secret(secret, message, signature),
            _ => false,
        }
    }

    /// PKCS #1 v1.5 with the algorithm's hash.
    pub(super) fn pkcs1(self) -> Option<Pkcs1v15Sign> {
        Some(match self {
            Self::Rs256 => Pkcs1v15Sign::new::<Sha256>(),
            Self::Rs384 => Pkcs1v15Sign::new::<Sha384>(),
            Self::Rs512 => Pkcs1v15Sign::new::<Sha512>(),
            _ => return None,
        })
    }

    /// PSS with the algorithm's hash and a salt of that length.
    pub(super) fn pss_scheme(self) -> Option<Pss> {
        Some(match self {
            Self::Ps256 => Pss::new::<Sha256>(),
            Self::Ps384 => Pss::new::<Sha384>(),
            Self::Ps512 => Pss::new::<Sha512>(),
            _ => return None,
        })
    }

    fn pss(self, key: &RsaPublicKey, digest: &[u8], signature: &[u8]) -> bool {
        self.pss_scheme().is_some_and(|scheme| key.verify(scheme, digest, signature).is_ok())
    }
}

/// Both halves of the signature are of one length; the hash may be that of another curve's algorithm.
fn verify_ecdsa(key: &PublicKey, digest: &[u8], signature: &[u8]) -> bool {
    match key {
        PublicKey::P256(key) => p256::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
        PublicKey::P384(key) => p384::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
        PublicKey::P521(key) => p521::ecdsa::Signature::from_slice(signature)
            .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
        _ => false,
    }
}
