//! What a function says of arguments that are not to be shown.

use ordain_gostd::quote;
use ordain_value::{Kind, Value};

const HIDDEN: &str = "(sensitive value)";

/// A raw text this short would be found in words that have nothing to do with it.
const SHORTEST: usize = 4;

/// A message of a function without what it quotes of sensitive arguments, whole or in part.
pub fn without_secrets(message: String, args: &[Value]) -> String {
    let mut secrets = Vec::new();
    args.iter().for_each(|arg| gather(arg, false, &mut secrets));
    if secrets.is_empty() {
        return message;
    }
    let mut out = String::with_capacity(message.len());
    let mut rest = message.as_str();
    while let Some((before, inner, after)) = quoted(rest) {
        out.push_str(before);
        if secrets.iter().any(|secret| says(secret, inner)) {
            out.push_str(HIDDEN);
        } else {
            out.push('"');
            out.push_str(inner);
            out.push('"');
        }
        rest = after;
    }
    out.push_str(rest);
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST) {
        out = out.replace(&**secret, HIDDEN);
    }
    out
}

/// The texts of a value that are sensitive, names of members among them.
fn gather(value: &Value, above: bool, secrets: &mut Vec<String>) {
    let hidden = above || value.marks().is_sensitive();
    match value.kind() {
        Kind::String(text) if hidden => secrets.push(text.to_string()),
        Kind::Number(number) if hidden => secrets.push(number.to_string()),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            items.iter().for_each(|item| gather(item, hidden, secrets));
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            for (name, member) in members.iter() {
                if hidden {
                    secrets.push(name.to_string());
                }
                gather(member, hidden, secrets);
            }
        }
        _ => {}
    }
}

/// The first quoted text: what stands before it, what it is, and what comes after.
fn quoted(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('"')?;
    let mut escaped = false;
    let end = rest.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let (inner, after) = rest.split_at_checked(end)?;
    Some((before, inner, after.get(1..)?))
}

/// Whether a quoted text is a part of a secret.
fn says(secret: &str, inner: &str) -> bool {
    !inner.is_empty() && (secret.contains(inner) || quote(secret).contains(inner))
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
