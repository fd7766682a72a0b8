//! Rego's numbers: exact decimals that keep the text they were written with.
//!
//! OPA keeps the literal of a number (`1.50`, `1E21`) and compares by value, so `1.0` equals `1` and still prints as
//! `1.0`. Integers of a machine word are kept as such; everything else as its digits and its text.

use dashu_int::IBig;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A number: equality, order and hash are by value, the text is as written.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// An integer whose text is the usual one.
    Int(i64),
    Decimal(Arc<Decimal>),
}

/// `±0.d1d2d3… × 10^point`, and the text it came from.
struct Decimal {
    text: Box<str>,
    parts: Parts,
}

/// A decimal taken apart: no zero at either end of the digits, none at all for zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) negative: bool,
    /// ASCII digits.
    pub(crate) digits: Box<str>,
    /// Power of ten of the first digit, plus one.
    pub(crate) point: i64,
}

impl Number {
    /// Reads a JSON number (`-0`, `1.50`, `1E+21`); `None` when the text is none, or its exponent is beyond ±2^31.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() <= 18
            && text != "-0"
            && (text == "0" || !text.trim_start_matches('-').starts_with('0'))
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            && let Ok(int) = text.parse::<i64>()
        {
            return Some(Self(Repr::Int(int)));
        }
        let parts = Parts::parse(text)?;
        Some(Self(Repr::Decimal(Arc::new(Decimal { text: text.into(), parts }))))
    }

    /// The integer, if the value is one of 64 bits, however it is written.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(int) => Some(*int),
            Repr::Decimal(decimal) => decimal.parts.as_i64(),
        }
    }

    /// Whether the value has no fraction.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Int(_) => true,
            Repr::Decimal(decimal) => decimal.parts.is_integer(),
        }
    }

    /// The nearest `f64`; infinite when beyond its range.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(int) => *int as f64,
            Repr::Decimal(decimal) => decimal.text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The text: a literal's own, else the usual form.
    #[must_use]
    pub fn text(&self) -> String {
        self.to_string()
    }

    /// A number from text that a computation wrote; text that is none counts as zero.
    pub(crate) fn written(text: String) -> Self {
        Self::parse(&text).unwrap_or_else(|| Self::from(0_i64))
    }

    /// The exact integer, if the value is one.
    pub(crate) fn to_int(&self) -> Option<IBig> {
        match &self.0 {
            Repr::Int(int) => Some((*int).into()),
            Repr::Decimal(decimal) => decimal.parts.to_int(),
        }
    }

    /// Whether the text is digits alone, without point and exponent.
    pub(crate) fn is_plain_integer(&self) -> bool {
        match &self.0 {
            Repr::Int(_) => true,
            Repr::Decimal(decimal) => {
                decimal.text.strip_prefix('-').unwrap_or(&decimal.text).bytes().all(|b| b.is_ascii_digit())
            }
        }
    }

    pub(crate) fn parts(&self) -> Parts {
        match &self.0 {
            Repr::Int(int) => Parts::of_int(*int),
            Repr::Decimal(decimal) => decimal.parts.clone(),
        }
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Self(Repr::Int(int))
    }
}

impl From<IBig> for Number {
    fn from(int: IBig) -> Self {
        i64::try_from(&int).map_or_else(|_| Self::written(int.to_string()), Self::from)
    }
}

impl From<usize> for Number {
    fn from(int: usize) -> Self {
        i64::try_from(int).map_or_else(|_| Self::written(int.to_string()), Self::from)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(int) => write!(f, "{int}"),
            Repr::Decimal(decimal) => f.write_str(&decimal.text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            (Repr::Decimal(a), Repr::Decimal(b)) => a.parts.cmp(&b.parts),
            (Repr::Int(a), Repr::Decimal(b)) => Parts::of_int(*a).cmp(&b.parts),
            (Repr::Decimal(a), Repr::Int(b)) => a.parts.cmp(&Parts::of_int(*b)),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.as_i64() {
            Some(int) => int.hash(state),
            None => {
                let parts = self.parts();
                (parts.negative, parts.digits, parts.point).hash(state);
            }
        }
    }
}

impl Parts {
    /// Takes the text of a JSON number apart.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, body) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, exponent) = match body.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (body, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return None,
            Some(pair) => pair,
            None => (mantissa, ""),
        };
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty()
            || !all_digits(whole)
            || !all_digits(fraction)
            || (whole.len() > 1 && whole.starts_with('0'))
        {
            return None;
        }
        let all = format!("{whole}{fraction}");
        let led = all.trim_start_matches('0');
        let digits = led.trim_end_matches('0');
        if digits.is_empty() {
            return Some(Self { negative: false, digits: "".into(), point: 0 });
        }
        let zeros = i64::try_from(all.len() - led.len()).ok()?;
        let point = i64::try_from(whole.len()).ok()? + exponent - zeros;
        Some(Self { negative, digits: digits.into(), point })
    }

    fn of_int(int: i64) -> Self {
        let all = int.unsigned_abs().to_string();
        let digits = all.trim_end_matches('0');
        if digits.is_empty() {
            return Self { negative: false, digits: "".into(), point: 0 };
        }
        Self { negative: int < 0, digits: digits.into(), point: i64::try_from(all.len()).unwrap_or(0) }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    pub(crate) fn is_integer(&self) -> bool {
        i64::try_from(self.digits.len()).is_ok_and(|len| self.point >= len)
    }

    fn as_i64(&self) -> Option<i64> {
        if !self.is_integer() || self.point > 19 {
            return None;
        }
        let zeros = usize::try_from(self.point).ok()?.checked_sub(self.digits.len())?;
        let sign = if self.negative { "-" } else { "" };
        let digits: &str = if self.is_zero() { "0" } else { &self.digits };
        format!("{sign}{digits}{}", "0".repeat(zeros)).parse().ok()
    }
}

/// The exponent of a number; beyond 2^31 it is refused, long before anything could be computed with it.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse::<i32>().ok().map(i64::from)
}

impl Ord for Parts {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |p: &Self| {
            if p.is_zero() {
                0
            } else if p.negative {
                -1
            } else {
                1
            }
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            let magnitude = self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
            if self.negative { magnitude.reverse() } else { magnitude }
        })
    }
}

impl PartialOrd for Parts {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
