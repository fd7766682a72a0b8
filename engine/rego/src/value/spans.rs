//! Large JSON texts: looked through once, read where somebody looks.
//!
//! The first pass finds out whether the text is a document at all, and where each larger collection in it ends. A
//! collection is read when its items are asked for; the collections in it are jumped over. So every byte is read a few
//! times at most, and what no rule looks at takes twelve bytes for a larger collection and nothing for anything else.

use super::later::{Later, Origin};
use super::read::{Reader, Shared};
use super::scan::{Scan, Span};
use super::{Array, Object, Value};
use std::sync::{Arc, Mutex, PoisonError};

/// A text with its collections.
pub(crate) struct Text {
    text: String,
    /// The larger ones by order of their first byte.
    spans: Vec<Span>,
    /// Keys and short texts that were read already.
    shared: Mutex<Shared>,
}

impl Text {
    /// The value of a text; gives the text back if it is better read at once, as when it is no document.
    pub(crate) fn value(text: String) -> Result<Value, String> {
        if u32::try_from(text.len()).is_err() {
            return Err(text);
        }
        let Some(spans) = Scan::at(&text, 0).document() else { return Err(text) };
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

    /// The value at the reader's place; `child` is the number of the next larger collection.
    fn child(self: &Arc<Self>, reader: &mut Reader<'_>, child: &mut u32) -> Option<Value> {
        let object = match reader.peek()? {
            b'{' => true,
            b'[' => false,
            _ => return reader.scalar().ok(),
        };
        let Some(span) = self.span(reader.at, *child) else { return reader.document().ok() };
        let (start, node) = (span.start, *child);
        *child = span.next;
        reader.at = usize::try_from(span.end).ok()?;
        Some(self.later(object, start, node))
    }

    /// The larger collection that begins at a place, if one does: it has this number.
    fn span(&self, at: usize, node: u32) -> Option<Span> {
        let span = self.spans.get(usize::try_from(node).ok()?)?;
        (usize::try_from(span.start).ok()? == at).then_some(*span)
    }

    /// The value at a key of an object, without reading what else is in it; of equal keys the last one counts.
    pub(crate) fn find(self: &Arc<Self>, start: u32, node: u32, key: &str) -> Option<Value> {
        let mut scan = Scan::at(&self.text, usize::try_from(start).ok()? + 1);
        let mut child = node + 1;
        let mut found = None;
        loop {
            scan.blanks();
            match scan.peek() {
                None | Some(b'}') => break,
                Some(b',') => {
                    scan.at += 1;
                    scan.blanks();
                }
                Some(_) => {}
            }
            let from = scan.at;
            scan.string()?;
            let is_it = self.is_key(from, scan.at, key);
            scan.blanks();
            scan.at += 1;
            scan.blanks();
            if is_it {
                found = Some((scan.at, child));
            }
            match self.span(scan.at, child) {
                Some(span) => {
                    scan.at = usize::try_from(span.end).ok()?;
                    child = span.next;
                }
                None => scan.small()?,
            }
        }
        let (at, mut child) = found?;
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        self.child(&mut Reader::at(&self.text, at, &mut shared), &mut child)
    }

    /// Whether the string between two places, quotes included, is this one.
    fn is_key(&self, from: usize, to: usize, key: &str) -> bool {
        let written = self.text.get(from + 1..to - 1).unwrap_or_default();
        if !written.contains('\\') {
            return written == key;
        }
        let mut shared = Shared::new();
        let read = Reader::at(&self.text, from, &mut shared).scalar();
        read.is_ok_and(|read| read.as_str() == Some(key))
    }
}

#[cfg(test)]
#[path = "spans_tests.rs"]
mod tests;
