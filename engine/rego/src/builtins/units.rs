//! `units.parse` (`1.5Ki`, `100m`) and `units.parse_bytes` (`10MiB`).

use super::args;
use super::arithmetic::big;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::bigfloat::BigFloat;
use crate::number::Number;
use crate::value::Value;
use dashu_int::IBig;

pub(super) const ROWS: &[Row] = &[
    ("units.parse", "(string) -> number", parse_units),
    ("units.parse_bytes", "(string) -> number", parse_bytes),
];

/// Powers of 1000 and 1024 by their letter.
const PREFIXES: [char; 6] = ['k', 'm', 'g', 't', 'p', 'e'];

fn factor(letter: char, binary: bool) -> Option<u64> {
    let power = u32::try_from(PREFIXES.iter().position(|prefix| *prefix == letter)? + 1).ok()?;
    if binary { 1_024_u64.checked_pow(power) } else { 1_000_u64.checked_pow(power) }
}

/// Splits a number with sign, point and exponent off; an `e` that starts no exponent begins the unit.
fn split<'t>(text: &'t str, name: &str) -> Result<(&'t str, &'t str), BuiltinError> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' | b'.' | b'+' | b'-' => at += 1,
            b'e' | b'E' => {
                let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
                if !signed && !digit(at + 1) {
                    break;
                }
                at += 1 + usize::from(signed);
                let digits = bytes.iter().skip(at).take_while(|b| b.is_ascii_digit()).count();
                if digits > 6 {
                    return Err(BuiltinError::failed(format!("{name}: exponent too large")));
                }
            }
            _ => break,
        }
    }
    Ok(text.split_at(at))
}

/// A number as Go reads it: `1.`, `.5`, `+1` and `01` are numbers, too.
fn lenient(text: &str) -> Option<Number> {
    let (sign, body) = match text.strip_prefix(['+', '-']) {
        Some(body) => (if text.starts_with('-') { "-" } else { "" }, body),
        None => ("", text),
    };
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, format!("e{exponent}")),
        None => (body, String::new()),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    Number::parse(&format!("{sign}{whole}.{fraction}{exponent}"))
}

fn parse_units(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let failed = |what: &str| BuiltinError::failed(format!("units.parse: {what}"));
    let text = args::text(args, 1)?.replace('"', "");
    if text.contains(' ') {
        return Err(failed("spaces not allowed in resource strings"));
    }
    let (amount, unit) = split(&text, "units.parse")?;
    if amount.is_empty() {
        return Err(failed("no amount provided"));
    }
    // `m` is a thousandth, `M` a million; all else is read without case.
    let lower = unit.to_lowercase();
    let mut letters = lower.chars();
    let scale = match (unit, letters.next(), letters.as_str()) {
        ("", ..) => Some(1),
        ("m", ..) => None,
        (_, Some(letter), "") => Some(factor(letter, false).ok_or_else(|| unknown(unit))?),
        (_, Some(letter), "i") => Some(factor(letter, true).ok_or_else(|| unknown(unit))?),
        _ => return Err(unknown(unit)),
    };
    let number = lenient(amount).ok_or_else(|| failed("could not parse amount to a number"))?;
    exact(&number, scale).map(|number| Some(number.into())).ok_or_else(|| failed("exponent too large"))
}

fn unknown(unit: &str) -> BuiltinError {
    let mut letters = unit.chars();
    let first: String = letters.next().into_iter().collect();
    BuiltinError::failed(format!(
        "units.parse: unit {first}{} not recognized",
        letters.as_str().to_lowercase()
    ))
}

/// The exact product as a whole number, or with ten places after the point. A thousandth is the float 0.001.
fn exact(number: &Number, scale: Option<u64>) -> Option<Number> {
    let parts = number.parts();
    if parts.is_zero() {
        return Some(Number::from(0_i64));
    }
    if parts.point.abs() > 20_000 {
        return None;
    }
    let digits: IBig = parts.digits.parse().ok()?;
    let power = parts.point - i64::try_from(parts.digits.len()).ok()?;
    let ten = IBig::from(10).pow(usize::try_from(power.unsigned_abs()).ok()?);
    let (mut over, mut under) = if power >= 0 { (digits * ten, IBig::ONE) } else { (digits, ten) };
    match scale {
        Some(scale) => over *= scale,
        None => {
            // 0.001 as the nearest double: 1152921504606847 / 2^60.
            over *= IBig::from(1_152_921_504_606_847_u64);
            under <<= 60;
        }
    }
    let sign = if parts.negative { "-" } else { "" };
    if &over % &under == IBig::ZERO {
        return Number::parse(&format!("{sign}{}", over / under));
    }
    let scaled = over * IBig::from(10_000_000_000_u64) * 2 + &under;
    let rounded: IBig = scaled / (under * 2);
    let rounded = rounded.to_string();
    let padded = format!("{rounded:0>11}");
    let (whole, fraction) = padded.split_at(padded.len() - 10);
    Number::parse(&format!("{sign}{whole}.{fraction}"))
}

fn parse_bytes(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let failed = |what: String| BuiltinError::failed(format!("units.parse_bytes: {what}"));
    let text = args::text(args, 1)?.to_lowercase().replace('"', "");
    if text.contains(' ') {
        return Err(failed("spaces not allowed in resource strings".into()));
    }
    let (amount, unit) = split(&text, "units.parse_bytes")?;
    if amount.is_empty() {
        return Err(failed("no byte amount provided".into()));
    }
    let bare = unit.strip_suffix('b').unwrap_or(unit);
    let mut letters = bare.chars();
    let scale = match (unit, letters.next(), letters.as_str()) {
        ("", ..) => Some(1),
        (_, Some(letter), "") => factor(letter, false),
        (_, Some(letter), "i") => factor(letter, true),
        _ => None,
    };
    let scale = scale.ok_or_else(|| failed(format!("byte unit {unit} not recognized")))?;
    let number = lenient(amount).ok_or_else(|| failed("could not parse byte amount to a number".into()))?;
    let scale = BigFloat::of(&Number::written(scale.to_string())).unwrap_or(BigFloat::ONE);
    Ok(Some(Number::from(big(&number)?.mul(scale).to_int()).into()))
}
