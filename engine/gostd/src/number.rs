//! Go's text for floating-point numbers (`strconv.FormatFloat`, https://pkg.go.dev/strconv#FormatFloat).

/// A finite, positive float as its shortest decimal digits and the place of the point:
/// the value is `0.d1d2d3… × 10^point`.
pub(crate) struct Decimal {
    /// ASCII digits, no leading or trailing zero (a single `0` for zero).
    pub(crate) digits: String,
    /// Power of ten of the first digit, plus one.
    pub(crate) point: i32,
}

impl Decimal {
    /// The shortest digits that read back as `v` (`v` finite; the sign is dropped).
    pub(crate) fn shortest(v: f64) -> Self {
        Self::from_exponent_text(&format!("{:e}", v.abs()))
    }

    /// Exactly `fraction` digits after the first one, rounded half to even on the exact value.
    pub(crate) fn rounded(v: f64, fraction: usize) -> Self {
        let text = format!("{:.*e}", fraction, v.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.chars().filter(char::is_ascii_digit).collect();
        Self { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    fn from_exponent_text(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let all: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let digits = all.trim_end_matches('0');
        if digits.is_empty() {
            return Self { digits: "0".into(), point: 1 };
        }
        Self { digits: digits.into(), point: exponent.parse::<i32>().unwrap_or(0) + 1 }
    }

    pub(crate) fn exponent_form(&self, mark: char) -> String {
        let (first, rest) = self.digits.split_at(self.digits.len().min(1));
        let exponent = if self.digits.bytes().all(|b| b == b'0') { 0 } else { self.point - 1 };
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}{mark}{sign}{:02}", exponent.abs())
    }

    pub(crate) fn plain_form(&self) -> String {
        let digits = &self.digits;
        let len = i32::try_from(digits.len()).unwrap_or(i32::MAX);
        if self.point <= 0 {
            let zeros = usize::try_from(-self.point).unwrap_or(0);
            format!("0.{}{digits}", "0".repeat(zeros))
        } else if self.point >= len {
            format!("{digits}{}", "0".repeat(usize::try_from(self.point - len).unwrap_or(0)))
        } else {
            let (whole, rest) = digits.split_at(usize::try_from(self.point).unwrap_or(0));
            format!("{whole}.{rest}")
        }
    }
}

fn special(v: f64) -> Option<&'static str> {
    match v {
        _ if v.is_nan() => Some("NaN"),
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => None,
    }
}

fn signed(v: f64, text: String) -> String {
    if v.is_sign_negative() { format!("-{text}") } else { text }
}

/// `FormatFloat(v, 'g', -1, 64)`, also what `%v` prints: `1e+06`, `0.0001`, `123456`, `+Inf`, `NaN`.
#[must_use]
pub fn format_g(v: f64) -> String {
    special(v).map_or_else(|| general(v, &Decimal::shortest(v), 6), str::to_owned)
}

/// `FormatFloat(v, 'g', digits, 64)` with at most `digits` significant digits (0 counts as 1).
#[must_use]
pub fn format_g_digits(v: f64, digits: usize) -> String {
    if let Some(text) = special(v) {
        return text.into();
    }
    let wanted = digits.max(1);
    let mut decimal = Decimal::rounded(v, wanted - 1);
    decimal.digits = decimal.digits.trim_end_matches('0').to_owned();
    if decimal.digits.is_empty() {
        decimal = Decimal { digits: "0".into(), point: 1 };
    }
    let have = i32::try_from(decimal.digits.len()).unwrap_or(i32::MAX);
    let wanted = i32::try_from(wanted).unwrap_or(i32::MAX);
    let limit = if wanted > have && have >= decimal.point { have } else { wanted };
    general(v, &decimal, limit)
}

/// `FormatFloat(v, 'e', fraction, 64)`; `None` asks for the fewest digits that read back as `v`.
#[must_use]
pub fn format_e(v: f64, fraction: Option<usize>) -> String {
    if let Some(text) = special(v) {
        return text.into();
    }
    let decimal = fraction.map_or_else(|| Decimal::shortest(v), |n| Decimal::rounded(v, n));
    signed(v, decimal.exponent_form('e'))
}

/// `FormatFloat(v, 'f', fraction, 64)`; `None` asks for the fewest digits that read back as `v`.
#[must_use]
pub fn format_f(v: f64, fraction: Option<usize>) -> String {
    if let Some(text) = special(v) {
        return text.into();
    }
    match fraction {
        Some(n) => format!("{v:.n$}"),
        None => signed(v, Decimal::shortest(v).plain_form()),
    }
}

/// The rule shared by all general forms: exponent form below 1e-4 and from 10^`limit` on.
fn general(v: f64, decimal: &Decimal, limit: i32) -> String {
    let exponent = decimal.point - 1;
    if decimal.digits != "0" && (exponent < -4 || exponent >= limit) {
        signed(v, decimal.exponent_form('e'))
    } else {
        signed(v, decimal.plain_form())
    }
}

/// The text `encoding/json` writes for a float: plain digits between 1e-6 and 1e21, else `1e+21`, `1e-7`.
#[must_use]
pub fn format_json(v: f64) -> Option<String> {
    if !v.is_finite() {
        return None;
    }
    let magnitude = v.abs();
    if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
        let text = format_e(v, None);
        return Some(text.replace("e-0", "e-"));
    }
    Some(format_f(v, None))
}

