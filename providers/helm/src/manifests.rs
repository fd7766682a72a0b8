//! `experiments { manifest = true }`: the manifest and the objects of a release as JSON in its state, so that plans show
//! what changes in the cluster.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_helm_template::split_documents;
use ordain_kube::{KubeError, Patch, PatchKind, field};
use ordain_value::{Type, Value};
use ordain_yaml::Limits;
use serde_json::{Map, Value as Json, json};
use sha3::digest::{ExtendableOutput, Update, XofReader};

use crate::arguments::{Arguments, go_json};
use crate::cluster::{Cluster, Target};
use crate::failure::{Failure, said};
use crate::ownership::claim;
use crate::release::Release;

/// Who would own the fields of a release.
const MANAGER: &str = "terraform-provider-helm";

/// What is kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    manifest: String,
    resources: BTreeMap<String, String>,
}

/// What a stored release is made of.
pub(crate) async fn stored(
    cluster: &Arc<Cluster>,
    arguments: &Arguments,
    release: &Release,
) -> Result<Kept, Failure> {
    let manifest = document(release.manifest(), arguments)?;
    let failed = |why: String| Failure::new("Build Error", why);
    let targets = cluster.build(release.manifest()).await.map_err(failed)?;
    let mut resources = BTreeMap::new();
    for target in &targets {
        let found = cluster.client.find(&target.at).await;
        if let Some(live) = found.map_err(|e| Failure::new("Visit Error", said(&e)))? {
            resources.insert(key(target), shown(live));
        }
    }
    Ok(Kept { manifest, resources })
}

/// What would become of a manifest: the cluster is asked, and changes nothing.
pub(crate) async fn proposed(
    cluster: &Arc<Cluster>,
    arguments: &Arguments,
    manifest: &str,
) -> Result<Kept, Failure> {
    let failed = |why: String| Failure::new("Build Error", why);
    let mut targets = cluster.build(manifest).await.map_err(failed)?;
    // The label that the objects will have; the annotations are not shown.
    claim(&mut targets, arguments.text("name"), &cluster.namespace);
    let kind = PatchKind::Apply { manager: MANAGER.to_owned(), force: true };
    let mut resources = BTreeMap::new();
    for target in &targets {
        let patch = Patch { kind: kind.clone(), body: target.object.clone() };
        match cluster.client.patch(&target.at, &patch, &[("dryRun", "All")]).await {
            Ok(merged) => drop(resources.insert(key(target), shown(merged))),
            // Such as the namespace that is still to be made.
            Err(KubeError::Api(status)) if status.code == 404 => {}
            Err(error) => return Err(Failure::new("Visit Error", said(&error))),
        }
    }
    Ok(Kept { manifest: document(manifest, arguments)?, resources })
}

/// An object of a release with what is kept of it.
pub(crate) fn with(object: &Value, kept: &Kept) -> Value {
    let mut members = object.as_members().cloned().unwrap_or_default();
    let resources = kept.resources.iter().map(|(k, v)| (k.as_str(), Value::string(v.as_str())));
    members.insert("manifest".into(), Value::string(kept.manifest.as_str()));
    members.insert("resources".into(), Value::map(Type::String, resources));
    Value::object(members)
}

/// An object with the manifest and the resources that were planned, where they were known.
pub(crate) fn as_planned(object: Value, arguments: &Arguments) -> Value {
    let mut members = object.as_members().cloned().unwrap_or_default();
    if let Some(text) = arguments.0.get("manifest").and_then(Json::as_str) {
        members.insert("manifest".into(), Value::string(text));
    }
    if let Some(planned) = arguments.0.get("resources").and_then(Json::as_object) {
        let planned = planned.iter().filter_map(|(k, v)| Some((k.as_str(), Value::string(v.as_str()?))));
        members.insert("resources".into(), Value::map(Type::String, planned));
    }
    Value::object(members)
}

/// The documents of a manifest by kind, version and name.
fn document(manifest: &str, arguments: &Arguments) -> Result<String, Failure> {
    let mut all = Map::new();
    for text in split_documents(manifest) {
        let mut object = ordain_yaml::from_str(&text, &Limits::default()).map_err(|e| {
            Failure::new(
                "Error converting manifest to JSON",
                format!("Unable to convert manifest to JSON: {e}"),
            )
        })?;
        let word = |pointer: &str| field(&object, pointer).as_str().unwrap_or_default().to_owned();
        let (version, name) = (word("/apiVersion"), word("/metadata/name"));
        let mut key = format!("{}/{version}/{name}", group_kind(&object));
        if let Some(namespace) = field(&object, "/metadata/namespace").as_str().filter(|n| !n.is_empty()) {
            key = format!("{namespace}/{key}");
        }
        hide_secret(&mut object);
        if field(&object, "/kind") == "Secret"
            && let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut)
        {
            // As Go writes a Secret.
            metadata.insert("creationTimestamp".to_owned(), Json::Null);
        }
        all.insert(key, object);
    }
    let mut text = go_json(&Json::Object(all));
    // The real provider looks for the names of the values, and so must this one: else its states would differ.
    for entry in arguments.0.get("set_sensitive").and_then(Json::as_array).into_iter().flatten() {
        if let Some(name) = entry.get("name").and_then(Json::as_str).filter(|name| !name.is_empty()) {
            text = text.replace(name, &hidden(name.as_bytes()));
        }
    }
    Ok(text)
}

