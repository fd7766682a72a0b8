//! Binary floating point with a precision of its own per number, rounding half to even.
//!
//! Every result is the exact one rounded once to the precision asked for. A mantissa is always odd, so
//! that equal numbers have equal parts.

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::{BitTest, DivRem};

/// Magnitude of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Zero,
    /// `mantissa * 2^exponent`, the mantissa odd
    Finite {
        mantissa: UBig,
        exponent: i64,
    },
    Infinite,
}

/// A signed number with the precision, in bits, that operations on it keep.
#[derive(Clone, Debug)]
pub(super) struct Float {
    pub(super) negative: bool,
    pub(super) form: Form,
    pub(super) precision: u32,
}

impl Float {
    pub(super) fn zero(negative: bool, precision: u32) -> Float {
        Float { negative, form: Form::Zero, precision }
    }

    pub(super) fn infinite(negative: bool, precision: u32) -> Float {
        Float { negative, form: Form::Infinite, precision }
    }

    /// The number nearest to `mantissa * 2^exponent`; `more` says that the exact value is a little
    /// larger than that, by less than one unit of the mantissa.
    pub(super) fn rounded(
        negative: bool,
        mantissa: UBig,
        exponent: i64,
        more: bool,
        precision: u32,
    ) -> Float {
        let (mantissa, exponent) = round(mantissa, exponent, more, precision as usize);
        let Some(zeros) = mantissa.trailing_zeros() else { return Float::zero(negative, precision) };
        let exponent = exponent.saturating_add(to_i64(zeros));
        let mantissa = mantissa >> zeros;
        let top = exponent.saturating_add(to_i64(mantissa.bit_len()));
        let form = match top {
            top if top > i64::from(i32::MAX) => Form::Infinite,
            top if top < i64::from(i32::MIN) => Form::Zero,
            _ => Form::Finite { mantissa, exponent },
        };
        Float { negative, form, precision }
    }

    pub(super) fn is_infinite(&self) -> bool {
        self.form == Form::Infinite
    }

    /// How many bits of mantissa the number needs.
    pub(super) fn needed_precision(&self) -> u32 {
        match &self.form {
            Form::Finite { mantissa, .. } => u32::try_from(mantissa.bit_len()).unwrap_or(u32::MAX),
            _ => 0,
        }
    }

    pub(super) fn with_precision(self, precision: u32) -> Float {
        match self.form {
            Form::Finite { mantissa, exponent } => {
                Float::rounded(self.negative, mantissa, exponent, false, precision)
            }
            form => Float { form, precision, ..self },
        }
    }

    pub(super) fn negated(mut self) -> Float {
        self.negative = !self.negative;
        self
    }

    /// Sum; `None` for infinities of opposite sign.
    pub(super) fn add(&self, other: &Float) -> Option<Float> {
        let precision = self.precision.max(other.precision);
        match (&self.form, &other.form) {
            (Form::Infinite, Form::Infinite) if self.negative != other.negative => None,
            (Form::Infinite, _) => Some(Float::infinite(self.negative, precision)),
            (_, Form::Infinite) => Some(Float::infinite(other.negative, precision)),
            (Form::Zero, Form::Zero) => Some(Float::zero(self.negative && other.negative, precision)),
            (Form::Zero, _) => Some(other.clone().with_precision(precision)),
            (_, Form::Zero) => Some(self.clone().with_precision(precision)),
            (
                Form::Finite { mantissa: left, exponent: left_at },
                Form::Finite { mantissa: right, exponent: right_at },
            ) => Some(if left_at >= right_at {
                add_finite((self.negative, left, *left_at), (other.negative, right, *right_at), precision)
            } else {
                add_finite((other.negative, right, *right_at), (self.negative, left, *left_at), precision)
            }),
        }
    }

    /// Product rounded to `precision`; `None` for zero times infinity.
    pub(super) fn multiply(&self, other: &Float, precision: u32) -> Option<Float> {
        let negative = self.negative != other.negative;
        match (&self.form, &other.form) {
            (Form::Infinite, Form::Zero) | (Form::Zero, Form::Infinite) => None,
            (Form::Infinite, _) | (_, Form::Infinite) => Some(Float::infinite(negative, precision)),
            (Form::Zero, _) | (_, Form::Zero) => Some(Float::zero(negative, precision)),
            (
                Form::Finite { mantissa: left, exponent: left_at },
                Form::Finite { mantissa: right, exponent: right_at },
            ) => Some(Float::rounded(negative, left * right, left_at + right_at, false, precision)),
        }
    }

    /// Quotient; `None` for 0/0 and infinity/infinity.
    pub(super) fn divide(&self, other: &Float, precision: u32) -> Option<Float> {
        let negative = self.negative != other.negative;
        match (&self.form, &other.form) {
            (Form::Infinite, Form::Infinite) | (Form::Zero, Form::Zero) => None,
            (Form::Infinite, _) | (_, Form::Zero) => Some(Float::infinite(negative, precision)),
            (Form::Zero, _) | (_, Form::Infinite) => Some(Float::zero(negative, precision)),
            (
                Form::Finite { mantissa: left, exponent: left_at },
                Form::Finite { mantissa: right, exponent: right_at },
            ) => {
                let shift = (precision as usize + 2 + right.bit_len()).saturating_sub(left.bit_len());
                let (quotient, rest) = (left << shift).div_rem(right);
                let exponent = left_at - right_at - to_i64(shift);
                Some(Float::rounded(negative, quotient, exponent, !rest.is_zero(), precision))
            }
        }
    }

