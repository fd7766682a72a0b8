//! Numbers from and to decimal text.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use super::NotANumber;
use super::float::{Float, Form, to_i64};

/// Precision of numbers that come as text, in bits.
pub(super) const TEXT_PRECISION: u32 = 512;

/// Exponents beyond this are refused: writing such a number out would take the memory of the machine.
const EXPONENT_LIMIT: i64 = 10_000_000;

/// `[+-]digits[.digits][(e|p)[+-]digits]` or `[+-]Inf`; `p` counts in powers of two.
pub(super) fn parse(text: &str) -> Result<Float, NotANumber> {
    let (negative, rest) = match text.as_bytes().first() {
        Some(b'-') => (true, text.get(1..).unwrap_or("")),
        Some(b'+') => (false, text.get(1..).unwrap_or("")),
        _ => (false, text),
    };
    if rest == "Inf" || rest == "inf" {
        return Ok(Float::infinite(negative, TEXT_PRECISION));
    }
    let mark = rest.find(['e', 'E', 'p', 'P']);
    let (digits, power) = match mark {
        Some(at) => {
            let (digits, power) = rest.split_at(at);
            (digits, Some((power.starts_with(['p', 'P']), parse_exponent(power.get(1..).unwrap_or(""))?)))
        }
        None => (rest, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return Err(NotANumber);
    }
    let mut joined = String::with_capacity(digits.len());
    joined.push_str(whole);
    joined.push_str(fraction);
    let mantissa = UBig::from_str_radix(&joined, 10).map_err(|_| NotANumber)?;
    let (mut twos, mut fives) = (-to_i64(fraction.len()), -to_i64(fraction.len()));
    match power {
        Some((true, exponent)) => twos += exponent,
        Some((false, exponent)) => {
            twos += exponent;
            fives += exponent;
        }
        None => {}
    }
    Ok(scaled(negative, mantissa, twos, fives))
}

fn parse_exponent(text: &str) -> Result<i64, NotANumber> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumber);
    }
    let exponent: i64 = text.parse().map_err(|_| NotANumber)?;
    if exponent.abs() > EXPONENT_LIMIT { Err(NotANumber) } else { Ok(exponent) }
}

/// `mantissa * 2^twos * 5^fives`, rounded as Go's `big.ParseFloat` does: the power of five itself is
/// rounded to 64 bits more than the result has.
fn scaled(negative: bool, mantissa: UBig, twos: i64, fives: i64) -> Float {
    if mantissa.is_zero() {
        return Float::zero(negative, TEXT_PRECISION);
    }
    if fives == 0 {
        return Float::rounded(negative, mantissa, twos, false, TEXT_PRECISION);
    }
    let bits = u32::try_from(mantissa.bit_len()).unwrap_or(u32::MAX);
    let exact = Float::rounded(negative, mantissa, twos, false, bits.max(TEXT_PRECISION));
    let power = power_of_five(fives.unsigned_abs(), TEXT_PRECISION + 64);
    let result =
        if fives < 0 { exact.divide(&power, TEXT_PRECISION) } else { exact.multiply(&power, TEXT_PRECISION) };
    result.unwrap_or_else(|| Float::zero(negative, TEXT_PRECISION))
}

fn power_of_five(exponent: u64, precision: u32) -> Float {
    // 5^27 is the largest power that fits a machine word.
    const WORD: u64 = 27;
    let start = UBig::from(5u8).pow(usize::try_from(exponent.min(WORD)).unwrap_or(0));
    let mut power = Float::rounded(false, start, 0, false, precision);
    let mut square = Float::rounded(false, UBig::from(5u8), 0, false, precision + 64);
    let mut left = exponent.saturating_sub(WORD);
    while left > 0 {
        if left & 1 == 1 {
            power = power.multiply(&square, precision).unwrap_or(power);
        }
        square = square.multiply(&square, precision + 64).unwrap_or(square);
        left >>= 1;
    }
    power
}

/// Decimal digits of a positive number: `0.digits * 10^point`, without zeros at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: Vec<u8>,
    pub(super) point: i64,
}

impl Decimal {
    fn exact(mantissa: &UBig, exponent: i64) -> Decimal {
        let size = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let (text, point) = if exponent >= 0 {
            let text = (mantissa << size).to_string();
            let point = to_i64(text.len());
            (text, point)
        } else {
            let text = (mantissa * UBig::from(5u8).pow(size)).to_string();
            let point = to_i64(text.len()) + exponent;
            (text, point)
        };
        let mut decimal = Decimal { digits: text.into_bytes(), point };
        decimal.trim();
        decimal
    }

