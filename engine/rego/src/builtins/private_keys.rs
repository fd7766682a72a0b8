//! Private keys: from PEM blocks to what Go's `json.Marshal` writes of them, and to JSON web keys (RFC 7517).

use super::certificates::{base64, dotted, element, number};
use super::encoding::{base64_bytes, url_encode};
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row, args, pem};
use crate::value::Value;
use ordain_gostd::bytes::{to_bytes, to_text};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use rsa::{BigUint, RsaPrivateKey};

pub(super) const ROWS: &[Row] = &[
    ("crypto.parse_private_keys", "(string) -> array[object[string: any]]", parse_private_keys),
    ("crypto.x509.parse_rsa_private_key", "(string) -> object[string: any]", first_as_jwk),
];

const RSA: &str = "1.2.840.113549.1.1.1";
const ELLIPTIC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";
const X25519: &str = "1.3.101.110";

/// A private key of a kind that Go reads. Never shown but where a rule asks for it.
pub(super) enum PrivateKey {
    Rsa(Box<RsaPrivateKey>),
    Elliptic(Elliptic),
    /// The seed, and the public key.
    Ed25519([u8; 32], [u8; 32]),
    X25519,
}

/// A number, and the point that belongs to it, on a curve.
pub(super) struct Elliptic {
    curve: &'static str,
    /// As long as the curve's numbers.
    scalar: Vec<u8>,
    /// 4, x, y.
    point: Vec<u8>,
}

impl PrivateKey {
    /// PKCS #1.
    fn pkcs1(der: &[u8]) -> Result<Self, BuiltinError> {
        let key = RsaPrivateKey::from_pkcs1_der(der).map_err(|error| {
            BuiltinError::failed(format!("x509: failed to parse RSA private key: {error}"))
        })?;
        Ok(Self::Rsa(Box::new(key)))
    }

    /// PKCS #8: a version, the kind of key, and the key.
    fn pkcs8(der: &[u8]) -> Result<Self, BuiltinError> {
        let wrong = || BuiltinError::failed("x509: failed to parse private key: asn1: structure error");
        let (_, body, _) = element(der).filter(|(tag, ..)| *tag == 0x30).ok_or_else(wrong)?;
        let (_, _, rest) = element(body).filter(|(tag, ..)| *tag == 2).ok_or_else(wrong)?;
        let (_, kind, rest) = element(rest).filter(|(tag, ..)| *tag == 0x30).ok_or_else(wrong)?;
        let (_, key, _) = element(rest).filter(|(tag, ..)| *tag == 4).ok_or_else(wrong)?;
        let (_, id, parameters) = element(kind).filter(|(tag, ..)| *tag == 6).ok_or_else(wrong)?;
        let id = dotted(id);
        match id.as_str() {
            RSA => Self::pkcs1(key),
            ELLIPTIC => {
                let curve = element(parameters).filter(|(tag, ..)| *tag == 6);
                Self::sec1(key, curve.map(|(_, id, _)| dotted(id)))
            }
            ED25519 => {
                let (_, seed, _) = element(key).filter(|(tag, ..)| *tag == 4).ok_or_else(wrong)?;
                let seed = <[u8; 32]>::try_from(seed)
                    .map_err(|_| BuiltinError::failed("x509: invalid Ed25519 private key length"))?;
                let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes();
                Ok(Self::Ed25519(seed, public))
            }
            X25519 => Ok(Self::X25519),
            other => Err(BuiltinError::failed(format!(
                "x509: PKCS#8 wrapping contained private key with unknown algorithm: {other}"
            ))),
        }
    }

    /// SEC 1: a version, the number, the curve if it is not known from around, perhaps the point.
    fn sec1(der: &[u8], curve: Option<String>) -> Result<Self, BuiltinError> {
        let wrong = || BuiltinError::failed("x509: failed to parse EC private key: asn1: structure error");
        let (_, body, _) = element(der).filter(|(tag, ..)| *tag == 0x30).ok_or_else(wrong)?;
        let (_, _, rest) = element(body).filter(|(tag, ..)| *tag == 2).ok_or_else(wrong)?;
        let (_, secret, rest) = element(rest).filter(|(tag, ..)| *tag == 4).ok_or_else(wrong)?;
        let own = || {
            let (_, inner, _) = element(rest).filter(|(tag, ..)| *tag == 0xa0)?;
            let (_, id, _) = element(inner).filter(|(tag, ..)| *tag == 6)?;
            Some(dotted(id))
        };
        let curve = curve.or_else(own).ok_or_else(|| BuiltinError::failed("x509: unknown elliptic curve"))?;
        Elliptic::of(&curve, secret).map(Self::Elliptic)
    }

