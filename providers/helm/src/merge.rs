//! Three-way merge: what to send so that an object follows its new text and keeps what others added.
//!
//! Follows `strategicpatch.CreateThreeWayMergePatch` and `jsonmergepatch` of Kubernetes: a field that the old text had
//! and the new one lacks is removed, a field the new text has is set where it differs, everything else stays.

use serde_json::{Map, Value as Json, json};

/// How lists merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// By their items' keys: kinds the API server knows itself.
    Keyed,
    /// As a whole: custom resources.
    Whole,
}

/// Where in an object a part stands.
#[derive(Clone, Copy)]
struct At<'n> {
    lists: Lists,
    /// Name of the field that holds it.
    name: &'n str,
    /// Whether its members exclude each other, so that those which are not named must go (`$retainKeys`).
    retain: bool,
}

impl<'n> At<'n> {
    fn field(self, name: &'n str) -> At<'n> {
        let retain = self.lists == Lists::Keyed && matches!(name, "strategy" | "volumes" | "resourceClaims");
        At { lists: self.lists, name, retain }
    }
}

/// The patch from three objects; empty when nothing is to be done.
pub(crate) fn three_way(original: &Json, modified: &Json, current: &Json, lists: Lists) -> Json {
    object_patch(original, modified, current, At { lists, name: "", retain: false })
}

/// Fields by which the items of a list are told apart; from the `patchMergeKey` marks of the Kubernetes API types.
fn merge_key(field: &str, parent: &str) -> Option<&'static str> {
    Some(match field {
        "containers" | "initContainers" | "ephemeralContainers" | "env" | "volumes" | "imagePullSecrets" => {
            "name"
        }
        "secrets" | "resourceClaims" | "schedulingGates" | "webhooks" | "matchConditions" | "variables" => {
            "name"
        }
        "hostAliases" => "ip",
        "volumeMounts" => "mountPath",
        "volumeDevices" => "devicePath",
        "conditions" => "type",
        "ownerReferences" => "uid",
        "topologySpreadConstraints" => "topologyKey",
        "ports" if parent == "spec" => "port",
        "ports" => "containerPort",
        _ => return None,
    })
}

fn object_patch(original: &Json, modified: &Json, current: &Json, at: At<'_>) -> Json {
    let empty = Map::new();
    let fields = |v: &Json| v.as_object().cloned().unwrap_or_else(|| empty.clone());
    let (original, modified, current) = (fields(original), fields(modified), fields(current));
    let mut patch = Map::new();
    for (key, wanted) in &modified {
        let before = original.get(key).unwrap_or(&Json::Null);
        let Some(now) = current.get(key) else {
            if !wanted.is_null() {
                patch.insert(key.clone(), wanted.clone());
            }
            continue;
        };
        match keyed_by(key, wanted, now, at) {
            Some((items, have, by)) => {
                let inner = list_patch(before, items, have, by, at.field(key));
                if !inner.is_empty() || !same_order(items, have, by) {
                    let order = items.iter().map(|item| json!({ by: item.get(by) })).collect();
                    patch.insert(format!("$setElementOrder/{key}"), order);
                }
                if !inner.is_empty() {
                    patch.insert(key.clone(), Json::Array(inner));
                }
            }
            None => {
                if let Some(change) = field_patch(before, wanted, now, at.field(key)) {
                    patch.insert(key.clone(), change);
                }
            }
        }
    }
    for key in original.keys() {
        if !modified.contains_key(key) && current.contains_key(key) {
            patch.insert(key.clone(), Json::Null);
        }
    }
    let more = |have: &Map<String, Json>| {
        have.iter().any(|(key, value)| !value.is_null() && !modified.contains_key(key))
    };
    let retained: Vec<&String> =
        modified.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).collect();
    if at.retain && !retained.is_empty() && (!patch.is_empty() || more(&original) || more(&current)) {
        patch.insert("$retainKeys".to_owned(), json!(retained));
    }
    Json::Object(patch)
}

fn field_patch(before: &Json, wanted: &Json, now: &Json, at: At<'_>) -> Option<Json> {
    if wanted.is_object() && now.is_object() {
        let inner = object_patch(before, wanted, now, at);
        return (inner != json!({})).then_some(inner);
    }
    (!same(wanted, now)).then(|| wanted.clone())
}

/// Both sides of a list that merges by a key of its items.
fn keyed_by<'j>(
    key: &str,
    wanted: &'j Json,
    now: &'j Json,
    at: At<'_>,
) -> Option<(&'j [Json], &'j [Json], &'static str)> {
    let by = merge_key(key, at.name).filter(|_| at.lists == Lists::Keyed)?;
    let (wanted, now) = (wanted.as_array()?, now.as_array()?);
    (keyed(wanted, by) && keyed(now, by)).then_some((wanted.as_slice(), now.as_slice(), by))
}

fn same_order(a: &[Json], b: &[Json], by: &str) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_key(a, b, by))
}

fn keyed(items: &[Json], by: &str) -> bool {
    items.iter().all(|item| item.get(by).is_some())
}

fn list_patch(before: &Json, wanted: &[Json], now: &[Json], by: &str, at: At<'_>) -> Vec<Json> {
    let find = |items: &[Json], item: &Json| items.iter().find(|i| same_key(i, item, by)).cloned();
    let before: Vec<Json> = before.as_array().cloned().unwrap_or_default();
    let mut patch = Vec::new();
    for item in wanted {
        match find(now, item) {
            None => patch.push(item.clone()),
            Some(have) => {
                let old = find(&before, item).unwrap_or(Json::Null);
                let mut inner = object_patch(&old, item, &have, at);
                if inner != json!({})
                    && let (Some(map), Some(value)) = (inner.as_object_mut(), item.get(by))
                {
                    map.insert(by.to_owned(), value.clone());
                    patch.push(inner);
                }
            }
        }
    }
    for old in &before {
        let gone = !wanted.iter().any(|w| same_key(w, old, by));
        if gone && let (Some(_), Some(value)) = (find(now, old), old.get(by)) {
            patch.push(json!({"$patch": "delete", by: value}));
        }
    }
    patch
}

fn same_key(a: &Json, b: &Json, by: &str) -> bool {
    match (a.get(by), b.get(by)) {
        (Some(x), Some(y)) => same(x, y),
        _ => false,
    }
}

/// Equal as JSON; numbers by value, not by spelling.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => {
            let float = |n: &serde_json::Number| n.to_string().parse::<f64>().ok();
            x == y || float(x) == float(y)
        }
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(p, q)| same(p, q)),
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(k, v)| y.get(k).is_some_and(|w| same(v, w)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
