//! PersistentVolumes and StorageClasses.

use super::super::names;
use super::super::quantity;
use super::super::status::{Cause, go_quote};
use super::one_of;
use crate::json::{self, items, text};
use serde_json::Value;

pub(super) const ACCESS: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// The kinds of volumes.
const SOURCES: &[&str] = &[
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "glusterfs",
    "flocker",
    "nfs",
    "rbd",
    "quobyte",
    "cephfs",
    "iscsi",
    "cinder",
    "fc",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "scaleIO",
    "local",
    "storageos",
    "csi",
    "flexVolume",
];

pub(super) fn volume(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let spec = &object["spec"];
    if items(&spec["accessModes"]).is_empty() {
        out.push(Cause::required("spec.accessModes", ""));
    }
    for mode in items(&spec["accessModes"]).iter().filter_map(Value::as_str) {
        one_of(mode, ACCESS, "spec.accessModes", out);
    }
    let capacity: Vec<(&String, &Value)> = json::pairs(&spec["capacity"]).collect();
    if capacity.is_empty() {
        out.push(Cause::required("spec.capacity", ""));
    } else if capacity.len() > 1 || spec["capacity"].get("storage").is_none() {
        out.push(Cause::unsupported("spec.capacity", "core.ResourceList{}", &["storage"]));
    }
    for (key, amount) in capacity {
        let shown = amount.as_str().unwrap_or_default();
        if quantity::parse(shown).is_some_and(|q| q.milli <= 0) {
            out.push(Cause::invalid(format!("spec.capacity[{key}]"), shown, "must be greater than zero"));
        }
    }
    let policy = text(spec, "persistentVolumeReclaimPolicy");
    one_of(policy, &["Delete", "Recycle", "Retain"], "spec.persistentVolumeReclaimPolicy", out);
    sources(spec, out);
    let class = text(spec, "storageClassName");
    if !class.is_empty() {
        let odd = names::subdomain(class);
        out.extend(odd.into_iter().map(|why| Cause::invalid("spec.storageClassName", class, why)));
    }
    if let Some(mode) = spec["volumeMode"].as_str() {
        one_of(mode, &["Block", "Filesystem"], "spec.volumeMode", out);
    }
    let Some(old) = old else { return };
    let source = |o: &Value| json::filtered(&o["spec"], |k, _| SOURCES.contains(&k));
    if source(old) != source(object) {
        let why = "spec.persistentvolumesource is immutable after creation\n";
        out.push(Cause::forbidden("spec.persistentvolumesource", why));
    }
    if old["spec"]["volumeMode"] != spec["volumeMode"] {
        let shown = go_quote(text(spec, "volumeMode"));
        out.push(Cause::raw("spec.volumeMode", &shown, "field is immutable"));
    }
}

fn sources(spec: &Value, out: &mut Vec<Cause>) {
    let given: Vec<&&str> = SOURCES.iter().filter(|source| spec[**source].is_object()).collect();
    for source in given.iter().skip(1) {
        out.push(Cause::forbidden(format!("spec.{source}"), "may not specify more than 1 volume type"));
    }
    match given.first().map(|first| **first) {
        None => out.push(Cause::required("spec", "must specify a volume type")),
        Some("hostPath") => {
            let path = text(&spec["hostPath"], "path");
            if path.is_empty() {
                out.push(Cause::required("spec.hostPath.path", ""));
            }
            if path.split('/').any(|part| part == "..") {
                out.push(Cause::invalid("spec.hostPath.path", path, "must not contain '..'"));
            }
        }
        Some("nfs") => {
            let nfs = &spec["nfs"];
            for key in ["server", "path"] {
                if text(nfs, key).is_empty() {
                    out.push(Cause::required(format!("spec.nfs.{key}"), ""));
                }
            }
            let path = text(nfs, "path");
            if !path.is_empty() && !path.starts_with('/') {
                out.push(Cause::invalid("spec.nfs.path", path, "must be an absolute path"));
            }
        }
        Some("local") => {
            if text(&spec["local"], "path").is_empty() {
                out.push(Cause::required("spec.local.path", ""));
            }
            if spec["nodeAffinity"].is_null() {
                out.push(Cause::required("spec.nodeAffinity", "Local volume requires node affinity"));
            }
        }
        Some("csi") => {
            for key in ["driver", "volumeHandle"] {
                if text(&spec["csi"], key).is_empty() {
                    out.push(Cause::required(format!("spec.csi.{key}"), ""));
                }
            }
        }
        Some(_) => {}
    }
}

pub(super) fn class(object: &Value, old: Option<&Value>, out: &mut Vec<Cause>) {
    let provisioner = text(object, "provisioner");
    if provisioner.is_empty() {
        out.push(Cause::required("provisioner", ""));
    } else {
        let odd = names::qualified(&provisioner.to_lowercase());
        out.extend(odd.into_iter().map(|why| Cause::invalid("provisioner", provisioner, why)));
    }
    for (key, _) in json::pairs(&object["parameters"]).filter(|(key, _)| key.is_empty()) {
        out.push(Cause::invalid("parameters", key, "field can not be empty."));
    }
    one_of(text(object, "reclaimPolicy"), &["Delete", "Retain"], "reclaimPolicy", out);
    let binding = text(object, "volumeBindingMode");
    one_of(binding, &["Immediate", "WaitForFirstConsumer"], "volumeBindingMode", out);
    let Some(old) = old else { return };
    for key in ["parameters", "provisioner", "reclaimPolicy"] {
        if old[key] != object[key] {
            out.push(Cause::forbidden(key, format!("updates to {key} are forbidden.")));
        }
    }
    if text(old, "volumeBindingMode") != binding {
        out.push(Cause::invalid("volumeBindingMode", binding, "field is immutable"));
    }
}
