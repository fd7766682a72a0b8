//! `uuid.parse`: what an RFC 4122 identifier says of itself.

use super::args;
use super::encoding::hex;
use super::{BuiltinEnv, BuiltinResult, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[("uuid.parse", "(string) -> object[string: any]", parse)];

/// Text that is no identifier gives nothing.
fn parse(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(bits(args::text(args, 1)?).map(describe))
}

/// `6ba7b810-9dad-11d1-80b4-00c04fd430c8`, without hyphens, in braces, or after `urn:uuid:`.
fn bits(text: &str) -> Option<u128> {
    let bare = match text.len() {
        45 if text.get(..9)?.eq_ignore_ascii_case("urn:uuid:") => text.get(9..)?,
        38 => text.get(1..37)?,
        _ => text,
    };
    let digits: String = match bare.len() {
        36 => {
            if ![8, 13, 18, 23].iter().all(|at| bare.as_bytes().get(*at) == Some(&b'-')) {
                return None;
            }
            bare.chars().filter(|c| *c != '-').collect()
        }
        32 => bare.to_owned(),
        _ => return None,
    };
    if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u128::from_str_radix(&digits, 16).ok()
}

fn describe(bits: u128) -> Value {
    let bytes = bits.to_be_bytes();
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    let version = i64::from(byte(6) >> 4);
    let variant = match byte(8) >> 4 {
        0x8..=0xb => "RFC4122",
        0xc | 0xd => "Microsoft",
        0xe | 0xf => "Future",
        _ => "Reserved",
    };
    let mut fields: Vec<(Value, Value)> =
        vec![("version".into(), version.into()), ("variant".into(), variant.into())];
    if matches!(version, 1 | 2) {
        fields.extend(origin(bits, &bytes));
    }
    if version == 2 {
        let domain = match byte(9) {
            0 => "Person".into(),
            1 => "Group".into(),
            2 => "Org".into(),
            other => format!("Domain{other}"),
        };
        let id = i64::try_from(bits >> 96).unwrap_or(0);
        fields.extend([("domain".into(), domain.into()), ("id".into(), id.into())]);
    }
    Value::object(fields)
}

/// Time, place and sequence of versions 1 and 2.
fn origin(bits: u128, bytes: &[u8; 16]) -> Vec<(Value, Value)> {
    // Ticks of 100 ns since 15 October 1582, low word first; the difference to 1970 in the same ticks.
    const TO_1970: i64 = 0x01b2_1dd2_1381_4000;
    let part = |shift: u32, mask: u128| i64::try_from(bits >> shift & mask).unwrap_or(0);
    let ticks = part(96, 0xffff_ffff) | part(80, 0xffff) << 32 | part(64, 0xfff) << 48;
    let node = bytes.get(10..).unwrap_or_default();
    let kind = match node.first().copied().unwrap_or(0) & 3 {
        3 => "local:multicast",
        1 => "global:multicast",
        2 => "local:unicast",
        _ => "global:unicast",
    };
    let node: Vec<String> = node.iter().map(|byte| hex(&[*byte])).collect();
    vec![
        ("time".into(), (ticks - TO_1970).wrapping_mul(100).into()),
        ("nodeid".into(), node.join("-").into()),
        ("macvariables".into(), kind.into()),
        ("clocksequence".into(), part(48, 0x3fff).into()),
    ]
}
