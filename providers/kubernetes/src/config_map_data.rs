//! `kubernetes_config_map_v1_data`: some keys of a config map that others made, by server-side apply.

use ordain_kube::{Client, Kind, ObjectRef, Patch, PatchKind, field};
use serde_json::{Map, Value as Json, json};

use crate::failure::{Failure, said};
use crate::managed::Read;
use crate::metadata::metadata;

/// The type.
pub(crate) const TYPE: &str = "kubernetes_config_map_v1_data";

fn place(object: &Json) -> ObjectRef {
    let text = |name: &str| metadata(object).get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let kind = Kind::known("v1", "ConfigMap", "configmaps", true);
    ObjectRef { kind, namespace: text("namespace"), name: text("name") }
}

fn manager(object: &Json) -> String {
    object.get("field_manager").and_then(Json::as_str).unwrap_or("Terraform").to_owned()
}

/// Reads the keys that are ours. None when the config map is gone, which the caller warns of.
pub(crate) async fn read(client: &Client, known: &Json) -> Result<Option<Read>, Failure> {
    let found = client.find(&place(known)).await.map_err(|error| Failure::api("", &error))?;
    let Some(object) = found else { return Ok(None) };
    let manager = manager(known);
    let entries = field(&object, "/metadata/managedFields").as_array().into_iter().flatten();
    let own = entries.filter(|entry| field(entry, "/manager") == manager.as_str());
    let own: Vec<&Map<String, Json>> =
        own.filter_map(|entry| field(entry, "/fieldsV1/f:data").as_object()).collect();
    let ours = |key: &String| {
        own.iter().any(|fields| fields.contains_key(&format!("f:{key}")))
            || known.get("data").is_some_and(|data| data.get(key).is_some())
    };
    let data = field(&object, "/data").as_object().into_iter().flatten();
    let data: Map<String, Json> =
        data.filter(|(key, _)| ours(key)).map(|(key, text)| (key.clone(), text.clone())).collect();
    Ok(Some(Read::from_iter([("data".to_owned(), Json::Object(data))])))
}

/// Puts the keys in place.
pub(crate) async fn put(client: &Client, planned: &Json) -> Result<Read, Failure> {
    let at = place(planned);
    match client.find(&at).await {
        Ok(Some(_)) => {}
        Ok(None) => return Err(Failure::new(format!("The ConfigMap {:?} does not exist", at.name), "")),
        Err(error) => {
            let words = format!(
                "Have got the following error while validating the existence of the ConfigMap {:?}: ",
                at.name
            );
            return Err(Failure::api(&words, &error));
        }
    }
    apply(client, &at, planned, planned.get("data").unwrap_or(&Json::Null)).await?;
    let mut read = read(client, planned).await?.unwrap_or_default();
    read.insert("id".to_owned(), json!(format!("{}/{}", at.namespace, at.name)));
    Ok(read)
}

/// Gives the keys back.
pub(crate) async fn remove(client: &Client, prior: &Json) -> Result<(), Failure> {
    let at = place(prior);
    match client.find(&at).await {
        Ok(Some(_)) => apply(client, &at, prior, &json!({})).await,
        // With the config map its keys are gone too.
        _ => Ok(()),
    }
}

async fn apply(client: &Client, at: &ObjectRef, object: &Json, data: &Json) -> Result<(), Failure> {
    let force = object.get("force").and_then(Json::as_bool).unwrap_or(false);
    let body = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": at.name, "namespace": at.namespace },
        "data": data,
    });
    let patch = Patch { kind: PatchKind::Apply { manager: manager(object), force }, body };
    match client.patch(at, &patch, &[]).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_conflict() => Err(Failure::new(
            "Field manager conflict",
            format!(
                "Another client is managing a field Terraform tried to update. Set \"force\" to true to override: {}",
                said(&error)
            ),
        )),
        Err(error) => Err(Failure::api("", &error)),
    }
}
