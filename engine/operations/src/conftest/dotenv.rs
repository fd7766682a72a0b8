//! Files of environment variables, as the Go library that Conftest uses reads them.

use std::collections::BTreeMap;

use ordain_policy::pattern;
use regex::{Captures, Regex};
use serde_json::{Value as Json, json};

/// A line, with what follows its quoted value.
const LINE: &str = r#"\A\s*(?:export\s+)?([\w\.]+)(?:\s*=\s*|:\s+?)('(?:\'|[^'])*'|"(?:\"|[^"])*"|[^#\n]+)?\s*(?:\s*\#.*)?\z"#;
/// What a value may refer to.
const VARIABLE: &str = r"(\\)?(\$)(\{?([A-Z0-9_]+)?\}?)";

/// Variables and their values. What values refer to comes from the environment first.
///
/// # Errors
/// What is wrong with them.
pub(super) fn variables(text: &str, env: &BTreeMap<String, String>) -> Result<Json, String> {
    let (line_form, variable) = (pattern(LINE)?, pattern(VARIABLE)?);
    let mut found = BTreeMap::new();
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        let mut line = line.trim().to_owned();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(quote) = open_quote(&line) {
            loop {
                let more = lines.next().ok_or("missing quotes")?;
                line.push('\n');
                line.push_str(more);
                if more.rfind(quote).is_some_and(|at| !more.get(..at).unwrap_or_default().ends_with('\\')) {
                    break;
                }
            }
        }
        let parts = line_form.captures(&line).ok_or_else(|| unfit(&line, &found))?;
        let part = |at: usize| parts.get(at).map_or("", |part| part.as_str().trim());
        let value = value(part(2), |name| env.get(name).or_else(|| found.get(name)).cloned(), &variable);
        found.insert(part(1).to_owned(), value);
    }
    Ok(json!(found))
}

/// The quotation mark that a line opens and does not close.
fn open_quote(line: &str) -> Option<char> {
    let at = line.find('=').or_else(|| line.find(':')).filter(|at| *at > 0)?;
    let value = line.get(at + 1..)?.trim();
    let quote = value.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inner = value.get(1..)?.trim();
    // The place is looked up in what is not trimmed, as there.
    let closed = inner.rfind(quote).is_some_and(|at| value.as_bytes().get(at) != Some(&b'\\'));
    (!closed).then_some(quote)
}

fn value(written: &str, known: impl Fn(&str) -> Option<String>, variable: &Regex) -> String {
    let inside = |quote: char| {
        let inner = written.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner.to_owned())
    };
    if let Some(plain) = inside('\'') {
        return plain;
    }
    let text = inside('"').map_or_else(|| written.to_owned(), |inner| unescaped(&inner));
    let replaced = variable.replace_all(&text, |parts: &Captures<'_>| {
        let all = parts.get(0).map_or("", |part| part.as_str());
        match (all.strip_prefix('\\'), parts.get(4)) {
            (Some(escaped), _) => escaped.to_owned(),
            (None, Some(name)) => known(name.as_str()).unwrap_or_default(),
            (None, None) => all.to_owned(),
        }
    });
    replaced.into_owned()
}

/// What stands between double quotation marks; a backslash before a dollar sign stays for later.
fn unescaped(text: &str) -> String {
    let text = text.replace("\\n", "\n").replace("\\r", "\r");
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('\\', Some('$') | None) => out.push(c),
            ('\\', Some(_)) => out.extend(rest.next()),
            _ => out.push(c),
        }
    }
    out
}

fn unfit(line: &str, found: &BTreeMap<String, String>) -> String {
    let name = line.trim().starts_with("export").then(|| line.trim().split_once(' ')).flatten();
    match name.filter(|(_, name)| !found.contains_key(*name)) {
        Some(_) => format!("line `{}` has an unset variable", line.trim()),
        None => format!("line `{line}` doesn't match format"),
    }
}

#[cfg(test)]
#[path = "dotenv_tests.rs"]
mod tests;
