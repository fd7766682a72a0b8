//! What differs between two documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// Lists whose order carries nothing.
const UNORDERED: [&str; 2] = ["replace_paths", "sensitive_attributes"];

/// Differences, one sentence each. Numbers count by value; lists of objects that have an address are compared by it.
pub fn differences(wanted: &Json, got: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare(wanted, got, "", &mut found);
    found
}

/// A document on one line, cut.
pub fn short(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn compare(wanted: &Json, got: &Json, path: &str, found: &mut Vec<String>) {
    match (wanted, got) {
        (Json::Object(a), Json::Object(b)) => members(a, b, path, found),
        (Json::Array(a), Json::Array(b)) => items(a, b, path, found),
        (Json::Number(a), Json::Number(b)) if a.as_f64() == b.as_f64() => {}
        _ if wanted == got => {}
        _ => found.push(format!("{path}: want {}, got {}", short(wanted), short(got))),
    }
}

fn members(wanted: &Map<String, Json>, got: &Map<String, Json>, path: &str, found: &mut Vec<String>) {
    let names: BTreeSet<&String> = wanted.keys().chain(got.keys()).collect();
    for name in names {
        let here = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match (wanted.get(name), got.get(name)) {
            (Some(a), Some(b)) if UNORDERED.contains(&name.as_str()) => {
                compare(&sorted(a), &sorted(b), &here, found);
            }
            (Some(a), Some(b)) => compare(a, b, &here, found),
            (Some(a), None) => found.push(format!("{here}: missing (want {})", short(a))),
            (None, Some(b)) => found.push(format!("{here}: unexpected {}", short(b))),
            (None, None) => {}
        }
    }
}

fn sorted(value: &Json) -> Json {
    let mut value = value.clone();
    if let Some(items) = value.as_array_mut() {
        items.sort_by_cached_key(Json::to_string);
    }
    value
}

fn items(wanted: &[Json], got: &[Json], path: &str, found: &mut Vec<String>) {
    if let (Some(a), Some(b)) = (by_address(wanted), by_address(got)) {
        return members(&a, &b, path, found);
    }
    if wanted.len() != got.len() {
        let (a, b) = (Json::from(wanted), Json::from(got));
        let sizes = format!("want {} entries {}, got {} {}", wanted.len(), short(&a), got.len(), short(&b));
        return found.push(format!("{path}: {sizes}"));
    }
    for (at, (a, b)) in wanted.iter().zip(got).enumerate() {
        compare(a, b, &format!("{path}[{at}]"), found);
    }
}

/// Items by address, where each has one of its own.
fn by_address(items: &[Json]) -> Option<Map<String, Json>> {
    let mut out = BTreeMap::new();
    for item in items {
        let address = item.get("address")?.as_str()?;
        let deposed = item.get("deposed").and_then(Json::as_str).map(|key| format!("#{key}"));
        if out.insert(format!("{address}{}", deposed.unwrap_or_default()), item.clone()).is_some() {
            return None;
        }
    }
    (!items.is_empty()).then(|| out.into_iter().collect())
}
