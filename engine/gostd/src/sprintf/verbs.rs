//! One argument under one verb.

use super::{Arg, big, float};
use crate::quote::{can_backquote, quote, quote_ascii, quote_char};

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Default)]
#[allow(clippy::struct_excessive_bools, reason = "Go's flags are independent of each other")]
pub(crate) struct Flags {
    pub(crate) sharp: bool,
    pub(crate) zero: bool,
    pub(crate) plus: bool,
    pub(crate) minus: bool,
    pub(crate) space: bool,
    pub(crate) sharp_v: bool,
    pub(crate) plus_v: bool,
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
}

impl Flags {
    pub(super) fn pad(&self, out: &mut String, text: &str, zero: bool) {
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        if self.minus {
            out.push_str(text);
            out.extend(std::iter::repeat_n(' ', missing));
        } else {
            out.extend(std::iter::repeat_n(if zero && self.zero { '0' } else { ' ' }, missing));
            out.push_str(text);
        }
    }

    /// Pads a number whose sign goes before the zeros.
    pub(super) fn pad_number(&self, out: &mut String, text: &str, zeros: bool) {
        if !(self.zero && zeros) || self.minus {
            return self.pad(out, text, false);
        }
        let digits = text.strip_prefix(['+', '-', ' ']).unwrap_or(text);
        let sign = text.strip_suffix(digits).unwrap_or_default();
        let missing = self.width.unwrap_or(0).saturating_sub(text.chars().count());
        out.push_str(sign);
        out.extend(std::iter::repeat_n('0', missing));
        out.push_str(digits);
    }

    pub(super) fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }
}

/// Prints one argument.
pub(crate) fn print(out: &mut String, arg: &Arg, verb: char, flags: &Flags) {
    if verb == 'T' {
        let cut = |precision| arg.type_name().chars().take(precision).collect::<String>();
        let name = flags.precision.map_or_else(|| arg.type_name().to_owned(), cut);
        return flags.pad(out, &name, true);
    }
    if verb == 'w' {
        return big::wrong_wrap(out, arg, flags);
    }
    match arg {
        Arg::Nil if verb == 'v' => flags.pad(out, "<nil>", true),
        Arg::Nil => bad(out, arg, verb, flags),
        Arg::Bool(b) if matches!(verb, 't' | 'v') => flags.pad(out, if *b { "true" } else { "false" }, true),
        Arg::Bool(_) => bad(out, arg, verb, flags),
        Arg::Int(i, _) => integer(out, arg, *i < 0, i.unsigned_abs(), verb, flags),
        Arg::Uint(u, _) => integer(out, arg, false, *u, verb, flags),
        Arg::Big(int) => big::print(out, int, verb, flags),
        Arg::Float(f) => float::print(out, arg, *f, verb, flags),
        Arg::Text(text) | Arg::Stringer(_, text) => string(out, arg, text, verb, flags),
        Arg::Bytes(bytes) => print_bytes(out, arg, bytes, verb, flags),
        Arg::List(name, items) => {
            let (open, gap, close) = shape(flags, name, ("[", " ", "]"));
            group(out, &open, gap, close, items, |out, item| print_inner(out, item, verb, flags));
        }
        Arg::Map(name, pairs) => {
            let (open, gap, close) = shape(flags, name, ("map[", " ", "]"));
            group(out, &open, gap, close, pairs, |out, (key, value)| {
                print_inner(out, key, verb, flags);
                out.push(':');
                print_inner(out, value, verb, flags);
            });
        }
        Arg::Struct(name, fields) => {
            let (open, gap, close) = shape(flags, name, ("{", " ", "}"));
            group(out, &open, gap, close, fields, |out, (field, value)| {
                if flags.plus_v || flags.sharp_v {
                    out.push_str(field);
                    out.push(':');
                }
                print_inner(out, value, verb, flags);
            });
        }
    }
}

/// Below the top, a nil is an empty interface.
fn print_inner(out: &mut String, arg: &Arg, verb: char, flags: &Flags) {
    match arg {
        Arg::Nil if flags.sharp_v => out.push_str("interface {}(nil)"),
        Arg::Nil => out.push_str("<nil>"),
        _ => print(out, arg, verb, flags),
    }
}

fn shape(
    flags: &Flags,
    name: &str,
    plain: (&str, &'static str, &'static str),
) -> (String, &'static str, &'static str) {
    if flags.sharp_v { (format!("{name}{{"), ", ", "}") } else { (plain.0.to_owned(), plain.1, plain.2) }
}

fn group<T>(
    out: &mut String,
    open: &str,
    gap: &str,
    close: &str,
    items: &[T],
    each: impl Fn(&mut String, &T),
) {
    out.push_str(open);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(gap);
        }
        each(out, item);
    }
    out.push_str(close);
}

