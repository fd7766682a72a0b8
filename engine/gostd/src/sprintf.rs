//! `fmt.Sprintf` and `fmt.Sprint` over a small dynamic value (https://pkg.go.dev/fmt).

mod big;
mod float;
mod verbs;

use dashu_int::IBig;
use std::borrow::Cow;

use verbs::Flags;

/// A value to be printed, with as much of its Go type as `%T` and error texts show.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// `nil`.
    Nil,
    /// `bool`.
    Bool(bool),
    /// A signed integer and the name of its type, such as `int` or `int64`.
    Int(i64, &'static str),
    /// An unsigned integer and the name of its type.
    Uint(u64, &'static str),
    /// `*big.Int`.
    Big(IBig),
    /// `float64`.
    Float(f64),
    /// `string`.
    Text(String),
    /// `[]uint8`.
    Bytes(Vec<u8>),
    /// A slice: name of its type, items.
    List(Cow<'static, str>, Vec<Arg>),
    /// A map: name of its type, pairs in the order they print (Go sorts by key).
    Map(Cow<'static, str>, Vec<(Arg, Arg)>),
    /// A struct: name of its type, fields in order.
    Struct(Cow<'static, str>, Vec<(Cow<'static, str>, Arg)>),
    /// Anything with a `String` or `Error` method: name of its type, that text.
    Stringer(Cow<'static, str>, String),
}

impl Arg {
    /// The name `%T` prints.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_, name) | Self::Uint(_, name) => name,
            Self::Big(_) => "*big.Int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(name, _) | Self::Map(name, _) | Self::Struct(name, _) | Self::Stringer(name, _) => {
                name
            }
        }
    }
}

/// Widest field and longest precision honoured, as in Go.
const TOO_LARGE: i64 = 1_000_000;

/// `fmt.Sprintf(format, args...)`; mistakes show in the text as Go shows them (`%!d(string=x)`, `%!s(MISSING)`).
#[must_use]
pub fn sprintf(format: &str, args: &[Arg]) -> String {
    let chars: Vec<char> = format.chars().collect();
    let mut printer = Printer {
        format: &chars,
        at: 0,
        args,
        next: 0,
        reordered: false,
        index_ok: true,
        out: String::new(),
    };
    printer.run();
    printer.out
}

/// `fmt.Sprint(args...)`: `%v` of each, with a blank between two neighbours that are both no strings.
#[must_use]
pub fn sprint(args: &[Arg]) -> String {
    let mut out = String::new();
    let mut after_text = true;
    for (i, arg) in args.iter().enumerate() {
        // Numbers of JSON are text to Go.
        let is_text = matches!(arg, Arg::Text(_)) || arg.type_name() == "json.Number";
        if i > 0 && !is_text && !after_text {
            out.push(' ');
        }
        verbs::print(&mut out, arg, 'v', &Flags::default());
        after_text = is_text;
    }
    out
}

/// `fmt.Sprintln(args...)`: `%v` of each, blanks between, a line feed at the end.
#[must_use]
pub fn sprintln(args: &[Arg]) -> String {
    let mut out = String::new();
    for (i, arg) in args.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        verbs::print(&mut out, arg, 'v', &Flags::default());
    }
    out.push('\n');
    out
}

struct Printer<'a> {
    format: &'a [char],
    at: usize,
    args: &'a [Arg],
    next: usize,
    reordered: bool,
    index_ok: bool,
    out: String,
}

