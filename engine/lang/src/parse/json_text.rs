//! Strings of JSON.

use crate::ast::Text;

/// The text of a string with its quotation marks; or the offset behind which it is broken, and why.
pub(super) fn string_text(whole: &str) -> Result<Text, (usize, &'static str)> {
    let bytes = whole.as_bytes();
    let mut out = String::new();
    let mut from = 1;
    let mut at = 1;
    loop {
        match bytes.get(at) {
            None => return Err((at, "The text ends before the closing quotation mark.")),
            Some(b'"') => {
                let tail = whole.get(from..at).unwrap_or("");
                return Ok(if out.is_empty() { tail.into() } else { (out + tail).into() });
            }
            Some(b'\\') => {
                out.push_str(whole.get(from..at).unwrap_or(""));
                at += escape(bytes, at, &mut out)?;
                from = at;
            }
            Some(0..=31) => {
                return Err((at, "Control characters are written as escapes, such as \\n and \\t."));
            }
            Some(_) => at += 1,
        }
    }
}

/// The escape at `at`; gives its length.
fn escape(bytes: &[u8], at: usize, out: &mut String) -> Result<usize, (usize, &'static str)> {
    let c = match bytes.get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => {
            let digits = bytes.iter().skip(at + 2).take(4).take_while(|byte| byte.is_ascii_hexdigit());
            let behind = at + 2 + digits.count();
            let first = hex(bytes, at + 2).ok_or((behind, "\\u takes four hexadecimal digits."))?;
            let paired = matches!(first, 0xd800..0xdc00)
                && bytes.get(at + 6) == Some(&b'\\')
                && bytes.get(at + 7) == Some(&b'u');
            if let Some(second @ 0xdc00..0xe000) = hex(bytes, at + 8).filter(|_| paired) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                return Ok(12);
            }
            out.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
            return Ok(6);
        }
        _ => return Err((at + 2, "There is no such escape sequence in JSON.")),
    };
    out.push(c);
    Ok(2)
}

fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = std::str::from_utf8(bytes.get(at..at + 4)?).ok()?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
