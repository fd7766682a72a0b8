//! Texts with what must not stand in a JSON text escaped.

/// Whether a byte may not stand as it is. The first byte of the two separators of lines and paragraphs stands for them.
#[inline]
fn is_special(byte: u8, html: bool) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\' || (html && matches!(byte, b'<' | b'>' | b'&' | 0xe2))
}

/// Whether any of eight bytes may not, looked at together.
#[inline]
fn any(bytes: u64, html: bool) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    /// Not zero in the highest bits where a byte is zero, and only if one is.
    #[inline]
    fn zero(bytes: u64) -> u64 {
        bytes.wrapping_sub(ONES) & !bytes
    }
    #[inline]
    fn equal(bytes: u64, byte: u8) -> u64 {
        zero(bytes ^ u64::from_ne_bytes([byte; 8]))
    }
    let found = zero(bytes & u64::from_ne_bytes([0xe0; 8])) | equal(bytes, b'"') | equal(bytes, b'\\');
    // `<` and `>` differ in one bit.
    let angle = bytes & !u64::from_ne_bytes([b'<' ^ b'>'; 8]);
    let in_html = equal(angle, b'<' & b'>') | equal(bytes, b'&') | equal(bytes, 0xe2);
    (found | if html { in_html } else { 0 }) & HIGH != 0
}

#[inline]
fn is_plain(bytes: &[u8], html: bool) -> bool {
    // The last ones overlap those before them.
    if let Some(last) = bytes.last_chunk() {
        let (chunks, _) = bytes.as_chunks();
        return !any(u64::from_ne_bytes(*last), html)
            && !chunks.iter().any(|chunk| any(u64::from_ne_bytes(*chunk), html));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (first, last) = (u32::from_ne_bytes(*first), u32::from_ne_bytes(*last));
        return !any(u64::from(first) << 32 | u64::from(last), html);
    }
    !bytes.iter().any(|byte| is_special(*byte, html))
}

/// Adds a text. Nearly every one can stand as it is.
#[inline]
pub fn put(out: &mut Vec<u8>, text: &str, html: bool) {
    if is_plain(text.as_bytes(), html) {
        out.extend_from_slice(text.as_bytes());
    } else {
        escaped(out, text.as_bytes(), html);
    }
}

fn first_special(bytes: &[u8], html: bool) -> Option<usize> {
    let (chunks, _) = bytes.as_chunks::<8>();
    let plain = 8 * chunks.iter().take_while(|chunk| !any(u64::from_ne_bytes(**chunk), html)).count();
    let at = bytes.get(plain..)?.iter().position(|byte| is_special(*byte, html))?;
    Some(plain + at)
}

fn escaped(out: &mut Vec<u8>, text: &[u8], html: bool) {
    let mut rest = text;
    while let Some(at) = first_special(rest, html) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        let (taken, after) = from.split_at(if from.starts_with(&[0xe2]) { 3.min(from.len()) } else { 1 });
        match taken {
            [0xe2, 0x80, 0xa8] => out.extend_from_slice(b"\\u2028"),
            [0xe2, 0x80, 0xa9] => out.extend_from_slice(b"\\u2029"),
            [byte] => one(out, *byte),
            other => out.extend_from_slice(other),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
}

fn one(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 0xf)]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}
