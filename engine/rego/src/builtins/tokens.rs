//! `io.jwt.*`: JSON web tokens (RFC 7515, 7517, 7518, 7519).

mod jws;
mod keys;
mod sign;

use super::args;
use super::encoding::{hex, url_decode};
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::number::Number;
use crate::value::{Object, Value};
use keys::VerificationKey;

pub(super) use jws::Algorithm;
pub(super) use keys::{PublicKey, spki};

use ordain_gostd::bytes::{to_bytes, to_text};

pub(super) const ROWS: &[Row] = &[
    ("io.jwt.decode", "(string) -> array<object[any: any], object[any: any], string>", decode),
    ("io.jwt.verify_hs256", "(string, string) -> boolean", |_, args| verify_secret(args, Algorithm::Hs256)),
    ("io.jwt.verify_hs384", "(string, string) -> boolean", |_, args| verify_secret(args, Algorithm::Hs384)),
    ("io.jwt.verify_hs512", "(string, string) -> boolean", |_, args| verify_secret(args, Algorithm::Hs512)),
    ("io.jwt.verify_rs256", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Rs256)),
    ("io.jwt.verify_rs384", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Rs384)),
    ("io.jwt.verify_rs512", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Rs512)),
    ("io.jwt.verify_ps256", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Ps256)),
    ("io.jwt.verify_ps384", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Ps384)),
    ("io.jwt.verify_ps512", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Ps512)),
    ("io.jwt.verify_es256", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Es256)),
    ("io.jwt.verify_es384", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Es384)),
    ("io.jwt.verify_es512", "(string, string) -> boolean", |_, args| verify(args, Algorithm::Es512)),
    ("io.jwt.verify_eddsa", "(string, string) -> boolean", |_, args| verify(args, Algorithm::EdDsa)),
    (
        "io.jwt.decode_verify",
        "(string, object[string: any]) -> array<boolean, object[any: any], object[any: any]>",
        decode_verify,
    ),
    ("io.jwt.encode_sign_raw", "(string, string, string) -> string", sign::encode_sign_raw),
    (
        "io.jwt.encode_sign",
        "(object[string: any], object[string: any], object[string: any]) -> string",
        sign::encode_sign,
    ),
];

/// The three parts of a token, still encoded.
struct Token<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
}

impl<'t> Token<'t> {
    fn split(text: &'t str) -> Result<Self, BuiltinError> {
        if !text.contains('.') {
            return Err(BuiltinError::failed("encoded JWT had no period separators"));
        }
        let parts: Vec<&str> = text.split('.').collect();
        let [header, payload, signature] = parts.as_slice() else {
            let count = parts.len();
            return Err(BuiltinError::failed(format!("encoded JWT must have 3 sections, found {count}")));
        };
        Ok(Self { header, payload, signature })
    }

    fn header(&self) -> Result<Object, BuiltinError> {
        let text = part(self.header, "header")?;
        let header = object(&text).map_err(|what| BuiltinError::failed(format!("bad JWT header: {what}")))?;
        if header.get_str("enc").is_some() {
            return Err(BuiltinError::failed("JWT is a JWE object, which is not supported"));
        }
        Ok(header)
    }

    /// What the signature is over.
    fn signed(&self) -> String {
        format!("{}.{}", self.header, self.payload)
    }
}

fn part(encoded: &str, name: &str) -> Result<String, BuiltinError> {
    url_decode(encoded)
        .map(|bytes| to_text(&bytes))
        .map_err(|error| BuiltinError::failed(format!("JWT {name} had invalid encoding: {}", error.message)))
}

fn object(text: &str) -> Result<Object, String> {
    match Value::parse_json(text) {
        Ok(Value::Object(object)) => Ok(object.as_ref().clone()),
        Ok(_) => Err("decoded JSON type was not an Object".into()),
        Err(error) => Err(format!("invalid JSON: {error}")),
    }
}

