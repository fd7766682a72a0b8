//! Escapes in text: `\n` and the like between quotes, `$${` and `%%{` everywhere.

use std::borrow::Cow;

use ordain_diag::Span;

use super::parser::Parser;

const SUMMARY: &str = "Invalid escape sequence";

/// Text with `$${` and `%%{` replaced by `${` and `%{`.
pub(super) fn unescape_plain(text: &str) -> Cow<'_, str> {
    if !text.contains("$${") && !text.contains("%%{") {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("$${", "${").replace("%%{", "%{"))
}

impl Parser<'_> {
    /// Text between quotes with its escapes replaced; wrong ones are reported.
    pub(super) fn unescape_quoted<'a>(&mut self, text: &'a str, span: Span) -> Cow<'a, str> {
        if !text.contains('\\') {
            return unescape_plain(text);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            let (before, escape) = rest.split_at(at);
            out.push_str(&unescape_plain(before));
            let start = span.start + (text.len() - rest.len() + at) as u32;
            let length = self.escape(escape, Span { start, ..span }, &mut out);
            rest = escape.get(length..).unwrap_or("");
        }
        out.push_str(&unescape_plain(rest));
        Cow::Owned(out)
    }

    /// One escape at the start of `text`, which stands at the start of `span`; gives its length.
    fn escape(&mut self, text: &str, span: Span, out: &mut String) -> usize {
        let start = span.start;
        let selector = text.chars().nth(1);
        let simple = match selector {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('"') => '"',
            Some('\\') => '\\',
            Some('u') => return self.unicode_escape(text, 4, span, out),
            Some('U') => return self.unicode_escape(text, 8, span, out),
            other => {
                let length = 1 + other.map_or(0, char::len_utf8);
                let detail = match other {
                    Some(c) => format!(
                        "\"\\{c}\" is no escape sequence. There are \\n, \\r, \\t, \\\", \\\\, \\uXXXX and \\UXXXXXXXX; write a backslash itself as \\\\."
                    ),
                    None => "A backslash must be followed by what it escapes.".to_owned(),
                };
                self.error(Span { start, end: start + length as u32, ..span }, SUMMARY, detail);
                // What follows stands for itself, so that nothing further is wrong with the text.
                out.push_str(text.get(1..length).unwrap_or(""));
                return length;
            }
        };
        out.push(simple);
        2
    }

    fn unicode_escape(&mut self, text: &str, digits: usize, span: Span, out: &mut String) -> usize {
        let start = span.start;
        let given =
            text.get(2..).unwrap_or("").bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
        let length = 2 + given;
        let span = Span { start, end: start + length as u32, ..span };
        if given < digits {
            let detail = format!("This escape takes {digits} hexadecimal digits.");
            self.error(span, SUMMARY, detail);
            out.push_str(text.get(..length).unwrap_or(""));
            return length;
        }
        let code = u32::from_str_radix(text.get(2..length).unwrap_or(""), 16).unwrap_or(u32::MAX);
        match char::from_u32(code) {
            Some(c) => out.push(c),
            None => {
                let detail = format!("U+{code:04x} is no character.");
                self.error(span, SUMMARY, detail);
            }
        }
        length
    }
}
