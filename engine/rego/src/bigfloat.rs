//! Binary floats of 64 bits of mantissa, rounded half to even: what OPA computes non-integers with.
//!
//! OPA reads a number as Go's `big.Float` of the default precision, computes, and writes the shortest decimal that
//! reads back. With 64 bits `0.1 + 0.2` is `0.3` and `1 / 3` is `0.33333333333333333334`; both are observable.

use crate::number::{Number, Parts};
use dashu_int::ops::{BitTest as _, DivRem as _};
use dashu_int::{IBig, UBig};
use std::cmp::Ordering;

/// `±mantissa × 2^exponent`, the top bit of the mantissa set; zero has a zero mantissa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BigFloat {
    negative: bool,
    mantissa: u64,
    exponent: i64,
}

/// Beyond this power of ten nothing is computed: the digits alone would fill the memory.
const MOST_DIGITS: i64 = 20_000;

impl BigFloat {
    pub(crate) const ZERO: Self = Self { negative: false, mantissa: 0, exponent: 0 };
    pub(crate) const HALF: Self = Self { negative: false, mantissa: 1 << 63, exponent: -64 };
    pub(crate) const ONE: Self = Self { negative: false, mantissa: 1 << 63, exponent: -63 };

    /// The nearest float; `None` when the exponent is beyond 10^±20000.
    pub(crate) fn of(number: &Number) -> Option<Self> {
        let parts = number.parts();
        if parts.is_zero() {
            return Some(Self { negative: number.text().starts_with('-'), ..Self::ZERO });
        }
        let length = i64::try_from(parts.digits.len()).ok()?;
        if parts.point.abs() > MOST_DIGITS || length > MOST_DIGITS {
            return None;
        }
        let digits = UBig::from_str_radix(&parts.digits, 10).ok()?;
        let power = parts.point - length;
        let scale = UBig::from(10_u8).pow(usize::try_from(power.unsigned_abs()).ok()?);
        Some(if power >= 0 {
            Self::round(parts.negative, &(digits * scale), 0, false)
        } else {
            Self::ratio(parts.negative, digits, &scale)
        })
    }

    /// The integer, exact up to rounding to 64 bits.
    #[cfg(test)]
    pub(crate) fn of_int(int: i64) -> Self {
        Self::round(int < 0, &UBig::from(int.unsigned_abs()), 0, false)
    }

    fn ratio(negative: bool, numerator: UBig, denominator: &UBig) -> Self {
        let shift = (66 + denominator.bit_len()).saturating_sub(numerator.bit_len());
        let (quotient, rest) = (numerator << shift).div_rem(denominator);
        let exponent = -i64::try_from(shift).unwrap_or(i64::MAX);
        Self::round(negative, &quotient, exponent, rest != UBig::ZERO)
    }