    /// Towards zero. Infinities stay.
    pub(super) fn truncated(&self) -> Float {
        match &self.form {
            Form::Finite { mantissa, exponent } if *exponent < 0 => {
                let drop = usize::try_from(-exponent).unwrap_or(usize::MAX);
                let whole = if drop >= mantissa.bit_len() { UBig::ZERO } else { mantissa >> drop };
                Float::rounded(self.negative, whole, 0, false, self.precision)
            }
            _ => self.clone(),
        }
    }

    pub(super) fn is_integer(&self) -> bool {
        match &self.form {
            Form::Zero => true,
            Form::Finite { exponent, .. } => *exponent >= 0,
            Form::Infinite => false,
        }
    }

    fn compare_magnitude(&self, other: &Float) -> Ordering {
        let rank = |form: &Form| match form {
            Form::Zero => 0,
            Form::Finite { .. } => 1,
            Form::Infinite => 2,
        };
        match (&self.form, &other.form) {
            (
                Form::Finite { mantissa: left, exponent: left_at },
                Form::Finite { mantissa: right, exponent: right_at },
            ) => {
                let top = |mantissa: &UBig, at: &i64| at + to_i64(mantissa.bit_len());
                top(left, left_at).cmp(&top(right, right_at)).then_with(|| {
                    let shift = |by: i64| usize::try_from(by).unwrap_or(0);
                    if left_at >= right_at {
                        (left << shift(left_at - right_at)).cmp(right)
                    } else {
                        left.cmp(&(right << shift(right_at - left_at)))
                    }
                })
            }
            (left, right) => rank(left).cmp(&rank(right)),
        }
    }

    /// By value: -0 equals 0, precision does not matter.
    pub(super) fn compare(&self, other: &Float) -> Ordering {
        if self.form == Form::Zero && other.form == Form::Zero {
            return Ordering::Equal;
        }
        let below = |float: &Float| float.negative && float.form != Form::Zero;
        match (below(self), below(other)) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    /// The nearest double, subnormal ones included.
    pub(super) fn to_f64(&self) -> f64 {
        let sign = if self.negative { -1.0 } else { 1.0 };
        let (mantissa, exponent) = match &self.form {
            Form::Zero => return sign * 0.0,
            Form::Infinite => return sign * f64::INFINITY,
            Form::Finite { mantissa, exponent } => (mantissa, *exponent),
        };
        let top = exponent + to_i64(mantissa.bit_len()) - 1;
        if top > 1023 {
            return sign * f64::INFINITY;
        }
        let bits = if top >= -1022 { 53 } else { 53 - (-1022 - top) };
        let Ok(bits) = usize::try_from(bits) else { return sign * 0.0 };
        let (mantissa, exponent) = round(mantissa.clone(), exponent, false, bits);
        let whole = u64::try_from(&mantissa).unwrap_or(0) as f64;
        let exponent = i32::try_from(exponent).unwrap_or(0);
        sign * whole * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
    }

    pub(super) fn from_f64(value: f64) -> Option<Float> {
        const DOUBLE: u32 = 53;
        let negative = value.is_sign_negative();
        if value.is_nan() {
            return None;
        }
        if value.is_infinite() {
            return Some(Float::infinite(negative, DOUBLE));
        }
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = i64::from(((bits >> 52) & 0x7ff) as u16);
        let (mantissa, exponent) =
            if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
        Some(Float::rounded(negative, UBig::from(mantissa), exponent, false, DOUBLE))
    }
}

/// Sum of two finite numbers, the first with the larger exponent.
fn add_finite(high: (bool, &UBig, i64), low: (bool, &UBig, i64), precision: u32) -> Float {
    // Beyond this distance the lower number only decides the rounding.
    const FAR: i64 = 1 << 16;
    let apart = high.2 - low.2;
    let far = apart > FAR && apart > 2 * i64::from(precision) + to_i64(low.1.bit_len());
    let (shift, low_mantissa) = if far {
        (precision as usize + 4, UBig::ONE)
    } else {
        (usize::try_from(apart).unwrap_or(0), low.1.clone())
    };
    let exponent = high.2 - to_i64(shift);
    let high_mantissa = high.1 << shift;
    if high.0 == low.0 {
        return Float::rounded(high.0, high_mantissa + low_mantissa, exponent, false, precision);
    }
    match high_mantissa.cmp(&low_mantissa) {
        Ordering::Equal => Float::zero(false, precision),
        Ordering::Greater => Float::rounded(high.0, high_mantissa - low_mantissa, exponent, false, precision),
        Ordering::Less => Float::rounded(low.0, low_mantissa - high_mantissa, exponent, false, precision),
    }
}

/// Keeps the upper `precision` bits, half to even.
fn round(mantissa: UBig, exponent: i64, more: bool, precision: usize) -> (UBig, i64) {
    let bits = mantissa.bit_len();
    if bits <= precision {
        return (mantissa, exponent);
    }
    let drop = bits - precision;
    let half = mantissa.bit(drop - 1);
    let beyond_half = more || mantissa.trailing_zeros().is_some_and(|zeros| zeros < drop - 1);
    let mut kept = mantissa >> drop;
    if half && (beyond_half || kept.bit(0)) {
        kept += 1u8;
    }
    (kept, exponent.saturating_add(to_i64(drop)))
}

pub(super) fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
