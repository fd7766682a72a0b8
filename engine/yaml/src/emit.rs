//! JSON values as YAML text, byte for byte as `sigs.k8s.io/yaml` marshals them (go-yaml v2 and its port of libyaml):
//! two blanks of indent, lists not indented below their key, natural key order, folding of long text at column 80.

use std::cmp::Ordering;

use ordain_gostd::{format_g, parse_float, parse_int};
use serde_json::{Map, Value};

use crate::scalar_form::{Form, choose, is_break, is_multiline, is_printable};

/// Text of a value, ending in a line feed.
///
/// Recursion is as deep as the value: callers bound the depth when they read it.
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    emit(value, WIDTH, false)
}

/// As [`to_yaml`], but as go-yaml v3 writes with an indent of two: lists indented below their key, no folding.
#[must_use]
pub fn to_yaml_indented(value: &Value) -> String {
    emit(value, usize::MAX, true)
}

fn emit(value: &Value, width: usize, indented: bool) -> String {
    let (out, column) = (String::new(), 0);
    let mut emitter = Emitter { out, column, indent: -1, whitespace: true, indention: true, width, indented };
    emitter.node(value, Place::Root);
    emitter.line();
    emitter.out
}

/// Where a node stands; decides the indent of lists and the form of scalars.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Item,
    Key,
    Value,
}

const WIDTH: usize = 80;
const STEP: isize = 2;

/// The state of libyaml's emitter that matters here; names are kept so that the two can be compared.
struct Emitter {
    out: String,
    column: usize,
    indent: isize,
    whitespace: bool,
    indention: bool,
    /// Column after which text is folded.
    width: usize,
    /// Lists stand deeper than their key.
    indented: bool,
}

