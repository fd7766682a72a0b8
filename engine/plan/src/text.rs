//! Documents as JSON text in one line, written as they are made, in pieces.
//!
//! Plans are large and consist of very many short names and texts. What is written here is what the general writer of
//! `serde_json` writes, to the byte; only less is done for each of them: names of fields are taken as they are, texts
//! are looked at many bytes at a time, and all goes into one kind of buffer.

mod escape;
mod serializer;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Error;

/// How much is handed on at a time, at least.
const PIECE: usize = 32 << 10;

/// The document in one line.
pub fn compact(document: &impl Serialize, out: &mut dyn Write) -> Result<(), Error> {
    written(document, false, out)
}

/// The same as Terraform writes it: `<`, `>` and `&` are escaped so that it can stand in HTML.
pub fn html_safe(document: &impl Serialize, out: &mut dyn Write) -> Result<(), Error> {
    written(document, true, out)
}

fn written(document: &impl Serialize, html: bool, out: &mut dyn Write) -> Result<(), Error> {
    let piece = Vec::with_capacity(PIECE + PIECE / 8);
    let mut pieces = Pieces { piece, out, html, verbatim: false, in_name: false, made: String::new() };
    document.serialize(&mut pieces)?;
    pieces.hand_on().map_err(Error::io)
}

/// A text on its way.
struct Pieces<'a> {
    piece: Vec<u8>,
    out: &'a mut dyn Write,
    /// Whether it must be able to stand in HTML.
    html: bool,
    /// Whether the next text is JSON already.
    verbatim: bool,
    /// Whether the next text is the name of a member, which stays until it was looked at.
    in_name: bool,
    /// Room for texts that are made of parts.
    made: String,
}

impl Pieces<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.piece.extend_from_slice(bytes);
    }

    /// A text between quotes.
    #[inline]
    fn text(&mut self, text: &str) -> Result<(), Error> {
        if text.len() > PIECE {
            return self.long(text);
        }
        self.piece.reserve(text.len() + 2);
        self.put(b"\"");
        escape::put(&mut self.piece, text, self.html);
        self.put(b"\"");
        Ok(())
    }

    /// The same of a text that is more than a piece.
    #[cold]
    fn long(&mut self, mut text: &str) -> Result<(), Error> {
        self.put(b"\"");
        while !text.is_empty() {
            let (part, rest) = text.split_at(text.floor_char_boundary(PIECE / 2));
            escape::put(&mut self.piece, part, self.html);
            if !self.in_name {
                self.relieve()?;
            }
            text = rest;
        }
        self.put(b"\"");
        Ok(())
    }

    /// A text that is JSON already.
    fn verbatim(&mut self, text: &str) -> Result<(), Error> {
        if text.len() <= PIECE {
            self.put(text.as_bytes());
            return Ok(());
        }
        self.hand_on().and_then(|()| self.out.write_all(text.as_bytes())).map_err(Error::io)
    }

    /// A whole number.
    fn digits(&mut self, negative: bool, mut number: u64) {
        let mut digits = [b'0'; 20];
        let mut used = 0;
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
            used += 1;
            if number == 0 {
                break;
            }
        }
        if negative {
            self.put(b"-");
        }
        self.put(digits.get(digits.len() - used..).unwrap_or_default());
    }

    /// Hands on what there is when it is enough. Asked before each part of a list or object.
    #[inline]
    fn relieve(&mut self) -> Result<(), Error> {
        if self.piece.len() < PIECE { Ok(()) } else { self.hand_on().map_err(Error::io) }
    }

    #[cold]
    fn hand_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
