//! PEM blocks as Go's `encoding/pem` finds them.

use super::encoding::base64_bytes;

/// What stands between `-----BEGIN label-----` and its end.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) bytes: Vec<u8>,
}

/// The first block that is well formed, and the text after it.
pub(super) fn decode(text: &str) -> Option<(Block, &str)> {
    let mut rest = text;
    loop {
        let start = if rest.starts_with("-----BEGIN ") { 0 } else { rest.find("\n-----BEGIN ")? + 1 };
        let body = rest.get(start + "-----BEGIN ".len()..)?;
        match block(body) {
            Some(found) => return Some(found),
            None => rest = body,
        }
    }
}

fn block(text: &str) -> Option<(Block, &str)> {
    let (label, text) = text.split_once("-----")?;
    let text = text.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
    let end = format!("-----END {label}-----");
    let (body, after) = text.split_once(&end)?;
    // Headers stand before an empty line.
    let body = match body.split_once("\n\n") {
        Some((headers, body)) if headers.contains(':') => body,
        _ => body,
    };
    let clean: String = body.split_whitespace().collect();
    let bytes = base64_bytes(&clean).ok()?;
    let after = after.trim_start_matches([' ', '\t', '\r']);
    Some((Block { label: label.to_owned(), bytes }, after.strip_prefix('\n').unwrap_or(after)))
}
