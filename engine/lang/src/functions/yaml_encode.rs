//! `yamlencode`: YAML 1.1 as libyaml's emitter lays it out, every string and key in double quotes or, with
//! line breaks, as a literal block.

use ordain_value::{Kind, Value};

use super::spec::FunctionError;

/// Lines are broken at the first space after this column.
const WIDTH: usize = 80;

/// Spaces per level.
const STEP: usize = 2;

/// Longest key that is written without `?`, in bytes.
const LONGEST_SIMPLE_KEY: usize = 128;

/// YAML of a wholly known value without marks.
pub(super) fn encode(value: &Value) -> Result<String, FunctionError> {
    let mut emitter =
        Emitter { out: String::new(), column: 0, indent: None, indention: true, whitespace: true };
    emitter.node(value, false)?;
    let open = matches!(value.kind(), Kind::Null(_) | Kind::Bool(_) | Kind::Number(_));
    emitter.finish(open);
    Ok(emitter.out)
}

/// What has been written and where it stands, in the terms of libyaml's emitter.
struct Emitter {
    out: String,
    column: usize,
    /// `None` before the first level.
    indent: Option<usize>,
    /// Whether the line so far holds nothing but indentation and indicators.
    indention: bool,
    whitespace: bool,
}

impl Emitter {
    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn put_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    fn write_indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.put_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, text: &str, spaced: bool, whitespace: bool, indention: bool) {
        if spaced && !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|c| self.put(c));
        self.whitespace = whitespace;
        self.indention = self.indention && indention;
    }

    /// Runs `body` one level deeper.
    fn deeper<T>(&mut self, flow: bool, same: bool, body: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.indent;
        self.indent = Some(match before {
            None => {
                if flow {
                    STEP
                } else {
                    0
                }
            }
            Some(indent) => {
                if same {
                    indent
                } else {
                    indent + STEP
                }
            }
        });
        let result = body(self);
        self.indent = before;
        result
    }

    fn finish(&mut self, open: bool) {
        if self.column > 0 {
            self.put_break();
        }
        if open {
            self.out.push_str("...\n");
        }
    }

    fn node(&mut self, value: &Value, in_mapping: bool) -> Result<(), FunctionError> {
        match value.kind() {
            Kind::Null(_) => self.plain("null"),
            Kind::Bool(flag) => self.plain(if *flag { "true" } else { "false" }),
            Kind::Number(number) => self.plain(&number.to_string()),
            Kind::String(text) => self.text(text, false),
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                if items.is_empty() {
                    self.indicator("[", true, true, false);
                    self.indicator("]", false, false, false);
                    return Ok(());
                }
                let same = in_mapping && !self.indention;
                return self.deeper(false, same, |emitter| {
                    items.iter().try_for_each(|item| {
                        emitter.write_indent();
                        emitter.indicator("-", true, false, true);
                        emitter.node(item, false)
                    })
                });
            }
            Kind::Map(_, members) | Kind::Object(members) => {
                if members.is_empty() {
                    self.indicator("{", true, true, false);
                    self.indicator("}", false, false, false);
                    return Ok(());
                }
                return self.deeper(false, false, |emitter| {
                    members.iter().try_for_each(|(name, member)| emitter.member(name, member))
                });
            }
            Kind::Unknown(_) => return Err(FunctionError::call("value is not known")),
        }
        Ok(())
    }

    fn member(&mut self, name: &str, member: &Value) -> Result<(), FunctionError> {
        self.write_indent();
        if name.len() <= LONGEST_SIMPLE_KEY && !name.contains(is_break) {
            self.text(name, true);
            self.indicator(":", false, false, false);
        } else {
            self.indicator("?", true, false, true);
            self.text(name, false);
            self.write_indent();
            self.indicator(":", true, false, true);
        }
        self.node(member, true)
    }

    fn plain(&mut self, text: &str) {
        self.indicator(text, true, false, false);
    }

    fn text(&mut self, text: &str, key: bool) {
        let literal = !key && text.contains('\n') && fits_literal(text);
        self.deeper(
            true,
            false,
            |emitter| if literal { emitter.literal(text) } else { emitter.quoted(text, key) },
        );
    }

    fn quoted(&mut self, text: &str, key: bool) {
        self.indicator("\"", true, false, false);
        // Behind a byte order mark at the beginning go-yaml escapes every character.
        let escaped = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((at, c)) = chars.next() {
            if c != ' ' || escaped {
                after_space = false;
                if escaped || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\' | '\u{feff}') {
                    escape(c).chars().for_each(|c| self.put(c));
                } else {
                    self.put(c);
                }
                continue;
            }
            let next = chars.peek().map(|(_, next)| *next);
            if !key && !after_space && self.column > WIDTH && at > 0 && next.is_some() {
                self.write_indent();
                if next == Some(' ') {
                    self.put('\\');
                }
            } else {
                self.put(' ');
            }
            after_space = true;
        }
        self.indicator("\"", false, false, false);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with(|c| c == ' ' || is_break(c)) {
            self.indicator("2", false, false, false);
        }
        let mut last = text.chars().rev();
        match (last.next().is_some_and(is_break), last.next().is_none_or(is_break)) {
            (false, _) => self.indicator("-", false, false, false),
            (true, true) => self.indicator("+", false, false, false),
            (true, false) => {}
        }
        self.put_break();
        let indent = self.indent.unwrap_or(0);
        let mut fresh = true;
        for c in text.chars() {
            if is_break(c) {
                self.out.push(c);
                self.column = 0;
                fresh = true;
                continue;
            }
            while fresh && self.column < indent {
                self.put(' ');
            }
            self.put(c);
            fresh = false;
        }
        // After a last break the next thing begins on the fresh line.
        self.indention = fresh;
        self.whitespace = true;
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// A literal block cannot hold what must be escaped, nor spaces that nobody would see.
fn fits_literal(text: &str) -> bool {
    let mut before = None;
    for c in text.chars() {
        if !is_printable(c) || (is_break(c) && before == Some(' ')) {
            return false;
        }
        before = Some(c);
    }
    before != Some(' ')
}

fn escape(c: char) -> String {
    match c {
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        c if (c as u32) <= 0xff => format!("\\x{:02X}", c as u32),
        c if (c as u32) <= 0xffff => format!("\\u{:04X}", c as u32),
        c => format!("\\U{:08X}", c as u32),
    }
}
