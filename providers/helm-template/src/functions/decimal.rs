//! Exact decimal arithmetic for `addf` and its relatives (github.com/shopspring/decimal).

use dashu_int::IBig;
use ordain_gostd::{format_e, parse_float};

/// `value × 10^exponent`.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    value: IBig,
    exponent: i32,
}

/// Digits after the point a division keeps (`decimal.DivisionPrecision`).
const DIVISION_PRECISION: i32 = 16;

impl Decimal {
    /// The shortest decimal that reads back as the float; infinities and NaN count as 0.
    pub(super) fn from_float(f: f64) -> Self {
        let text = if f.is_finite() { format_e(f, None) } else { "0e+00".into() };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let value = format!("{whole}{fraction}").parse::<IBig>().unwrap_or(IBig::ZERO);
        let shift = i32::try_from(fraction.len()).unwrap_or(0);
        Self { value, exponent: exponent.parse::<i32>().unwrap_or(0) - shift }
    }

    pub(super) fn to_float(&self) -> f64 {
        let beyond = if self.value < IBig::ZERO { f64::NEG_INFINITY } else { f64::INFINITY };
        let digits = i32::try_from(self.value.to_string().len()).unwrap_or(i32::MAX);
        let large = self.value != IBig::ZERO && digits.saturating_add(self.exponent) > 308;
        let read = parse_float(&format!("{}e{}", self.value, self.exponent));
        read.unwrap_or(if large { beyond } else { 0.0 })
    }

    fn scaled(&self, exponent: i32) -> IBig {
        let shift = usize::try_from(self.exponent - exponent).unwrap_or(0);
        &self.value * ten_to(shift)
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { value: self.scaled(exponent) + other.scaled(exponent), exponent }
    }

    pub(super) fn sub(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { value: self.scaled(exponent) - other.scaled(exponent), exponent }
    }

    pub(super) fn mul(&self, other: &Self) -> Self {
        Self { value: &self.value * &other.value, exponent: self.exponent + other.exponent }
    }

    /// Rounded half away from zero; `None` for a division by zero.
    pub(super) fn div(&self, other: &Self) -> Option<Self> {
        if other.value == IBig::ZERO {
            return None;
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (mut top, mut bottom) = (self.value.clone(), other.value.clone());
        if shift >= 0 {
            top *= ten_to(usize::try_from(shift).unwrap_or(0));
        } else {
            bottom *= ten_to(usize::try_from(-shift).unwrap_or(0));
        }
        let negative = (top < IBig::ZERO) != (bottom < IBig::ZERO);
        let abs = |v: IBig| if v < IBig::ZERO { -v } else { v };
        let (top, bottom) = (abs(top), abs(bottom));
        let mut quotient = &top / &bottom;
        let rest = top - &quotient * &bottom;
        if rest * IBig::from(2) >= bottom {
            quotient += IBig::ONE;
        }
        Some(Self { value: if negative { -quotient } else { quotient }, exponent: -DIVISION_PRECISION })
    }
}

fn ten_to(power: usize) -> IBig {
    IBig::from(10).pow(power)
}
