//! What a quoted text means.

/// Resolves escapes as JSON does; a surrogate without its partner becomes U+FFFD.
pub(crate) fn unescape(inner: &str) -> String {
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(next) = chars.next() {
        if next != '\\' {
            out.push(next);
            continue;
        }
        match chars.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => out.push(unicode(&mut chars)),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

fn unicode(chars: &mut std::str::Chars<'_>) -> char {
    let Some(first) = hex(chars) else { return '\u{fffd}' };
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first).unwrap_or('\u{fffd}');
    }
    let mut ahead = chars.clone();
    if ahead.next() == Some('\\')
        && ahead.next() == Some('u')
        && let Some(second) = hex(&mut ahead)
        && (0xdc00..0xe000).contains(&second)
    {
        *chars = ahead;
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return char::from_u32(code).unwrap_or('\u{fffd}');
    }
    '\u{fffd}'
}

fn hex(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |code, _| Some(code * 16 + chars.next()?.to_digit(16)?))
}

/// The text of a piece of a template string, `slice` with what opens and closes it.
pub(crate) fn piece(slice: &str, raw: bool) -> String {
    let inner = slice.strip_prefix('$').unwrap_or(slice);
    let inner = inner.get(1..inner.len().saturating_sub(1)).unwrap_or_default();
    if raw { inner.replace("\\{", "{") } else { unescape(inner) }
}