/// `%!verb(type=value)`, the value under the same flags.
pub(super) fn bad(out: &mut String, arg: &Arg, verb: char, flags: &Flags) {
    out.push_str(&format!("%!{verb}("));
    if *arg == Arg::Nil {
        out.push_str("<nil>");
    } else {
        out.push_str(arg.type_name());
        out.push('=');
        print(out, arg, 'v', flags);
    }
    out.push(')');
}

fn integer(out: &mut String, arg: &Arg, negative: bool, value: u64, verb: char, flags: &Flags) {
    let unsigned_sharp = flags.sharp_v && matches!(arg, Arg::Uint(..));
    let (digits, prefix) = match verb {
        'v' if unsigned_sharp => (format!("{value:x}"), "0x"),
        'v' | 'd' => (value.to_string(), ""),
        'b' => (format!("{value:b}"), if flags.sharp { "0b" } else { "" }),
        'o' => (format!("{value:o}"), if flags.sharp { "0" } else { "" }),
        'O' => (format!("{value:o}"), "0o"),
        'x' => (format!("{value:x}"), if flags.sharp { "0x" } else { "" }),
        'X' => (format!("{value:X}"), if flags.sharp { "0X" } else { "" }),
        'c' | 'q' | 'U' => return character(out, negative, value, verb, flags),
        _ => return bad(out, arg, verb, flags),
    };
    if flags.precision == Some(0) && value == 0 {
        return flags.pad(out, "", false);
    }
    let sign = flags.sign(negative);
    let wanted = match flags.precision {
        Some(precision) => precision,
        None if flags.zero && !flags.minus => flags.width.unwrap_or(0).saturating_sub(sign.len()),
        None => 0,
    };
    let zeros = "0".repeat(wanted.saturating_sub(digits.len()));
    let led = zeros.starts_with('0') || digits.starts_with('0');
    let prefix = match verb {
        'o' if led => "",
        'O' if flags.sharp && !led => "0o0",
        _ => prefix,
    };
    flags.pad(out, &format!("{sign}{prefix}{zeros}{digits}"), false);
}

fn character(out: &mut String, negative: bool, value: u64, verb: char, flags: &Flags) {
    let c = if negative { None } else { u32::try_from(value).ok().and_then(char::from_u32) };
    let shown = c.unwrap_or(char::REPLACEMENT_CHARACTER);
    match verb {
        'c' => flags.pad(out, &shown.to_string(), true),
        'q' => flags.pad(out, &quote_char(shown, flags.plus), true),
        _ => {
            let code = if negative { value.wrapping_neg() } else { value };
            let mut text = format!("U+{code:04X}");
            if flags.sharp && c.is_some_and(crate::quote::is_print) {
                text.push_str(&format!(" '{shown}'"));
            }
            flags.pad(out, &text, false);
        }
    }
}

fn string(out: &mut String, arg: &Arg, text: &str, verb: char, flags: &Flags) {
    let cut: String = match flags.precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text.to_owned(),
    };
    match verb {
        'v' if flags.sharp_v => flags.pad(out, &quote(&cut), true),
        'v' | 's' => flags.pad(out, &cut, true),
        'x' | 'X' => hex(out, text.as_bytes(), verb, flags),
        'q' if flags.sharp && can_backquote(&cut) => flags.pad(out, &format!("`{cut}`"), true),
        'q' if flags.plus => flags.pad(out, &quote_ascii(&cut), true),
        'q' => flags.pad(out, &quote(&cut), true),
        _ => bad(out, arg, verb, flags),
    }
}

fn print_bytes(out: &mut String, arg: &Arg, bytes: &[u8], verb: char, flags: &Flags) {
    match verb {
        'v' | 'd' => {
            let (open, gap, close) = shape(flags, "[]uint8", ("[", " ", "]"));
            group(out, &open, gap, close, bytes, |out, byte| {
                let text = if flags.sharp_v { format!("0x{byte:x}") } else { byte.to_string() };
                out.push_str(&text);
            });
        }
        's' | 'q' | 'x' | 'X' => string(out, arg, &crate::bytes::to_text(bytes), verb, flags),
        _ => bad(out, arg, verb, flags),
    }
}

fn hex(out: &mut String, bytes: &[u8], verb: char, flags: &Flags) {
    let bytes = bytes.get(..flags.precision.unwrap_or(bytes.len())).unwrap_or(bytes);
    let mark = if flags.sharp { if verb == 'x' { "0x" } else { "0X" } } else { "" };
    let mut text = String::new();
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 && flags.space {
            text.push(' ');
        }
        if i == 0 || flags.space {
            text.push_str(mark);
        }
        text.push_str(&if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") });
    }
    flags.pad(out, &text, true);
}