    /// The key of a PEM block whose label does not say how it is written, as `tls.X509KeyPair` tries.
    fn of_any(der: &[u8]) -> Result<Self, BuiltinError> {
        Self::pkcs1(der)
            .or_else(|_| Self::pkcs8(der))
            .or_else(|_| Self::sec1(der, None))
            .map_err(|_| BuiltinError::failed("tls: failed to parse private key"))
    }

    /// The fields that `json.Marshal` writes.
    pub(super) fn shown(&self) -> Value {
        let big = |part: &BigUint| number(&part.to_bytes_be());
        match self {
            Self::Rsa(key) => {
                let fits = |part: Option<&BigUint>| part.map_or(Value::Null, big);
                let inverse = key.qinv().map(|part| number(&part.to_bytes_be().1));
                let precomputed = Value::object(vec![
                    ("Dp".into(), fits(key.dp())),
                    ("Dq".into(), fits(key.dq())),
                    ("Qinv".into(), inverse.unwrap_or(Value::Null)),
                    ("CRTValues".into(), Value::array(Vec::new())),
                ]);
                Value::object(vec![
                    ("N".into(), big(key.n())),
                    ("E".into(), big(key.e())),
                    ("D".into(), big(key.d())),
                    ("Primes".into(), key.primes().iter().map(big).collect::<Vec<_>>().into()),
                    ("Precomputed".into(), precomputed),
                ])
            }
            Self::Elliptic(key) => {
                let (x, y) = key.coordinates();
                Value::object(vec![
                    ("Curve".into(), Value::object(Vec::new())),
                    ("X".into(), number(x)),
                    ("Y".into(), number(y)),
                    ("D".into(), number(&key.scalar)),
                ])
            }
            Self::Ed25519(seed, public) => base64(&[*seed, *public].concat()),
            Self::X25519 => Value::object(Vec::new()),
        }
    }

    fn jwk(&self) -> Result<Value, BuiltinError> {
        let text = |bytes: &[u8]| Value::from(url_encode(bytes));
        let fields = match self {
            Self::Rsa(key) => {
                let big = |number: &BigUint| text(&number.to_bytes_be());
                let mut fields = vec![
                    ("kty", "RSA".into()),
                    ("n", big(key.n())),
                    ("e", big(key.e())),
                    ("d", big(key.d())),
                ];
                fields.extend(["p", "q"].into_iter().zip(key.primes().iter().map(big)));
                fields.extend(key.dp().map(|part| ("dp", big(part))));
                fields.extend(key.dq().map(|part| ("dq", big(part))));
                fields.extend(key.qinv().map(|part| ("qi", text(&part.to_bytes_be().1))));
                fields
            }
            Self::Elliptic(key) => {
                let (x, y) = key.coordinates();
                vec![
                    ("kty", "EC".into()),
                    ("crv", key.curve.into()),
                    ("x", text(x)),
                    ("y", text(y)),
                    ("d", text(&key.scalar)),
                ]
            }
            Self::Ed25519(seed, public) => {
                vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(public)), ("d", text(seed))]
            }
            Self::X25519 => return Err(BuiltinError::failed("X25519 keys are not built as JSON web keys")),
        };
        Ok(Value::object(fields.into_iter().map(|(name, value)| (name.into(), value)).collect()))
    }

    /// Whether a public key, as the fields that Go writes, belongs to this one.
    pub(super) fn belongs_to(&self, public: &Value) -> bool {
        let has =
            |name: &str, value: Value| public.as_object().and_then(|key| key.get_str(name)) == Some(&value);
        match self {
            Self::Rsa(key) => has("N", number(&key.n().to_bytes_be())),
            Self::Elliptic(key) => {
                let (x, y) = key.coordinates();
                has("X", number(x)) && has("Y", number(y))
            }
            Self::Ed25519(_, key) => *public == base64(key),
            Self::X25519 => false,
        }
    }
}

