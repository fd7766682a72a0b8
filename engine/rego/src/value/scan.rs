//! JSON texts gone through without reading values: whether they are documents, and where things end.

use super::read::DEPTH;

/// A collection up to this many bytes is read with the one it stands in.
pub(super) const SMALL: u32 = 96;

/// One larger collection.
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// The place of its first byte.
    pub(super) start: u32,
    /// The place after its last byte.
    pub(super) end: u32,
    /// The first larger collection that does not stand in it.
    pub(super) next: u32,
}

/// Goes through a text.
pub(super) struct Scan<'t> {
    bytes: &'t [u8],
    pub(super) at: usize,
    /// The larger collections so far.
    spans: Vec<Span>,
    /// Open collections: number, and whether it is an object.
    open: Vec<(usize, bool)>,
}

impl<'t> Scan<'t> {
    pub(super) fn at(text: &'t str, at: usize) -> Self {
        Self { bytes: text.as_bytes(), at, spans: Vec::new(), open: Vec::new() }
    }

    /// The larger collections of a document; `None` if it is none, or nests too deeply, or has a number with a long exponent.
    pub(super) fn document(mut self) -> Option<Vec<Span>> {
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
        self.open.push((self.spans.len(), object));
        self.spans.push(Span { start: u32::try_from(self.at).ok()?, end: 0, next: 0 });
        self.at += 1;
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
        let span = self.spans.get_mut(node)?;
        if end - span.start <= SMALL {
            // All that stands in it is small as well.
            self.spans.truncate(node);
        } else {
            (span.end, span.next) = (end, next);
        }
        Some(())
    }

    /// Goes over a value that is no larger collection, in a text that was looked through.
    pub(super) fn small(&mut self) -> Option<()> {
        let mut open = 0_u32;
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                }
                b'}' | b']' if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                b',' | b'}' | b']' if open == 0 => return Some(()),
                _ => self.at += 1,
            }
        }
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

    pub(super) fn string(&mut self) -> Option<()> {
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

    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
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
