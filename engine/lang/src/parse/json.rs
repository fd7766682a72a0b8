//! JSON text to nodes with positions. The first error ends the reading.

use ordain_diag::{Diagnostic, Diagnostics, FileId, Span, codes};

use super::json_text::string_text;
use super::parser::MAX_DEPTH;
use crate::ast::{Ident, JsonNode, JsonValue, Text};
use crate::suggest::{did_you_mean, nearest};

const VALUE: &str = "A JSON value begins with a brace, a bracket, a digit or minus sign, a quotation mark, or is true, false or null.";

/// An error was noted.
struct Broken;

struct Reader<'t> {
    text: &'t str,
    file: FileId,
    at: usize,
    depth: u32,
    found: Diagnostics,
}

/// Reads a JSON text; `None` where it is broken.
pub(super) fn read(file: FileId, text: &str) -> (Option<JsonNode>, Diagnostics) {
    let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader { text, file, at, depth: 0, found: Diagnostics::new() };
    let node = reader.whole().ok();
    (node, reader.found)
}

impl Reader<'_> {
    fn whole(&mut self) -> Result<JsonNode, Broken> {
        self.skip_space();
        if self.peek().is_none() {
            return self.fail(self.at, self.at, "Missing value", "The JSON text ends before its value.");
        }
        let node = self.value()?;
        self.skip_space();
        if self.peek().is_some() {
            let detail = "A JSON text holds one value; nothing may follow it.";
            return self.fail(self.at, self.at + 1, "Extraneous data after value", detail);
        }
        Ok(node)
    }

    fn fail<T>(
        &mut self,
        start: usize,
        end: usize,
        summary: &str,
        detail: impl Into<String>,
    ) -> Result<T, Broken> {
        let span = Span::new(self.file, start, end);
        self.found.push(Diagnostic::error(codes::lang::SYNTAX, summary, detail).with_span(span));
        Err(Broken)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn node(&self, start: usize, value: JsonValue) -> JsonNode {
        JsonNode { span: Span::new(self.file, start, self.at), value }
    }

    fn value(&mut self) -> Result<JsonNode, Broken> {
        let start = self.at;
        match self.peek() {
            Some(b'{' | b'[') => {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    let detail =
                        format!("There are more than {MAX_DEPTH} levels of nesting here. Split this up.");
                    return self.fail(start, start + 1, "Too deeply nested", detail);
                }
                let value = if self.peek() == Some(b'{') { self.object() } else { self.array() };
                self.depth -= 1;
                value
            }
            Some(b'"') => {
                let text = self.string()?;
                Ok(self.node(start, JsonValue::String(text)))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(byte) if byte.is_ascii_alphabetic() => self.keyword(),
            Some(b',' | b']' | b'}' | b':') => self.fail(start, start + 1, "Missing JSON value", VALUE),
            _ => self.fail(start, start + 1, "Invalid start of value", VALUE),
        }
    }

    fn keyword(&mut self) -> Result<JsonNode, Broken> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.at += 1;
        }
        let word = self.text.get(start..self.at).unwrap_or("");
        let value = match word {
            "null" => JsonValue::Null,
            "true" => JsonValue::Bool(true),
            "false" => JsonValue::Bool(false),
            _ => {
                let meant = did_you_mean(nearest(word, ["true", "false", "null"]));
                let detail = format!("\"{word}\" is no JSON keyword.{meant}");
                return self.fail(start, self.at, "Invalid JSON keyword", detail);
            }
        };
        Ok(self.node(start, value))
    }

    fn number(&mut self) -> Result<JsonNode, Broken> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'))
        {
            self.at += 1;
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        if !is_number(text) {
            let detail = "This is not the way to write a number in JSON.";
            return self.fail(start, self.at, "Invalid JSON number", detail);
        }
        Ok(self.node(start, JsonValue::Number(text.into())))
    }

    fn string(&mut self) -> Result<Text, Broken> {
        let start = self.at;
        match string_text(self.text.get(start + 1..).unwrap_or("")) {
            Ok((text, length)) => {
                self.at = start + 1 + length;
                Ok(text)
            }
            Err((offset, detail)) => {
                let at = start + 1 + offset;
                self.fail(at, at + 1, "Invalid JSON string", detail)
            }
        }
    }

    fn array(&mut self) -> Result<JsonNode, Broken> {
        let start = self.at;
        let items = self.sequence(&ARRAY, Self::value)?;
        Ok(self.node(start, JsonValue::Array(items.into())))
    }

    fn object(&mut self) -> Result<JsonNode, Broken> {
        let start = self.at;
        let members = self.sequence(&OBJECT, |parser| parser.member(start))?;
        Ok(self.node(start, JsonValue::Object(members.into())))
    }

    /// What stands between two brackets, separated by commas. Leaves the text behind the closing one.
    fn sequence<T>(
        &mut self,
        words: &Brackets,
        item: impl Fn(&mut Self) -> Result<T, Broken>,
    ) -> Result<Vec<T>, Broken> {
        let start = self.at;
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(words.close) {
            self.at += 1;
            return Ok(items);
        }
        loop {
            self.skip_space();
            if self.peek().is_none() {
                return self.unclosed(start, words);
            }
            items.push(item(self)?);
            self.skip_space();
            let here = self.at;
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    self.skip_space();
                    if self.peek() == Some(words.close) {
                        return self.fail(here, here + 1, words.trailing.0, words.trailing.1);
                    }
                }
                Some(byte) if byte == words.close => {
                    self.at += 1;
                    return Ok(items);
                }
                Some(byte) if byte == words.other => {
                    return self.fail(here, here + 1, words.mismatched.0, words.mismatched.1);
                }
                None => return self.unclosed(start, words),
                _ => return self.fail(here, here + 1, "Missing attribute seperator comma", words.comma),
            }
        }
    }

    fn unclosed<T>(&mut self, open: usize, words: &Brackets) -> Result<T, Broken> {
        self.fail(open, open + 1, "Unclosed object", words.unclosed)
    }

    fn member(&mut self, open: usize) -> Result<(Ident, JsonNode), Broken> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            None => return self.unclosed(open, &OBJECT),
            _ => {
                let detail = "The name of a property is a string in double quotes.";
                return self.fail(start, start + 1, "Invalid object property name", detail);
            }
        }
        let text = self.string()?;
        let name = Ident { text, span: Span::new(self.file, start, self.at) };
        self.skip_space();
        let here = self.at;
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(b'}' | b',') => {
                let detail = "After the name of a property comes a colon and its value.";
                return self.fail(here, here + 1, "Missing object value", detail);
            }
            _ => {
                let detail = "A colon stands between the name of a property and its value.";
                return self.fail(here, here + 1, "Missing property value colon", detail);
            }
        }
        self.skip_space();
        Ok((name, self.value()?))
    }
}

/// How a sequence ends, and what is said (summary, detail) when it does not end well.
struct Brackets {
    close: u8,
    other: u8,
    unclosed: &'static str,
    trailing: (&'static str, &'static str),
    mismatched: (&'static str, &'static str),
    comma: &'static str,
}

const ARRAY: Brackets = Brackets {
    close: b']',
    other: b'}',
    unclosed: "The text ends before this array is closed.",
    trailing: ("Trailing comma in array", "In JSON no comma may follow the last item."),
    mismatched: ("Mismatched brackets", "A JSON array is closed with a bracket, not with a brace."),
    comma: "Items of an array are separated by commas.",
};

const OBJECT: Brackets = Brackets {
    close: b'}',
    other: b']',
    unclosed: "The text ends before this object is closed.",
    trailing: ("Trailing comma in object", "In JSON no comma may follow the last property."),
    mismatched: ("Mismatched braces", "A JSON object is closed with a brace, not with a bracket."),
    comma: "Properties of an object are separated by commas.",
};

/// Whether a text follows JSON's grammar of numbers.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}
