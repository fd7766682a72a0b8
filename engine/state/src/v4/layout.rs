//! Lays compact JSON out the way Go's encoder does with an indent of two blanks, while it is written.

use std::io;

/// Takes JSON text in pieces and gives it on with line breaks and indents. Strings are kept but for the
/// characters that Go escapes and others do not: `<`, `>`, `&` and the two Unicode line separators. The
/// text must be well-formed.
pub(crate) struct LaidOut {
    out: Vec<u8>,
    depth: usize,
    /// A bracket was opened, and nothing came after it yet.
    opened: bool,
    string: InString,
    /// Bytes of what may become a line separator, which is E2 80 A8 or E2 80 A9.
    separator: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum InString {
    Outside,
    Inside,
    AfterBackslash,
}

const SEPARATOR: [u8; 2] = [0xe2, 0x80];

impl LaidOut {
    pub(crate) fn new() -> Self {
        Self { out: Vec::new(), depth: 0, opened: false, string: InString::Outside, separator: 0 }
    }

    /// The whole text, with the line break at its end.
    pub(crate) fn done(mut self) -> Vec<u8> {
        self.out.push(b'\n');
        self.out
    }

    fn break_line(&mut self) {
        self.out.push(b'\n');
        self.out.extend(std::iter::repeat_n(b' ', self.depth * 2));
    }

    fn outside(&mut self, byte: u8) {
        if byte.is_ascii_whitespace() {
            return;
        }
        let closes = matches!(byte, b'}' | b']');
        if std::mem::take(&mut self.opened) && !closes {
            self.depth += 1;
            self.break_line();
        } else if closes && self.out.last().is_none_or(|last| !matches!(last, b'{' | b'[')) {
            self.depth = self.depth.saturating_sub(1);
            self.break_line();
        }
        self.out.push(byte);
        match byte {
            b'"' => self.string = InString::Inside,
            b'{' | b'[' => self.opened = true,
            b',' => self.break_line(),
            b':' => self.out.push(b' '),
            _ => {}
        }
    }

    fn inside(&mut self, byte: u8) {
        if self.separator == SEPARATOR.len() && matches!(byte, 0xa8 | 0xa9) {
            self.out.truncate(self.out.len().saturating_sub(SEPARATOR.len()));
            self.out.extend_from_slice(if byte == 0xa8 { b"\\u2028" } else { b"\\u2029" });
            self.separator = 0;
            return;
        }
        self.separator = match SEPARATOR.get(self.separator) {
            Some(next) if *next == byte => self.separator + 1,
            _ => usize::from(byte == SEPARATOR[0]),
        };
        match byte {
            b'<' => self.out.extend_from_slice(b"\\u003c"),
            b'>' => self.out.extend_from_slice(b"\\u003e"),
            b'&' => self.out.extend_from_slice(b"\\u0026"),
            _ => self.out.push(byte),
        }
        match byte {
            b'"' => self.string = InString::Outside,
            b'\\' => self.string = InString::AfterBackslash,
            _ => {}
        }
    }
}

/// Whether a byte in a string is not just copied.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&') || byte == SEPARATOR[0]
}

impl io::Write for LaidOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        loop {
            // Most of a state is text in which nothing happens.
            if self.string == InString::Inside && self.separator == 0 {
                let plain = rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len());
                let (plain, after) = rest.split_at(plain);
                self.out.extend_from_slice(plain);
                rest = after;
            }
            let Some((byte, after)) = rest.split_first() else { return Ok(bytes.len()) };
            rest = after;
            match self.string {
                InString::Outside => self.outside(*byte),
                InString::Inside => self.inside(*byte),
                InString::AfterBackslash => {
                    self.out.push(*byte);
                    self.string = InString::Inside;
                }
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
