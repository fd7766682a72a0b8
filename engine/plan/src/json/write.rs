//! JSON text as Terraform writes it.

use std::io;

use serde::Serialize;

use crate::text;

/// The document as one line without a line break at its end.
pub fn line(document: &impl Serialize) -> Result<String, String> {
    let mut out = Vec::new();
    line_to(document, &mut out)?;
    String::from_utf8(out).map_err(|error| error.to_string())
}

/// The same, written as it is made, in pieces.
pub fn line_to(document: &impl Serialize, out: &mut dyn io::Write) -> Result<(), String> {
    text::html_safe(document, out).map_err(|error| error.to_string())
}
