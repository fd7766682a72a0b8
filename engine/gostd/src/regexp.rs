//! Go's regular expressions (RE2 syntax, https://pkg.go.dev/regexp/syntax) on the `regex` crate.
//!
//! Both engines are automata with leftmost-first matches, so only the syntax is translated: Go's `\d \w \s \b` are
//! ASCII, classes have no set operations, `\Q…\E` and octal escapes exist, counts end at 1000, and errors keep Go's
//! words.

mod class;
mod parse;

use regex::Regex;
use std::fmt;

/// Why a pattern is not one of Go's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexpError {
    /// Go's description, such as `missing closing ]`.
    pub code: &'static str,
    /// The part of the pattern it is about.
    pub expr: String,
}

impl fmt::Display for RegexpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.code, self.expr)
    }
}

impl std::error::Error for RegexpError {}

/// Compiles a pattern of Go's.
///
/// # Errors
/// What `regexp.Compile` refuses, and patterns whose automaton would be too large.
pub fn compile(pattern: &str) -> Result<Regex, RegexpError> {
    let translated = translate(pattern)?;
    regex::RegexBuilder::new(&translated).size_limit(32 << 20).build().map_err(|e| match e {
        regex::Error::CompiledTooBig(_) => {
            RegexpError { code: "expression too large", expr: pattern.to_owned() }
        }
        _ => RegexpError { code: "unsupported expression", expr: pattern.to_owned() },
    })
}

/// Begins the names of groups that Go lets start with a digit.
const MARK: &str = "_.";

/// Begins the name of a group that has the name of an earlier one, with as many dots as there are of those.
fn again_mark(earlier: usize) -> String {
    format!("__{}_", ".".repeat(earlier))
}

/// The name of a group as the pattern has it, from the name that the compiled expression has.
#[must_use]
pub fn group_name(name: &str) -> &str {
    if let Some(rest) = name.strip_prefix("__.") {
        return rest.trim_start_matches('.').strip_prefix('_').unwrap_or(rest);
    }
    name.strip_prefix(MARK).unwrap_or(name)
}

/// The group of a name, if it took part in a match.
#[must_use]
pub fn group<'t>(captures: &regex::Captures<'t>, name: &str) -> Option<regex::Match<'t>> {
    captures.name(name).or_else(|| captures.name(&format!("{MARK}{name}")))
}

/// The pattern in the syntax of the `regex` crate.
///
/// # Errors
/// What `regexp.Compile` refuses.
pub fn translate(pattern: &str) -> Result<String, RegexpError> {
    parse::translate(pattern)
}

/// `Regexp.Split(text, count)`: at most `count` parts (`None`: all; zero: none).
#[must_use]
pub fn split(regex: &Regex, text: &str, count: Option<usize>) -> Vec<String> {
    if count == Some(0) {
        return Vec::new();
    }
    if !regex.as_str().is_empty() && text.is_empty() {
        return vec![String::new()];
    }
    let limit = count.unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for found in regex.find_iter(text) {
        if parts.len() + 1 >= limit {
            break;
        }
        end = found.start();
        if found.end() != 0 {
            parts.push(text.get(begin..end).unwrap_or_default().to_owned());
        }
        begin = found.end();
    }
    if end != text.len() {
        parts.push(text.get(begin..).unwrap_or_default().to_owned());
    }
    parts
}

/// `regexp.QuoteMeta`.
#[must_use]
pub fn quote_meta(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
#[path = "regexp_tests.rs"]
mod tests;
