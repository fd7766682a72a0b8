//! The rules of `data/rules.json` that only have names there: checks, rewriting, and what counts as no change.

use ordain_sdk::{Dialect, duration_of};
use serde_json::Value as Json;

use crate::identifiers::{check_any_id, check_id, check_old_id};

/// What the named rules mean.
pub(crate) static RULES: Dialect = Dialect { check: named, normalise: normalised, suppress: suppressed };

/// What a rewriting rule makes of a text.
fn normalised(rule: &str, text: &str) -> String {
    match rule {
        "location" => text.replace(' ', "").to_lowercase(),
        _ => text.to_owned(),
    }
}

/// Whether two texts count as one under a suppression rule.
fn suppressed(rule: &str, old: &str, new: &str) -> bool {
    match rule {
        "location" => normalised(rule, old) == normalised(rule, new),
        "rfc3339" => {
            let instant = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
            match (instant(old), instant(new)) {
                (Some(old), Some(new)) => old == new,
                _ => false,
            }
        }
        _ => false,
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

fn is_cidr(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
    address.parse::<std::net::Ipv4Addr>().is_ok() && bits.parse::<u8>().is_ok_and(|bits| bits <= 32)
}

fn named(name: &str, argument: &str, key: &str, value: &Json) -> Vec<String> {
    let id = |check: fn(&str, &str) -> Result<(), String>| {
        value.as_str().and_then(|text| check(argument, text).err()).into_iter().collect()
    };
    match name {
        "id" => return id(check_id),
        "id_v1" => return id(check_old_id),
        "tags" => return tags(value),
        "resource_group_name" => return resource_group_name(key, value.as_str().unwrap_or_default()),
        "spot_price" => {
            let price = value.as_f64().unwrap_or(-1.0);
            let wrong = price != -1.0 && price < 0.00001;
            return wrong
                .then(|| format!("expected {key:?} to be > 0.00001 but got {price:.5}"))
                .into_iter()
                .collect();
        }
        _ => {}
    }
    match value.as_str() {
        Some("") if name == "uuid_or_empty" => Vec::new(),
        Some(text) if name == "uuid_or_empty" && !is_uuid(text) => vec![
            format!("expected {key:?} to be a valid UUID, got {text}"),
            format!("expected {key:?} to be an empty string: got {text}"),
        ],
        Some(text) => named_text(name, key, text).into_iter().collect(),
        None => Vec::new(),
    }
}

/// What is wrong with a text, by the name of its check.
fn named_text(name: &str, key: &str, text: &str) -> Option<String> {
    let message = match name {
        "not_empty" if text.is_empty() => format!("expected {key:?} to not be an empty string, got {text}"),
        "uuid" if !is_uuid(text) => format!("expected {key:?} to be a valid UUID, got {text}"),
        "cidr" if !is_cidr(text) => format!(
            "{key} must start with IPV4 address and/or slash, number of bits (0-32) as prefix. Example: 127.0.0.1/8. \
             Got {text:?}"
        ),
        "duration" if duration_of(text).is_none() => {
            format!("{key:?} cannot be parsed as a duration: time: invalid duration {text:?}")
        }
        "base64" if !is_base64(text) => format!("expected {key:?} to be a base64 string, got {text}"),
        "rfc3339" if chrono::DateTime::parse_from_rfc3339(text).is_err() => {
            format!("expected {key:?} to be a valid RFC3339 date, got {text}")
        }
        "ipv4" if text.parse::<std::net::Ipv4Addr>().is_err() => {
            format!("{key:?} is not a valid IPv4 address: {text:?}")
        }
        "pool_name" if !is_pool_name(text) => format!(
            "the {key:?} must begin with a lowercase letter, contain only lowercase letters and numbers and be between \
             1 and 12 characters in length, got {text:?}"
        ),
        "dns_prefix" if !is_dns_prefix(text) => format!(
            "the {key:?} must begin and end with a letter or number, contain only letters, numbers, and hyphens and be \
             between 1 and 54 characters in length, got {text:?}"
        ),
        "admin_username" if !is_admin_name(text) => format!(
            "the {key:?} must begin with a letter, contain only letters, numbers, underscores and hyphens, got {text:?}"
        ),
        "resource_id" => match check_any_id(text) {
            Err(why) => format!("cannot parse {key:?} as a resource id: {why}"),
            Ok(()) => return None,
        },
        "key_vault_child_id" => return key_vault_key(text).map(|why| format!("parsing {text:?}: {why}")),
        _ => return None,
    };
    Some(message)
}

/// What is wrong with the address of a version of a vault's key, secret or certificate.
fn key_vault_key(text: &str) -> Option<String> {
    if text.to_lowercase().contains(".managedhsm.") {
        return Some(
            "internal-error: Managed HSM IDs are not supported as Key Vault Nested Items".to_owned(),
        );
    }
    let path = text.split_once("://").map(|(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.or_else(|| text.strip_prefix('/'));
    let Some(path) = path else {
        let why = if text.is_empty() {
            "empty url".to_owned()
        } else {
            format!("{text:?}: invalid URI for request")
        };
        return Some(format!("cannot parse azure key vault child ID: parse {why}"));
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let parts: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let kind = match parts.as_slice() {
        [kind, _] | [kind, _, _] => *kind,
        _ => {
            return Some(format!(
                "key vault nested item should contain 2 or 3 segments, found {} segment(s) in {text:?}",
                parts.len()
            ));
        }
    };
    if !matches!(kind, "certificates" | "keys" | "secrets" | "storage") {
        return Some(format!(
            "key vault 'NestedItemType' should be one of: keys, secrets, certificates, storage, got {kind:?}"
        ));
    }
    let versioned = parts.get(2).is_some_and(|version| !version.is_empty());
    (!versioned).then(|| {
        format!("expected a key vault versioned ID but no version information was found in: {text:?}")
    })
}

fn is_base64(text: &str) -> bool {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

fn is_pool_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= 12
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn is_dns_prefix(text: &str) -> bool {
    let edge = |c: char| c.is_ascii_alphanumeric();
    (1..=54).contains(&text.len())
        && text.starts_with(edge)
        && text.ends_with(edge)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_admin_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

fn resource_group_name(key: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if text.len() > 90 {
        found.push(format!("{key:?} may not exceed 90 characters in length"));
    }
    if text.ends_with('.') {
        found.push(format!("{key:?} may not end with a period"));
    }
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')');
    if text.is_empty() {
        found.push(format!("{key:?} cannot be blank"));
    } else if !text.chars().all(allowed) {
        found.push(format!(
            "{key:?} may only contain alphanumeric characters, dash, underscores, parentheses and periods"
        ));
    }
    found
}

fn tags(value: &Json) -> Vec<String> {
    let Some(tags) = value.as_object() else { return Vec::new() };
    let mut found = Vec::new();
    if tags.len() > 50 {
        found.push("a maximum of 50 tags can be applied to each resource".to_owned());
    }
    for (name, value) in tags {
        let value = value.as_str().unwrap_or_default();
        if name.len() > 512 {
            found.push(format!(
                "the maximum length for a tag key is 512 characters: {name:?} is {} characters",
                name.len()
            ));
        }
        if value.len() > 256 {
            found.push(format!(
                "the maximum length for a tag value is 256 characters: the value for {name:?} is {} characters",
                value.len()
            ));
        }
    }
    found
}

#[cfg(test)]
#[path = "semantics_tests.rs"]
mod tests;