/// Most tokens within tokens.
const NESTED: usize = 32;

fn decode(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut text = args::text(args, 1)?.to_owned();
    for _ in 0..NESTED {
        let token = Token::split(&text)?;
        let header = token.header()?;
        let payload = part(token.payload, "payload")?;
        if header.get_str("cty").and_then(Value::as_str) == Some("JWT") {
            text = payload.trim_matches(['"', '\'']).to_owned();
            continue;
        }
        let payload = object(&payload).map_err(BuiltinError::failed)?;
        let signature = part(token.signature, "signature")?;
        let parts = vec![header.into(), payload.into(), hex(&to_bytes(&signature)).into()];
        return Ok(Some(Value::array(parts)));
    }
    Err(BuiltinError::limit("tokens are nested too deeply"))
}

fn verify_secret(args: &[Value], algorithm: Algorithm) -> BuiltinResult {
    let (token, secret) = (args::text(args, 1)?, args::text(args, 2)?);
    let token = Token::split(token)?;
    let signature = url_decode(token.signature)?;
    let valid = algorithm.verify_secret(&to_bytes(secret), token.signed().as_bytes(), &signature);
    Ok(Some(valid.into()))
}

fn verify(args: &[Value], algorithm: Algorithm) -> BuiltinResult {
    let token = Token::split(args::text(args, 1)?)?;
    let keys = keys::parse(args::text(args, 2)?)?;
    let signature = url_decode(token.signature)?;
    let header = Header::read(&token.header()?)?;
    let signed = token.signed();
    Ok(Some(header.verified(&keys, algorithm, signed.as_bytes(), &signature).into()))
}

/// What verification needs of a header.
struct Header {
    alg: String,
    kid: String,
    cty: String,
    /// Whether something is critical that is not understood here.
    unknown_critical: bool,
}

impl Header {
    fn read(header: &Object) -> Result<Self, BuiltinError> {
        let text = |name: &str| match header.get_str(name) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.to_string()),
            Some(_) => Err(BuiltinError::failed(format!("{name}: must be a string"))),
        };
        text("typ")?;
        let critical = match header.get_str("crit") {
            None => &[][..],
            Some(Value::Array(names)) if !names.is_empty() => names.as_slice(),
            Some(Value::Array(_)) => return Err(BuiltinError::failed("crit: must be a nonempty list")),
            Some(_) => return Err(BuiltinError::failed("crit: must be a list")),
        };
        let known = ["alg", "kid", "typ", "cty", "crit"];
        let unknown_critical = critical
            .iter()
            .filter_map(Value::as_str)
            .any(|name| !known.contains(&name) && header.get_str(name).is_some());
        Ok(Self { alg: text("alg")?, kid: text("kid")?, cty: text("cty")?, unknown_critical })
    }

    /// The key that the header names decides; else any key that names no other algorithm.
    fn verified(
        &self,
        keys: &[VerificationKey],
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> bool {
        let named = keys.iter().find(|key| !self.kid.is_empty() && key.kid == self.kid);
        if let Some(key) = named {
            return algorithm.verify(&key.key, signed, signature);
        }
        keys.iter()
            .filter(|key| key.alg.is_empty() || key.alg == self.alg)
            .any(|key| algorithm.verify(&key.key, signed, signature))
    }
}

/// What `io.jwt.decode_verify` asks of a token.
#[derive(Default)]
struct Constraints {
    secret: String,
    alg: String,
    iss: String,
    aud: String,
    keys: Option<Vec<VerificationKey>>,
    /// Nanoseconds since 1970.
    time: f64,
}

