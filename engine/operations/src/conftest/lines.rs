//! The forms that are read line by line: JSON with comments, ignore files, properties. Each as the Go library that
//! Conftest uses reads it, peculiarities included: policies were written against what it gives.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// How deep properties may refer to each other.
const DEEPEST: usize = 64;

/// JSON without its comments and without what separates nothing.
///
/// A quotation mark counts in a comment too, and a slash outside of texts is never kept.
pub(super) fn without_comments(text: &str) -> Vec<u8> {
    #[derive(PartialEq)]
    enum Comment {
        None,
        Line,
        Block,
    }
    let mut out = Vec::with_capacity(text.len());
    let (mut quoted, mut escaped, mut slash, mut star, mut comment) =
        (false, false, false, false, Comment::None);
    for byte in text.bytes() {
        if byte == b'\\' || escaped {
            if comment == Comment::None {
                out.push(byte);
            }
            escaped = !escaped;
            continue;
        }
        quoted ^= byte == b'"';
        if byte == b'\n' && comment == Comment::Line {
            (comment, slash) = (Comment::None, false);
        }
        if byte == b'\n' || (matches!(byte, b' ' | b'\t') && !quoted) {
            continue;
        }
        match (&comment, byte) {
            (Comment::None, _) if quoted => out.push(byte),
            (Comment::None, b'*') if slash => comment = Comment::Block,
            (Comment::None, b'/') if slash => comment = Comment::Line,
            (Comment::None, b'/') => slash = true,
            (Comment::None, b'#') => comment = Comment::Line,
            (Comment::None, _) => out.push(byte),
            (Comment::Block, b'*') => star = true,
            (Comment::Block, b'/') if star => (comment, slash) = (Comment::None, false),
            _ => star = false,
        }
    }
    out
}

/// The entries of an ignore file.
pub(super) fn ignored(text: &str) -> Json {
    let entry = |line: &str| {
        let trimmed = line.trim_end_matches(' ');
        // A space behind a backslash is meant.
        let kept = match trimmed.ends_with('\\') && trimmed.len() < line.len() {
            true => line.get(..trimmed.len() + 1).unwrap_or(trimmed),
            false => trimmed,
        };
        let rest = || kept.get(1..).unwrap_or_default();
        let (kind, value) = match line.as_bytes().first() {
            _ if kept.is_empty() => ("Empty", line.to_owned()),
            Some(b'#') => ("Comment", rest().trim().to_owned()),
            Some(b'!') => ("NegatedPath", unescaped(rest())),
            _ => ("Path", unescaped(kept)),
        };
        json!({ "Kind": kind, "Value": value, "Original": line })
    };
    json!([text.split('\n').map(entry).collect::<Vec<_>>()])
}

/// Without backslashes, of which two stand for one. Bytes become characters one by one.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' || bytes.next_if_eq(&b'\\').is_some() {
            out.push(char::from(byte));
        }
    }
    out
}

/// Java's properties: keys and values as they are written, once references in them are found to be in order.
///
/// # Errors
/// What is wrong with them.
pub(super) fn properties(text: &str) -> Result<Json, String> {
    let mut values = BTreeMap::new();
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|c| c.is_ascii_whitespace()).is_some() {}
        match rest.peek() {
            None => break,
            Some('#' | '!') => {
                while rest.next_if(|c| !matches!(c, '\n' | '\r')).is_some() {}
                continue;
            }
            Some(_) => {}
        }
        let mut key = String::new();
        while let Some(c) = rest.next_if(|c| !" \u{c}\t\r\n:=".contains(*c)) {
            key.push(if c == '\\' { escape(&mut rest)? } else { c });
        }
        let blank = |c: &char| " \u{c}\t".contains(*c);
        while rest.next_if(blank).is_some() {}
        let _sign = rest.next_if(|c| matches!(c, ':' | '='));
        while rest.next_if(blank).is_some() {}
        let mut value = String::new();
        while let Some(c) = rest.next_if(|c| !matches!(c, '\n' | '\r')) {
            if c != '\\' {
                value.push(c);
            } else if rest.next_if(|c| matches!(c, '\n' | '\r')).is_some() {
                while rest.next_if(blank).is_some() {}
            } else {
                value.push(escape(&mut rest)?);
            }
        }
        if key.is_empty() {
            return Err("a value has no key".to_owned());
        }
        values.insert(key, value);
    }
    for (key, value) in &values {
        expand(value, &mut vec![key], &values)?;
    }
    Ok(json!(values))
}

fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<char, String> {
    match rest.next().ok_or("premature EOF")? {
        'f' => Ok('\u{c}'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        't' => Ok('\t'),
        'u' => {
            let digits: String = rest.by_ref().take(4).collect();
            let number = u32::from_str_radix(&digits, 16).ok();
            let number =
                number.filter(|_| digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit()));
            let number = number.ok_or("invalid unicode literal")?;
            Ok(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        other => Ok(other),
    }
}

/// Follows references `${key}`; what is not a key is empty.
fn expand<'v>(
    text: &'v str,
    keys: &mut Vec<&'v str>,
    values: &'v BTreeMap<String, String>,
) -> Result<(), String> {
    if keys.len() > DEEPEST {
        return Err("expansion too deep".to_owned());
    }
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("${") {
        let (key, behind) = behind.split_once('}').ok_or("malformed expression")?;
        if keys.contains(&key) {
            return Err(format!("circular reference in {}", keys.join(", ")));
        }
        if let Some((key, value)) = values.get_key_value(key) {
            keys.push(key);
            expand(value, keys, values)?;
            keys.pop();
        }
        rest = behind;
    }
    Ok(())
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
