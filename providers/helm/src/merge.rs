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

/// The patch from three objects; empty when nothing is to be done.
pub(crate) fn three_way(original: &Json, modified: &Json, current: &Json, lists: Lists) -> Json {
    object_patch(original, modified, current, lists, "")
}

/// Fields by which the items of a list are told apart; from the `patchMergeKey` marks of the Kubernetes API types.
fn merge_key(field: &str, parent: &str) -> Option<&'static str> {
    Some(match field {
        "containers" | "initContainers" | "ephemeralContainers" | "env" | "volumes" | "imagePullSecrets" => {
            "name"
        }
        "secrets" | "resourceClaims" | "schedulingGates" => "name",
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

fn object_patch(original: &Json, modified: &Json, current: &Json, lists: Lists, name: &str) -> Json {
    let empty = Map::new();
    let fields = |v: &Json| v.as_object().cloned().unwrap_or_else(|| empty.clone());
    let (original, modified, current) = (fields(original), fields(modified), fields(current));
    let mut patch = Map::new();
    for (key, wanted) in &modified {
        let (before, now) = (original.get(key).unwrap_or(&Json::Null), current.get(key));
        if let Some(change) = field_patch(key, before, wanted, now, lists, name) {
            patch.insert(key.clone(), change);
        }
    }
    for key in original.keys() {
        if !modified.contains_key(key) && current.contains_key(key) {
            patch.insert(key.clone(), Json::Null);
        }
    }
    Json::Object(patch)
}

fn field_patch(
    key: &str,
    before: &Json,
    wanted: &Json,
    now: Option<&Json>,
    lists: Lists,
    parent: &str,
) -> Option<Json> {
    let Some(now) = now else { return (!wanted.is_null()).then(|| wanted.clone()) };
    match (wanted, now) {
        (Json::Object(_), Json::Object(_)) => {
            let inner = object_patch(before, wanted, now, lists, key);
            (inner != json!({})).then_some(inner)
        }
        (Json::Array(items), Json::Array(have)) => {
            match merge_key(key, parent).filter(|_| lists == Lists::Keyed) {
                Some(by) if keyed(items, by) && keyed(have, by) => {
                    let inner = list_patch(before, items, have, by, key);
                    (!inner.is_empty()).then_some(Json::Array(inner))
                }
                _ => (!same(wanted, now)).then(|| wanted.clone()),
            }
        }
        _ => (!same(wanted, now)).then(|| wanted.clone()),
    }
}

fn keyed(items: &[Json], by: &str) -> bool {
    items.iter().all(|item| item.get(by).is_some())
}

fn list_patch(before: &Json, wanted: &[Json], now: &[Json], by: &str, name: &str) -> Vec<Json> {
    let find = |items: &[Json], item: &Json| items.iter().find(|i| same_key(i, item, by)).cloned();
    let before: Vec<Json> = before.as_array().cloned().unwrap_or_default();
    let mut patch = Vec::new();
    for item in wanted {
        match find(now, item) {
            None => patch.push(item.clone()),
            Some(have) => {
                let old = find(&before, item).unwrap_or(Json::Null);
                let mut inner = object_patch(&old, item, &have, Lists::Keyed, name);
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
mod tests {
    use super::*;

    #[test]
    fn others_fields_stay_and_ours_follow() {
        let original = json!({"data": {"a": "1", "old": "x"}});
        let modified = json!({"data": {"a": "2"}});
        let current = json!({"data": {"a": "edited", "old": "x", "added": "by-hand"}});
        let patch = three_way(&original, &modified, &current, Lists::Keyed);
        assert_eq!(patch, json!({"data": {"a": "2", "old": null}}));
        assert_eq!(three_way(&original, &original, &original, Lists::Keyed), json!({}));
    }

    #[test]
    fn containers_merge_by_name() {
        let pod = |containers: Json| json!({"spec": {"containers": containers}});
        let original = pod(json!([{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]));
        let modified = pod(json!([{"name": "a", "image": "2"}]));
        let current = pod(json!([
            {"name": "a", "image": "1", "imagePullPolicy": "Always"}, {"name": "b", "image": "1"}, {"name": "side"}
        ]));
        assert_eq!(
            three_way(&original, &modified, &current, Lists::Keyed),
            pod(json!([{"image": "2", "name": "a"}, {"$patch": "delete", "name": "b"}]))
        );
        assert_eq!(three_way(&original, &modified, &current, Lists::Whole), modified);
    }

    #[test]
    fn service_ports_merge_by_port() {
        let service = |ports: Json| json!({"spec": {"ports": ports}});
        let text = service(json!([{"port": 80}]));
        let current = service(json!([{"port": 80, "protocol": "TCP", "nodePort": 30000}]));
        assert_eq!(three_way(&text, &text, &current, Lists::Keyed), json!({}));
    }
}
