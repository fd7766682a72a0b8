//! Amounts of resources, as Kubernetes writes them (`500m`, `1Gi`, `1e3`).

use serde_json::Value as Json;

/// An amount in billionths, rounded up, so that `1024Mi` and `1Gi` are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quantity(i128);

const NANO: i128 = 1_000_000_000;

/// What a suffix multiplies by: numerator and denominator.
fn factor(suffix: &str) -> Option<(i128, i128)> {
    const DECIMAL: &[&str] = &["", "k", "M", "G", "T", "P", "E"];
    const BINARY: &[&str] = &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    const SMALL: &[&str] = &["", "m", "u", "n"];
    let power = |base: i128, table: &[&str]| {
        let exponent = table.iter().position(|own| *own == suffix)?;
        base.checked_pow(u32::try_from(exponent).ok()?)
    };
    if let Some(factor) = power(1000, DECIMAL).or_else(|| power(1024, BINARY)) {
        return Some((factor, 1));
    }
    if let Some(divisor) = power(1000, SMALL) {
        return Some((1, divisor));
    }
    let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    Some(if exponent < 0 { (1, power) } else { (power, 1) })
}

impl Quantity {
    /// Reads an amount; none when the text is none, or too large to compare.
    pub(crate) fn parse(text: &str) -> Option<Quantity> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, suffix) = (rest.get(..end)?, rest.get(end..)?);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let digits: i128 = format!("0{whole}{fraction}").parse().ok()?;
        let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let (up, down) = factor(suffix)?;
        let (amount, divisor) = (digits.checked_mul(up)?.checked_mul(NANO)?, scale.checked_mul(down)?);
        let rounded = amount.checked_div(divisor)? + i128::from(amount % divisor != 0);
        Some(Quantity(sign * rounded))
    }
}

/// What is wrong with a text as an amount, in the words of Kubernetes.
pub(crate) fn fault(text: &str) -> Option<&'static str> {
    if Quantity::parse(text).is_some() {
        return None;
    }
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let suffix = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let suffix = suffix.strip_prefix('.').unwrap_or(suffix).trim_start_matches(|c: char| c.is_ascii_digit());
    let letters = suffix.trim_start_matches(|c: char| "eEinumkKMGTP".contains(c));
    let exponent = letters.strip_prefix(['+', '-']).unwrap_or(letters);
    let shaped = !text.is_empty() && exponent.chars().all(|c| c.is_ascii_digit());
    Some(if shaped { "unable to parse quantity's suffix" } else { SHAPE })
}

const SHAPE: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/// What is wrong with the amounts of resources that a configuration asks for.
pub(crate) fn faults(object: &Json) -> Option<&'static str> {
    let of_map = |map: Option<&Json>| {
        let amounts = map.and_then(Json::as_object).into_iter().flatten();
        amounts.filter_map(|(_, amount)| fault(amount.as_str()?)).next()
    };
    match object {
        Json::Array(items) => items.iter().find_map(faults),
        Json::Object(members) => members.iter().find_map(|(name, value)| {
            let own = if name == "resources" { value.get(0) } else { None };
            own.and_then(|own| of_map(own.get("limits")).or_else(|| of_map(own.get("requests"))))
                .or_else(|| faults(value))
        }),
        _ => None,
    }
}