    fn trim(&mut self) {
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    fn at(&self, place: usize) -> u8 {
        self.digits.get(place).copied().unwrap_or(b'0')
    }

    fn cut(&mut self, count: usize) {
        self.digits.truncate(count);
        self.trim();
    }

    fn cut_up(&mut self, count: usize) {
        self.digits.truncate(count);
        while self.digits.last() == Some(&b'9') {
            self.digits.pop();
        }
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    /// To `count` digits, half to even.
    pub(super) fn round(&mut self, count: usize) {
        if count >= self.digits.len() {
            return;
        }
        let next = self.at(count);
        let up = if next == b'5' && count + 1 == self.digits.len() {
            count > 0 && (self.at(count - 1) - b'0') & 1 == 1
        } else {
            next >= b'5'
        };
        if up { self.cut_up(count) } else { self.cut(count) }
    }
}

/// Beyond this many bits of exponent the first digits are worked out alone: there are more than can matter.
const FAR: u64 = 16_384;
/// How many: those that tell numbers of the precision of texts apart, and many more.
const LEADING: i64 = 400;
/// Bits to work them out with: the digits take 1,330, and what is between rounds off less than 700 in the end.
const LEADING_PRECISION: u32 = 2_560;

/// Digits for [`shortest_decimal`]: all, or where there are very many, the first.
fn digits_of(mantissa: &UBig, exponent: i64) -> Decimal {
    let few = exponent.unsigned_abs() < FAR || mantissa.bit_len() > 1_024;
    let leading = if few { None } else { leading_digits(mantissa, exponent) };
    leading.unwrap_or_else(|| Decimal::exact(mantissa, exponent))
}

/// The first digits of `mantissa * 2^exponent`; `None` where rounding could have changed them.
fn leading_digits(mantissa: &UBig, exponent: i64) -> Option<Decimal> {
    let bits = to_i64(mantissa.bit_len()) + exponent;
    let tens = bits * 30_103 / 100_000 - LEADING;
    let scaled = Float::rounded(false, mantissa.clone(), exponent - tens, false, LEADING_PRECISION);
    let power = power_of_five(tens.unsigned_abs(), LEADING_PRECISION);
    let scaled = if tens < 0 {
        scaled.multiply(&power, LEADING_PRECISION)?
    } else {
        scaled.divide(&power, LEADING_PRECISION)?
    };
    let Form::Finite { mantissa, exponent } = scaled.form else { return None };
    let below = usize::try_from(-exponent).ok()?;
    let whole = &mantissa >> below;
    // What the fraction begins with says whether the whole number before it is certain.
    let doubtful = (mantissa >> below.checked_sub(512)?) - (&whole << 512);
    if doubtful.is_zero() || doubtful.bit_len() == 512 && doubtful.trailing_ones() == Some(512) {
        return None;
    }
    let text = whole.to_string();
    let point = to_i64(text.len()) + tens;
    let mut decimal = Decimal { digits: text.into_bytes(), point };
    decimal.trim();
    Some(decimal)
}

/// All digits of a finite number.
pub(super) fn exact_decimal(float: &Float) -> Decimal {
    match &float.form {
        Form::Finite { mantissa, exponent } => Decimal::exact(mantissa, *exponent),
        _ => Decimal { digits: Vec::new(), point: 0 },
    }
}

/// The fewest digits that read back as the same number at its precision.
pub(super) fn shortest_decimal(float: &Float) -> Decimal {
    let Form::Finite { mantissa, exponent } = &float.form else { return exact_decimal(float) };
    let mut decimal = digits_of(mantissa, *exponent);
    // The lowest bit of the widened mantissa is half a unit in the last place.
    let widen = (float.precision as usize + 1).saturating_sub(mantissa.bit_len());
    let wide = mantissa << widen;
    let exponent = exponent - to_i64(widen);
    let inclusive = !wide.bit(1);
    let lower = digits_of(&(&wide - UBig::ONE), exponent);
    let upper = digits_of(&(wide + UBig::ONE), exponent);
    for place in 0..decimal.digits.len() {
        let (below, here, above) = (lower.at(place), decimal.at(place), upper.at(place));
        let down = below != here || (inclusive && place + 1 == lower.digits.len());
        let up = here != above && (inclusive || here + 1 < above || place + 1 < upper.digits.len());
        match (down, up) {
            (true, true) => decimal.round(place + 1),
            (true, false) => decimal.cut(place + 1),
            (false, true) => decimal.cut_up(place + 1),
            (false, false) => continue,
        }
        break;
    }
    decimal
}

/// Without exponent: `0.001`, `1200`.
pub(super) fn plain(decimal: &Decimal) -> String {
    let digits = std::str::from_utf8(&decimal.digits).unwrap_or("");
    if digits.is_empty() {
        return "0".to_owned();
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    if decimal.point <= 0 {
        return format!("0.{}{digits}", zeros(-decimal.point));
    }
    let point = usize::try_from(decimal.point).unwrap_or(usize::MAX);
    match digits.split_at_checked(point) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits}{}", zeros(decimal.point - to_i64(digits.len()))),
    }
}
