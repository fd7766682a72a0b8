//! The canonical order of set elements, and which of them are the same.

use std::cmp::Ordering;
use std::fmt::Write;

use crate::{Kind, Number, Type, Value};

/// Elements (without marks) in canonical order, each known one once. Unknown elements are all kept:
/// whether they equal another one is not known. Primitives order by value; unknown ones and then null
/// come last; all else orders by a text that spells the element out.
pub(crate) fn canonical(element: &Type, mut items: Vec<Value>) -> Vec<Value> {
    if element.is_primitive() {
        items.sort_by(|left, right| rank(left).cmp(&rank(right)).then_with(|| by_value(left, right)));
    } else if items.len() > 1 {
        items.sort_by_cached_key(|item| (rank(item), spelled(item)));
    }
    items.dedup_by(|next, kept| next == kept && next.is_wholly_known());
    items
}

fn rank(value: &Value) -> u8 {
    match value.kind() {
        Kind::Unknown(_) => 1,
        Kind::Null(_) => 2,
        _ => 0,
    }
}

fn by_value(left: &Value, right: &Value) -> Ordering {
    match (left.kind(), right.kind()) {
        (Kind::Null(_), _) | (Kind::Unknown(_), _) => Ordering::Equal,
        _ => left.kind().cmp(right.kind()),
    }
}

fn spelled(value: &Value) -> String {
    let mut out = String::new();
    spell(value, &mut out);
    out
}

fn spell(value: &Value, out: &mut String) {
    let each = |items: &[Value], open: char, close: char, out: &mut String| {
        out.push(open);
        for item in items {
            spell(item, out);
            out.push(';');
        }
        out.push(close);
    };
    match value.kind() {
        Kind::Unknown(_) => out.push('?'),
        Kind::Null(_) => out.push('~'),
        Kind::Bool(value) => out.push(if *value { 'T' } else { 'F' }),
        Kind::Number(number) => spell_number(number, out),
        Kind::String(text) => quote(text, out),
        Kind::List(_, items) | Kind::Set(_, items) => each(items, '[', ']', out),
        Kind::Tuple(items) => each(items, '<', '>', out),
        Kind::Map(_, members) => {
            out.push('{');
            for (name, member) in members.iter() {
                quote(name, out);
                out.push(':');
                spell(member, out);
                out.push(';');
            }
            out.push('}');
        }
        Kind::Object(members) => {
            out.push('<');
            for member in members.values() {
                spell(member, out);
                out.push(';');
            }
            out.push('>');
        }
    }
}

/// Ten significant digits, with an exponent where C's `%.10g` has one.
fn spell_number(number: &Number, out: &mut String) {
    if number.is_infinite() || number.is_zero() {
        out.push_str(&number.to_string());
        return;
    }
    if number.is_negative() {
        out.push('-');
    }
    let (digits, point) = number.decimal_digits(Some(10));
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let exponent = point - 1;
    let limit = if 10 > count && count >= point { count } else { 10 };
    if exponent < -4 || exponent >= limit {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{first}{dot}{rest}e{sign}{:02}", exponent.abs());
    } else if point <= 0 {
        let _ = write!(out, "0.{}{digits}", "0".repeat(usize::try_from(-point).unwrap_or(0)));
    } else {
        let whole = usize::try_from(point).unwrap_or(0);
        match digits.split_at_checked(whole) {
            Some((whole, "")) => out.push_str(whole),
            Some((whole, fraction)) => {
                let _ = write!(out, "{whole}.{fraction}");
            }
            None => {
                out.push_str(&digits);
                out.extend(std::iter::repeat_n('0', whole - digits.len()));
            }
        }
    }
}

/// Double quotes with backslash escapes.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x80 && c.is_control() => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c if c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}') =>
            {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
