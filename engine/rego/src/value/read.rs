//! JSON text to values, without a document in between: digits are kept, keys and short texts are shared.

use super::Value;
use super::spans::Text;
use crate::number::Number;
use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

/// Deepest nesting read.
pub(super) const DEPTH: usize = 2_000;
/// Texts up to this length are shared between equal ones.
const SHARED: usize = 32;
/// Most texts kept for sharing.
const MOST_SHARED: usize = 1 << 14;
/// Shorter texts are read at once.
const LONG: usize = 1 << 10;

/// Why a text is no JSON document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in the words of Go's `encoding/json` where it has the error.
    pub message: String,
    /// Where, in bytes from the start.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for JsonError {}

impl Value {
    /// Reads one JSON document. Of equal keys the last one counts. Of a long text, collections are read when they
    /// are looked at.
    ///
    /// # Errors
    /// What RFC 8259 does not allow, text after the document, nesting deeper than 2,000, exponents beyond ±2^31.
    pub fn parse_json(text: &str) -> Result<Self, JsonError> {
        if text.len() > LONG { Self::read_json(text.to_owned()) } else { whole(text) }
    }

    /// The same of a text that is given away, which saves a copy.
    ///
    /// # Errors
    /// As above.
    pub fn read_json(text: String) -> Result<Self, JsonError> {
        if text.len() <= LONG {
            return whole(&text);
        }
        Text::value(text).or_else(|text| whole(&text))
    }
}

/// Reads all of a text.
fn whole(text: &str) -> Result<Value, JsonError> {
    let mut shared = Shared::new();
    let mut reader = Reader::at(text, 0, &mut shared);
    let value = reader.document()?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.unexpected("after top-level value"));
    }
    Ok(value)
}

/// A collection that is being read.
enum Open {
    Array(Vec<Value>),
    /// The pairs so far and the key whose value comes next.
    Object(Vec<(Value, Value)>, Value),
}

/// Reads values from a place of a text.
pub(super) struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pub(super) at: usize,
    shared: &'a mut Shared,
}

/// Keys and short texts, each once.
pub(super) struct Shared(HashSet<Arc<str>, Seeded>);

impl Shared {
    pub(super) fn new() -> Self {
        Self(HashSet::with_hasher(Seeded::new()))
    }

    /// `always` is for keys: there are few of them, many times.
    fn share(&mut self, text: &str, always: bool) -> Arc<str> {
        if text.len() > SHARED {
            return text.into();
        }
        if let Some(shared) = self.0.get(text) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = text.into();
        if self.0.len() < if always { 4 * MOST_SHARED } else { MOST_SHARED } {
            self.0.insert(Arc::clone(&shared));
        }
        shared
    }
}

/// A quick hash of short texts, from a start that nobody outside knows: texts cannot be made to collide.
struct Seeded(u64);

impl Seeded {
    fn new() -> Self {
        Self(RandomState::new().hash_one(0_u8))
    }
}

impl BuildHasher for Seeded {
    type Hasher = Quick;

    fn build_hasher(&self) -> Quick {
        Quick(self.0)
    }
}

struct Quick(u64);

impl Hasher for Quick {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        const ODD: u64 = 0x517c_c1b7_2722_0a95;
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            self.0 = (self.0.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(ODD);
        }
    }
}

impl<'a> Reader<'a> {
    pub(super) fn at(text: &'a str, at: usize, shared: &'a mut Shared) -> Self {
        Self { text, bytes: text.as_bytes(), at, shared }
    }

    /// One value, from here.
    pub(super) fn document(&mut self) -> Result<Value, JsonError> {
        let mut stack: Vec<Open> = Vec::new();
        loop {
            let Some(mut value) = self.value_or_open(&mut stack)? else { continue };
            loop {
                match stack.last_mut() {
                    None => return Ok(value),
                    Some(Open::Array(items)) => {
                        items.push(value);
                        if !self.separator(b']', "array element")? {
                            break;
                        }
                    }
                    Some(Open::Object(pairs, key)) => {
                        pairs.push((std::mem::replace(key, Value::Null), value));
                        if !self.separator(b'}', "object key:value pair")? {
                            *key = self.key()?;
                            break;
                        }
                    }
                }
                value = match stack.pop() {
                    Some(Open::Array(mut items)) => {
                        items.shrink_to_fit();
                        Value::array(items)
                    }
                    Some(Open::Object(pairs, _)) => Value::object(pairs),
                    None => return Err(self.error("unexpected end of JSON input")),
                };
            }
        }
    }

