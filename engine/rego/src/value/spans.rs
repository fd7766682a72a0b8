//! Large JSON texts: looked through once, read where somebody looks.
//!
//! The first pass finds out whether the text is a document at all, and where each collection in it ends. A collection
//! is read when its items are asked for; the collections in it are jumped over. So every byte is read at most twice,
//! and what no rule looks at takes eight bytes for a collection and nothing for anything else.

use super::later::{Later, Origin};
use super::read::{DEPTH, Reader, Shared};
use super::{Array, Object, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// A collection up to this many bytes is read with the one it stands in.
const SMALL: u32 = 96;

/// A text with its collections.
pub(crate) struct Text {
    text: String,
    /// By order of their first byte.
    spans: Vec<Span>,
    /// Keys and short texts that were read already.
    shared: Mutex<Shared>,
}

/// One collection.
#[derive(Clone, Copy)]
struct Span {
    /// The place after its last byte.
    end: u32,
    /// The first collection that does not stand in it.
    next: u32,
}

impl Text {
    /// The value of a text; gives the text back if it is better read at once, as when it is no document.
    pub(crate) fn value(text: String) -> Result<Value, String> {
        if u32::try_from(text.len()).is_err() {
            return Err(text);
        }
        let Some(spans) = Scan::new(&text).document() else { return Err(text) };
        let is_blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r');
        let start = text.bytes().take_while(is_blank).count();
        let object = match text.as_bytes().get(start) {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return Err(text),
        };
        let text = Arc::new(Self { text, spans, shared: Mutex::new(Shared::new()) });
        Ok(text.later(object, u32::try_from(start).unwrap_or(0), 0))
    }

    fn later(self: &Arc<Self>, object: bool, start: u32, node: u32) -> Value {
        if object {
            let origin = Origin::Text { text: Arc::clone(self), start, node };
            Value::Object(Arc::new(Object::later(Later::from(origin))))
        } else {
            let origin = Origin::Text { text: Arc::clone(self), start, node };
            Value::Array(Arc::new(Array::later(Later::from(origin))))
        }
    }

    /// The items of an array.
    pub(crate) fn items(self: &Arc<Self>, start: u32, node: u32) -> Vec<Value> {
        let mut out = Vec::new();
        self.each(start, node, |reader, child| {
            out.push(self.child(reader, child)?);
            Some(())
        });
        out
    }

    /// The pairs of an object, as they are written.
    pub(crate) fn pairs(self: &Arc<Self>, start: u32, node: u32) -> Vec<(Value, Value)> {
        let mut out = Vec::new();
        self.each(start, node, |reader, child| {
            let key = reader.key().ok()?;
            reader.blanks();
            out.push((key, self.child(reader, child)?));
            Some(())
        });
        out
    }

    /// Goes through what stands in a collection; the text was looked through, so nothing is missing.
    fn each(&self, start: u32, node: u32, mut item: impl FnMut(&mut Reader<'_>, &mut u32) -> Option<()>) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = Reader::at(&self.text, usize::try_from(start).unwrap_or(0) + 1, &mut shared);
        let mut child = node + 1;
        loop {
            reader.blanks();
            match reader.peek() {
                None | Some(b']' | b'}') => return,
                Some(b',') => {
                    reader.at += 1;
                    reader.blanks();
                }
                Some(_) => {}
            }
            if item(&mut reader, &mut child).is_none() {
                return;
            }
        }
    }

    /// The value at the reader's place; `child` is the number of the next collection.
    fn child(self: &Arc<Self>, reader: &mut Reader<'_>, child: &mut u32) -> Option<Value> {
        let object = match reader.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return reader.scalar().ok(),
        };
        let node = *child;
        let span = self.spans.get(usize::try_from(node).ok()?)?;
        let start = u32::try_from(reader.at).ok()?;
        *child = span.next;
        if span.end - start <= SMALL {
            return reader.document().ok();
        }
        reader.at = usize::try_from(span.end).ok()?;
        Some(self.later(object, start, node))
    }
}

/// The first pass.
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
    spans: Vec<Span>,
    /// Open collections: number, and whether it is an object.
    open: Vec<(usize, bool)>,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, spans: Vec::new(), open: Vec::new() }
    }

    /// The collections of a document; `None` if it is none, or nests too deeply, or has a number with a long exponent.
    fn document(mut self) -> Option<Vec<Span>> {
        loop {
            self.blanks();
            match self.peek()? {
                b'{' => {
                    if !self.opened(true, b'}')? {
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    if !self.opened(false, b']')? {
                        continue;
                    }
                }
                b'"' => self.string()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            loop {
                self.blanks();
                let Some((_, object)) = self.open.last().copied() else {
                    self.spans.shrink_to_fit();
                    return (self.at == self.bytes.len()).then_some(self.spans);
                };
                match (self.peek()?, object) {
                    (b',', _) => {
                        self.at += 1;
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    (b'}', true) | (b']', false) => self.close()?,
                    _ => return None,
                }
            }
        }
    }

    /// A collection begins; whether it ends at once.
    fn opened(&mut self, object: bool, close: u8) -> Option<bool> {
        if self.open.len() >= DEPTH {
            return None;
        }
        self.at += 1;
        self.open.push((self.spans.len(), object));
        self.spans.push(Span { end: 0, next: 0 });
        self.blanks();
        if self.peek()? != close {
            return Some(false);
        }
        self.close()?;
        Some(true)
    }

    fn close(&mut self) -> Option<()> {
        self.at += 1;
        let (node, _) = self.open.pop()?;
        let (end, next) = (u32::try_from(self.at).ok()?, u32::try_from(self.spans.len()).ok()?);
        *self.spans.get_mut(node)? = Span { end, next };
        Some(())
    }

    fn key(&mut self) -> Option<()> {
        self.blanks();
        if self.peek()? != b'"' {
            return None;
        }
        self.string()?;
        self.blanks();
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        Some(())
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            while let Some((word, _)) = self.bytes.get(self.at..).and_then(<[u8]>::split_first_chunk::<8>) {
                let found = special(u64::from_le_bytes(*word));
                if found != 0 {
                    self.at += usize::try_from(found.trailing_zeros() / 8).unwrap_or(0);
                    break;
                }
                self.at += 8;
            }
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.escape()?,
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.bytes.get(self.at + 1)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 2,
            b'u' => {
                let digits = self.bytes.get(self.at + 2..self.at + 6)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return None;
                }
                self.at += 6;
            }
            _ => return None,
        }
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits()? > 9 {
                return None;
            }
        }
        Some(())
    }

    /// How many digits there are; at least one.
    fn digits(&mut self) -> Option<usize> {
        let begin = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > begin).then_some(self.at - begin)
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let end = self.at + word.len();
        (self.bytes.get(self.at..end)? == word).then(|| self.at = end)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }
}

/// The high bit of each byte that is a quote, a backslash or a control character; exact up to the first of them.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let below = |word: u64, end: u64| word.wrapping_sub(ONES * end) & !word;
    let zero = |word: u64| below(word, 1);
    (zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c)) | below(word, 0x20)) & HIGH
}

#[cfg(test)]
#[path = "spans_tests.rs"]
mod tests;