    /// `value × 2^exponent`, and something below the last bit if `sticky`.
    fn round(negative: bool, value: &UBig, exponent: i64, sticky: bool) -> Self {
        let bits = value.bit_len();
        if bits == 0 {
            return Self { negative, ..Self::ZERO };
        }
        if bits <= 64 {
            let small = u64::try_from(value).unwrap_or(u64::MAX);
            let shift = small.leading_zeros();
            return Self { negative, mantissa: small << shift, exponent: exponent - i64::from(shift) };
        }
        let drop = bits - 64;
        let mut mantissa = u64::try_from(value >> drop).unwrap_or(u64::MAX);
        let mut exponent = exponent + i64::try_from(drop).unwrap_or(i64::MAX);
        let half = value.bit(drop - 1);
        let below = sticky || value.trailing_zeros().is_some_and(|zeros| zeros < drop - 1);
        if half && (below || mantissa & 1 == 1) {
            (mantissa, exponent) = match mantissa.checked_add(1) {
                Some(up) => (up, exponent),
                None => (1 << 63, exponent + 1),
            };
        }
        Self { negative, mantissa, exponent }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub(crate) fn is_negative(self) -> bool {
        self.negative
    }

    pub(crate) fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    fn negate(self) -> Self {
        Self { negative: !self.negative, ..self }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        if self.is_zero() && other.is_zero() {
            return Self { negative: self.negative && other.negative, ..Self::ZERO };
        }
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let gap = usize::try_from(high.exponent - low.exponent).unwrap_or(usize::MAX);
        if gap > 200 {
            return high;
        }
        let signed = |f: Self| if f.negative { -IBig::from(f.mantissa) } else { IBig::from(f.mantissa) };
        let sum = (signed(high) << gap) + signed(low);
        if sum == IBig::ZERO {
            return Self::ZERO;
        }
        let negative = sum < IBig::ZERO;
        let magnitude = UBig::try_from(if negative { -sum } else { sum }).unwrap_or(UBig::ZERO);
        Self::round(negative, &magnitude, low.exponent, false)
    }

    pub(crate) fn sub(self, other: Self) -> Self {
        self.add(other.negate())
    }

    pub(crate) fn mul(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Self::round(negative, &UBig::from(product), self.exponent + other.exponent, false)
    }

    /// The quotient; `other` is not zero.
    pub(crate) fn div(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        if self.is_zero() || other.is_zero() {
            return Self { negative, ..Self::ZERO };
        }
        let mut quotient = Self::ratio(negative, UBig::from(self.mantissa), &UBig::from(other.mantissa));
        quotient.exponent += self.exponent - other.exponent;
        quotient
    }

    /// Without its fraction, towards zero.
    pub(crate) fn trunc(self) -> Self {
        if self.exponent >= 0 || self.is_zero() {
            return self;
        }
        let drop = u32::try_from(-self.exponent).unwrap_or(u32::MAX);
        if drop >= 64 {
            return Self { negative: self.negative, ..Self::ZERO };
        }
        Self { mantissa: (self.mantissa >> drop) << drop, ..self }
    }

    pub(crate) fn is_integer(self) -> bool {
        self.trunc().mantissa == self.mantissa
    }

    /// The exact integer of [`Self::trunc`].
    pub(crate) fn to_int(self) -> IBig {
        let whole = self.trunc();
        let magnitude = if whole.exponent >= 0 {
            UBig::from(whole.mantissa) << usize::try_from(whole.exponent).unwrap_or(0)
        } else {
            UBig::from(whole.mantissa) >> usize::try_from(-whole.exponent).unwrap_or(usize::MAX)
        };
        let int = IBig::from(magnitude);
        if self.negative { -int } else { int }
    }

    /// The number as OPA writes it: integers in full, else the general form with an exponent below 1e-4 and from
    /// 1e6 on.
    pub(crate) fn to_number(self) -> Number {
        let sign = if self.negative { "-" } else { "" };
        if self.is_zero() {
            return Number::written(format!("{sign}0"));
        }
        let (digits, point) = self.shortest();
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let exponent = point - 1;
        if self.is_integer() {
            let zeros = usize::try_from(point - length).unwrap_or(0);
            return Number::written(format!("{sign}{digits}{}", "0".repeat(zeros)));
        }
        if !(-4..6).contains(&exponent) {
            let (first, rest) = digits.split_at(1);
            let dot = if rest.is_empty() { "" } else { "." };
            let mark = if exponent < 0 { '-' } else { '+' };
            return Number::written(format!("{sign}{first}{dot}{rest}e{mark}{:02}", exponent.unsigned_abs()));
        }
        let text = if point <= 0 {
            format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-point).unwrap_or(0)))
        } else {
            let (whole, fraction) = digits.split_at(usize::try_from(point.min(length)).unwrap_or(0));
            format!("{sign}{whole}.{fraction}")
        };
        Number::written(text)
    }

    /// The fewest decimal digits that read back as this value, and the place of the point (`0.digits × 10^point`).
    fn shortest(self) -> (String, i64) {
        let exact = |mantissa: &UBig, exponent: i64| -> (UBig, UBig) {
            let shift = usize::try_from(exponent.unsigned_abs()).unwrap_or(0);
            if exponent >= 0 {
                (mantissa << shift, UBig::ONE)
            } else {
                (mantissa.clone(), UBig::ONE << shift)
            }
        };
        let twice = UBig::from(self.mantissa) * 4_u8;
        let low_gap = if self.mantissa == 1 << 63 { 1_u8 } else { 2_u8 };
        let exponent = self.exponent - 2;
        let (value, denominator) = exact(&twice, exponent);
        let (low, _) = exact(&(&twice - low_gap), exponent);
        let (high, _) = exact(&(&twice + 2_u8), exponent);
        let inclusive = self.mantissa & 1 == 0;
        Digits { value, low, high, denominator, inclusive }.generate()
    }
}

