//! The escapes of `text/template`, `encoding/json` and `net/url`.

/// `template.HTMLEscapeString`.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
    out
}

/// `template.JSEscapeString`.
#[must_use]
pub fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' => out.push_str("\\u003C"),
            '>' => out.push_str("\\u003E"),
            '&' => out.push_str("\\u0026"),
            '=' => out.push_str("\\u003D"),
            // Go reads a byte that is no text as a replacement character, which prints, and copies the byte.
            _ if crate::bytes::escaped(c).is_some() => out.push(c),
            _ if c < ' ' || (!c.is_ascii() && !crate::quote::is_print(c)) => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out
}

/// A JSON text with what `encoding/json` escapes in one, because HTML and JavaScript would misread it.
#[must_use]
pub fn json_text(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

/// `url.QueryEscape`: blanks become `+`.
#[must_use]
pub fn query(text: &str) -> String {
    percent(text, "-_.~").replace("%20", "+")
}

/// `url.PathEscape`: one path segment.
#[must_use]
pub fn path(text: &str) -> String {
    percent(text, "-_.~$&+=:@")
}

/// Percent-encodes every byte that is neither an ASCII letter or digit nor in `keep`.
#[must_use]
pub fn percent(text: &str, keep: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in crate::bytes::to_bytes(text) {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || (c.is_ascii() && keep.contains(c)) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Undoes percent-encoding; `None` when a `%` is not followed by two hexadecimal digits.
#[must_use]
pub fn unpercent(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let value = digit()? * 16 + digit()?;
        out.push(u8::try_from(value).ok()?);
    }
    Some(crate::bytes::to_text(&out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(html("<a \"b\" 'c' & d>"), "&lt;a &#34;b&#34; &#39;c&#39; &amp; d&gt;");
        assert_eq!(js("'a'<b>\n="), "\\'a\\'\\u003Cb\\u003E\\u000A\\u003D");
        assert_eq!(json_text("\"<&>\u{2028}é\""), "\"\\u003c\\u0026\\u003e\\u2028é\"");
        assert_eq!(query("a b&c/é~"), "a+b%26c%2F%C3%A9~");
        assert_eq!(path("a b/c:d"), "a%20b%2Fc:d");
        assert_eq!(unpercent("a%20b%c3%a9").as_deref(), Some("a bé"));
        assert_eq!(unpercent("%zz"), None);
    }
}
