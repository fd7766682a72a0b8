//! `io.jwt.encode_sign`: making tokens.
//!
//! Nothing here is random: signatures that need randomness take it from the seed of the query and the message.

use super::jws::Algorithm;
use super::keys::{field, key_set, kind};
use crate::builtins::encoding::url_encode;
use crate::builtins::{BuiltinEnv, BuiltinError, BuiltinResult, args};
use crate::value::{Object, Value};
use ed25519_dalek::Signer as _;
use ordain_gostd::bytes::to_bytes;
use p256::ecdsa::signature::hazmat::{PrehashSigner as _, RandomizedPrehashSigner as _};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::{BigUint, RsaPrivateKey};
use sha2::{Digest as _, Sha256};

pub(super) fn encode_sign(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = |at| args::any(args, at).map(Value::to_json_text);
    let (header, payload, key) = (text(1)?, text(2)?, text(3)?);
    encode(env, &header, &payload, &key)
}

pub(super) fn encode_sign_raw(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let key = args::text(args, 3)?;
    encode(env, args::text(args, 1)?, args::text(args, 2)?, key)
}

fn encode(env: &BuiltinEnv, header: &str, payload: &str, key: &str) -> BuiltinResult {
    let failed = |error: crate::value::JsonError| BuiltinError::failed(error.message);
    let keys = Value::parse_json(key).map_err(failed)?;
    let keys = key_set(&keys)?;
    let key = keys.first().ok_or_else(|| BuiltinError::failed("no keys found in JWK set"))?;
    let fields = Value::parse_json(header).map_err(failed)?;
    let text = |name| fields.as_object().and_then(|fields| fields.get_str(name)).and_then(Value::as_str);
    let alg = text("alg").ok_or_else(|| BuiltinError::failed("missing or invalid 'alg' header"))?;
    let algorithm =
        Algorithm::of(alg).ok_or_else(|| BuiltinError::failed(format!("unknown JWS algorithm: {alg}")))?;
    if text("typ").is_none_or(|typ| typ == "JWT") && Value::parse_json(payload).is_err() {
        return Err(BuiltinError::failed("type is JWT but payload is not JSON"));
    }
    let signed = format!("{}.{}", url_encode(&to_bytes(header)), url_encode(&to_bytes(payload)));
    let signature = sign(env, key, algorithm, signed.as_bytes())?;
    Ok(Some(format!("{signed}.{}", url_encode(&signature)).into()))
}

fn sign(
    env: &BuiltinEnv,
    key: &Object,
    algorithm: Algorithm,
    message: &[u8],
) -> Result<Vec<u8>, BuiltinError> {
    let refused = || BuiltinError::failed(format!("the key cannot sign with {algorithm:?}"));
    let digest = algorithm.digest(message);
    match (kind(key), algorithm) {
        ("oct", _) => algorithm.code(&field(key, "k")?, message).ok_or_else(refused),
        ("RSA", _) => {
            let rsa = rsa_key(key)?;
            if let Some(scheme) = algorithm.pkcs1() {
                return rsa.sign(scheme, &digest).map_err(|_| refused());
            }
            let scheme = algorithm.pss_scheme().ok_or_else(refused)?;
            rsa.sign_with_rng(&mut Stream::new(env.seed, message), scheme, &digest).map_err(|_| refused())
        }
        ("EC", Algorithm::Es256) => {
            let key = p256::ecdsa::SigningKey::from_slice(&scalar(key, 32)?).map_err(|_| refused())?;
            let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).map_err(|_| refused())?;
            Ok(signature.to_bytes().to_vec())
        }
        ("EC", Algorithm::Es384) => {
            let key = p384::ecdsa::SigningKey::from_slice(&scalar(key, 48)?).map_err(|_| refused())?;
            let signature: p384::ecdsa::Signature = key.sign_prehash(&digest).map_err(|_| refused())?;
            Ok(signature.to_bytes().to_vec())
        }
        ("EC", Algorithm::Es512) => {
            let key = p521::ecdsa::SigningKey::from_slice(&scalar(key, 66)?).map_err(|_| refused())?;
            let mut random = Stream::new(env.seed, message);
            let signature: p521::ecdsa::Signature =
                key.sign_prehash_with_rng(&mut random, &digest).map_err(|_| refused())?;
            Ok(signature.to_bytes().to_vec())
        }
        ("OKP", Algorithm::EdDsa) => {
            let bytes = field(key, "d")?;
            let key = ed25519_dalek::SigningKey::try_from(bytes.as_slice()).map_err(|_| refused())?;
            Ok(key.sign(message).to_bytes().to_vec())
        }
        ("", _) => Err(BuiltinError::failed("the key has no type")),
        _ => Err(refused()),
    }
}

/// The private number of an elliptic key, filled up to the size of its curve.
fn scalar(key: &Object, size: usize) -> Result<Vec<u8>, BuiltinError> {
    let bytes = field(key, "d")?;
    let mut out = vec![0; size.saturating_sub(bytes.len())];
    out.extend(bytes);
    Ok(out)
}

fn rsa_key(key: &Object) -> Result<RsaPrivateKey, BuiltinError> {
    let part = |name| field(key, name).map(|bytes| BigUint::from_bytes_be(&bytes));
    let primes = match (part("p"), part("q")) {
        (Ok(p), Ok(q)) => vec![p, q],
        _ => Vec::new(),
    };
    RsaPrivateKey::from_components(part("n")?, part("e")?, part("d")?, primes)
        .map_err(|_| BuiltinError::failed("invalid RSA key"))
}

/// Bytes that follow from a seed and a message.
struct Stream {
    state: [u8; 32],
}

impl Stream {
    fn new(seed: u64, message: &[u8]) -> Self {
        let hash = Sha256::new().chain_update(seed.to_be_bytes()).chain_update(message);
        Self { state: hash.finalize().into() }
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        rsa::rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rsa::rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            self.state = Sha256::digest(self.state).into();
            for (byte, random) in chunk.iter_mut().zip(self.state) {
                *byte = random ^ 0x5c;
            }
        }
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Stream {}
