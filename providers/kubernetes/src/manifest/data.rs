//! `kubernetes_resource` and `kubernetes_resources`: any objects, read by name or by selector.

use ordain_diag::Diagnostics;
use ordain_kube::{Kind, ObjectRef};
use ordain_provider::Schema;
use ordain_value::{Number, Value};
use serde_json::Value as Json;

use super::catalogue::Unknown;
use super::morph::{deep_unknown, unknown_to_null};
use super::payload::from_json;
use super::shape::Shape;
use super::{Cluster, failed, no_match, text, with};
use crate::failure::said;

/// Whether a data source reads objects of any kind.
pub(crate) fn is_generic(type_name: &str) -> bool {
    matches!(type_name, "kubernetes_resource" | "kubernetes_resources")
}

/// Reads a data source.
pub(crate) async fn read_data(
    cluster: Cluster<'_>,
    type_name: &str,
    schema: &Schema,
    config: &Value,
) -> (Option<Value>, Diagnostics) {
    let found = async {
        let kind =
            cluster.catalogue.kind(cluster.client, text(config, &["api_version"]), text(config, &["kind"]));
        let kind = kind
            .await
            .map_err(|error| failed("Failed to determine resource GroupVersion", no_match(&error)))?;
        let shape = cluster.catalogue.shape(cluster.client, &kind, true).await;
        let shape = shape.map_err(|error| {
            let why = match error {
                Unknown::Api(error) => said(&error),
                Unknown::Described(why) => why,
            };
            failed("Failed to save resource state", why)
        })?;
        match type_name {
            "kubernetes_resources" => many(cluster, kind, &shape, config).await,
            _ => one(cluster, kind, &shape, config, schema).await,
        }
    };
    match found.await {
        Ok(value) => (Some(value), Diagnostics::new()),
        Err(found) => (None, found),
    }
}

fn shown(object: &Json, shape: &Shape) -> Result<Value, Diagnostics> {
    let value = from_json(object, shape)
        .map_err(|why| failed("Failed to convert API response to Terraform value type", why))?;
    Ok(unknown_to_null(deep_unknown(shape, Some(&value))))
}

fn namespace(kind: &Kind, given: &str) -> String {
    match (kind.namespaced, given) {
        (false, _) => String::new(),
        (true, "") => "default".to_owned(),
        (true, given) => given.to_owned(),
    }
}

async fn one(
    cluster: Cluster<'_>,
    kind: Kind,
    shape: &Shape,
    config: &Value,
    schema: &Schema,
) -> Result<Value, Diagnostics> {
    let metadata = config.get("metadata").and_then(Value::as_items).and_then(<[Value]>::first);
    let part = |name: &str| metadata.map_or("", |metadata| text(metadata, &[name]));
    let at =
        ObjectRef { namespace: namespace(&kind, part("namespace")), name: part("name").to_owned(), kind };
    match cluster.client.find(&at).await {
        Ok(Some(object)) => Ok(with(config, "object", shown(&object, shape)?)),
        // As the original has it: nothing, which is an error of the provider.
        Ok(None) => Ok(Value::null(schema.block.value_type())),
        Err(error) => Err(failed("Failed to get data source", said(&error))),
    }
}

async fn many(cluster: Cluster<'_>, kind: Kind, shape: &Shape, config: &Value) -> Result<Value, Diagnostics> {
    let namespace = namespace(&kind, text(config, &["namespace"]));
    let (labels, fields) = (text(config, &["label_selector"]), text(config, &["field_selector"]));
    let objects = cluster.client.list(&kind, &namespace, labels, fields).await;
    let mut objects = objects.map_err(|error| failed("Failed to get data source", said(&error)))?;
    let limit = config.get("limit").and_then(Value::as_number).and_then(Number::as_u64).unwrap_or(0);
    if let Some(limit) = usize::try_from(limit).ok().filter(|limit| *limit > 0) {
        objects.truncate(limit);
    }
    let values = objects.into_iter().map(|mut object| {
        // Elements of lists do not say what they are.
        if let Some(members) = object.as_object_mut() {
            members.entry("apiVersion").or_insert_with(|| Json::String(kind.api_version.clone()));
            members.entry("kind").or_insert_with(|| Json::String(kind.kind.clone()));
        }
        shown(&object, shape)
    });
    Ok(with(config, "objects", Value::tuple(values.collect::<Result<Vec<_>, _>>()?)))
}
