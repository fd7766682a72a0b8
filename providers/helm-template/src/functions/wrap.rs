//! `goutils.WrapCustom`: lines of at most so many bytes, broken at blanks.

use ordain_gostd::bytes::{to_bytes, to_text};

/// Breaks text; words longer than a line are cut only if `long_words` says so.
pub(super) fn wrap(source: &str, width: i64, newline: &str, long_words: bool) -> String {
    let bytes = to_bytes(source);
    let newline = if newline.is_empty() { "\n" } else { newline };
    let width = usize::try_from(width).unwrap_or(1).max(1);
    let (mut at, mut out) = (0, Vec::new());
    while bytes.len() - at > width {
        if bytes.get(at) == Some(&b' ') {
            at += 1;
            continue;
        }
        let window = bytes.get(at..=at + width).unwrap_or_default();
        let (end, next) = match window.iter().rposition(|b| *b == b' ') {
            Some(blank) => (at + blank, at + blank + 1),
            None if long_words => (at + width, at + width),
            None => {
                let rest = bytes.get(at + width..).unwrap_or_default();
                match rest.iter().position(|b| *b == b' ') {
                    Some(blank) => (at + width + blank, at + width + blank + 1),
                    None => break,
                }
            }
        };
        out.extend_from_slice(bytes.get(at..end).unwrap_or_default());
        out.extend_from_slice(newline.as_bytes());
        at = next;
    }
    out.extend_from_slice(bytes.get(at..).unwrap_or_default());
    to_text(&out)
}
