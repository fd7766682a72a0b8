//! The requests of a command to Resource Manager, in the shape of the recordings.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use super::mask::Masker;

#[allow(clippy::unwrap_used, reason = "the patterns are written here")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

static POLLING: LazyLock<Regex> = LazyLock::new(|| pattern(r"/(operations|operationresults)/[0-9a-f-]{36}"));
static CREDENTIAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)/listCluster(User|Admin)Credential$"));
static OBJECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(/subscriptions/[^/]+/resourceGroups/[^/]+(?:/providers/[^/]+/[^/]+/[^/]+)?)")
});

/// Lists in a body whose order means nothing.
const SETS: [&str; 9] = [
    "availabilityZones",
    "hourSlots",
    "timeInWeek",
    "notAllowedTime",
    "notAllowedDates",
    "authorizedIPRanges",
    "noProxy",
    "allowedUnsafeSysctls",
    "publicIPs",
];

/// Writes in the order of each object's own, and the reads as a set.
pub fn requests(log: &[Json], masker: &mut Masker, unordered: bool) -> Json {
    let mut writes: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    let mut reads = std::collections::BTreeSet::new();
    for entry in log {
        let text = |key: &str| entry[key].as_str().unwrap_or_default();
        let (method, path) = (text("method"), text("path"));
        if path.starts_with("/metadata/") || path.ends_with("/oauth2/v2.0/token") {
            continue;
        }
        let mut line = format!("{method} {}", masker.text(path));
        let query = entry["query"].as_object().filter(|query| !query.is_empty() && !POLLING.is_match(path));
        if let Some(query) = query {
            let pairs =
                query.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()));
            line = format!("{line}?{}", pairs.collect::<Vec<_>>().join("&"));
        }
        if method == "GET" || method == "HEAD" || CREDENTIAL.is_match(path) {
            reads.insert(format!("{line} -> {}", entry["status"]));
            continue;
        }
        let mut write = json!({"request": line, "status": entry["status"]});
        if !entry["body"].is_null() {
            write["body"] = settled(&masker.document(&entry["body"]), "");
        }
        let object = OBJECT.find(path).map_or(path, |found| found.as_str()).to_lowercase();
        writes.entry(object).or_default().push(write);
    }
    let mut all = Vec::new();
    for mut group in writes.into_values() {
        if unordered {
            group.sort_by_cached_key(Json::to_string);
        }
        all.extend(group);
    }
    json!({"writes": all, "reads": reads})
}

/// A body with its sets sorted.
fn settled(value: &Json, key: &str) -> Json {
    match value {
        Json::Object(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), settled(member, name)));
            Json::Object(members.collect::<Map<_, _>>())
        }
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(|item| settled(item, "")).collect();
            if SETS.contains(&key) || matches!(key, "publicIPPrefixes" | "applicationSecurityGroups") {
                items.sort_by_cached_key(Json::to_string);
            }
            Json::Array(items)
        }
        other => other.clone(),
    }
}

/// Recorded writes as they are compared: where the order of an object's own is free, sorted as [`requests`] sorts.
pub fn recorded(writes: &Json, unordered: bool) -> Json {
    let mut writes: Vec<Json> =
        writes.as_array().into_iter().flatten().map(|write| settled(write, "")).collect();
    if unordered {
        writes.sort_by_cached_key(Json::to_string);
    }
    Json::Array(writes)
}
