//! Encodings of several bytes a character, where Go's tables differ from those of the encoding library, which are the
//! ones that browsers use.

use std::collections::HashMap;
use std::sync::LazyLock;

use encoding_rs::{
    BIG5, DecoderResult, EUC_JP, EncoderResult, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS,
};

/// Characters that browsers write as one that looks like them.
const LOOKALIKES: [char; 3] = ['\u{a5}', '\u{203e}', '\u{2212}'];

fn is_private(c: char) -> bool {
    ('\u{e000}'..='\u{f8ff}').contains(&c)
}

/// Whether the library has such a character in a table where Go has none.
pub(super) fn is_surplus(encoding: &'static Encoding, c: char) -> bool {
    let private = encoding == GBK || encoding == GB18030 || encoding == SHIFT_JIS;
    (private && is_private(c)) || (encoding == GBK && late(c).is_some())
}

/// A text in one of the encodings with several bytes a character.
pub(super) fn encode(encoding: &'static Encoding, text: &str) -> Option<Vec<u8>> {
    if encoding == ISO_2022_JP {
        return encode_iso_2022_jp(text);
    }
    let mut out = Vec::with_capacity(text.len() * 2);
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) if c.is_ascii() => out.push(byte),
            _ => out.extend(character(encoding, c)?),
        }
    }
    Some(out)
}

fn character(encoding: &'static Encoding, c: char) -> Option<Vec<u8>> {
    if encoding == SHIFT_JIS {
        let refused = c == '\u{80}' || LOOKALIKES.contains(&c);
        // Of two places the library takes the later one, in the rows of IBM.
        let earlier = || NEC_ROWS.get(&c).cloned();
        return if refused { None } else { earlier().or_else(|| one(encoding, c)) };
    }
    if encoding == EUC_JP {
        let rare = || JIS_0212.get(&c).cloned();
        return if LOOKALIKES.contains(&c) { None } else { one(encoding, c).or_else(rare) };
    }
    if encoding == BIG5 {
        return HONG_KONG.get(&c).cloned().or_else(|| one(encoding, c));
    }
    if encoding == GBK && (is_private(c) || late(c).is_some()) {
        return None;
    }
    if encoding == GB18030
        && let Some(linear) = late(c)
    {
        return four_bytes(linear);
    }
    one(encoding, c)
}

/// Whether GBK, which has characters of two bytes at most, is given some of four, which browsers read as GB 18030.
pub(super) fn has_four_bytes(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next().filter(|_| encoding == GBK) {
        if *byte > 0x80 && rest.next().is_some_and(u8::is_ascii_digit) {
            return true;
        }
    }
    false
}

/// One character as the library writes it.
fn one(encoding: &'static Encoding, c: char) -> Option<Vec<u8>> {
    let mut out = [0; 8];
    let mut text = [0; 4];
    let (result, _, written) =
        encoding.new_encoder().encode_from_utf8_without_replacement(c.encode_utf8(&mut text), &mut out, true);
    if result == EncoderResult::InputEmpty { out.get(..written).map(<[u8]>::to_vec) } else { None }
}

/// What the library reads some bytes as, if that is one character.
fn read(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let mut text = String::with_capacity(16);
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    let mut chars = text.chars();
    let first = chars.next()?;
    (result == DecoderResult::InputEmpty && chars.next().is_none()).then_some(first)
}

type Places = HashMap<char, Vec<u8>>;

/// Where characters are in some rows of a table; of several places the last one.
fn places(encoding: &'static Encoding, prefix: &[u8], rows: std::ops::RangeInclusive<u8>) -> Places {
    let mut found = Places::new();
    for row in rows {
        for cell in 0x40..=0xfe {
            let mut bytes = prefix.to_vec();
            bytes.extend([row, cell]);
            if let Some(c) = read(encoding, &bytes) {
                found.insert(c, bytes);
            }
        }
    }
    found
}

/// Shift JIS: what NEC added, which is in the rows of IBM once more.
static NEC_ROWS: LazyLock<Places> = LazyLock::new(|| {
    let ibm = |c: char| one(SHIFT_JIS, c).is_some_and(|bytes| bytes.first().is_some_and(|row| *row >= 0xfa));
    places(SHIFT_JIS, &[], 0xed..=0xee).into_iter().filter(|(c, _)| ibm(*c)).collect()
});

