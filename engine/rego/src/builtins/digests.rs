//! Hashes and their message authentication codes, in hexadecimal.

use super::args;
use super::encoding::hex;
use super::{BuiltinEnv, BuiltinResult, Row};
use crate::value::Value;
use hmac::{Hmac, Mac as _};
use md5::Md5;
use ordain_gostd::bytes::to_bytes;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

pub(super) const ROWS: &[Row] = &[
    ("crypto.md5", "(string) -> string", |_, args| hash::<Md5>(args)),
    ("crypto.sha1", "(string) -> string", |_, args| hash::<Sha1>(args)),
    ("crypto.sha256", "(string) -> string", |_, args| hash::<Sha256>(args)),
    ("crypto.hmac.md5", "(string, string) -> string", |_, args| code(args, hmac_md5)),
    ("crypto.hmac.sha1", "(string, string) -> string", |_, args| code(args, hmac_sha1)),
    ("crypto.hmac.sha256", "(string, string) -> string", |_, args| code(args, hmac_sha256)),
    ("crypto.hmac.sha512", "(string, string) -> string", |_, args| code(args, hmac_sha512)),
    ("crypto.hmac.equal", "(string, string) -> boolean", equal),
];

fn hash<D: Digest>(args: &[Value]) -> BuiltinResult {
    Ok(Some(hex(&D::digest(to_bytes(args::text(args, 1)?))).into()))
}

fn code(args: &[Value], mac: fn(&[u8], &[u8]) -> Vec<u8>) -> BuiltinResult {
    let (message, key) = (args::text(args, 1)?, args::text(args, 2)?);
    Ok(Some(hex(&mac(&to_bytes(key), &to_bytes(message))).into()))
}

macro_rules! mac {
    ($name:ident, $digest:ty, $doc:literal) => {
        #[doc = $doc]
        pub(super) fn $name(key: &[u8], message: &[u8]) -> Vec<u8> {
            // Keys of any length are taken.
            Hmac::<$digest>::new_from_slice(key)
                .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
                .unwrap_or_default()
        }
    };
}

mac!(hmac_md5, Md5, "HMAC over MD5.");
mac!(hmac_sha1, Sha1, "HMAC over SHA-1.");
mac!(hmac_sha256, Sha256, "HMAC over SHA-256.");
mac!(hmac_sha384, Sha384, "HMAC over SHA-384.");
mac!(hmac_sha512, Sha512, "HMAC over SHA-512.");

/// Compares all bytes, however early two differ.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

fn equal(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (a, b) = (args::text(args, 1)?, args::text(args, 2)?);
    Ok(Some(same(&to_bytes(a), &to_bytes(b)).into()))
}