/// `strconv.ParseFloat(text, 64)` for decimal and hexadecimal forms, `inf`, `infinity` and `nan` in any case.
/// Underscores may stand between digits.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = body.to_ascii_lowercase();
    if matches!(lower.as_str(), "inf" | "infinity") {
        return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    if lower == "nan" {
        return (body.len() == text.len()).then_some(f64::NAN);
    }
    if !lower.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    if let Some(hex) = lower.strip_prefix("0x") {
        let magnitude = parse_hex_float(&without_underscores(hex, u8::is_ascii_hexdigit)?)?;
        return Some(if text.starts_with('-') { -magnitude } else { magnitude });
    }
    let plain = without_underscores(text, u8::is_ascii_digit)?;
    plain.parse::<f64>().ok().filter(|v| v.is_finite())
}

/// A number whose underscores all stand between digits, without them.
fn without_underscores(text: &str, is_digit: fn(&u8) -> bool) -> Option<std::borrow::Cow<'_, str>> {
    if !text.contains('_') {
        return Some(text.into());
    }
    let digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(is_digit);
    let placed = text.match_indices('_').all(|(at, _)| digit(at.checked_sub(1)) && digit(Some(at + 1)));
    placed.then(|| text.replace('_', "").into())
}

/// `h.hhhp±d` without the `0x`; the exponent is required.
fn parse_hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0_f64;
    for c in whole.chars().chain(fraction.chars()) {
        value = value.mul_add(16.0, f64::from(c.to_digit(16)?));
    }
    let shift = exponent.parse::<i32>().ok()?.checked_sub(4 * i32::try_from(fraction.len()).ok()?)?;
    Some(value * 2.0_f64.powi(shift)).filter(|v| v.is_finite())
}

/// `strconv.ParseInt(text, base, 64)` / `ParseUint` in one: base 0 reads `0x`, `0o`, `0b`, a leading `0` as octal
/// and, only then, underscores between digits. The result may exceed 64 bits by its sign only: callers narrow it.
#[must_use]
pub fn parse_int(text: &str, base: u32) -> Option<i128> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = if base == 0 { base_prefix(body)? } else { (base, body.to_owned()) };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let trimmed = digits.trim_start_matches('0');
    let magnitude = if trimmed.is_empty() { 0 } else { i128::from_str_radix(trimmed, radix).ok()? };
    let value = if negative { -magnitude } else { magnitude };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}

/// Splits Go's base prefix off; underscores may follow the prefix and stand between digits.
fn base_prefix(body: &str) -> Option<(u32, String)> {
    let lower = body.to_ascii_lowercase();
    let (radix, digits, prefixed) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest, true)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest, true)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest, true)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, lower.get(1..).unwrap_or_default(), true)
    } else {
        (10, lower.as_str(), false)
    };
    let spread = if prefixed { digits.strip_prefix('_').unwrap_or(digits) } else { digits };
    if spread.starts_with('_') || spread.ends_with('_') || spread.contains("__") {
        return None;
    }
    Some((radix, spread.replace('_', "")))
}

#[cfg(test)]
#[path = "number_tests.rs"]
mod tests;
