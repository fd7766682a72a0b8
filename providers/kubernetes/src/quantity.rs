//! Amounts of resources, as Kubernetes writes them (`500m`, `1Gi`, `1e3`).

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
