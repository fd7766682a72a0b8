//! Digests, passwords, ciphers and certificates.

mod certs;
mod derive;

use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_gostd::bytes::{to_bytes, to_text};
use sha2::Digest;

use super::args::Args;
use super::bases::base64_bytes;
use super::fixed;
use crate::template::{Engine, Function, Param, Returns, Slot};
use crate::value::Value;

const T: &[Param] = &[Param::Text];
const TT: &[Param] = &[Param::Text, Param::Text];
const SELF_SIGNED: &[Param] = &[Param::Text, Param::AnyList, Param::AnyList, Param::Int];
const SELF_SIGNED_KEY: &[Param] = &[Param::Text, Param::AnyList, Param::AnyList, Param::Int, Param::Text];
const SIGNED: &[Param] = &[Param::Text, Param::AnyList, Param::AnyList, Param::Int, Param::Certificate];
const SIGNED_KEY: &[Param] =
    &[Param::Text, Param::AnyList, Param::AnyList, Param::Int, Param::Certificate, Param::Text];

pub(super) const TABLE: &[Function] = &[
    fixed("sha1sum", T, |_, a| Ok(hex(&sha1::Sha1::digest(to_bytes(a.text(0)))))),
    fixed("sha256sum", T, |_, a| Ok(hex(&sha2::Sha256::digest(to_bytes(a.text(0)))))),
    fixed("sha512sum", T, |_, a| Ok(hex(&sha2::Sha512::digest(to_bytes(a.text(0)))))),
    fixed("adler32sum", T, |_, a| Ok(Value::from(adler32(&to_bytes(a.text(0))).to_string()))),
    fixed("bcrypt", T, |engine, a| bcrypt_hash(engine, a.text(0)).map(Value::from)),
    fixed("htpasswd", TT, |engine, a| {
        if a.text(0).contains(':') {
            return Ok(Value::from(format!("invalid username: {}", a.text(0))));
        }
        Ok(Value::from(format!("{}:{}", a.text(0), bcrypt_hash(engine, a.text(1))?)))
    }),
    fixed(
        "derivePassword",
        &[Param::Uint32, Param::Text, Param::Text, Param::Text, Param::Text],
        |engine, a| {
            engine.limits.charge(SLOW)?;
            let counter = u32::try_from(a.int(0)).unwrap_or(u32::MAX);
            Ok(Value::from(derive::password(counter, a.text(1), a.text(2), a.text(3), a.text(4))))
        },
    ),
    fixed("encryptAES", TT, encrypt),
    fixed("decryptAES", TT, decrypt),
    fixed("genPrivateKey", T, |engine, a| certs::private_key(engine, a.text(0))),
    fixed("buildCustomCert", TT, |_, a| certs::build(a.text(0), a.text(1))),
    fixed("genCA", &[Param::Text, Param::Int], |engine, a| {
        certs::generate(engine, &certs::Request::ca(a.text(0), a.int(1)), None, None)
    }),
    fixed("genCAWithKey", &[Param::Text, Param::Int, Param::Text], |engine, a| {
        certs::generate(engine, &certs::Request::ca(a.text(0), a.int(1)), None, Some(a.text(2)))
    }),
    fixed("genSelfSignedCert", SELF_SIGNED, |engine, a| {
        certs::generate(engine, &certs::Request::leaf(a)?, None, None)
    }),
    fixed("genSelfSignedCertWithKey", SELF_SIGNED_KEY, |engine, a| {
        certs::generate(engine, &certs::Request::leaf(a)?, None, Some(a.text(4)))
    }),
    fixed("genSignedCert", SIGNED, |engine, a| {
        certs::generate(engine, &certs::Request::leaf(a)?, Some(a.value(4)), None)
    }),
    fixed("genSignedCertWithKey", SIGNED_KEY, |engine, a| {
        certs::generate(engine, &certs::Request::leaf(a)?, Some(a.value(4)), Some(a.text(5)))
    }),
];

/// Steps charged for what takes tens of milliseconds.
const SLOW: u64 = 200_000;

fn hex(bytes: &[u8]) -> Value {
    Value::from(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>())
}

fn adler32(bytes: &[u8]) -> u32 {
    let step = |(a, b): (u32, u32), byte: &u8| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    };
    let (a, b) = bytes.iter().fold((1, 0), step);
    b << 16 | a
}

fn bcrypt_hash(engine: &mut Engine<'_>, text: &str) -> Result<String, String> {
    engine.limits.charge(SLOW)?;
    let password = to_bytes(text);
    if password.len() > 72 {
        let why = "bcrypt: password length exceeds 72 bytes";
        return Ok(format!("failed to encrypt string with bcrypt: {why}"));
    }
    let mut salt = [0; 16];
    engine.outside.random(&mut salt)?;
    let hashed = bcrypt::hash_with_salt(&password, 10, salt);
    Ok(hashed.map_or_else(
        |e| format!("failed to encrypt string with bcrypt: {e}"),
        |h| h.format_for_version(bcrypt::Version::TwoA),
    ))
}

/// The first 32 bytes of the password, zeros after it.
fn aes_key(password: &str) -> [u8; 32] {
    let mut key = [0; 32];
    for (slot, byte) in key.iter_mut().zip(to_bytes(password)) {
        *slot = byte;
    }
    key
}

fn encrypt(engine: &mut Engine<'_>, args: &[Slot]) -> Returns {
    if args.text(1).is_empty() {
        return Ok(Value::from(""));
    }
    let mut content = to_bytes(args.text(1));
    let padding = 16 - content.len() % 16;
    content.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or(16), padding));
    let mut iv = [0; 16];
    engine.outside.random(&mut iv)?;
    let cipher = cbc::Encryptor::<aes::Aes256>::new(&aes_key(args.text(0)).into(), &iv.into());
    let mut out = iv.to_vec();
    out.extend(cipher.encrypt_padded_vec_mut::<NoPadding>(&content));
    Ok(Value::from(STANDARD.encode(out)))
}

fn decrypt(_: &mut Engine<'_>, args: &[Slot]) -> Returns {
    if args.text(1).is_empty() {
        return Ok(Value::from(""));
    }
    let bytes = base64_bytes(args.text(1))?;
    let Some((iv, body)) = bytes.split_first_chunk::<16>() else {
        return Err(format!("runtime error: slice bounds out of range [:16] with capacity {}", bytes.len()));
    };
    let cipher = cbc::Decryptor::<aes::Aes256>::new(&aes_key(args.text(0)).into(), iv.into());
    let plain = cipher
        .decrypt_padded_vec_mut::<NoPadding>(body)
        .map_err(|_| "crypto/cipher: input not full blocks".to_owned())?;
    let padding = plain.last().map_or(0, |b| usize::from(*b));
    let kept = plain.len().checked_sub(padding).and_then(|end| plain.get(..end));
    kept.map(|k| Value::from(to_text(k))).ok_or_else(|| "runtime error: slice bounds out of range".into())
}
