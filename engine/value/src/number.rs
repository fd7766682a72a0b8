//! Numbers: binary floating point of 512 bits, with a fast path for integers that fit a machine word.
//!
//! A number remembers its precision, because the language shows it: numbers from text have 512 bits,
//! integers that the engine counts have 64, and results of float64 functions have 53. An operation
//! works at the larger precision of its operands, and a number prints with the fewest digits that read
//! back as the same number at its precision.

mod float;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use dashu_int::{IBig, Sign, UBig};

use float::{Float, Form};

/// Precision of integers that the engine counts, in bits.
const COUNT_PRECISION: u32 = 64;

/// A number of the language: finite, an infinity, or negative zero; never NaN.
#[derive(Clone)]
pub struct Number(Repr);

#[derive(Clone)]
enum Repr {
    /// An integer (not -0), with its precision.
    Int(i64, u32),
    /// Anything else.
    Float(Arc<Float>),
}

impl Number {
    /// 0
    pub const ZERO: Number = Number(Repr::Int(0, COUNT_PRECISION));

    fn from_float(float: Float) -> Number {
        match small_integer(&float) {
            Some(value) => Number(Repr::Int(value, float.precision)),
            None => Number(Repr::Float(Arc::new(float))),
        }
    }

    fn float(&self) -> Float {
        match &self.0 {
            Repr::Int(value, precision) => {
                Float::rounded(*value < 0, UBig::from(value.unsigned_abs()), 0, false, (*precision).max(64))
                    .with_precision(*precision)
            }
            Repr::Float(float) => Float::clone(float),
        }
    }

    fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Int(_, precision) => *precision,
            Repr::Float(float) => float.precision,
        }
    }

    /// The number that a double stands for, with its 53 bits of precision; `None` for NaN.
    pub fn from_f64(value: f64) -> Option<Number> {
        Float::from_f64(value).map(Number::from_float)
    }

    /// An unsigned machine word.
    pub fn from_u64(value: u64) -> Number {
        Number::from_big(&IBig::from(value))
    }

    /// An integer of any size, kept exactly.
    pub fn from_big(value: &IBig) -> Number {
        let (sign, magnitude) = value.clone().into_parts();
        let bits = u32::try_from(dashu_int::ops::BitTest::bit_len(&magnitude)).unwrap_or(u32::MAX);
        Number::from_float(Float::rounded(
            sign == Sign::Negative,
            magnitude,
            0,
            false,
            bits.max(COUNT_PRECISION),
        ))
    }

    /// +Inf or -Inf.
    pub fn infinity(negative: bool) -> Number {
        Number::from_float(Float::infinite(negative, text::TEXT_PRECISION))
    }

    /// As a machine word, if it is an integer and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(value, _) => Some(*value),
            Repr::Float(float) => (float.form == Form::Zero).then_some(0),
        }
    }

    /// As an unsigned machine word, if it is an integer and fits.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(value, _) => u64::try_from(*value).ok(),
            Repr::Float(_) => self.to_big().and_then(|big| u64::try_from(&big).ok()),
        }
    }

    /// The nearest double.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(value, _) => *value as f64,
            Repr::Float(float) => float.to_f64(),
        }
    }

    /// The integer, if it is one. Large exponents give large integers.
    pub fn to_big(&self) -> Option<IBig> {
        match &self.0 {
            Repr::Int(value, _) => Some(IBig::from(*value)),
            Repr::Float(float) => match &float.form {
                Form::Zero => Some(IBig::ZERO),
                Form::Finite { mantissa, exponent } => {
                    let shift = usize::try_from(*exponent).ok()?;
                    let sign = if float.negative { Sign::Negative } else { Sign::Positive };
                    Some(IBig::from_parts(sign, mantissa << shift))
                }
                Form::Infinite => None,
            },
        }
    }

    /// Whether it is an integer of whatever size.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Int(..) => true,
            Repr::Float(float) => float.is_integer(),
        }
    }

    /// Whether it is +Inf or -Inf.
    pub fn is_infinite(&self) -> bool {
        matches!(&self.0, Repr::Float(float) if float.is_infinite())
    }

    /// Whether it is 0 or -0.
    pub fn is_zero(&self) -> bool {
        self.as_i64() == Some(0)
    }

    /// Whether it has a minus sign, as -0 does too.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Int(value, _) => *value < 0,
            Repr::Float(float) => float.negative,
        }
    }

    /// Sum; `None` for infinities of opposite sign.
    pub fn add(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int(left, left_bits), Repr::Int(right, right_bits)) = (&self.0, &other.0) {
            let precision = (*left_bits).max(*right_bits);
            if precision >= 64
                && let Some(sum) = left.checked_add(*right)
            {
                return Some(Number(Repr::Int(sum, precision)));
            }
        }
        self.float().add(&other.float()).map(Number::from_float)
    }

    /// Difference; `None` for an infinity less itself.
    pub fn subtract(&self, other: &Number) -> Option<Number> {
        if let (Repr::Int(left, left_bits), Repr::Int(right, right_bits)) = (&self.0, &other.0) {
            let precision = (*left_bits).max(*right_bits);
            if precision >= 64
                && let Some(difference) = left.checked_sub(*right)
            {
                return Some(Number(Repr::Int(difference, precision)));
            }
        }
        self.float().add(&other.float().negated()).map(Number::from_float)
    }

    /// Product; `None` for zero times an infinity. Keeps up to 512 bits where the product needs them.
    pub fn multiply(&self, other: &Number) -> Option<Number> {
        let precision = self.precision().max(other.precision());
        if let (Repr::Int(left, _), Repr::Int(right, _)) = (&self.0, &other.0)
            && precision >= 64
            && *left != 0
            && *right != 0
            && let Some(product) = left.checked_mul(*right)
        {
            return Some(Number(Repr::Int(product, precision)));
        }
        let product = self.float().multiply(&other.float(), text::TEXT_PRECISION)?;
        let precision = precision.max(product.needed_precision());
        Some(Number::from_float(product.with_precision(precision)))
    }

    /// Quotient; an infinity for division by zero, `None` for 0/0 and infinity/infinity.
    pub fn divide(&self, other: &Number) -> Option<Number> {
        let precision = self.precision().max(other.precision());
        if let (Repr::Int(left, _), Repr::Int(right, _)) = (&self.0, &other.0)
            && precision >= 64
            && *left != 0
            && left.checked_rem(*right) == Some(0)
            && let Some(quotient) = left.checked_div(*right)
        {
            return Some(Number(Repr::Int(quotient, precision)));
        }
        self.float().divide(&other.float(), precision).map(Number::from_float)
    }

    /// Remainder of a division that rounds towards zero; dividing by zero leaves the number as it is.
    /// `None` where infinities make it meaningless.
    pub fn modulo(&self, other: &Number) -> Option<Number> {
        if other.is_zero() {
            return Some(self.clone());
        }
        if let (Repr::Int(left, left_bits), Repr::Int(right, right_bits)) = (&self.0, &other.0)
            && left_bits.min(right_bits) >= &64
            && let Some(rest) = left.checked_rem(*right)
        {
            return Some(Number(Repr::Int(rest, *left_bits.max(right_bits))));
        }
        let (left, right) = (self.float(), other.float());
        if left.is_infinite() {
            return None;
        }
        if self.is_zero() {
            return Some(if other.is_negative() { Number::ZERO } else { self.clone() });
        }
        let ratio = left.divide(&right, left.precision.max(right.precision))?.truncated();
        let whole = right.multiply(&ratio.with_precision(left.precision), left.precision)?;
        left.add(&whole.negated()).map(|rest| Number::from_float(rest.with_precision(left.precision)))
    }

    /// With the other sign; 0 becomes -0.
    #[must_use]
    pub fn negate(&self) -> Number {
        match &self.0 {
            Repr::Int(value, precision) if *value != 0 && *value != i64::MIN => {
                Number(Repr::Int(-value, *precision))
            }
            _ => Number::from_float(self.float().negated()),
        }
    }

    /// Without sign.
    #[must_use]
    pub fn absolute(&self) -> Number {
        if self.is_negative() { self.negate() } else { self.clone() }
    }

    /// The integer next to it towards zero. Infinities stay.
    #[must_use]
    pub fn truncate(&self) -> Number {
        match &self.0 {
            Repr::Int(..) => self.clone(),
            Repr::Float(float) => Number::from_float(float.truncated()),
        }
    }

    /// The greatest integer not above it. Infinities stay.
    #[must_use]
    pub fn floor(&self) -> Number {
        self.step_from_zero(true)
    }

    /// The least integer not below it. Infinities stay.
    #[must_use]
    pub fn ceil(&self) -> Number {
        self.step_from_zero(false)
    }

    fn step_from_zero(&self, down: bool) -> Number {
        if self.is_zero() {
            return Number(Repr::Int(0, self.precision()));
        }
        if self.is_integer() || self.is_infinite() {
            return self.clone();
        }
        let whole = self.truncate();
        if self.is_negative() != down {
            // -0.5 rounds up to 0, which has no sign.
            return if whole.is_zero() { Number(Repr::Int(0, self.precision())) } else { whole };
        }
        let one = Number(Repr::Int(if down { -1 } else { 1 }, COUNT_PRECISION));
        whole.add(&one).map_or(whole, |sum| Number::from_float(sum.float().with_precision(self.precision())))
    }

    /// The significant digits of the magnitude, rounded half to even to `limit` digits (all of them for
    /// `None`), and where the decimal point stands: `0.digits * 10^point`. Empty for zero and infinities.
    pub fn decimal_digits(&self, limit: Option<usize>) -> (String, i64) {
        let mut decimal = text::exact_decimal(&self.float());
        if let Some(limit) = limit {
            decimal.round(limit);
        }
        (String::from_utf8(decimal.digits).unwrap_or_default(), decimal.point)
    }

    /// Like [`decimal_digits`](Self::decimal_digits), the fewest digits that read back as this number.
    pub fn shortest_digits(&self) -> (String, i64) {
        let decimal = text::shortest_decimal(&self.float());
        (String::from_utf8(decimal.digits).unwrap_or_default(), decimal.point)
    }
}

