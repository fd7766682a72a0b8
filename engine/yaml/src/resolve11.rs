//! What a plain scalar means to go-yaml v2 (YAML 1.1 as `sigs.k8s.io/yaml`, Helm, kubectl and OPA read it).
//!
//! Source: `goyaml.v2/resolve.go` of sigs.k8s.io/yaml 1.4.

use ordain_gostd::{parse_float, parse_int};

/// The meaning of a plain scalar.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// Empty, `~`, `null`.
    Null,
    /// `y yes true on n no false off` in three spellings each.
    Bool(bool),
    /// Decimal, `0x`, `0b`, `0o` and leading-zero octal integers from -2^63 to 2^64-1.
    Int(i128),
    /// Everything that looks like a float, `.inf` and `.nan`.
    Float(f64),
    /// Looks like a date; stays its text when read, but is quoted when written.
    Timestamp,
    /// Anything else.
    Text,
}

/// Resolves a plain scalar without a tag.
#[must_use]
pub fn resolve_plain(text: &str) -> Plain {
    if let Some(word) = resolve_word(text) {
        return word;
    }
    match text.bytes().next() {
        Some(b'.') => parse_float(text).filter(|_| !text.contains('_')).map_or(Plain::Text, Plain::Float),
        Some(b'+' | b'-' | b'0'..=b'9') => resolve_number(text),
        _ => Plain::Text,
    }
}

fn resolve_word(text: &str) -> Option<Plain> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn resolve_number(text: &str) -> Plain {
    if is_timestamp(text) {
        return Plain::Timestamp;
    }
    let plain = text.replace('_', "");
    if let Some(value) = parse_int(&plain, 0) {
        return Plain::Int(value);
    }
    if is_yaml_float(&plain) { parse_float(&plain).map_or(Plain::Text, Plain::Float) } else { Plain::Text }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, whole text.
fn is_yaml_float(text: &str) -> bool {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e)),
        None => (body, None),
    };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && fraction.bytes().all(|b| b.is_ascii_digit()),
        None => digits(mantissa),
    };
    mantissa_fits && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// Whether go-yaml takes a plain scalar for a date: `2006-1-2`, `2006-1-2 15:4:5.9`, `2006-1-2T15:4:5.9Z07:00`.
#[must_use]
pub fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('-') else { return false };
    let Some((month, rest)) = rest.split_once('-') else { return false };
    if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let cut = rest.bytes().take_while(u8::is_ascii_digit).count().min(2);
    let Some((day, time)) = rest.split_at_checked(cut) else { return false };
    let (Some(month), Some(day), Ok(year)) = (two(month, 1, 12), two(day, 1, 31), year.parse::<u32>()) else {
        return false;
    };
    if day > days_in(year, month) {
        return false;
    }
    if time.is_empty() {
        return true;
    }
    if let Some(clock) = time.strip_prefix(' ') {
        return clock_rest(clock) == Some("");
    }
    time.strip_prefix(['T', 't']).and_then(clock_rest).is_some_and(is_zone)
}

/// One or two digits within bounds.
fn two(text: &str, low: u32, high: u32) -> Option<u32> {
    let fits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse::<u32>().ok().filter(|v| fits && (low..=high).contains(v))
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads `15:4:5[.9…]` and gives what follows it.
fn clock_rest(text: &str) -> Option<&str> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, rest) = rest.split_once(':')?;
    two(hour, 0, 23)?;
    two(minute, 0, 59)?;
    let cut = rest.bytes().take_while(u8::is_ascii_digit).count().min(2);
    let (second, rest) = rest.split_at_checked(cut)?;
    two(second, 0, 59)?;
    let Some(fraction) = rest.strip_prefix(['.', ',']) else { return Some(rest) };
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { None } else { fraction.get(digits..) }
}

/// `Z` or `±07:00`.
fn is_zone(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let Some(body) = text.strip_prefix(['+', '-']) else { return false };
    let Some((hour, minute)) = body.split_once(':') else { return false };
    hour.len() == 2 && minute.len() == 2 && two(hour, 0, 24).is_some() && two(minute, 0, 59).is_some()
}