impl Constraints {
    fn read(env: &BuiltinEnv, object: &Object) -> Result<Self, BuiltinError> {
        let mut constraints = Self { time: Number::from(env.now_ns).to_f64(), ..Self::default() };
        for (name, value) in object {
            let name = name.as_str().unwrap_or_default();
            let text = || {
                let wrong = || BuiltinError::failed(format!("{name} constraint: must be a string"));
                value.as_str().map(str::to_owned).ok_or_else(wrong)
            };
            match name {
                "cert" => constraints.keys = Some(keys::parse(&text()?)?),
                "secret" => constraints.secret = text()?,
                "alg" => constraints.alg = text()?,
                "iss" => constraints.iss = text()?,
                "aud" => constraints.aud = text()?,
                "time" => constraints.time = seconds(value)?,
                other => {
                    let message = format!("unknown token validation constraint: {other}");
                    return Err(BuiltinError::failed(message));
                }
            }
        }
        match (constraints.keys.is_some(), constraints.secret.is_empty()) {
            (true, false) => Err(BuiltinError::failed("duplicate key constraints")),
            (false, true) => Err(BuiltinError::failed("no key constraint")),
            _ => Ok(constraints),
        }
    }

    fn verified(&self, header: &Header, token: &Token<'_>) -> Result<bool, BuiltinError> {
        let signature = url_decode(token.signature)?;
        let Some(algorithm) = Algorithm::of(&header.alg) else { return Ok(false) };
        let signed = token.signed();
        Ok(match &self.keys {
            Some(keys) => header.verified(keys, algorithm, signed.as_bytes(), &signature),
            None => algorithm.verify_secret(&to_bytes(&self.secret), signed.as_bytes(), &signature),
        })
    }

    /// Issuer, audience and times of the claims.
    fn accept(&self, claims: &Object) -> Result<bool, BuiltinError> {
        if !self.iss.is_empty() && claims.get_str("iss").and_then(Value::as_str) != Some(&self.iss) {
            return Ok(false);
        }
        let wanted = |value: &Value| value.as_str() == Some(&self.aud);
        let audience = match claims.get_str("aud") {
            None => self.aud.is_empty(),
            Some(Value::Array(items)) => items.iter().any(wanted),
            Some(value) => wanted(value),
        };
        if !audience {
            return Ok(false);
        }
        let now = self.time / 1e9;
        let number = |name: &str| match claims.get_str(name) {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number.to_f64())),
            Some(_) => Err(BuiltinError::failed(format!("{name} value must be a number"))),
        };
        Ok(number("exp")?.is_none_or(|exp| now < exp) && number("nbf")?.is_none_or(|nbf| now >= nbf))
    }
}

fn seconds(value: &Value) -> Result<f64, BuiltinError> {
    let number = value.as_number().map(Number::to_f64);
    let time = number.ok_or_else(|| BuiltinError::failed("token time constraint: must be a number"))?;
    if time < 0.0 {
        return Err(BuiltinError::failed("token time constraint: must not be negative"));
    }
    Ok(time)
}

fn decode_verify(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let constraints = Constraints::read(env, args::object(args, 2)?)?;
    let refused = || {
        let empty = || Value::object(Vec::new());
        Ok(Some(Value::array(vec![Value::Bool(false), empty(), empty()])))
    };
    let mut text = args::text(args, 1)?.to_owned();
    for _ in 0..NESTED {
        let token = Token::split(&text)?;
        let decoded = token.header()?;
        let header = Header::read(&decoded)?;
        let other_alg = !constraints.alg.is_empty() && constraints.alg != header.alg;
        if header.alg.is_empty() || header.unknown_critical || other_alg {
            return refused();
        }
        if !constraints.verified(&header, &token)? {
            return refused();
        }
        let payload = part(token.payload, "payload")?;
        if header.cty.eq_ignore_ascii_case("JWT") {
            text = payload;
            continue;
        }
        let claims = object(&payload).map_err(BuiltinError::failed)?;
        if !constraints.accept(&claims)? {
            return refused();
        }
        return Ok(Some(Value::array(vec![Value::Bool(true), decoded.into(), claims.into()])));
    }
    Err(BuiltinError::limit("tokens are nested too deeply"))
}
