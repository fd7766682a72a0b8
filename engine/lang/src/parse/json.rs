//! JSON text to nodes with positions. What is broken is told, and where it can be told what was meant to close, the
//! reading goes on behind it.

use ordain_diag::{Diagnostic, Diagnostics, FileId, Span, codes};

use super::json_text::string_text;
use super::json_token::{Kind, Scanner, Token};
use super::parser::MAX_DEPTH;
use crate::ast::{Ident, JsonNode, JsonValue};
use crate::suggest::{did_you_mean, nearest};

const VALUE: &str = "A JSON value begins with a brace, a bracket, a digit or minus sign, a quotation mark, or is true, false or null.";
const COMMA: &str = "Missing attribute seperator comma";

struct Reader<'t> {
    text: &'t str,
    file: FileId,
    scanner: Scanner<'t>,
    ahead: Token,
    depth: u32,
    /// Set when nothing more can be told.
    done: bool,
    found: Diagnostics,
}

/// Reads a JSON text. What could not be read is [`JsonValue::Broken`], of which there is a finding.
pub(super) fn read(file: FileId, text: &str) -> (JsonNode, Diagnostics) {
    let mut scanner = Scanner::new(text);
    let ahead = scanner.next();
    let mut reader = Reader { text, file, scanner, ahead, depth: 0, done: false, found: Diagnostics::new() };
    let node = reader.value();
    if !reader.found.has_errors() && reader.ahead.kind != Kind::End {
        let detail = "A JSON text holds one value; nothing may follow it.";
        reader.fail(reader.ahead, "Extraneous data after value", detail);
    }
    (node, reader.found)
}

