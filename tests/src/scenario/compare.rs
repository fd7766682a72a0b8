//! What came against what was recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::Scenario;

/// Complaints about one step, and whether the scenario cannot go on after it.
pub fn outcome(
    scenario: &Scenario,
    mut expected: Map<String, Json>,
    mut got: Map<String, Json>,
) -> (Vec<String>, bool) {
    let failed = !matches!(expected.get("exit").and_then(Json::as_i64), Some(0 | 2));
    let free_form = !expected.contains_key("errors") || scenario.loose_errors;
    if failed && got.contains_key("errors") && free_form {
        // A message of no fixed form: only the failure itself counts.
        expected.remove("errors");
        got.remove("errors");
    }
    if scenario.topic == "invalid" {
        [&mut expected, &mut got].into_iter().for_each(without_repeats);
    }
    if expected.get("exit") != got.get("exit") {
        let wanted = expected.get("exit").unwrap_or(&Json::Null);
        let (came, errors) = (got.get("exit").unwrap_or(&Json::Null), got.get("errors"));
        return (
            vec![format!("exit: want {wanted}, got {came} {}", short(errors.unwrap_or(&Json::Null)))],
            true,
        );
    }
    let mut found = Vec::new();
    differences(&Json::Object(expected), &Json::Object(got), "", &mut found);
    (found, false)
}

fn without_repeats(of: &mut Map<String, Json>) {
    if let Some(Json::Array(errors)) = of.get_mut("errors") {
        errors.dedup();
    }
}

fn short(value: &Json) -> String {
    let text = value.to_string();
    match text.char_indices().nth(160) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// Changes and checks are compared by address, so that one more or less is told as such.
fn by_address(items: &[Json]) -> Option<BTreeMap<String, &Json>> {
    let name = |item: &Json| {
        let address = item.get("address")?.as_str()?;
        let deposed = item.get("deposed").and_then(Json::as_str).unwrap_or_default();
        Some(format!("{address}#{deposed}"))
    };
    let named: Option<BTreeMap<String, &Json>> = items.iter().map(|item| Some((name(item)?, item))).collect();
    named.filter(|named| named.len() == items.len())
}

fn same_number(a: &serde_json::Number, b: &serde_json::Number) -> bool {
    a.as_str() == b.as_str() || a.as_f64().is_some_and(|a| Some(a) == b.as_f64())
}

fn differences(expected: &Json, got: &Json, path: &str, found: &mut Vec<String>) {
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (expected, got) {
        (Json::Object(expected), Json::Object(got)) => {
            let names: BTreeSet<&String> = expected.keys().chain(got.keys()).collect();
            for name in names {
                match (expected.get(name), got.get(name)) {
                    (Some(expected), Some(got)) => differences(expected, got, &inner(name), found),
                    (Some(expected), None) => {
                        found.push(format!("{}: missing {}", inner(name), short(expected)))
                    }
                    (None, got) => {
                        found.push(format!(
                            "{}: unexpected {}",
                            inner(name),
                            short(got.unwrap_or(&Json::Null))
                        ));
                    }
                }
            }
        }
        (Json::Array(expected), Json::Array(got)) => {
            if let (Some(expected), Some(got), false) =
                (by_address(expected), by_address(got), expected.is_empty())
            {
                let object = |of: BTreeMap<String, &Json>| {
                    Json::Object(of.into_iter().map(|(name, item)| (name, item.clone())).collect())
                };
                return differences(&object(expected), &object(got), path, found);
            }
            if expected.len() != got.len() {
                let (expected, got) = (Json::Array(expected.clone()), Json::Array(got.clone()));
                found.push(format!("{path}: want {}, got {}", short(&expected), short(&got)));
                return;
            }
            for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
                differences(expected, got, &format!("{path}[{at}]"), found);
            }
        }
        (Json::Number(a), Json::Number(b)) if same_number(a, b) => {}
        (expected, got) if expected == got => {}
        (expected, got) => found.push(format!("{path}: want {}, got {}", short(expected), short(got))),
    }
}
