//! Go strings are bytes, Rust's are text: bytes that are not UTF-8 travel as characters of a private plane.
//!
//! Byte `b` becomes U+10FE00 + `b`; [`to_bytes`] undoes it. Text that really holds such characters is astronomically
//! rare and would come back as single bytes.

const BASE: u32 = 0x0010_fe00;

/// Bytes as text; the invalid ones escaped.
#[must_use]
pub fn to_text(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().filter_map(|b| char::from_u32(BASE + u32::from(*b))));
    }
    out
}

/// The bytes that [`to_text`] was given.
#[must_use]
pub fn to_bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c).checked_sub(BASE).and_then(|b| u8::try_from(b).ok()) {
            Some(byte) => out.push(byte),
            None => out.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    out
}

/// Which byte a character stands for, if for one.
#[must_use]
pub fn escaped(c: char) -> Option<u8> {
    u32::from(c).checked_sub(BASE).and_then(|b| u8::try_from(b).ok())
}

/// Text as Go's writers give it: each invalid byte is a replacement character.
#[must_use]
pub fn replaced(text: String) -> String {
    if text.chars().any(|c| escaped(c).is_some()) {
        return text.chars().map(|c| escaped(c).map_or(c, |_| char::REPLACEMENT_CHARACTER)).collect();
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn invalid_bytes_survive() {
        let bytes = [b'a', 0xff, 0xc3, 0xa9, 0x80];
        assert_eq!(super::to_bytes(&super::to_text(&bytes)), bytes);
        assert_eq!(super::replaced(super::to_text(&bytes)), "a\u{fffd}é\u{fffd}");
    }
}
