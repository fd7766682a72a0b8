//! Rules of a CODEOWNERS file: patterns, and the people, teams and addresses that own what fits them.

use serde_json::{Value as Json, json};

/// The rules of a text.
///
/// # Errors
/// The first line that is no rule.
pub(super) fn rules(text: &str) -> Result<Json, String> {
    let mut rules = Vec::new();
    for (line, number) in text.split('\n').zip(1_usize..) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        rules.push(rule(line, number).map_err(|why| format!("line {number}: {why}"))?);
    }
    // A file without rules has no list of them either.
    Ok(json!({ "rules": if rules.is_empty() { Json::Null } else { Json::Array(rules) } }))
}

fn rule(line: &str, number: usize) -> Result<Json, String> {
    let (rest, comment) = line.split_once('#').unwrap_or((line, ""));
    let end = pattern(rest)?;
    let shown = rest.get(..end).unwrap_or_default();
    if shown.contains("***") {
        return Err("pattern cannot contain three consecutive asterisks".to_owned());
    }
    let mut owners = Vec::new();
    let mut from = end;
    while let Some(found) = rest.get(from..).unwrap_or_default().find(|c| !is_blank(c)) {
        let start = from + found;
        let word = rest.get(start..).unwrap_or_default().split(is_blank).next().unwrap_or_default();
        if let Some((at, c)) = word.char_indices().find(|(_, c)| !is_owner(*c)) {
            return Err(unexpected(c, start + at));
        }
        owners.push(
            owner(word).ok_or_else(|| format!("invalid owner format '{word}' at position {}", start + 1))?,
        );
        from = start + word.len();
    }
    Ok(json!({ "pattern": shown, "owners": owners, "comment": comment.trim(), "lineNumber": number }))
}

/// Where the pattern ends: at the first blank that no backslash stands before.
fn pattern(text: &str) -> Result<usize, String> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' => escaped = true,
            c if is_blank(c) && !escaped => return Ok(at),
            c if is_blank(c) || c.is_ascii_alphanumeric() || "*?./@_+-()".contains(c) => escaped = false,
            c => return Err(unexpected(c, at)),
        }
    }
    Ok(text.len())
}

fn unexpected(c: char, at: usize) -> String {
    format!("unexpected character '{c}' at position {}", at + 1)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n')
}

fn is_owner(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".@/_%+-".contains(c)
}

/// Who a word names: an address, `@organization/team` or `@user`.
fn owner(word: &str) -> Option<Json> {
    let all = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
    };
    if let Some(name) = word.strip_prefix('@') {
        return match name.split_once('/') {
            Some((organization, team)) if all(organization, "-") && all(team, "_-") => {
                Some(json!({ "type": "team", "value": name }))
            }
            None if all(name, "-_") => Some(json!({ "type": "username", "value": name })),
            _ => None,
        };
    }
    let (person, host) = word.split_once('@')?;
    let (domain, end) = host.rsplit_once('.')?;
    let ends = (2..=6).contains(&end.len()) && end.chars().all(|c| c.is_ascii_alphabetic());
    (ends && all(person, "._%+-") && all(domain, ".-")).then(|| json!({ "type": "email", "value": word }))
}

#[cfg(test)]
#[path = "codeowners_tests.rs"]
mod tests;