impl Reader<'_> {
    fn span(&self, token: Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }

    fn fail(&mut self, at: Token, summary: &str, detail: impl Into<String>) {
        let span = self.span(at);
        self.fail_at(span, summary, detail);
    }

    fn fail_at(&mut self, span: Span, summary: &str, detail: impl Into<String>) {
        if !self.done {
            self.found.push(Diagnostic::error(codes::lang::SYNTAX, summary, detail).with_span(span));
        }
    }

    fn read(&mut self) -> Token {
        let token = self.ahead;
        if token.kind != Kind::End {
            self.ahead = self.scanner.next();
        }
        token
    }

    fn text(&self, token: Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    /// Goes over the rest of something in brackets of which one is open, from a token that was read.
    fn recover(&mut self, from: Token, open: Kind, close: Kind) {
        let mut depth = 1usize;
        let mut token = from;
        loop {
            match token.kind {
                Kind::End => return,
                kind if kind == open => depth += 1,
                kind if kind == close => {
                    depth -= 1;
                    if depth <= 1 {
                        return;
                    }
                }
                _ => {}
            }
            token = self.read();
        }
    }

    fn value(&mut self) -> JsonNode {
        let first = self.ahead;
        let value = match first.kind {
            Kind::OpenBrace | Kind::OpenBracket => self.nested(first),
            Kind::String => self.string(),
            Kind::Number => self.number(),
            Kind::Keyword => self.keyword(),
            other => {
                let summary = match other {
                    Kind::CloseBrace => "Missing JSON value",
                    Kind::CloseBracket => "Missing array element value",
                    Kind::End => "Missing value",
                    _ => "Invalid start of value",
                };
                let detail = if other == Kind::End { "The JSON text ends before its value." } else { VALUE };
                self.fail(first, summary, detail);
                None
            }
        };
        value.unwrap_or(JsonNode { span: self.span(first), value: JsonValue::Broken })
    }

    fn nested(&mut self, first: Token) -> Option<JsonNode> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let detail = format!("There are more than {MAX_DEPTH} levels of nesting here. Split this up.");
            self.fail(first, "Too deeply nested", detail);
            self.done = true;
            while self.read().kind != Kind::End {}
        }
        let node = if first.kind == Kind::OpenBrace { self.object() } else { self.array() };
        self.depth -= 1;
        node
    }

    fn keyword(&mut self) -> Option<JsonNode> {
        let token = self.read();
        let word = self.text(token);
        let value = match word {
            "null" => JsonValue::Null,
            "true" => JsonValue::Bool(true),
            "false" => JsonValue::Bool(false),
            _ => {
                let meant = did_you_mean(nearest(word, ["true", "false", "null"]));
                let detail = format!("\"{word}\" is no JSON keyword.{meant}");
                self.fail(token, "Invalid JSON keyword", detail);
                return None;
            }
        };
        Some(JsonNode { span: self.span(token), value })
    }

    fn number(&mut self) -> Option<JsonNode> {
        let token = self.read();
        let text = self.text(token);
        if !is_number(text) {
            self.fail(token, "Invalid JSON number", "This is not the way to write a number in JSON.");
            return None;
        }
        Some(JsonNode { span: self.span(token), value: JsonValue::Number(text.into()) })
    }

    fn string(&mut self) -> Option<JsonNode> {
        let token = self.read();
        match string_text(self.text(token)) {
            Ok(text) => Some(JsonNode { span: self.span(token), value: JsonValue::String(text) }),
            Err((offset, detail)) => {
                let after = token.start + offset;
                let at = self.text.floor_char_boundary(after);
                let line_ends = self.text.as_bytes().get(after).is_none_or(|byte| *byte == b'\n');
                let end = if line_ends { at } else { self.text.ceil_char_boundary(after + 1) };
                let span = Span::new(self.file, at, end);
                self.fail_at(span, "Invalid JSON string", detail);
                None
            }
        }
    }

    fn array(&mut self) -> Option<JsonNode> {
        let open = self.read();
        let mut items = Vec::new();
        while self.ahead.kind != Kind::CloseBracket {
            items.push(self.value());
            let (summary, detail) = match self.ahead.kind {
                Kind::CloseBracket => break,
                Kind::Comma => {
                    let comma = self.read();
                    if self.ahead.kind != Kind::CloseBracket {
                        continue;
                    }
                    let detail = "In JSON no comma may follow the last item.";
                    self.fail(comma, "Trailing comma in array", detail);
                    return None;
                }
                Kind::Colon => ("Invalid array value", "Items of an array have no names and colons."),
                Kind::End => {
                    self.fail(open, "Unclosed object", "The text ends before this array is closed.");
                    return None;
                }
                Kind::CloseBrace => {
                    ("Mismatched brackets", "A JSON array is closed with a bracket, not with a brace.")
                }
                _ => (COMMA, "Items of an array are separated by commas."),
            };
            let from = self.read();
            self.recover(from, Kind::OpenBracket, Kind::CloseBracket);
            self.fail(self.ahead, summary, detail);
            return None;
        }
        let close = self.read();
        let span = self.span(open).to(self.span(close));
        Some(JsonNode { span, value: JsonValue::Array(items.into()) })
    }

    fn object(&mut self) -> Option<JsonNode> {
        let open = self.read();
        let mut members = Vec::new();
        while self.ahead.kind != Kind::CloseBrace {
            members.push(self.member()?);
            let (summary, detail) = match self.ahead.kind {
                Kind::CloseBrace => break,
                Kind::Comma => {
                    let comma = self.read();
                    if self.ahead.kind != Kind::CloseBrace {
                        continue;
                    }
                    let detail = "In JSON no comma may follow the last property.";
                    self.fail(comma, "Trailing comma in object", detail);
                    return None;
                }
                Kind::End => {
                    self.fail(open, "Unclosed object", "The text ends before this object is closed.");
                    return None;
                }
                Kind::CloseBracket => {
                    self.read();
                    ("Mismatched braces", "A JSON object is closed with a brace, not with a bracket.")
                }
                _ => {
                    let from = self.read();
                    self.recover(from, Kind::OpenBrace, Kind::CloseBrace);
                    (COMMA, "Properties of an object are separated by commas.")
                }
            };
            self.fail(self.ahead, summary, detail);
            return None;
        }
        let close = self.read();
        let span = self.span(open).to(self.span(close));
        Some(JsonNode { span, value: JsonValue::Object(members.into()) })
    }

    fn member(&mut self) -> Option<(Ident, JsonNode)> {
        let key = self.value();
        let JsonValue::String(text) = key.value else {
            let span = match key.value {
                JsonValue::Object(_) | JsonValue::Array(_) => {
                    Span { end: (key.span.start + 1).min(key.span.end), ..key.span }
                }
                _ => key.span,
            };
            let detail = "The name of a property is a string in double quotes.";
            self.fail_at(span, "Invalid object property name", detail);
            return None;
        };
        let name = Ident { text, span: key.span };
        let colon = self.read();
        if colon.kind == Kind::Colon {
            return Some((name, self.value()));
        }
        self.recover(colon, Kind::OpenBrace, Kind::CloseBrace);
        match colon.kind {
            Kind::CloseBrace | Kind::Comma => {
                let detail = "After the name of a property comes a colon and its value.";
                self.fail(colon, "Missing object value", detail);
            }
            _ => {
                let detail = "A colon stands between the name of a property and its value.";
                self.fail(colon, "Missing property value colon", detail);
            }
        }
        None
    }
}

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