impl Printer<'_> {
    fn run(&mut self) {
        while let Some(c) = self.bump() {
            if c == '%' {
                self.directive();
            } else {
                self.out.push(c);
            }
        }
        self.extra();
    }

    fn peek(&self) -> Option<char> {
        self.format.get(self.at).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn directive(&mut self) {
        self.index_ok = true;
        let mut flags = self.flags();
        let mut after_index = self.argument_index();
        if self.take('*') {
            self.star_width(&mut flags);
            after_index = false;
        } else {
            flags.width = self.number();
            self.index_ok &= !(after_index && flags.width.is_some());
        }
        if self.peek() == Some('.') && self.at + 1 < self.format.len() {
            self.at += 1;
            self.index_ok &= !after_index;
            after_index = self.argument_index();
            if self.take('*') {
                self.star_precision(&mut flags);
                after_index = false;
            } else {
                flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !after_index {
            self.argument_index();
        }
        let Some(verb) = self.bump() else {
            self.out.push_str("%!(NOVERB)");
            return;
        };
        self.apply(verb, flags);
    }

    fn apply(&mut self, verb: char, mut flags: Flags) {
        if verb == '%' {
            self.out.push('%');
            return;
        }
        if !self.index_ok {
            self.out.push_str(&format!("%!{verb}(BADINDEX)"));
            return;
        }
        let Some(arg) = self.args.get(self.next) else {
            self.out.push_str(&format!("%!{verb}(MISSING)"));
            return;
        };
        if matches!(verb, 'v' | 'w') {
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        verbs::print(&mut self.out, arg, verb, &flags);
        self.next += 1;
    }

    fn flags(&mut self) -> Flags {
        let mut flags = Flags::default();
        loop {
            match self.peek() {
                Some('#') => flags.sharp = true,
                Some('0') => flags.zero = true,
                Some('+') => flags.plus = true,
                Some('-') => flags.minus = true,
                Some(' ') => flags.space = true,
                _ => return flags,
            }
            self.at += 1;
        }
    }

    /// Digits; too large a number counts as none, as in Go.
    fn number(&mut self) -> Option<usize> {
        let start = self.at;
        let mut value: i64 = 0;
        while let Some(d) = self.peek().and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(i64::from(d));
            self.at += 1;
        }
        (self.at > start && value <= TOO_LARGE).then(|| usize::try_from(value).ok()).flatten()
    }

    /// `[n]`: whether one stood here.
    fn argument_index(&mut self) -> bool {
        if self.peek() != Some('[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(close) = rest.iter().position(|c| *c == ']') else {
            self.index_ok = false;
            self.at += 1;
            return false;
        };
        let digits: String = rest.get(1..close).unwrap_or_default().iter().collect();
        self.at += close + 1;
        match digits.parse::<usize>() {
            Ok(n) if n >= 1 && n <= self.args.len() => {
                self.next = n - 1;
                true
            }
            _ => {
                self.index_ok = false;
                false
            }
        }
    }

    fn star(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let value = match arg {
            Arg::Int(i, _) => *i,
            Arg::Uint(u, _) => i64::try_from(*u).ok()?,
            _ => return None,
        };
        (-TOO_LARGE..=TOO_LARGE).contains(&value).then_some(value)
    }

    fn star_width(&mut self, flags: &mut Flags) {
        match self.star() {
            None => self.out.push_str("%!(BADWIDTH)"),
            Some(width) => {
                if width < 0 {
                    flags.minus = true;
                    flags.zero = false;
                }
                flags.width = usize::try_from(width.unsigned_abs()).ok();
            }
        }
    }

    fn star_precision(&mut self, flags: &mut Flags) {
        match self.star() {
            Some(precision) if precision >= 0 => flags.precision = usize::try_from(precision).ok(),
            _ => self.out.push_str("%!(BADPREC)"),
        }
    }

    fn extra(&mut self) {
        let left = self.args.get(self.next..).unwrap_or_default();
        if self.reordered || left.is_empty() {
            return;
        }
        self.out.push_str("%!(EXTRA ");
        for (i, arg) in left.iter().enumerate() {
            if i > 0 {
                self.out.push_str(", ");
            }
            if *arg == Arg::Nil {
                self.out.push_str("<nil>");
            } else {
                self.out.push_str(arg.type_name());
                self.out.push('=');
                verbs::print(&mut self.out, arg, 'v', &Flags::default());
            }
        }
        self.out.push(')');
    }
}

#[cfg(test)]
#[path = "sprintf_tests.rs"]
mod tests;
