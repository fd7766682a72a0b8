//! Sections of keys and values, as the Go library that Conftest uses reads them.

use serde_json::{Map, Value as Json, json};

/// The section of what stands before the first one; Conftest does not show it.
const DEFAULT: &str = "DEFAULT";

/// Sections by their names. Values that read as numbers or as truth are those.
///
/// # Errors
/// What is wrong with them.
pub(super) fn sections(text: &str) -> Result<Json, String> {
    let mut lines = Lines { rest: Some(text.trim_start_matches('\u{feff}')) };
    let mut out = Map::new();
    let (mut name, mut counted) = (DEFAULT.to_owned(), 0);
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(open) = line.strip_prefix('[') {
            let close = open.rfind(']').ok_or_else(|| format!("unclosed section: {line}"))?;
            name = open.get(..close).unwrap_or_default().to_owned();
            if name.is_empty() {
                return Err("empty section name".to_owned());
            }
            out.entry(name.clone()).or_insert_with(|| json!({}));
            counted = 0;
            continue;
        }
        let (mut key, rest) = key(line)?;
        if key == "-" {
            counted += 1;
            key = format!("#{counted}");
        }
        let value = value(rest, &mut lines)?;
        if key.is_empty() {
            return Err("error creating new key: empty key name".to_owned());
        }
        if let Some(section) = out.entry(name.clone()).or_insert_with(|| json!({})).as_object_mut() {
            let value = if name == DEFAULT { json!(value) } else { typed(&value)? };
            section.insert(key, value);
        }
    }
    out.remove(DEFAULT);
    Ok(Json::Object(out))
}

fn typed(value: &str) -> Result<Json, String> {
    match (ordain_gostd::parse_float(value), value) {
        (Some(number), _) if number.is_finite() => Ok(json!(number)),
        (Some(_), _) => Err(format!("marshal ini to json: unsupported value: {value}")),
        (None, "1" | "t" | "T" | "TRUE" | "true" | "True") => Ok(json!(true)),
        (None, "0" | "f" | "F" | "FALSE" | "false" | "False") => Ok(json!(false)),
        (None, text) => Ok(json!(text)),
    }
}

/// Lines with the sign that ends them.
struct Lines<'t> {
    /// `None` once the last line was given; what follows the last line break is a line, empty or not.
    rest: Option<&'t str>,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<&'t str> {
        let rest = self.rest.take()?;
        match rest.find('\n') {
            None => Some(rest),
            Some(at) => {
                let (line, after) = rest.split_at(at + 1);
                self.rest = Some(after);
                Some(line)
            }
        }
    }
}

/// The key of a line, and what follows the sign behind it.
fn key(line: &str) -> Result<(String, &str), String> {
    let unsigned = || format!("key-value delimiter not found: {line}");
    let quote = match line.as_bytes() {
        [b'"', b'"', b'"', ..] if line.len() > 6 => "\"\"\"",
        [b'"', ..] => "\"",
        [b'`', ..] => "`",
        _ => {
            let at = line.find(['=', ':']).ok_or_else(unsigned)?;
            let (key, rest) = (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
            return match at {
                0 => Err(format!("empty key name: {line}")),
                _ => Ok((key.trim().to_owned(), rest)),
            };
        }
    };
    let open = line.get(quote.len()..).unwrap_or_default();
    let close = open.find(quote).ok_or_else(|| format!("missing closing key quote: {line}"))?;
    let key = open.get(..close).unwrap_or_default().trim().to_owned();
    let behind = open.get(close + quote.len()..).unwrap_or_default();
    let at = behind.find(['=', ':']).ok_or_else(unsigned)?;
    Ok((key, behind.get(at + 1..).unwrap_or_default()))
}

fn value(text: &str, lines: &mut Lines<'_>) -> Result<String, String> {
    let line = text.trim_start();
    if line.is_empty() {
        return Ok(String::new());
    }
    let quote = match line.as_bytes() {
        [b'"', b'"', b'"', _, ..] => Some("\"\"\""),
        [b'`', ..] => Some("`"),
        _ => None,
    };
    if let Some(quote) = quote {
        let open = line.get(quote.len()..).unwrap_or_default();
        return match open.rfind(quote) {
            Some(close) => Ok(open.get(..close).unwrap_or_default().to_owned()),
            None => several(line, open, quote, lines),
        };
    }
    let line = line.trim_end();
    if let Some(begun) = line.strip_suffix('\\') {
        return Ok(continued(begun, lines));
    }
    let line = line.find(['#', ';']).map_or(line, |at| line.get(..at).unwrap_or_default().trim());
    Ok(unquoted(line).to_owned())
}

/// A value in quotation marks that goes on in other lines.
fn several(line: &str, open: &str, quote: &str, lines: &mut Lines<'_>) -> Result<String, String> {
    let mut out = open.to_owned();
    let mut last = "";
    while let Some(next) = lines.next() {
        if let Some(at) = next.rfind(quote) {
            out.push_str(next.get(..at).unwrap_or_default());
            return Ok(out);
        }
        out.push_str(next);
        last = next;
    }
    Err(format!("missing closing key quote from {line:?} to {last:?}"))
}

/// A value whose lines end in backslashes.
fn continued(begun: &str, lines: &mut Lines<'_>) -> String {
    let mut out = begun.to_owned();
    while let Some(next) = lines.next().map(str::trim).filter(|next| !next.is_empty()) {
        match next.strip_suffix('\\') {
            Some(more) => out.push_str(more),
            None => {
                out.push_str(next);
                break;
            }
        }
    }
    out
}

/// Without the quotation marks around it, where it has none inside.
fn unquoted(text: &str) -> &str {
    let inside = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains(quote)).then_some(inner)
    };
    inside('\'').or_else(|| inside('"')).unwrap_or(text)
}

#[cfg(test)]
#[path = "ini_tests.rs"]
mod tests;