/// EUC-JP: the supplementary characters, which browsers read and do not write.
static JIS_0212: LazyLock<Places> = LazyLock::new(|| places(EUC_JP, &[0x8f], 0xa1..=0xfe));

/// Big5 with the characters of Hong Kong: the last place of each, but for those that are there twice by mistake.
static HONG_KONG: LazyLock<Places> = LazyLock::new(|| {
    let mut found = places(BIG5, &[], 0x87..=0xfe);
    for (c, first) in [('兀', [0xa4, 0x61]), ('嗀', [0xdc, 0xd1]), ('弢', [0xcc, 0x71]), ('慈', [0xb7, 0x4f])]
    {
        found.insert(c, first.to_vec());
    }
    found
});

/// Characters that came to GB 18030 in 2005, which Go has outside of the part with two bytes: their linear number there.
fn late(c: char) -> Option<u32> {
    match c {
        '\u{1e3f}' => Some(7457),
        '\u{9fb4}'..='\u{9fbb}' => Some(19_057 + (u32::from(c) - 0x9fb4)),
        '\u{fe10}'..='\u{fe19}' => Some(39_076 + (u32::from(c) - 0xfe10)),
        _ => None,
    }
}

fn four_bytes(linear: u32) -> Option<Vec<u8>> {
    let parts =
        [0x81 + linear / 12_600, 0x30 + linear / 1260 % 10, 0x81 + linear / 10 % 126, 0x30 + linear % 10];
    parts.into_iter().map(|part| u8::try_from(part).ok()).collect()
}

/// Half-width katakana stay what they are, in a set of their own.
fn encode_iso_2022_jp(text: &str) -> Option<Vec<u8>> {
    const ASCII: &[u8] = b"\x1b(B";
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut set = ASCII;
    for c in text.chars() {
        let (wanted, bytes): (&[u8], Vec<u8>) = match c {
            c if c.is_ascii() => (ASCII, vec![u8::try_from(c).ok()?]),
            '\u{ff61}'..='\u{ff9f}' => (b"\x1b(I", vec![u8::try_from(u32::from(c) - 0xff61 + 0x21).ok()?]),
            c if LOOKALIKES.contains(&c) => return None,
            c => {
                let pair = one(EUC_JP, c).filter(|bytes| bytes.len() == 2)?;
                (b"\x1b$B", pair.iter().map(|byte| byte & 0x7f).collect())
            }
        };
        if wanted != set {
            out.extend_from_slice(wanted);
            set = wanted;
        }
        out.extend(bytes);
    }
    if set != ASCII {
        out.extend_from_slice(ASCII);
    }
    Some(out)
}

/// A text in HZ: after `~{` two bytes a character, `~}` ends that, `~~` is a tilde.
pub(super) fn encode_hz(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut pairs = false;
    for c in text.chars() {
        if c == '~' {
            out.extend(b"~~");
        } else if c.is_ascii() {
            if std::mem::take(&mut pairs) {
                out.extend(b"~}");
            }
            out.push(u8::try_from(c).ok()?);
        } else {
            let pair =
                one(GB18030, c).filter(|pair| pair.len() == 2 && pair.iter().all(|byte| *byte >= 0xa1))?;
            if is_private(c) || late(c).is_some() {
                return None;
            }
            if !std::mem::replace(&mut pairs, true) {
                out.extend(b"~{");
            }
            out.extend(pair.iter().map(|byte| byte & 0x7f));
        }
    }
    Some(out)
}

/// What [`encode_hz`] writes, and `~` before a line break, which is nothing.
pub(super) fn decode_hz(bytes: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(bytes.len());
    let mut pairs = false;
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            0x80.. => return None,
            b'~' => match rest.next()? {
                b'{' => pairs = true,
                b'}' => pairs = false,
                b'~' => out.push('~'),
                b'\n' => {}
                _ => return None,
            },
            first if pairs => {
                let second = rest.next()?;
                if !(0x21..0x7e).contains(&first) || !(0x21..0x7f).contains(&second) {
                    return None;
                }
                out.push(read(GBK, &[first | 0x80, second | 0x80]).filter(|c| !is_private(*c))?);
            }
            other => out.push(char::from(other)),
        }
    }
    Some(out)
}