impl Elliptic {
    fn of(curve: &str, secret: &[u8]) -> Result<Self, BuiltinError> {
        let (curve, size) = match curve {
            "1.2.840.10045.3.1.7" => ("P-256", 32),
            "1.3.132.0.34" => ("P-384", 48),
            "1.3.132.0.35" => ("P-521", 66),
            other => return Err(BuiltinError::failed(format!("the elliptic curve {other} is not built"))),
        };
        let wrong = || BuiltinError::failed("x509: invalid elliptic curve private key value");
        let used = secret.get(secret.iter().take_while(|byte| **byte == 0).count()..).unwrap_or_default();
        let missing = usize::checked_sub(size, used.len()).ok_or_else(wrong)?;
        let mut scalar = vec![0; missing];
        scalar.extend_from_slice(used);
        let point = match curve {
            "P-256" => p256::ecdsa::SigningKey::from_slice(&scalar)
                .map(|key| key.verifying_key().to_encoded_point(false).as_bytes().to_vec()),
            "P-384" => p384::ecdsa::SigningKey::from_slice(&scalar)
                .map(|key| key.verifying_key().to_encoded_point(false).as_bytes().to_vec()),
            _ => p521::ecdsa::SigningKey::from_slice(&scalar)
                .map(|key| p521::ecdsa::VerifyingKey::from(&key).to_encoded_point(false).as_bytes().to_vec()),
        };
        Ok(Self { curve, scalar, point: point.map_err(|_| wrong())? })
    }

    fn coordinates(&self) -> (&[u8], &[u8]) {
        let both = self.point.get(1..).unwrap_or_default();
        both.split_at(both.len() / 2)
    }
}

/// The private keys among the PEM blocks of a text, or of base 64 of one; what is none is passed over.
fn all(text: &str) -> Result<Vec<PrivateKey>, BuiltinError> {
    let decoded = base64_bytes(text).map_or_else(|_| text.to_owned(), |bytes| to_text(&bytes));
    let mut rest = decoded.as_str();
    let mut found = Vec::new();
    while let Some((block, after)) = pem::decode(rest) {
        match block.label.as_str() {
            "RSA PRIVATE KEY" => found.push(PrivateKey::pkcs1(&block.bytes)?),
            "PRIVATE KEY" => found.push(PrivateKey::pkcs8(&block.bytes)?),
            "EC PRIVATE KEY" => found.push(PrivateKey::sec1(&block.bytes, None)?),
            _ => {}
        }
        rest = after;
    }
    Ok(found)
}

/// The first private key of PEM, whichever way it is written, or of DER.
pub(super) fn first(bytes: &[u8]) -> Result<PrivateKey, BuiltinError> {
    if !bytes.starts_with(b"-----BEGIN") {
        return PrivateKey::of_any(bytes);
    }
    let text = to_text(bytes);
    let mut rest = text.as_str();
    while let Some((block, after)) = pem::decode(rest) {
        if block.label == "PRIVATE KEY" || block.label.ends_with(" PRIVATE KEY") {
            return PrivateKey::of_any(&block.bytes);
        }
        rest = after;
    }
    Err(BuiltinError::failed("tls: failed to find any PEM data in key input"))
}

fn parse_private_keys(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    if text.is_empty() {
        return Ok(Some(Value::Null));
    }
    Ok(Some(all(text)?.iter().map(PrivateKey::shown).collect::<Vec<_>>().into()))
}

fn first_as_jwk(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    if text.is_empty() {
        return Err(BuiltinError::failed("input PEM data was empty"));
    }
    let text = if text.starts_with("-----BEGIN") { text.to_owned() } else { to_text(&base64_bytes(text)?) };
    match all(&text)?.first() {
        None => Ok(Some(Value::Null)),
        Some(key) => key.jwk().map(Some),
    }
}

/// The bytes of PEM, or of base 64.
pub(super) fn plain_or_decoded(text: &str) -> Result<Vec<u8>, BuiltinError> {
    if text.starts_with("-----BEGIN") { Ok(to_bytes(text)) } else { base64_bytes(text) }
}
