//! `float64` under a verb (`fmt/format.go`, `strconv/ftoa.go` of Go's standard library).

use super::Arg;
use super::verbs::{Flags, bad};
use crate::number::{format_e, format_f, format_g, format_g_digits};

/// Prints one float.
pub(super) fn print(out: &mut String, arg: &Arg, value: f64, verb: char, flags: &Flags) {
    let text = match (verb, flags.precision) {
        ('v' | 'g', None) => format_g(value),
        ('v' | 'g', Some(p)) => format_g_digits(value, p),
        ('G', None) => format_g(value).replace('e', "E"),
        ('G', Some(p)) => format_g_digits(value, p).replace('e', "E"),
        ('e', p) => format_e(value, Some(p.unwrap_or(6))),
        ('E', p) => format_e(value, Some(p.unwrap_or(6))).replace('e', "E"),
        ('f' | 'F', p) => format_f(value, Some(p.unwrap_or(6))),
        ('b', _) => binary(value),
        ('x', p) => hexadecimal(value, p),
        ('X', p) => hexadecimal(value, p).to_ascii_uppercase(),
        _ => return bad(out, arg, verb, flags),
    };
    let body = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let sign = match flags.sign(value.is_sign_negative() && !value.is_nan()) {
        "" if value.is_infinite() => "+",
        sign => sign,
    };
    let body = if flags.sharp && verb != 'b' && value.is_finite() {
        sharpened(body, verb, flags.precision)
    } else {
        body.to_owned()
    };
    flags.pad_number(out, &format!("{sign}{body}"), value.is_finite());
}

/// What `#` makes of a number: always a point, and under `g` and `x` no zeros cut off.
fn sharpened(body: &str, verb: char, precision: Option<usize>) -> String {
    let wanted = if matches!(verb, 'v' | 'g' | 'G' | 'x') { precision.unwrap_or(6) } else { 0 };
    let hex = matches!(verb, 'x' | 'X');
    let tail_at = body.find(|c| matches!(c, 'p' | 'P') || (!hex && matches!(c, 'e' | 'E')));
    let (head, tail) = body.split_at(tail_at.unwrap_or(body.len()));
    let counted = head.chars().filter(|c| *c != '.').skip_while(|c| *c == '0').count();
    let mut missing = wanted.saturating_sub(counted);
    let mut out = head.to_owned();
    if !head.contains('.') {
        missing = missing.saturating_sub(usize::from(head == "0"));
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', missing));
    out + tail
}

/// Mantissa of 53 bits and the power of two it is scaled by.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) }
}

/// `%b`: `4503599627370496p-52`.
fn binary(value: f64) -> String {
    let (mantissa, exponent) = parts(value);
    format!("{mantissa}p{exponent:+}")
}

/// `%x`: `0x1.8p+00`.
fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    let (mut mantissa, mut exponent) = parts(value);
    if mantissa == 0 {
        exponent = 0;
    } else {
        exponent += 52;
    }
    mantissa <<= 8;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(digits) = precision.filter(|p| *p < 15) {
        let shift = digits * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut out = format!("0x{}", mantissa >> 60 & 1);
    mantissa <<= 4;
    let count = precision.unwrap_or_else(|| (64 - mantissa.trailing_zeros() as usize).div_ceil(4));
    if count > 0 && (precision.is_some() || mantissa != 0) {
        out.push('.');
        for _ in 0..count {
            out.push(char::from_digit(u32::try_from(mantissa >> 60).unwrap_or(0), 16).unwrap_or('0'));
            mantissa <<= 4;
        }
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    out + &format!("p{sign}{:02}", exponent.unsigned_abs())
}
