//! Any value to a number or text, as github.com/spf13/cast and Sprig's `strval` convert.

use ordain_gostd::{parse_float, parse_int};

use crate::value::Value;

/// `cast.ToInt64`: what is no number is 0.
#[allow(clippy::cast_possible_truncation, reason = "Go truncates towards zero as well")]
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(i, _) => *i,
        // Beyond 64 bits the processor Helm's recordings come from gives the smallest number.
        Value::Float(f) if !(-9.3e18..9.223_372_036_854_775e18).contains(f) => i64::MIN,
        Value::Float(f) => *f as i64,
        Value::Bool(b) => i64::from(*b),
        Value::Text(text) => {
            parse_int(trim_zero_decimal(text), 0).and_then(|i| i64::try_from(i).ok()).unwrap_or(0)
        }
        _ => 0,
    }
}

/// `cast.ToFloat64`.
#[allow(clippy::cast_precision_loss, reason = "Go converts the same way")]
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(i, _) => *i as f64,
        Value::Float(f) => *f,
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Text(text) => parse_float(text).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// Cuts `.0`, `.00` … off.
fn trim_zero_decimal(text: &str) -> &str {
    let stripped = text.trim_end_matches('0');
    match stripped.strip_suffix('.') {
        Some(whole) if stripped.len() < text.len() => whole,
        _ => text,
    }
}

/// Sprig's `strval`.
pub(super) fn to_text(value: &Value) -> String {
    match value {
        Value::List(list) if list.kind == crate::value::ListKind::Bytes => {
            ordain_gostd::bytes::to_text(&list.bytes())
        }
        other => other.show(),
    }
}

/// Sprig's `strslice`: a list as texts, nils left out; anything else as a list of one.
pub(super) fn to_texts(value: &Value) -> Vec<String> {
    match value {
        Value::Nil => Vec::new(),
        Value::List(list) => list.items.iter().filter(|v| !matches!(v, Value::Nil)).map(to_text).collect(),
        other => vec![to_text(other)],
    }
}
