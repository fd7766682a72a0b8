//! `time.ParseDuration` and `Duration.String` (https://pkg.go.dev/time#ParseDuration), in nanoseconds.

use crate::quote::quote;

/// Nanoseconds of `1h15m30.918s`, `-1.5h`, `0`; units `ns us µs ms s m h`.
///
/// # Errors
/// Go's own words: invalid duration, missing unit, unknown unit.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", quote(text));
    let (negative, body) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    if body == "0" {
        return Ok(0);
    }
    if body.is_empty() {
        return Err(invalid());
    }
    let mut total: i128 = 0;
    let mut rest = body;
    while !rest.is_empty() {
        let (amount, after) = term(rest, text)?;
        total += amount;
        rest = after;
    }
    let signed = if negative { -total } else { total };
    i64::try_from(signed).map_err(|_| invalid())
}

/// One number with its unit, in nanoseconds, and what follows it.
fn term<'t>(rest: &'t str, whole: &str) -> Result<(i128, &'t str), String> {
    let invalid = || format!("time: invalid duration {}", quote(whole));
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    let (int, after) = rest.split_at(digits(rest));
    let (fraction, after) = match after.strip_prefix('.') {
        Some(tail) => tail.split_at(digits(tail)),
        None => ("", after),
    };
    if int.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let cut = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
    let (unit, tail) = after.split_at(cut);
    if unit.is_empty() {
        return Err(format!("time: missing unit in duration {}", quote(whole)));
    }
    let scale: i128 = match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err(format!("time: unknown unit {} in duration {}", quote(unit), quote(whole))),
    };
    let number = |s: &str| if s.is_empty() { Some(0) } else { s.parse::<i64>().ok().map(i128::from) };
    let whole_part = number(int).ok_or_else(invalid)?;
    let kept = fraction.get(..fraction.len().min(18)).unwrap_or_default();
    let power = 10_i128.pow(u32::try_from(kept.len()).unwrap_or(0));
    let fraction_part = number(kept).ok_or_else(invalid)? * scale / power;
    Ok((whole_part * scale + fraction_part, tail))
}

/// `Duration.String`: `72h3m0.5s`, `1.5ms`, `0s`.
#[must_use]
pub fn format_duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let n = nanos.unsigned_abs();
    let body = match n {
        0 => return "0s".into(),
        1..1_000 => format!("{n}ns"),
        1_000..1_000_000 => format!("{}µs", decimal(n, 3)),
        1_000_000..1_000_000_000 => format!("{}ms", decimal(n, 6)),
        _ => {
            let (minutes, rest) = (n / 60_000_000_000, n % 60_000_000_000);
            let seconds = decimal(rest, 9);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, m) => format!("{m}m{seconds}s"),
                (h, m) => format!("{h}h{m}m{seconds}s"),
            }
        }
    };
    format!("{sign}{body}")
}

/// `n / 10^places` without trailing zeros.
fn decimal(n: u64, places: u32) -> String {
    let unit = 10_u64.pow(places);
    let (whole, rest) = (n / unit, n % unit);
    if rest == 0 {
        return whole.to_string();
    }
    let width = usize::try_from(places).unwrap_or(9);
    format!("{whole}.{}", format!("{rest:0width$}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(parse_duration("1h15m30.918s"), Ok(4_530_918_000_000));
        assert_eq!(parse_duration("-1.5h"), Ok(-5_400_000_000_000));
        assert_eq!(parse_duration("1"), Err("time: missing unit in duration \"1\"".into()));
        assert_eq!(parse_duration("1d"), Err("time: unknown unit \"d\" in duration \"1d\"".into()));
        assert_eq!(parse_duration(""), Err("time: invalid duration \"\"".into()));
        assert_eq!(format_duration(259_380_500_000_000), "72h3m0.5s");
        assert_eq!(format_duration(1_500_000), "1.5ms");
        assert_eq!(format_duration(-90_000_000_000), "-1m30s");
    }
}
