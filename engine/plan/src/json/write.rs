//! JSON text as Terraform writes it: one line, `<`, `>` and `&` escaped so that it can stand in HTML.

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

struct HtmlSafe;

impl Formatter for HtmlSafe {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // The first byte of the two separators stands for them: nearly every text has none of these at all.
        if !fragment.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | 0xe2)) {
            return CompactFormatter.write_string_fragment(out, fragment);
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            let (before, tail) = rest.split_at(at);
            CompactFormatter.write_string_fragment(out, before)?;
            let mut chars = tail.chars();
            if let Some(c) = chars.next() {
                write!(out, "\\u{:04x}", u32::from(c))?;
            }
            rest = chars.as_str();
        }
        CompactFormatter.write_string_fragment(out, rest)
    }
}

/// The document as one line without a line break at its end.
pub fn line(document: &impl Serialize) -> Result<String, String> {
    let mut out = Vec::new();
    line_to(document, &mut out)?;
    String::from_utf8(out).map_err(|error| error.to_string())
}

/// The same, written as it is made, in small pieces.
pub fn line_to(document: &impl Serialize, out: &mut dyn io::Write) -> Result<(), String> {
    let mut serializer = Serializer::with_formatter(out, HtmlSafe);
    document.serialize(&mut serializer).map_err(|error| error.to_string())
}