/// A fraction between two neighbours' midpoints, all over one denominator.
struct Digits {
    value: UBig,
    low: UBig,
    high: UBig,
    denominator: UBig,
    inclusive: bool,
}

impl Digits {
    /// The first digit place at which a decimal between the midpoints exists, and the one nearest to the value.
    fn generate(&self) -> (String, i64) {
        let estimate = self.value.bit_len().cast_signed() - self.denominator.bit_len().cast_signed();
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "an estimate of a logarithm"
        )]
        let mut point = (estimate as f64 * std::f64::consts::LOG10_2).ceil() as i64 + 1;
        // After this the value is in [10^(point-1), 10^point).
        while self.compare_power(point - 1) == Ordering::Less {
            point -= 1;
        }
        for count in 1..=21_i64 {
            if let Some(found) = self.at(point - count, point) {
                return found;
            }
        }
        self.at(point - 22, point).unwrap_or_else(|| ("0".into(), 1))
    }

    fn compare_power(&self, power: i64) -> Ordering {
        let scale = UBig::from(10_u8).pow(usize::try_from(power.unsigned_abs()).unwrap_or(0));
        if power >= 0 {
            self.value.cmp(&(&self.denominator * scale))
        } else {
            (&self.value * scale).cmp(&self.denominator)
        }
    }

    /// The multiple of 10^`place` nearest to the value, if one lies between the midpoints.
    fn at(&self, place: i64, point: i64) -> Option<(String, i64)> {
        let scale = UBig::from(10_u8).pow(usize::try_from(place.unsigned_abs()).ok()?);
        let (value, low, high, denominator) = if place >= 0 {
            (self.value.clone(), self.low.clone(), self.high.clone(), &self.denominator * scale)
        } else {
            (&self.value * &scale, &self.low * &scale, &self.high * &scale, self.denominator.clone())
        };
        let (down, rest) = value.div_rem(&denominator);
        let fits = |n: &UBig| {
            let scaled = n * &denominator;
            if self.inclusive { scaled >= low && scaled <= high } else { scaled > low && scaled < high }
        };
        let up = &down + 1_u8;
        let nearer_up = match (&rest * 2_u8).cmp(&denominator) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => down.bit(0),
        };
        let order = if nearer_up { [&up, &down] } else { [&down, &up] };
        let found = order.into_iter().find(|n| fits(n) && **n != UBig::ZERO)?;
        let text = found.to_string();
        let grown = i64::try_from(text.len()).ok()? + place;
        debug_assert!(grown == point || grown == point + 1);
        let digits = text.trim_end_matches('0');
        Some((digits.to_owned(), grown))
    }
}

impl Parts {
    /// The integer, if the value is one and not absurdly long.
    pub(crate) fn to_int(&self) -> Option<IBig> {
        if self.is_zero() {
            return Some(IBig::ZERO);
        }
        let zeros = self.point - i64::try_from(self.digits.len()).ok()?;
        if zeros < 0 || self.point > MOST_DIGITS {
            return None;
        }
        let digits = UBig::from_str_radix(&self.digits, 10).ok()?;
        let int = IBig::from(digits * UBig::from(10_u8).pow(usize::try_from(zeros).ok()?));
        Some(if self.negative { -int } else { int })
    }
}

#[cfg(test)]
#[path = "bigfloat_tests.rs"]
mod tests;
