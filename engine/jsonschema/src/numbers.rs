//! Numbers compared exactly: as fractions of big integers.

use std::cmp::Ordering;

use dashu_int::IBig;
use serde_json::{Number, Value as Json};

/// `mantissa × 10^exponent`.
#[derive(Debug, Clone)]
pub(crate) struct Exact {
    mantissa: IBig,
    exponent: i64,
}

/// Exponents beyond this make no sense in values and would only cost memory.
const MAX_EXPONENT: i64 = 5_000;

impl Exact {
    pub(crate) fn of(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let shift = i64::try_from(fraction.len()).ok()?;
        let exponent = exponent.parse::<i64>().ok()?.checked_sub(shift)?;
        let bounded = exponent.abs() <= MAX_EXPONENT && digits.len() <= 5_000;
        let mantissa = digits.parse::<IBig>().ok()?;
        bounded.then_some(Self { mantissa, exponent })
    }

    fn aligned(&self, other: &Self) -> (IBig, IBig) {
        let low = self.exponent.min(other.exponent);
        let scale =
            |n: &Self| &n.mantissa * IBig::from(10).pow(usize::try_from(n.exponent - low).unwrap_or(0));
        (scale(self), scale(other))
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let (a, b) = self.aligned(other);
        a.cmp(&b)
    }

    pub(crate) fn is_multiple_of(&self, other: &Self) -> bool {
        let (a, b) = self.aligned(other);
        b != IBig::ZERO && a % b == IBig::ZERO
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.is_multiple_of(&Self { mantissa: IBig::ONE, exponent: 0 })
    }

    /// As `big.Float` prints: general form, ten digits.
    pub(crate) fn show(&self) -> String {
        let float = ordain_gostd::parse_float(&format!("{}e{}", self.mantissa, self.exponent)).unwrap_or(0.0);
        ordain_gostd::format_g_digits(float, 10)
    }
}

/// JSON in which equal numbers have equal text: `1.0` and `1e0` are `1`.
pub(crate) fn canonical(json: &Json) -> String {
    go_canonical(json).to_string()
}

fn go_canonical(json: &Json) -> Json {
    match json {
        Json::Number(n) => {
            let float = ordain_gostd::parse_float(&n.to_string()).unwrap_or(0.0);
            ordain_gostd::format_json(float).and_then(|t| t.parse().ok()).map_or(Json::Null, Json::Number)
        }
        Json::Array(items) => Json::Array(items.iter().map(go_canonical).collect()),
        Json::Object(map) => Json::Object(map.iter().map(|(k, v)| (k.clone(), go_canonical(v))).collect()),
        other => other.clone(),
    }
}