    /// The next value; `None` when it opened a collection that has something in it.
    fn value_or_open(&mut self, stack: &mut Vec<Open>) -> Result<Option<Value>, JsonError> {
        self.blanks();
        let opened = match self.peek() {
            Some(b'[') => {
                self.at += 1;
                self.blanks();
                if self.take(b']') {
                    return Ok(Some(Value::array(Vec::new())));
                }
                Open::Array(Vec::new())
            }
            Some(b'{') => {
                self.at += 1;
                self.blanks();
                if self.take(b'}') {
                    return Ok(Some(Value::object(Vec::new())));
                }
                Open::Object(Vec::new(), self.key()?)
            }
            _ => return self.scalar().map(Some),
        };
        if stack.len() >= DEPTH {
            return Err(self.error("exceeded max depth"));
        }
        stack.push(opened);
        Ok(None)
    }

    /// After an item: whether the collection ended.
    fn separator(&mut self, close: u8, after: &str) -> Result<bool, JsonError> {
        self.blanks();
        if self.take(b',') {
            return Ok(false);
        }
        if self.take(close) { Ok(true) } else { Err(self.unexpected(&format!("after {after}"))) }
    }

    pub(super) fn key(&mut self) -> Result<Value, JsonError> {
        self.blanks();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("looking for beginning of object key string"));
        }
        let key = self.string(true)?;
        self.blanks();
        if self.take(b':') { Ok(key) } else { Err(self.unexpected("after object key")) }
    }

    pub(super) fn scalar(&mut self) -> Result<Value, JsonError> {
        match self.peek() {
            Some(b'"') => self.string(false),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.unexpected(&format!("in literal {word}")))
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length =
            rest.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count();
        let text = self.text.get(self.at..self.at + length).unwrap_or_default();
        let number = Number::parse(text).ok_or_else(|| self.error("invalid character in numeric literal"))?;
        self.at += length;
        Ok(Value::Number(number))
    }

    fn string(&mut self, key: bool) -> Result<Value, JsonError> {
        self.at += 1;
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let plain = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f));
        let Some(length) = plain else { return Err(self.end()) };
        self.at += length;
        let head = self.text.get(start..self.at).unwrap_or_default();
        if self.take(b'"') {
            return Ok(Value::String(self.shared.share(head, key)));
        }
        let mut out = head.to_owned();
        loop {
            match self.peek() {
                None => return Err(self.end()),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Value::string(out));
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(0..=0x1f) => return Err(self.unexpected("in string literal")),
                Some(_) => {
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    let end = rest.find(|c| c == '"' || c == '\\' || c <= '\u{1f}').unwrap_or(rest.len());
                    out.push_str(rest.get(..end).unwrap_or_default());
                    self.at += end;
                }
            }
        }
    }

    /// One `\x`; half a surrogate pair becomes U+FFFD, as in Go.
    fn escape(&mut self, out: &mut String) -> Result<(), JsonError> {
        self.at += 1;
        let c = match self.peek().ok_or_else(|| self.end())? {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                out.push(self.unicode()?);
                return Ok(());
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        out.push(c);
        Ok(())
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hex().ok_or_else(|| self.unexpected("in \\u hexadecimal character escape"))?;
        self.at += 4;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        if self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) {
            self.at += 2;
            if let Some(second) = self.hex().filter(|second| (0xdc00..0xe000).contains(second)) {
                self.at += 4;
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at -= 2;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        u32::from_str_radix(digits, 16).ok()
    }

    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn error(&self, message: impl Into<String>) -> JsonError {
        JsonError { message: message.into(), offset: self.at }
    }

    fn end(&self) -> JsonError {
        JsonError { message: "unexpected EOF".into(), offset: self.text.len() }
    }

    fn unexpected(&self, what: &str) -> JsonError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => self.end(),
            Some(c) => self.error(format!("invalid character {} {what}", ordain_gostd::quote_char(c, false))),
        }
    }
}
