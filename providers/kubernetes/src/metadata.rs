//! Names, labels and annotations.

use ordain_kube::ObjectRef;
use regex::Regex;
use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;
use crate::kinds::Row;

/// Labels and annotations that others care for: patterns of the provider's configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ignored {
    pub(crate) annotations: Vec<Regex>,
    pub(crate) labels: Vec<Regex>,
}

/// Annotations and labels that the cluster itself writes.
fn is_internal(key: &str) -> bool {
    let host = key.split('/').next().unwrap_or("");
    if host == "app.kubernetes.io" || host == "service.beta.kubernetes.io" {
        return false;
    }
    host.ends_with("kubernetes.io") || key.contains("deprecated.daemonset.template.generation")
}

impl Ignored {
    /// Takes out of an object's metadata what nobody configures: keys that the cluster writes and keys that
    /// are to be ignored, unless `known` (metadata of the configuration or state) has them.
    pub(crate) fn clean(&self, object: &mut Json, known: &Json) {
        for (field, patterns) in [("annotations", &self.annotations), ("labels", &self.labels)] {
            let kept = |key: &str| known.get(field).is_some_and(|known| known.get(key).is_some());
            let dropped =
                |key: &str| is_internal(key) || patterns.iter().any(|pattern| pattern.is_match(key));
            if let Some(Json::Object(entries)) = object.pointer_mut(&format!("/metadata/{field}")) {
                entries.retain(|key, _| kept(key) || !dropped(key));
            }
        }
    }
}

/// The block `metadata` of a configuration or state.
pub(crate) fn metadata(object: &Json) -> &Json {
    object.pointer("/metadata/0").unwrap_or(&Json::Null)
}

/// Metadata to send: what the user decides, nothing that the cluster does.
pub(crate) fn sent(mut metadata: Json) -> Json {
    if let Some(members) = metadata.as_object_mut() {
        members.retain(|key, _| !["generation", "resourceVersion", "uid"].contains(&key.as_str()));
    }
    metadata
}

/// The id of an object.
pub(crate) fn id_of(row: &Row, object: &Json) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
    let name = text("/metadata/name");
    if row.namespaced { format!("{}/{name}", text("/metadata/namespace")) } else { name.to_owned() }
}

/// The object that an id names.
pub(crate) fn object_of(row: &Row, id: &str) -> Result<ObjectRef, Failure> {
    let parts: Vec<&str> = id.split('/').collect();
    let (namespace, name) = match (row.namespaced, parts.as_slice()) {
        (false, _) => (String::new(), id.to_owned()),
        (true, [namespace, name]) => ((*namespace).to_owned(), (*name).to_owned()),
        (true, _) => {
            let summary = format!("Unexpected ID format ({id:?}), expected \"namespace/name\".");
            return Err(Failure::new(summary, ""));
        }
    };
    Ok(ObjectRef { kind: row.kind(), namespace, name })
}

/// One operation of a JSON patch.
pub(crate) fn operation(op: &str, path: &str, value: Json) -> Json {
    if op == "remove" {
        json!({ "op": op, "path": path })
    } else {
        json!({ "op": op, "path": path, "value": value })
    }
}

/// Operations that turn one map of texts into another, leaving alone what others put there.
pub(crate) fn map_changes(path: &str, old: &Json, new: &Json) -> Vec<Json> {
    let empty = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&empty), new.as_object().unwrap_or(&empty));
    if old.is_empty() {
        return vec![operation("add", path, Json::Object(new.clone()))];
    }
    let at = |key: &str| format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    let gone = gone.map(|key| operation("remove", &at(key), Json::Null));
    let changed = new.iter().filter(|(key, value)| old.get(*key) != Some(value));
    let changed = changed.map(|(key, value)| {
        operation(if old.contains_key(key) { "replace" } else { "add" }, &at(key), value.clone())
    });
    gone.chain(changed).collect()
}
