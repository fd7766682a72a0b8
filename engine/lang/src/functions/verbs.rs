//! One verb of a format, and numbers written by it.

use dashu_int::IBig;
use ordain_gostd::quote_char;
use ordain_value::Number;

use super::spec::FunctionError;

/// Widest field and longest precision.
const WIDEST: usize = 1_000_000;

/// `%[flags][width][.precision][[index]]mode`
#[derive(Clone)]
#[allow(clippy::struct_excessive_bools, reason = "the flags of a verb are independent of each other")]
pub(super) struct Verb<'f> {
    pub(super) raw: &'f str,
    pub(super) offset: usize,
    /// Number of its argument, from 1.
    pub(super) arg: usize,
    pub(super) mode: char,
    pub(super) zero: bool,
    pub(super) sharp: bool,
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) space: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

/// The digits at the start of a text, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn size(digits: &str) -> Result<usize, FunctionError> {
    let size = if digits.is_empty() { Some(0) } else { digits.parse().ok() };
    size.filter(|size| *size <= WIDEST)
        .ok_or_else(|| FunctionError::call(format!("width or precision {digits} is too large")))
}

impl<'f> Verb<'f> {
    /// Reads the verb that `text` starts with; gives what follows it as well.
    pub(super) fn parse(
        text: &'f str,
        offset: usize,
        next: usize,
    ) -> Result<(Verb<'f>, &'f str), FunctionError> {
        let mut verb = Verb {
            raw: "",
            offset,
            arg: next,
            mode: ' ',
            zero: false,
            sharp: false,
            plus: false,
            minus: false,
            space: false,
            width: None,
            precision: None,
        };
        let mut rest = verb.flags(text.get(1..).unwrap_or(""));
        let (width, after) = digits(rest);
        if !width.is_empty() {
            verb.width = Some(size(width)?);
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = digits(after);
            verb.precision = Some(size(precision)?);
            rest = after;
        }
        if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = digits(after);
            let valid = !index.is_empty() && !index.starts_with('0');
            match after.strip_prefix(']').filter(|_| valid) {
                Some(after) => {
                    verb.arg = size(index)?;
                    rest = after;
                }
                None => {
                    return Err(unrecognized(
                        if valid { after } else { rest.get(1..).unwrap_or("") },
                        text,
                        offset,
                    ));
                }
            }
        }
        match rest.chars().next().filter(char::is_ascii_alphabetic) {
            Some(mode) => {
                verb.mode = mode;
                rest = rest.get(1..).unwrap_or("");
            }
            None => return Err(unrecognized(rest, text, offset)),
        }
        verb.raw = text.get(..text.len() - rest.len()).unwrap_or(text);
        Ok((verb, rest))
    }

    /// Reads the flags at the start of a text; gives what follows.
    fn flags(&mut self, mut rest: &'f str) -> &'f str {
        loop {
            match rest.as_bytes().first() {
                Some(b'0') => self.zero = true,
                Some(b'#') => self.sharp = true,
                Some(b'+') => self.plus = true,
                Some(b'-') => self.minus = true,
                Some(b' ') => self.space = true,
                _ => return rest,
            }
            rest = rest.get(1..).unwrap_or("");
        }
    }

    /// The argument is not one for this verb.
    pub(super) fn unsupported(&self, why: impl std::fmt::Display) -> FunctionError {
        FunctionError::call(format!("unsupported value for {:?} at {}: {why}", self.raw, self.offset))
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// A number with its sign, padded; zeros go between the two.
    fn padded(&self, sign: &str, body: &str, zeros: bool) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + body.len());
        match (self.minus, zeros && self.zero) {
            (true, _) => format!("{sign}{body}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{}{body}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{body}", " ".repeat(missing)),
        }
    }
}

fn unrecognized(rest: &str, text: &str, offset: usize) -> FunctionError {
    let at = offset + text.len() - rest.len();
    FunctionError::call(match rest.chars().next() {
        Some(c) => format!("unrecognized format character {} at offset {at}", quote_char(c, false)),
        None => format!("invalid format string starting at offset {at}"),
    })
}

