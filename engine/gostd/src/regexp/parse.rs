//! The walk over a pattern: checks as Go checks, writes what the `regex` crate reads.

use super::RegexpError;

/// Most repetitions Go accepts, nested counts multiplied.
const MAX_REPEAT: u32 = 1000;
/// Deepest nesting of groups Go accepts.
const MAX_DEPTH: usize = 1000;

pub(super) fn translate(pattern: &str) -> Result<String, RegexpError> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut parser = Parser {
        chars: &chars,
        at: 0,
        out: String::new(),
        groups: Vec::new(),
        names: Vec::new(),
        atom: None,
    };
    parser.run()?;
    Ok(parser.out)
}

/// The last item a repetition can apply to.
struct Atom {
    /// Where it starts in the output.
    out: usize,
    /// Product of the counts inside it.
    count: u32,
    /// Where its own repetition operator starts in the pattern, when it has one.
    repeated: Option<usize>,
}

struct Group {
    out: usize,
    /// Largest count among its items.
    count: u32,
}

pub(super) struct Parser<'p> {
    chars: &'p [char],
    pub(super) at: usize,
    pub(super) out: String,
    groups: Vec<Group>,
    names: Vec<String>,
    atom: Option<Atom>,
}

/// One character as a literal of the `regex` crate, inside or outside brackets.
pub(super) fn literal(c: char) -> String {
    if c.is_ascii_alphanumeric() || !c.is_ascii() || c == '_' || c == ' ' {
        return c.to_string();
    }
    format!("\\x{:02X}", u32::from(c))
}

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    pub(super) fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to.min(self.len())).unwrap_or_default().iter().collect()
    }

    pub(super) fn rest_is(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(i, c)| self.peek_at(i) == Some(c))
    }

    pub(super) fn find(&self, text: &str, from: usize) -> Option<usize> {
        let wanted: Vec<char> = text.chars().collect();
        let rest = self.chars.get(from..)?;
        rest.windows(wanted.len()).position(|w| w == wanted).map(|i| from + i)
    }

    pub(super) fn error(&self, code: &'static str, from: usize, to: usize) -> RegexpError {
        RegexpError { code, expr: self.slice(from, to) }
    }

    fn whole(&self, code: &'static str) -> RegexpError {
        self.error(code, 0, self.len())
    }

    fn run(&mut self) -> Result<(), RegexpError> {
        while let Some(c) = self.peek() {
            match c {
                '(' => self.open()?,
                ')' => self.close()?,
                '|' => {
                    self.at += 1;
                    self.out.push('|');
                    self.atom = None;
                }
                '*' | '+' | '?' => self.repeat_mark(c)?,
                '{' => self.repeat_count()?,
                '[' => {
                    let out = self.out.len();
                    self.class()?;
                    self.set_atom(out);
                }
                '\\' => self.backslash()?,
                '.' | '^' | '$' => {
                    let out = self.out.len();
                    self.at += 1;
                    self.out.push(c);
                    self.set_atom(out);
                }
                _ => {
                    self.at += 1;
                    self.push_literal(c);
                }
            }
        }
        if self.groups.is_empty() { Ok(()) } else { Err(self.whole("missing closing )")) }
    }

    fn set_atom(&mut self, out: usize) {
        self.atom = Some(Atom { out, count: 1, repeated: None });
    }

    fn push_literal(&mut self, c: char) {
        let out = self.out.len();
        self.out.push_str(&literal(c));
        self.set_atom(out);
    }

    fn open(&mut self) -> Result<(), RegexpError> {
        if self.groups.len() >= MAX_DEPTH {
            return Err(self.whole("expression nests too deeply"));
        }
        let out = self.out.len();
        if self.peek_at(1) == Some('?') {
            if self.rest_is("(?P<") || self.rest_is("(?<") {
                self.named_group()?;
            } else if !self.flags()? {
                while self.only_flags() {
                    self.flags()?;
                }
                self.behind_flags(out)?;
                return Ok(());
            }
        } else {
            self.at += 1;
            self.out.push('(');
        }
        self.groups.push(Group { out, count: 1 });
        self.atom = None;
        Ok(())
    }

    fn named_group(&mut self) -> Result<(), RegexpError> {
        let start = self.at;
        let from = start + if self.peek_at(2) == Some('P') { 4 } else { 3 };
        let Some(close) = self.find(">", from) else {
            return Err(self.error("invalid named capture", start, self.len()));
        };
        let name = self.slice(from, close);
        let valid = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
        if !valid {
            return Err(self.error("invalid named capture", start, close + 1));
        }
        // Go lets several groups have one name; the crate does not, so the later ones are told apart.
        let again = self.names.iter().filter(|other| **other == name).count();
        let mark = if again > 0 { super::again_mark(again) } else { String::new() };
        if again > 0 {
            self.out.push_str(&format!("(?P<{mark}{name}>"));
            self.names.push(name);
            self.at = close + 1;
            return Ok(());
        }
        // The regex crate wants names to start with a letter or underscore; no name of Go's has a dot.
        let mark = if name.starts_with(|c: char| c.is_ascii_digit()) { super::MARK } else { "" };
        self.out.push_str(&format!("(?P<{mark}{name}>"));
        self.names.push(name);
        self.at = close + 1;
        Ok(())
    }

    /// `(?flags)` or `(?flags:`; whether a group was opened.
    fn flags(&mut self) -> Result<bool, RegexpError> {
        let start = self.at;
        self.at += 2;
        let (mut negative, mut seen) = (false, false);
        loop {
            let Some(c) = self.peek() else {
                return Err(self.whole("missing closing )"));
            };
            self.at += 1;
            match c {
                'i' | 'm' | 's' | 'U' => seen = true,
                '-' if !negative => {
                    negative = true;
                    seen = false;
                }
                ':' | ')' if !negative || seen => {
                    let text = self.slice(start, self.at);
                    self.out.push_str(if text == "(?)" { "" } else { &text });
                    return Ok(c == ':');
                }
                _ => return Err(self.error("invalid or unsupported Perl syntax", start, self.at)),
            }
        }
    }

    /// Whether flags come next, and no group.
    fn only_flags(&self) -> bool {
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let [first, second, rest @ ..] = rest else { return false };
        let end = rest.iter().find(|c| !matches!(c, 'i' | 'm' | 's' | 'U' | '-'));
        *first == '(' && *second == '?' && end == Some(&')')
    }

    /// Go applies a repetition that follows flags to what stands before them, so the flags are put behind it.
    fn behind_flags(&mut self, out: usize) -> Result<(), RegexpError> {
        let Some(atom) = &mut self.atom else { return Ok(()) };
        // Flags end a repetition: another one may follow it, which nests.
        if atom.repeated.take().is_some() {
            let start = atom.out;
            self.out.insert_str(start, "(?:");
            self.out.insert(out + 3, ')');
            return self.moved(out + 4);
        }
        self.moved(out)
    }

    fn moved(&mut self, out: usize) -> Result<(), RegexpError> {
        if !matches!(self.peek(), Some('*' | '+' | '?' | '{')) {
            return Ok(());
        }
        let flags = self.out.split_off(out);
        match self.peek() {
            Some('{') => self.repeat_count()?,
            Some(c) => self.repeat_mark(c)?,
            None => {}
        }
        // A brace that begins no count is a literal, and stands after the flags.
        let literal = self.out.len() > out && self.atom.as_ref().is_some_and(|atom| atom.repeated.is_none());
        if !literal && flags.contains('U') {
            // The operator is read under the new flags, of which only this one matters to it.
            match self.out.strip_suffix('?') {
                Some(greedy) if self.chars.get(self.at - 1) == Some(&'?') && greedy.len() > out => {
                    self.out.pop();
                }
                _ => self.out.push('?'),
            }
        }
        let at = if literal { out } else { self.out.len() };
        self.out.insert_str(at, &flags);
        if literal && let Some(atom) = &mut self.atom {
            atom.out += flags.len();
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), RegexpError> {
        let Some(group) = self.groups.pop() else { return Err(self.whole("unexpected )")) };
        self.at += 1;
        self.out.push(')');
        self.atom = Some(Atom { out: group.out, count: group.count, repeated: None });
        Ok(())
    }

    fn repeat_mark(&mut self, c: char) -> Result<(), RegexpError> {
        let start = self.at;
        self.at += 1;
        let lazy = self.take('?');
        self.repeated(start, 1)?;
        self.out.push(c);
        if lazy {
            self.out.push('?');
        }
        Ok(())
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else is a literal brace.
    fn repeat_count(&mut self) -> Result<(), RegexpError> {
        let start = self.at;
        let Some((low, high, end)) = self.counts() else {
            self.at += 1;
            self.push_literal('{');
            return Ok(());
        };
        self.at = end;
        let too_many = |n: Option<u32>| n.is_none_or(|n| n > MAX_REPEAT);
        let bad = too_many(low) || high.is_some_and(|h| too_many(h) || h < low);
        if bad {
            return Err(self.error("invalid repeat count", start, end));
        }
        let text = self.slice(start, end);
        let lazy = self.take('?');
        let most = high.flatten().max(low).unwrap_or(1).max(1);
        self.repeated(start, most)?;
        self.out.push_str(&text);
        if lazy {
            self.out.push('?');
        }
        Ok(())
    }

    /// Low, high (`None`: absent) and end of a count; a number too large to read is `None` inside.
    #[allow(clippy::type_complexity, reason = "private, used once")]
    fn counts(&self) -> Option<(Option<u32>, Option<Option<u32>>, usize)> {
        let close = self.find("}", self.at)?;
        let body = self.slice(self.at + 1, close);
        let number = |s: &str| {
            let fits =
                !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit()) && (s == "0" || !s.starts_with('0'));
            fits.then(|| s.parse::<u32>().ok())
        };
        let (low, high) = match body.split_once(',') {
            None => (number(&body)?, None),
            Some((low, "")) => (number(low)?, None),
            Some((low, high)) => (number(low)?, Some(number(high)?)),
        };
        Some((low, high, close + 1))
    }

    /// Checks that a repetition may stand here and keeps the product of nested counts in bounds.
    fn repeated(&mut self, start: usize, times: u32) -> Result<(), RegexpError> {
        let end = self.at;
        let Some(atom) = &self.atom else {
            return Err(self.error("missing argument to repetition operator", start, end));
        };
        if let Some(before) = atom.repeated {
            return Err(self.error("invalid nested repetition operator", before, end));
        }
        let count = atom.count.saturating_mul(times);
        if times > 1 && count > MAX_REPEAT {
            return Err(self.error("invalid repeat count", start, end));
        }
        let out = atom.out;
        self.atom = Some(Atom { out, count, repeated: Some(start) });
        if let Some(group) = self.groups.last_mut() {
            group.count = group.count.max(count);
        }
        Ok(())
    }

    fn backslash(&mut self) -> Result<(), RegexpError> {
        let out = self.out.len();
        let mut body = String::new();
        if self.perl_class(&mut body) || self.unicode_class(&mut body)? {
            self.out.push_str(&body);
            self.set_atom(out);
            return Ok(());
        }
        let anchor = match self.peek_at(1) {
            Some('A') => "\\A",
            Some('z') => "\\z",
            Some('b') => "(?-u:\\b)",
            Some('B') => "(?-u:\\B)",
            Some('C') => return Err(self.error("invalid escape sequence", self.at, self.at + 2)),
            Some('Q') => {
                self.quoted();
                return Ok(());
            }
            _ => {
                let c = self.escape()?;
                self.push_literal(c);
                return Ok(());
            }
        };
        self.at += 2;
        self.out.push_str(anchor);
        self.set_atom(out);
        Ok(())
    }

    /// `\Q…\E`, or to the end.
    fn quoted(&mut self) {
        self.at += 2;
        let end = self.find("\\E", self.at);
        let text = self.slice(self.at, end.unwrap_or(self.len()));
        text.chars().for_each(|c| self.push_literal(c));
        self.at = end.map_or(self.len(), |e| e + 2);
    }

    /// An escape that stands for one character.
    pub(super) fn escape(&mut self) -> Result<char, RegexpError> {
        let start = self.at;
        let Some(c) = self.peek_at(1) else {
            return Err(RegexpError { code: "trailing backslash at end of expression", expr: String::new() });
        };
        self.at += 2;
        let octal_next = self.peek().is_some_and(|c| c.is_digit(8));
        let value = match c {
            '0' => self.octal(0),
            '1'..='7' if octal_next => self.octal(c.to_digit(8).unwrap_or(0)),
            'x' => return self.hex(start),
            'a' => 7,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => u32::from(c),
            _ => return Err(self.error("invalid escape sequence", start, self.at)),
        };
        char::from_u32(value).ok_or_else(|| self.error("invalid escape sequence", start, self.at))
    }

    fn octal(&mut self, start: u32) -> u32 {
        let mut value = start;
        for _ in 0..2 {
            let Some(digit) = self.peek().and_then(|c| c.to_digit(8)) else { break };
            value = value * 8 + digit;
            self.at += 1;
        }
        value
    }

    fn hex(&mut self, start: usize) -> Result<char, RegexpError> {
        let braced = self.take('{');
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_hexdigit()) && (braced || self.at < from + 2) {
            self.at += 1;
        }
        let digits = self.slice(from, self.at);
        let closed = if braced { self.take('}') && !digits.is_empty() } else { digits.len() == 2 };
        let value = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
        match value {
            Some(c) if closed => Ok(c),
            _ => Err(self.error("invalid escape sequence", start, (self.at + 1).min(self.len()))),
        }
    }
}
