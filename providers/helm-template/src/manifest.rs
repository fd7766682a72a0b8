//! Rendered files to documents: splitting, hooks, order (`pkg/releaseutil`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ordain_gostd::regexp;
use regex::Regex;
use serde_json::{Map as JsonMap, Value as Json};

use crate::chart::yaml;
use crate::go_json;

/// A document of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Path of its template, from the chart's name on.
    pub path: String,
    /// `kind`, empty if it has none.
    pub kind: String,
    /// Text without separators.
    pub content: String,
}

/// A document that runs at certain moments instead of belonging to the release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// `metadata.name`.
    pub name: String,
    /// `kind`.
    pub kind: String,
    /// Path of its template.
    pub path: String,
    /// Text.
    pub manifest: String,
    /// When it runs: `pre-install`, `post-upgrade`, `test`, …
    pub events: Vec<String>,
    /// Lower ones run first.
    pub weight: i64,
    /// When it is deleted: `before-hook-creation`, `hook-succeeded`, `hook-failed`.
    pub delete_policies: Vec<String>,
    /// When its output is logged.
    pub output_log_policies: Vec<String>,
}

/// The order in which kinds are created; it is reversed for deletion.
pub const INSTALL_ORDER: [&str; 36] = [
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
];

/// The order in which kinds are deleted.
pub const UNINSTALL_ORDER: [&str; 36] = [
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBindingList",
    "RoleBinding",
    "RoleList",
    "Role",
    "ClusterRoleBindingList",
    "ClusterRoleBinding",
    "ClusterRoleList",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "SecretList",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// Place of a kind in an order: known kinds first, others after them by name.
#[must_use]
pub fn kind_rank(kind: &str, order: &[&str]) -> (usize, String) {
    match order.iter().position(|k| *k == kind) {
        Some(place) => (place, String::new()),
        None => (order.len(), kind.to_owned()),
    }
}

const EVENTS: [&str; 9] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
];

/// Between documents; the line feed after one separator belongs to it, so a separator right after it is text.
static SEPARATOR: LazyLock<Option<Regex>> = LazyLock::new(|| regexp::compile(r"(?:^|\s*\n)---\s*").ok());

/// Splits a text at `---` lines, drops nothing but empty parts, as Helm does.
#[must_use]
pub fn split_documents(text: &str) -> Vec<String> {
    let text = text.trim();
    let parts = match SEPARATOR.as_ref() {
        Some(separator) => regexp::split(separator, text, None),
        None => vec![text.to_owned()],
    };
    parts.into_iter().filter(|p| !p.is_empty()).map(|p| p.trim().to_owned()).collect()
}

/// What a document says about itself.
struct Head {
    kind: String,
    name: String,
    annotations: BTreeMap<String, String>,
}

/// Sorts rendered files into hooks and manifests.
///
/// # Errors
/// A document that is no YAML or no object, with Helm's words.
pub(crate) fn sort(files: &BTreeMap<String, String>) -> Result<(Vec<Hook>, Vec<Manifest>), String> {
    let (mut hooks, mut manifests) = (Vec::new(), Vec::new());
    for (path, content) in files {
        let base = path.rsplit('/').next().unwrap_or(path);
        if base.starts_with('_') || content.trim().is_empty() {
            continue;
        }
        for document in split_documents(content) {
            let head = head(&document).map_err(|e| format!("YAML parse error on {path}: {e}"))?;
            match head.annotations.get("helm.sh/hook").cloned() {
                None => manifests.push(Manifest { path: path.clone(), kind: head.kind, content: document }),
                Some(events) => hooks.extend(hook(path, head, &events, document)),
            }
        }
    }
    hooks.sort_by_cached_key(|h| kind_rank(&h.kind, &INSTALL_ORDER));
    manifests.sort_by_cached_key(|m| kind_rank(&m.kind, &INSTALL_ORDER));
    Ok((hooks, manifests))
}

/// A hook, unless one of its events is unknown: then the document is dropped, as in Helm.
fn hook(path: &str, head: Head, events: &str, manifest: String) -> Option<Hook> {
    let known = |event: &str| {
        let event = event.trim().to_lowercase();
        let event = if event == "test-success" { "test".into() } else { event };
        EVENTS.contains(&event.as_str()).then_some(event)
    };
    let events = events.split(',').map(known).collect::<Option<Vec<_>>>()?;
    let words = |key: &str| {
        let list = head.annotations.get(key).map(|v| v.split(',').map(|w| w.trim().to_lowercase()).collect());
        list.unwrap_or_default()
    };
    let weight = head.annotations.get("helm.sh/hook-weight").and_then(|w| w.parse().ok()).unwrap_or(0);
    Some(Hook {
        path: path.to_owned(),
        manifest,
        events,
        weight,
        delete_policies: words("helm.sh/hook-delete-policy"),
        output_log_policies: words("helm.sh/hook-output-log-policy"),
        name: head.name,
        kind: head.kind,
    })
}

fn head(document: &str) -> Result<Head, String> {
    let json = yaml(document.as_bytes())?;
    let empty = JsonMap::new();
    let map = match &json {
        Json::Null => &empty,
        Json::Object(map) => map,
        other => {
            return Err(decoding(format!(
                "{} into Go value of type releaseutil.SimpleHead",
                go_json::kind(other)
            )));
        }
    };
    text(map.get("apiVersion"), "SimpleHead.apiVersion")?;
    let kind = text(map.get("kind"), "SimpleHead.kind")?;
    let metadata = match map.get("metadata") {
        None | Some(Json::Null) => &empty,
        Some(Json::Object(metadata)) => metadata,
        Some(other) => {
            let kind = go_json::kind(other);
            let owner = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }";
            return Err(decoding(format!("{kind} into Go struct field SimpleHead.metadata of type {owner}")));
        }
    };
    let annotations = match metadata.get("annotations") {
        None | Some(Json::Null) => BTreeMap::new(),
        Some(Json::Object(annotations)) => annotations
            .iter()
            .map(|(k, v)| Ok((k.clone(), text(Some(v), ".metadata.annotations")?)))
            .collect::<Result<_, String>>()?,
        Some(other) => {
            let kind = go_json::kind(other);
            let field = ".metadata.annotations of type map[string]string";
            return Err(decoding(format!("{kind} into Go struct field {field}")));
        }
    };
    let name = text(metadata.get("name"), ".metadata.name")?;
    Ok(Head { kind, name, annotations })
}

fn decoding(what: String) -> String {
    format!("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what}")
}

/// A scalar as text: the YAML reader converts numbers and booleans where text is wanted.
fn text(value: Option<&Json>, field: &str) -> Result<String, String> {
    match value {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(Json::Bool(b)) => Ok(b.to_string()),
        Some(Json::Number(n)) => Ok(n.to_string()),
        Some(other) => {
            Err(decoding(format!("{} into Go struct field {field} of type string", go_json::kind(other))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::split_documents;

    #[test]
    fn documents_split_at_lines_of_dashes() {
        assert_eq!(split_documents("---\na: 1\n---\nb: 2\n"), ["a: 1", "b: 2"]);
        assert_eq!(split_documents("a: x---y\n--- # c\nb: 1"), ["a: x---y", "# c\nb: 1"]);
        assert_eq!(split_documents("a\n\n---\n---\n\n---b"), ["a", "---", "b"]);
        assert_eq!(split_documents("  \n"), Vec::<String>::new());
    }
}
