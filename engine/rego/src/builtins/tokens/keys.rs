//! Public keys from PEM (certificate or key) and from JSON web keys (RFC 7517).

use super::jws::Algorithm;
use crate::builtins::BuiltinError;
use crate::builtins::encoding::url_decode;
use crate::builtins::pem;
use crate::value::{Object, Value};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::{BigUint, RsaPublicKey};
use x509_parser::prelude::FromDer as _;

/// A key that signatures are verified with.
pub(in crate::builtins) enum PublicKey {
    Rsa(RsaPublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    Secret(Vec<u8>),
    /// A key of a kind that verifies nothing here, such as a private one.
    Other,
}

/// A key, and what a set of keys says of it; both texts are empty when it says nothing.
pub(super) struct VerificationKey {
    pub(super) key: PublicKey,
    pub(super) alg: String,
    pub(super) kid: String,
}

/// The keys of a PEM block or of a JSON web key (set).
pub(super) fn parse(text: &str) -> Result<Vec<VerificationKey>, BuiltinError> {
    let plain = |key| Ok(vec![VerificationKey { key, alg: String::new(), kid: String::new() }]);
    if let Some((block, rest)) = pem::decode(text) {
        if !rest.is_empty() {
            return Err(BuiltinError::failed("extra data after a PEM certificate block"));
        }
        return match block.label.as_str() {
            "CERTIFICATE" => {
                let (_, certificate) =
                    x509_parser::parse_x509_certificate(&block.bytes).map_err(|error| {
                        BuiltinError::failed(format!("failed to parse a PEM certificate: {error}"))
                    })?;
                plain(spki(certificate.public_key().raw).unwrap_or(PublicKey::Other))
            }
            "PUBLIC KEY" => plain(
                spki(&block.bytes).ok_or_else(|| BuiltinError::failed("failed to parse a PEM public key"))?,
            ),
            _ => Err(BuiltinError::failed("failed to extract a Key from the PEM certificate")),
        };
    }
    let wrong = |what: &str| BuiltinError::failed(format!("failed to parse a JWK key (set): {what}"));
    let document = Value::parse_json(text).map_err(|error| wrong(&error.message))?;
    let mut keys = Vec::new();
    for key in key_set(&document).map_err(|error| wrong(&error.message))? {
        let text = |name| key.get_str(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let public = from_jwk(key).map_err(|error| wrong(&error.message))?;
        if text("alg").is_empty() || Algorithm::of(&text("alg")).is_some() {
            keys.push(VerificationKey { key: public, alg: text("alg"), kid: text("kid") });
        }
    }
    Ok(keys)
}

/// The keys of a set, or the one key.
pub(super) fn key_set(document: &Value) -> Result<Vec<&Object>, BuiltinError> {
    let wrong = || BuiltinError::failed("a JSON web key is an object");
    let object = document.as_object().ok_or_else(wrong)?;
    match object.get_str("keys") {
        None => Ok(vec![object]),
        Some(keys) => {
            keys.as_array().ok_or_else(wrong)?.iter().map(|key| key.as_object().ok_or_else(wrong)).collect()
        }
    }
}

/// A field of a key in base64url.
pub(super) fn field(key: &Object, name: &str) -> Result<Vec<u8>, BuiltinError> {
    let text = key.get_str(name).and_then(Value::as_str);
    url_decode(text.ok_or_else(|| BuiltinError::failed(format!("the key has no field {name}")))?)
}

pub(super) fn kind(key: &Object) -> &str {
    key.get_str("kty").and_then(Value::as_str).unwrap_or_default()
}

fn from_jwk(key: &Object) -> Result<PublicKey, BuiltinError> {
    let wrong = |what: &str| BuiltinError::failed(format!("invalid {what} key"));
    if key.get_str("d").is_some() {
        return Ok(PublicKey::Other);
    }
    let curve = key.get_str("crv").and_then(Value::as_str).unwrap_or_default();
    match kind(key) {
        "RSA" => {
            let part = |name| field(key, name).map(|bytes| BigUint::from_bytes_be(&bytes));
            let rsa = RsaPublicKey::new_with_max_size(part("n")?, part("e")?, 16_384);
            Ok(PublicKey::Rsa(rsa.map_err(|_| wrong("RSA"))?))
        }
        "EC" => {
            let size = match curve {
                "P-256" => 32,
                "P-384" => 48,
                "P-521" => 66,
                _ => return Ok(PublicKey::Other),
            };
            let mut point = vec![4_u8];
            for name in ["x", "y"] {
                let bytes = field(key, name)?;
                point.extend(std::iter::repeat_n(0, usize::saturating_sub(size, bytes.len())));
                point.extend(bytes);
            }
            elliptic(curve, &point).ok_or_else(|| wrong("EC"))
        }
        "OKP" if curve == "Ed25519" => {
            let bytes = field(key, "x")?;
            let key = ed25519_dalek::VerifyingKey::try_from(bytes.as_slice());
            Ok(PublicKey::Ed25519(key.map_err(|_| wrong("OKP"))?))
        }
        "OKP" => Ok(PublicKey::Other),
        "oct" => Ok(PublicKey::Secret(field(key, "k")?)),
        other => Err(BuiltinError::failed(format!("unknown key type {}", ordain_gostd::quote(other)))),
    }
}

fn elliptic(curve: &str, point: &[u8]) -> Option<PublicKey> {
    Some(match curve {
        "P-256" => PublicKey::P256(p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?),
        "P-384" => PublicKey::P384(p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?),
        _ => PublicKey::P521(p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?),
    })
}

/// A key from its SubjectPublicKeyInfo.
pub(in crate::builtins) fn spki(der: &[u8]) -> Option<PublicKey> {
    let (_, info) = x509_parser::x509::SubjectPublicKeyInfo::from_der(der).ok()?;
    let bits = info.subject_public_key.data.as_ref();
    let curve =
        info.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok()).map(|oid| oid.to_id_string());
    match (info.algorithm.algorithm.to_id_string().as_str(), curve.as_deref()) {
        ("1.2.840.113549.1.1.1", _) => Some(PublicKey::Rsa(RsaPublicKey::from_public_key_der(der).ok()?)),
        ("1.2.840.10045.2.1", Some("1.2.840.10045.3.1.7")) => elliptic("P-256", bits),
        ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => elliptic("P-384", bits),
        ("1.2.840.10045.2.1", Some("1.3.132.0.35")) => elliptic("P-521", bits),
        ("1.3.101.112", _) => ed25519_dalek::VerifyingKey::try_from(bits).ok().map(PublicKey::Ed25519),
        _ => None,
    }
}
