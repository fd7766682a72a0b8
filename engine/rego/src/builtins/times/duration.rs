//! Durations of Go with days, weeks and years of 365 days (`1w2d`).

use super::BuiltinError;
use ordain_gostd::quote;

/// Nanoseconds of a duration such as `-1.5h` or `1y2w3d`.
pub(super) fn parse(text: &str) -> Result<i64, BuiltinError> {
    let invalid = || BuiltinError::failed(format!("time: invalid duration {}", quote(text)));
    let (negative, body) = match text.strip_prefix(['-', '+']) {
        Some(body) => (text.starts_with('-'), body),
        None => (false, text),
    };
    if body == "0" {
        return Ok(0);
    }
    if body.is_empty() {
        return Err(invalid());
    }
    let mut total = 0_i128;
    let mut rest = body;
    while !rest.is_empty() {
        let at = rest.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(rest.len());
        let (amount, after) = rest.split_at(at);
        let at = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(at);
        if unit.is_empty() && !amount.is_empty() {
            return Err(BuiltinError::failed(format!("time: missing unit in duration {}", quote(text))));
        }
        let size = size(unit).ok_or_else(|| {
            BuiltinError::failed(format!("time: unknown unit {} in duration {}", quote(unit), quote(text)))
        })?;
        total += term(amount, size).ok_or_else(invalid)?;
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).map_err(|_| invalid())
}

fn size(unit: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000_000;
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        "d" => 86_400 * SECOND,
        "w" => 604_800 * SECOND,
        "y" => 31_536_000 * SECOND,
        _ => return None,
    })
}

/// `12.5` of a unit; digits beyond what matters are dropped.
fn term(amount: &str, size: i128) -> Option<i128> {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let number =
        |digits: &str| if digits.is_empty() { Some(0) } else { digits.parse::<i64>().ok().map(i128::from) };
    let kept = fraction.get(..fraction.len().min(18))?;
    let power = 10_i128.pow(u32::try_from(kept.len()).ok()?);
    Some(number(whole)? * size + number(kept)? * size / power)
}