impl Emitter {
    fn node(&mut self, value: &Value, place: Place) {
        match value {
            Value::Array(items) if items.is_empty() => self.empty("[", "]"),
            Value::Object(map) if map.is_empty() => self.empty("{", "}"),
            Value::Array(items) => self.sequence(items, place),
            Value::Object(map) => self.mapping(map),
            Value::String(text) => self.text(text, place, choose(text, place == Place::Key)),
            Value::Null => self.text("null", place, Form::Plain),
            Value::Bool(b) => self.text(if *b { "true" } else { "false" }, place, Form::Plain),
            Value::Number(n) => self.text(&number_text(&n.to_string()), place, Form::Plain),
        }
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true, true, false);
        self.indicator(close, false, false, false);
    }

    fn sequence(&mut self, items: &[Value], place: Place) {
        let outer = self.indent;
        let indentless = matches!(place, Place::Value | Place::Key) && !self.indention && !self.indented;
        self.deeper(false, indentless);
        for item in items {
            self.line();
            self.indicator("-", true, false, true);
            self.node(item, Place::Item);
        }
        self.indent = outer;
    }

    fn mapping(&mut self, map: &Map<String, Value>) {
        let outer = self.indent;
        self.deeper(false, false);
        let mut keys: Vec<&String> = map.keys().collect();
        keys.sort_by(|a, b| compare_keys(a, b));
        for key in keys {
            let Some(value) = map.get(key) else { continue };
            self.line();
            if key.len() <= 128 && !is_multiline(key) {
                self.text(key, Place::Key, choose(key, true));
                self.indicator(":", false, false, false);
            } else {
                self.indicator("?", true, false, true);
                self.text(key, Place::Value, choose(key, false));
                self.line();
                self.indicator(":", true, false, true);
            }
            self.node(value, Place::Value);
        }
        self.indent = outer;
    }

    fn deeper(&mut self, flow: bool, indentless: bool) {
        if self.indent < 0 {
            self.indent = if flow { STEP } else { 0 };
        } else if !indentless {
            self.indent += STEP;
        }
    }

    fn put(&mut self, c: char) {
        self.out.push(c);
        self.column += 1;
    }

    fn break_line(&mut self, c: char) {
        self.out.push(c);
        self.column = 0;
    }

    fn indicator(&mut self, text: &str, needs_space: bool, is_space: bool, is_indention: bool) {
        if needs_space && !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|c| self.put(c));
        self.whitespace = is_space;
        self.indention = self.indention && is_indention;
    }

    /// `yaml_emitter_write_indent`: a new line unless already at one, then blanks.
    fn line(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.break_line('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn text(&mut self, text: &str, place: Place, form: Form) {
        let outer = self.indent;
        self.deeper(true, false);
        let fold = place != Place::Key;
        match form {
            Form::Plain => self.plain(text, fold),
            Form::Single => self.single(text, fold),
            Form::Double => self.double(text, fold),
            Form::Literal => self.literal(text),
        }
        self.indent = outer;
    }

    fn plain(&mut self, text: &str, fold: bool) {
        if !self.whitespace {
            self.put(' ');
        }
        self.words(text, fold, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn single(&mut self, text: &str, fold: bool) {
        self.indicator("'", true, false, false);
        self.words(text, fold, true);
        self.indicator("'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// Text, folded at blanks beyond the width, its separators of lines kept; quotes are doubled when `quoted`.
    fn words(&mut self, text: &str, fold: bool, quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let mut chars = text.chars().enumerate().peekable();
        while let Some((i, c)) = chars.next() {
            if c == ' ' {
                let next = chars.peek().map(|(_, n)| *n);
                let inside = !quoted || (i > 0 && next.is_some());
                if fold && !spaces && self.column > self.width && inside && next != Some(' ') {
                    self.line();
                } else {
                    self.put(' ');
                }
                spaces = true;
                continue;
            }
            if is_break(c) {
                self.break_line(c);
                self.indention = true;
                breaks = true;
                continue;
            }
            if breaks {
                self.line();
            }
            if quoted && c == '\'' {
                self.put('\'');
            }
            self.put(c);
            self.indention = false;
            (spaces, breaks) = (false, false);
        }
    }

    fn double(&mut self, text: &str, fold: bool) {
        self.indicator("\"", true, false, false);
        // go-yaml looks for a byte order mark at the start of the text, whichever character it is at.
        let marked = text.starts_with('\u{feff}');
        let mut spaces = false;
        let mut chars = text.chars().enumerate().peekable();
        while let Some((i, c)) = chars.next() {
            let next = chars.peek().map(|(_, n)| *n);
            if c == ' ' && !marked {
                if fold && !spaces && self.column > self.width && i > 0 && next.is_some() {
                    self.line();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                spaces = true;
                continue;
            }
            if marked || !is_printable(c) || is_break(c) || matches!(c, '"' | '\\') {
                escape(c).chars().for_each(|c| self.put(c));
            } else {
                self.put(c);
            }
            spaces = false;
        }
        self.indicator("\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with(|c: char| c == ' ' || is_break(c)) {
            self.indicator("2", false, false, false);
        }
        let mut back = text.chars().rev();
        let chomp = match (back.next(), back.next()) {
            (Some(last), _) if !is_break(last) => "-",
            (Some(_), None) => "+",
            (Some(_), Some(before)) if is_break(before) => "+",
            _ => "",
        };
        self.indicator(chomp, false, false, false);
        self.break_line('\n');
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        for c in text.chars() {
            if is_break(c) {
                self.break_line(c);
                self.indention = true;
                breaks = true;
                continue;
            }
            if breaks {
                self.line();
            }
            self.put(c);
            self.indention = false;
            breaks = false;
        }
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' | '\\' => c,
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(c);
            return match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
        }
    };
    format!("\\{short}")
}

/// A JSON number as go-yaml reads and writes it: whole within 64 bits as is, everything else as a float.
fn number_text(digits: &str) -> String {
    if let Some(i) = parse_int(digits, 10) {
        return i.to_string();
    }
    match parse_float(digits) {
        Some(f) => format_g(f),
        None => digits.to_owned(),
    }
}

/// go-yaml's `keyList.Less`: letters by code after everything else, runs of digits by value.
fn compare_keys(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(i) = a.iter().zip(&b).position(|(x, y)| x != y) else { return a.len().cmp(&b.len()) };
    let (Some(&x), Some(&y)) = (a.get(i), b.get(i)) else { return Ordering::Equal };
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (false, true) => return Ordering::Less,
        (true, false) => return Ordering::Greater,
        (false, false) => {}
    }
    let shared = a.get(..i).unwrap_or_default();
    let start = u64::from((x == '0' || y == '0') && follows_number(shared));
    let ((an, ai), (bn, bi)) = (digit_run(&a, i, start), digit_run(&b, i, start));
    an.cmp(&bn).then(ai.cmp(&bi)).then(x.cmp(&y))
}

/// Whether the shared part ends in digits that are not all zero.
fn follows_number(shared: &[char]) -> bool {
    shared.iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0')
}

fn digit_run(text: &[char], from: usize, start: u64) -> (u64, usize) {
    let run = text.get(from..).unwrap_or_default().iter().map_while(|c| c.to_digit(10));
    run.fold((start, 0), |(n, len), d| (n.wrapping_mul(10).wrapping_add(u64::from(d)), len + 1))
}

#[cfg(test)]
#[path = "emit_tests.rs"]
mod tests;
