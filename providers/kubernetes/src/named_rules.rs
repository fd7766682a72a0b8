//! The rules of `data/rules.json` that only have names there: checks, and what counts as no change.
//!
//! The texts are those of Kubernetes' own validation, which the original repeats.

use ordain_sdk::Dialect;
use serde_json::Value as Json;

use crate::quantity::{self, Quantity};

/// What the named rules mean.
pub(crate) static RULES: Dialect =
    Dialect { check: named, normalise: |_, text| text.to_owned(), suppress: suppressed };

/// Whether two texts count as one.
fn suppressed(rule: &str, old: &str, new: &str) -> bool {
    match (rule, Quantity::parse(old), Quantity::parse(new)) {
        ("quantity", Some(old), Some(new)) => old == new,
        _ => false,
    }
}

fn named(name: &str, argument: &str, key: &str, value: &Json) -> Vec<String> {
    match value {
        Json::Object(members) => members
            .iter()
            .flat_map(|(member, value)| in_map(name, key, member, value.as_str().unwrap_or_default()))
            .collect(),
        Json::String(text) => of_text(name, argument, key, text),
        Json::Number(number) => {
            number.as_i64().and_then(|number| of_number(name, argument, key, number)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn in_map(name: &str, key: &str, member: &str, value: &str) -> Vec<String> {
    let about = |what: &str, found: Vec<String>| -> Vec<String> {
        found.into_iter().map(|message| format!("{key} ({what:?}) {message}")).collect()
    };
    match name {
        "annotations" => about(member, qualified_name(&member.to_lowercase())),
        "labels" => {
            let mut found = about(member, qualified_name(member));
            found.extend(about(value, label_value(value)));
            found
        }
        "base64_map" if !is_base64(value) => {
            vec![format!("{member} ({value:?}) {member}: must be a base64-encoded string")]
        }
        _ => Vec::new(),
    }
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

fn of_number(name: &str, argument: &str, key: &str, number: i64) -> Option<String> {
    match name {
        "port" if !(1..=65535).contains(&number) => {
            Some(format!("{key} must be between 1 and 65535, inclusive"))
        }
        "port_number" if !(1..=65535).contains(&number) => {
            Some(format!("expected {key:?} to be a valid port number, got: {number}"))
        }
        "port_number_or_zero" if !(0..=65535).contains(&number) => {
            Some(format!("expected {key:?} to be a valid port number or 0, got: {number}"))
        }
        "not_zero" if number == 0 => Some(format!("expected {key} to not be one of [0], got 0")),
        "not_negative" if number < 0 => Some(format!("{key} must be greater than or equal to 0")),
        "positive" if number <= 0 => Some(format!("{key} must be greater than 0")),
        "not_below" if argument.parse::<i64>().is_ok_and(|least| number < least) => {
            Some(format!("{key} must be greater than or equal to {argument}"))
        }
        _ => None,
    }
}

fn of_text(name: &str, argument: &str, key: &str, text: &str) -> Vec<String> {
    let about = |found: Vec<String>| -> Vec<String> {
        found.into_iter().map(|message| format!("{key} {message}")).collect()
    };
    let invalid = |text: &str| format!("strconv.ParseInt: parsing {text:?}: invalid syntax");
    let one = match name {
        "name" => return about(subdomain(text)),
        "path_segment" => return about(path_segment(text)),
        "generate_name" => return about(label(&without_trailing_dash(text))),
        "port_or_name" => return about(port_or_name(text)),
        "mode" => return mode(key, text),
        "ip" if text.parse::<std::net::IpAddr>().is_err() => {
            format!("expected {key} to contain a valid IP, got: {text}")
        }
        "cidr" if !is_cidr(text) => {
            format!("expected {key:?} to be a valid CIDR Value, got {text}: invalid CIDR address: {text}")
        }
        "integer" if text.parse::<i64>().is_err() => format!("{key} is not a valid integer"),
        "nullable_int" if !text.is_empty() && text.parse::<i64>().is_err() => {
            format!("{key}: cannot parse '{text}' as int: {}", invalid(text))
        }
        "quantity" if let Some(fault) = quantity::fault(text) => format!("{key}.{text} : {fault}"),
        "matches" if regex::Regex::new(argument).is_ok_and(|pattern| !pattern.is_match(text)) => {
            format!("expected value of {key} to match regular expression {argument:?}, got {text}")
        }
        "relative_path" if text.starts_with('/') => "must be a relative path".to_owned(),
        "relative_path" if text.split('/').any(|part| part == "..") => {
            format!("{key:?} must not contain \"..\"")
        }
        "relative_path" if text.starts_with("..") => format!("{key:?} must not start with \"..\""),
        _ => return Vec::new(),
    };
    vec![one]
}

/// A name that can stand in a path, which is all that names of roles and bindings must be.
fn path_segment(text: &str) -> Vec<String> {
    if matches!(text, "." | "..") {
        return vec![format!("may not be '{text}'")];
    }
    let wrong = ["/", "%"].into_iter().filter(|part| text.contains(part));
    wrong.map(|part| format!("may not contain '{part}'")).collect()
}

fn is_cidr(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => 32,
        Ok(std::net::IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    !length.is_empty()
        && length.chars().all(|c| c.is_ascii_digit())
        && length.parse::<u32>().is_ok_and(|length| length <= most)
}

fn mode(key: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with('0') {
        found.push(format!("{key}: value {text} should start with '0' (octal numeral)"));
    }
    match i64::from_str_radix(text, 8) {
        Ok(mode) if !(0..=0o777).contains(&mode) => {
            let (sign, mode) = (if mode < 0 { "-" } else { "" }, mode.unsigned_abs());
            found
                .push(format!("{key} ({sign}0{mode:o}) expects octal notation (a value between 0 and 0777)"));
        }
        Ok(_) => {}
        Err(_) => found.push(format!(
            "{key} :Cannot parse octal numeral ({text:?}): strconv.ParseInt: parsing {text:?}: invalid syntax"
        )),
    }
    found
}

fn port_or_name(text: &str) -> Vec<String> {
    if let Ok(number) = text.parse::<i64>() {
        let right = (1..=65535).contains(&number);
        return if right { Vec::new() } else { vec!["must be between 1 and 65535, inclusive".to_owned()] };
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let rules: [(bool, &str); 5] = [
        (text.len() <= 15, "must be no more than 15 characters"),
        (
            !text.is_empty() && text.chars().all(allowed),
            "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
        ),
        (text.chars().any(|c| c.is_ascii_lowercase()), "must contain at least one letter (a-z)"),
        (!text.contains("--"), "must not contain consecutive hyphens"),
        (!text.starts_with('-') && !text.ends_with('-'), "must not begin or end with a hyphen"),
    ];
    rules.into_iter().filter(|(right, _)| !right).map(|(_, message)| message.to_owned()).collect()
}

fn longer_than(text: &str, most: usize, part: &str) -> Vec<String> {
    let found = (text.len() > most).then(|| format!("{part}must be no more than {most} characters"));
    found.into_iter().collect()
}

/// Begins and ends with a letter or digit, and has only those and `inner` between.
fn is_word(text: &str, letter: fn(&char) -> bool, inner: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| letter(&c));
    edge(text.chars().next())
        && edge(text.chars().next_back())
        && text.chars().all(|c| letter(&c) || inner.contains(c))
}

fn lower(c: &char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn subdomain(text: &str) -> Vec<String> {
    let mut found = longer_than(text, 253, "");
    if !text.split('.').all(|part| is_word(part, lower, "-")) {
        found.push(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start \
             and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
                .to_owned(),
        );
    }
    found
}

fn label(text: &str) -> Vec<String> {
    let mut found = longer_than(text, 63, "");
    if !is_word(text, lower, "-") {
        found.push(
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end \
             with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
             '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
                .to_owned(),
        );
    }
    found
}

/// Prefixes of names may end with a dash.
fn without_trailing_dash(text: &str) -> String {
    match text.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => format!("{}a", rest.get(..rest.len() - 1).unwrap_or_default()),
        _ => text.to_owned(),
    }
}

fn qualified_name(text: &str) -> Vec<String> {
    let alphanumeric: fn(&char) -> bool = |c| c.is_ascii_alphanumeric();
    let pattern = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric \
                   character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
                   '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    let mut found = Vec::new();
    let name = match text.split('/').collect::<Vec<_>>().as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                found.push("prefix part must be non-empty".to_owned());
            } else {
                found.extend(subdomain(prefix).into_iter().map(|message| format!("prefix part {message}")));
            }
            name
        }
        _ => {
            return vec![format!(
                "a qualified name {pattern} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    if name.is_empty() {
        found.push("name part must be non-empty".to_owned());
    }
    found.extend(longer_than(name, 63, "name part "));
    if !is_word(name, alphanumeric, "-_.") {
        found.push(format!("name part {pattern}"));
    }
    found
}

fn label_value(text: &str) -> Vec<String> {
    let mut found = longer_than(text, 63, "");
    if !text.is_empty() && !is_word(text, |c| c.is_ascii_alphanumeric(), "-_.") {
        found.push(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start \
             and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
             validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                .to_owned(),
        );
    }
    found
}

#[cfg(test)]
#[path = "named_rules_tests.rs"]
mod tests;