fn small_integer(float: &Float) -> Option<i64> {
    match &float.form {
        Form::Zero => (!float.negative).then_some(0),
        Form::Infinite => None,
        Form::Finite { mantissa, exponent } => {
            let shift = u32::try_from(*exponent).ok().filter(|shift| *shift < 64)?;
            let magnitude = i128::from(u64::try_from(mantissa).ok()?) << shift;
            i64::try_from(if float.negative { -magnitude } else { magnitude }).ok()
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value, COUNT_PRECISION))
    }
}

/// NaN, which the language does not have, becomes 0; see [`Number::from_f64`].
impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Number::from_f64(value).unwrap_or(Number::ZERO)
    }
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a number is required")
    }
}

impl std::error::Error for NotANumber {}

/// Decimal text with an optional exponent, or `Inf`; 512 bits of precision.
impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let digits = text.as_bytes();
        if digits.len() < 18 && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) {
            let value = text.parse::<i64>().map_err(|_| NotANumber)?;
            return Ok(Self(Repr::Int(value, text::TEXT_PRECISION)));
        }
        text::parse(text).map(Number::from_float)
    }
}

/// Without exponent, in the fewest digits that read back as this number: `0.3`, `-0`, `+Inf`.
impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(value, precision) if *precision >= 64 => fmt::Display::fmt(value, out),
            _ => {
                let float = self.float();
                if float.is_infinite() {
                    return out.write_str(if float.negative { "-Inf" } else { "+Inf" });
                }
                if float.negative {
                    out.write_str("-")?;
                }
                out.write_str(&text::plain(&text::shortest_decimal(&float)))
            }
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int(left, _), Repr::Int(right, _)) => left.cmp(right),
            _ => self.float().compare(&other.float()),
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
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
