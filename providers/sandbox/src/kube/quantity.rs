//! Quantities such as `500m` and `1Gi`: parsing, comparing, the canonical form.

/// A quantity in thousandths, with its suffix family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quantity {
    /// Value in 1/1000.
    pub milli: i128,
    binary: bool,
    exponent: bool,
}

/// The message for text that is no quantity.
pub(crate) const MALFORMED: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const BINARY: &[(&str, i128)] =
    &[("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50), ("Ei", 1 << 60)];

/// Suffix and value in thousandths; fractions of a thousandth are rounded up.
const DECIMAL: &[(&str, i128)] = &[
    ("m", 1),
    ("", 1_000),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("T", 1_000_000_000_000_000),
    ("P", 1_000_000_000_000_000_000),
    ("E", 1_000_000_000_000_000_000_000),
];

/// Reads a quantity.
pub(crate) fn parse(text: &str) -> Option<Quantity> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '+' || c == '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number.strip_prefix('+').unwrap_or(number)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty())
        || !(whole.to_string() + fraction).chars().all(|c| c.is_ascii_digit())
    {
        return None;
    }
    let mut exponent = false;
    let (factor, binary) = if let Some((_, f)) = BINARY.iter().find(|(s, _)| *s == suffix) {
        (f.checked_mul(1000)?, true)
    } else if let Some((_, f)) = DECIMAL.iter().find(|(s, _)| *s == suffix) {
        (*f, false)
    } else if matches!(suffix, "n" | "u") {
        (1, false)
    } else {
        exponent = true;
        let power: u32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
        (10i128.checked_pow(power)?.checked_mul(1000)?, false)
    };
    let mut value = whole.parse::<i128>().unwrap_or(0).checked_mul(factor)?;
    let mut scale = factor;
    let mut rest = 0;
    for digit in fraction.bytes() {
        let add = i128::from(digit - b'0').checked_mul(scale)?;
        value += add / 10;
        rest |= add % 10;
        scale /= 10;
        if scale == 0 {
            break;
        }
    }
    if rest != 0 {
        value += 1;
    }
    if matches!(suffix, "n" | "u") {
        let divide = if suffix == "u" { 1_000 } else { 1_000_000 };
        value = (value + divide - 1) / divide;
    }
    Some(Quantity { milli: if negative { -value } else { value }, binary, exponent })
}

/// The canonical text: no fraction, the largest suffix that leaves a whole number.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let q = parse(text)?;
    if q.milli == 0 {
        return Some("0".into());
    }
    if q.binary && q.milli % 1000 == 0 {
        let value = q.milli / 1000;
        if value.abs() >= 1024 {
            let fitting = BINARY.iter().rev().find(|(_, f)| value % f == 0);
            return Some(fitting.map_or(value.to_string(), |(s, f)| format!("{}{s}", value / f)));
        }
        return Some(value.to_string());
    }
    if q.exponent {
        let mut power = 0;
        let mut value = q.milli / 1000;
        while value % 1000 == 0 {
            value /= 1000;
            power += 3;
        }
        return Some(if power == 0 { value.to_string() } else { format!("{value}e{power}") });
    }
    let fitting = DECIMAL.iter().rev().find(|(_, f)| q.milli % f == 0);
    fitting.map(|(s, f)| format!("{}{s}", q.milli / f))
}

#[cfg(test)]
#[path = "quantity_tests.rs"]
mod tests;