/// `%b %d %o %x %X`
pub(super) fn format_integer(verb: &Verb<'_>, whole: &IBig) -> String {
    let negative = *whole < IBig::ZERO;
    let magnitude = if negative { -whole.clone() } else { whole.clone() };
    let (radix, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = magnitude.in_radix(radix).to_string();
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    let precision = verb.precision.unwrap_or(0);
    if verb.precision == Some(0) && digits == "0" {
        return String::new();
    }
    let zeros = "0".repeat(precision.saturating_sub(digits.len()));
    let sign = format!("{}{}", verb.sign(negative), if verb.sharp { prefix } else { "" });
    verb.padded(&sign, &format!("{zeros}{digits}"), verb.precision.is_none())
}

/// `%e %E %f %g %G`
pub(super) fn format_float(verb: &Verb<'_>, number: &Number) -> String {
    if number.is_infinite() {
        let sign = match (number.is_negative(), verb.space) {
            (true, _) => "-",
            (false, true) => " ",
            (false, false) => "+",
        };
        return verb.padded(sign, "Inf", false);
    }
    let body = match (verb.mode, verb.precision) {
        ('f', precision) => fixed(number, precision.unwrap_or(6)),
        (mode @ ('e' | 'E'), precision) => {
            let places = precision.unwrap_or(6);
            let (digits, point) = number.decimal_digits(Some(places + 1));
            exponential(&digits, point, Some(places), mode)
        }
        (mode, None) => general(number.shortest_digits(), None, mode),
        (mode, Some(precision)) => {
            let precision = precision.max(1);
            general(number.decimal_digits(Some(precision)), Some(precision), mode)
        }
    };
    // Of `-` and `0` the one wins for integers, and the other one here.
    let verb = Verb { minus: verb.minus && !verb.zero, ..verb.clone() };
    verb.padded(verb.sign(number.is_negative()), &body, true)
}

/// `%v` of a number: the fewest digits, with an exponent where that is far from zero.
pub(super) fn shortest(number: &Number) -> String {
    if number.is_infinite() {
        return number.to_string();
    }
    let sign = if number.is_negative() { "-" } else { "" };
    format!("{sign}{}", general(number.shortest_digits(), None, 'g'))
}

fn fixed(number: &Number, places: usize) -> String {
    let (digits, point) = number.decimal_digits(None);
    let keep = point + i64::try_from(places).unwrap_or(i64::MAX);
    let (digits, point) = match usize::try_from(keep) {
        Ok(keep) => number.decimal_digits(Some(keep)),
        Err(_) => (digits, point),
    };
    let digit = |at: i64| {
        usize::try_from(at).ok().and_then(|at| digits.as_bytes().get(at)).map_or('0', |&b| char::from(b))
    };
    let mut out: String = if point > 0 { (0..point).map(digit).collect() } else { "0".to_owned() };
    if places > 0 {
        out.push('.');
        let places = i64::try_from(places).unwrap_or(i64::MAX);
        out.extend((0..places).map(|at| digit(point + at)));
    }
    out
}

fn exponential(digits: &str, point: i64, places: Option<usize>, mode: char) -> String {
    let mark = if mode.is_ascii_uppercase() { 'E' } else { 'e' };
    let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
    let fraction = match places {
        Some(places) => format!("{rest:0<places$}"),
        None => rest.to_owned(),
    };
    let dot = if fraction.is_empty() { "" } else { "." };
    let exponent = if digits.is_empty() { 0 } else { point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{dot}{fraction}{mark}{sign}{:02}", exponent.abs())
}

/// Without an exponent, unless that is below -4 or too large for the precision.
fn general((digits, point): (String, i64), precision: Option<usize>, mode: char) -> String {
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    let limit = match precision.and_then(|precision| i64::try_from(precision).ok()) {
        Some(precision) if precision > count && count >= point => count,
        Some(precision) => precision,
        None => 6,
    };
    let exponent = point - 1;
    // Zero has no digits and no exponent either.
    if !digits.is_empty() && (exponent < -4 || exponent >= limit) {
        return exponential(&digits, point, None, mode);
    }
    if digits.is_empty() {
        return "0".to_owned();
    }
    if point <= 0 {
        return format!("0.{}{digits}", "0".repeat(usize::try_from(-point).unwrap_or(0)));
    }
    let whole = usize::try_from(point).unwrap_or(0);
    match digits.split_at_checked(whole) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits:0<whole$}"),
    }
}
