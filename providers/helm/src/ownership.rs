//! Which release an object belongs to (`action/validate.go`).

use ordain_kube::field;
use serde_json::{Value as Json, json};

use crate::cluster::{Cluster, Target};
use crate::failure::said;

const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "Helm");
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";

/// Marks objects as belonging to a release.
pub(crate) fn claim(targets: &mut [Target], name: &str, namespace: &str) {
    for target in targets {
        put(&mut target.object, "labels", MANAGED_BY.0, MANAGED_BY.1);
        put(&mut target.object, "annotations", RELEASE_NAME, name);
        put(&mut target.object, "annotations", RELEASE_NAMESPACE, namespace);
    }
}

fn put(object: &mut Json, group: &str, key: &str, value: &str) {
    let Some(map) = object.as_object_mut() else { return };
    let metadata = map.entry("metadata").or_insert_with(|| json!({}));
    let Some(metadata) = metadata.as_object_mut() else { return };
    let marks = metadata.entry(group).or_insert_with(|| json!({}));
    if marks.is_null() {
        *marks = json!({});
    }
    if let Some(marks) = marks.as_object_mut() {
        marks.insert(key.to_owned(), json!(value));
    }
}

/// Objects that exist already and carry the release's marks. One that does not is an error, unless `take` says to take
/// it over.
pub(crate) async fn existing(
    cluster: &Cluster,
    targets: &[Target],
    name: &str,
    take: bool,
) -> Result<Vec<Target>, String> {
    let mut adopted = Vec::new();
    for target in targets {
        let found = cluster.client.find(&target.at).await;
        let what = "could not get information about the resource";
        let Some(object) = found.map_err(|e| format!("{what}: {}", said(&e)))? else { continue };
        if !take {
            check(&object, name, &cluster.namespace).map_err(|why| {
                let at = &target.at;
                let place = format!("{} {:?} in namespace {:?}", at.kind.kind, at.name, at.namespace);
                format!("{place} exists and cannot be imported into the current release: invalid ownership metadata; {why}")
            })?;
        }
        adopted.push(target.clone());
    }
    Ok(adopted)
}

fn check(object: &Json, name: &str, namespace: &str) -> Result<(), String> {
    let wanted = [
        ("label", "labels", MANAGED_BY.0, MANAGED_BY.1),
        ("annotation", "annotations", RELEASE_NAME, name),
        ("annotation", "annotations", RELEASE_NAMESPACE, namespace),
    ];
    let mut wrong = Vec::new();
    for (what, group, key, value) in wanted {
        let marks = field(object, &format!("/metadata/{group}"));
        match marks.get(key).and_then(Json::as_str) {
            Some(have) if have == value => {}
            Some(have) => {
                let why = format!("key {key:?} must equal {value:?}: current value is {have:?}");
                wrong.push(format!("{what} validation error: {why}"));
            }
            None => {
                wrong.push(format!("{what} validation error: missing key {key:?}: must be set to {value:?}"))
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}
