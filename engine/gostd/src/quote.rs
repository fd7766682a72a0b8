//! Go's string literals (`strconv.Quote` and friends, https://pkg.go.dev/strconv).

use std::sync::LazyLock;

use regex::Regex;

/// `strconv.Quote`: a double-quoted Go literal; printable text stays, the rest is escaped.
#[must_use]
pub fn quote(text: &str) -> String {
    quote_with(text, '"', false)
}

/// `strconv.QuoteToASCII`: as [`quote`], with everything beyond ASCII escaped.
#[must_use]
pub fn quote_ascii(text: &str) -> String {
    quote_with(text, '"', true)
}

/// `strconv.QuoteRune`: a single-quoted Go literal of one character.
#[must_use]
pub fn quote_char(c: char, ascii: bool) -> String {
    quote_with(c.encode_utf8(&mut [0; 4]), '\'', ascii)
}

fn quote_with(text: &str, mark: char, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(mark);
    // Nearly every text is plain, and such a one is taken as it is.
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\' && char::from(*byte) != mark;
    if text.as_bytes().iter().all(plain) {
        out.push_str(text);
        out.push(mark);
        return out;
    }
    for c in text.chars() {
        match c {
            _ if c == mark || c == '\\' => out.extend(['\\', c]),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            _ if is_print(c) && (c.is_ascii() || !ascii) => out.push(c),
            _ => out.push_str(&escape_code(u32::from(c))),
        }
    }
    out.push(mark);
    out
}

fn escape_code(code: u32) -> String {
    match code {
        0..0x20 | 0x7f => format!("\\x{code:02x}"),
        0..0x1_0000 => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

/// `unicode.IsPrint`: letters, marks, numbers, punctuation,
/// symbols and the ASCII blank; no other blank, no control or format character, no unassigned or private one.
#[must_use]
pub fn is_print(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    // Its tables are those of Unicode 15, so younger characters are escaped.
    static PRINTABLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"[[\pL\pM\pN\pP\pS]&&\p{age:15.0}]").ok());
    PRINTABLE.as_ref().is_some_and(|printable| printable.is_match(c.encode_utf8(&mut [0; 4])))
}

/// `strconv.CanBackquote`: one line, no control character but tab, no backquote, no byte order mark.
#[must_use]
pub fn can_backquote(text: &str) -> bool {
    text.chars().all(|c| c == '\t' || !(c < ' ' || matches!(c, '`' | '\u{7f}' | '\u{feff}')))
}

/// `strconv.Unquote` of a complete Go literal: `"…"`, `` `…` `` or `'c'`; `None` where Go reports invalid syntax.
#[must_use]
pub fn unquote(literal: &str) -> Option<String> {
    let mark = literal.chars().next()?;
    let body = literal.strip_prefix(mark)?.strip_suffix(mark)?;
    match mark {
        '`' => (!body.contains('`')).then(|| body.replace('\r', "")),
        '"' | '\'' => {
            let text = unescape(body, mark)?;
            (mark == '"' || text.chars().count() == 1).then_some(text)
        }
        _ => None,
    }
}

/// Bytes rather than characters, because `\xe3\x81\x82` may spell one character.
fn unescape(body: &str, mark: char) -> Option<String> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    let mut rest = body.chars();
    while let Some(c) = rest.next() {
        if c == mark || c == '\n' {
            return None;
        }
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let kind = rest.next()?;
        match kind {
            'a' => out.push(7),
            'b' => out.push(8),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' => out.push(b'\\'),
            'x' => out.push(u8::try_from(digits(&mut rest, 2, 16, 0)?).ok()?),
            'u' | 'U' => {
                let count = if kind == 'u' { 4 } else { 8 };
                let c = char::from_u32(digits(&mut rest, count, 16, 0)?)?;
                out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
            '0'..='7' => out.push(u8::try_from(digits(&mut rest, 2, 8, kind.to_digit(8)?)?).ok()?),
            _ if kind == mark => out.extend(kind.encode_utf8(&mut [0; 4]).bytes()),
            _ => return None,
        }
    }
    Some(crate::bytes::to_text(&out))
}

fn digits(rest: &mut std::str::Chars<'_>, count: usize, radix: u32, start: u32) -> Option<u32> {
    (0..count).try_fold(start, |value, _| {
        let digit = rest.next()?.to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
#[path = "quote_tests.rs"]
mod tests;