/// Kind and group as one word, in lower case.
fn group_kind(object: &Json) -> String {
    let word = |pointer: &str| field(object, pointer).as_str().unwrap_or_default();
    let kind = word("/kind");
    let named = match word("/apiVersion").split_once('/') {
        Some((group, _)) => format!("{kind}.{group}"),
        None => kind.to_owned(),
    };
    named.to_lowercase()
}

fn key(target: &Target) -> String {
    let version = field(&target.object, "/apiVersion").as_str().unwrap_or_default();
    let version = version.rsplit('/').next().unwrap_or_default();
    format!("{}/{version}/{}/{}", group_kind(&target.object), target.at.namespace, target.at.name)
}

/// What stands for a secret: two equal ones look the same.
fn hidden(secret: &[u8]) -> String {
    let mut digest = sha3::Shake256::default();
    digest.update(secret);
    let mut bytes = [0; 8];
    digest.finalize_xof().read(&mut bytes);
    format!("(sensitive value {})", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn hide_secret(object: &mut Json) {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    if field(object, "/kind") != "Secret" {
        return;
    }
    for value in object.get_mut("data").and_then(Json::as_object_mut).into_iter().flat_map(Map::values_mut) {
        let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        *value = json!(STANDARD.encode(hidden(&bytes)));
    }
}

/// An object without what the cluster decides.
fn shown(mut object: Json) -> String {
    hide_secret(&mut object);
    let managed = field(&object, "/metadata/managedFields").as_array().cloned().unwrap_or_default();
    for entry in &managed {
        let foreign = field(entry, "/manager") == "kube-controller-manager"
            || field(entry, "/subresource").as_str().is_some_and(|s| !s.is_empty());
        if foreign {
            without(&mut object, field(entry, "/fieldsV1"));
        }
    }
    let is = |kind: &str| field(&object, "/kind") == kind;
    let (service, secret, deployment) = (is("Service"), is("Secret"), is("Deployment"));
    if let Some(metadata) = object.get_mut("metadata").and_then(Json::as_object_mut) {
        for name in ["managedFields", "resourceVersion", "uid", "creationTimestamp"] {
            metadata.remove(name);
        }
        strip(metadata, "annotations", |name| is_internal(name) || name.starts_with("meta.helm.sh/"));
        if secret {
            strip(metadata, "labels", |name| name == "app.kubernetes.io/managed-by");
        }
    }
    if let Some(spec) = object.get_mut("spec").and_then(Json::as_object_mut).filter(|_| service) {
        spec.remove("clusterIP");
        spec.remove("clusterIPs");
    }
    if let Some(members) = object.as_object_mut() {
        members.remove("status");
        if deployment {
            members.insert("status".to_owned(), Json::Null);
        }
    }
    go_json(&object)
}

/// Takes marks away; none left is none at all.
fn strip(metadata: &mut Map<String, Json>, group: &str, goes: impl Fn(&str) -> bool) {
    let Some(marks) = metadata.get_mut(group).and_then(Json::as_object_mut) else { return };
    marks.retain(|name, _| !goes(name));
    if marks.is_empty() {
        metadata.remove(group);
    }
}

/// Annotations that the cluster writes for itself.
fn is_internal(name: &str) -> bool {
    let host = name.split('/').next().unwrap_or_default();
    if matches!(host, "app.kubernetes.io" | "service.beta.kubernetes.io") {
        return false;
    }
    host.ends_with("kubernetes.io")
        || host.ends_with("k8s.io")
        || name.contains("deprecated.daemonset.template.generation")
}

/// Takes the fields of a set (`fieldsV1`) out of a value.
fn without(value: &mut Json, fields: &Json) {
    for (path, below) in fields.as_object().into_iter().flatten() {
        let whole = below.as_object().is_none_or(|b| b.is_empty() || b.contains_key("."));
        match (path.split_once(':'), &mut *value) {
            (Some(("f", name)), Json::Object(members)) => {
                if whole {
                    members.remove(name);
                } else if let Some(inner) = members.get_mut(name) {
                    without(inner, below);
                }
            }
            (Some((by @ ("k" | "v"), text)), Json::Array(items)) => {
                let wanted: Json = serde_json::from_str(text).unwrap_or(Json::Null);
                let is = |item: &Json| match by {
                    "k" => wanted.as_object().into_iter().flatten().all(|(k, v)| item.get(k) == Some(v)),
                    _ => *item == wanted,
                };
                if whole {
                    items.retain(|item| !is(item));
                } else if let Some(item) = items.iter_mut().find(|item| is(item)) {
                    without(item, below);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "manifests_tests.rs"]
mod tests;
