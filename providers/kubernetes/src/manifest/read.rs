//! Reading and importing objects of manifests.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_provider::{ImportRequest, Imported, ReadReply, ReadRequest, Schema, UpgradeRequest};
use ordain_value::json::from_json;
use ordain_value::{Type, Value};

use super::apply::shown;
use super::plan::{full_name, shape_of};
use super::{Cluster, failed, no_match, place};
use crate::failure::said;

/// Private data of an imported object, as the original writes it: `{"IsImported": true}` in MessagePack.
const IMPORTED: &[u8] = b"\x81\xaaIsImported\xc3";

/// Whether an object was imported and not applied since.
pub(super) fn is_imported(private: &[u8]) -> bool {
    private == IMPORTED
}

/// Reads what an object is now.
pub(crate) async fn read(cluster: Cluster<'_>, request: ReadRequest) -> (Option<ReadReply>, Diagnostics) {
    let object = request.current.get("object").filter(|object| !object.is_null());
    let Some(object) = object else {
        let detail = "This should not happen. The state may be incomplete or corrupted.";
        return (None, failed("Current state of resource has no 'object' attribute", detail));
    };
    let done = async {
        let kind = cluster.kind(object).await.map_err(|error| {
            failed("Failed to determine GroupVersionResource for manifest", no_match(&error))
        })?;
        let shape = shape_of(cluster, &kind).await?;
        let found = cluster.client.find(&place(kind, object)).await;
        let found = found
            .map_err(|error| failed(format!("Cannot GET resource {}", full_name(object)), said(&error)))?;
        match found {
            None => Ok(Value::null(request.current.ty())),
            Some(found) => shown(found, &shape)
                .map(|value| super::with(&request.current, "object", value))
                .map_err(|why| failed("Conversion from Unstructured to tftypes.Value failed", why)),
        }
    };
    match done.await {
        Ok(state) => {
            (Some(ReadReply { state, private: request.private.clone(), identity: None }), Diagnostics::new())
        }
        Err(found) => (None, found),
    }
}

/// Reads a stored object; all versions have the same form.
pub(crate) fn upgrade(schema: &Schema, request: UpgradeRequest) -> (Option<Value>, Diagnostics) {
    match from_json(&request.raw, &schema.block.value_type()) {
        Ok(value) => (Some(value), Diagnostics::new()),
        Err(error) => (None, failed("Failed to unmarshal old state during upgrade", error.message)),
    }
}

/// Parts of an id: `apiVersion=v1,kind=Secret,namespace=default,name=a`.
fn parse(id: &str) -> Result<[String; 4], String> {
    let parts: Vec<&str> = id.split(',').collect();
    if parts.len() < 3 || parts.len() > 4 {
        return Err(format!("could not parse ID: {id:?}. ID must contain apiVersion, kind, and name"));
    }
    let mut out = [String::new(), String::new(), String::new(), "default".to_owned()];
    let [api_version, kind, name, namespace] = &mut out;
    for part in parts {
        let Some((key, value)) = part.split_once('=').filter(|(_, value)| !value.contains('=')) else {
            return Err(format!("could not parse ID: {id:?}. ID must be in key=value format"));
        };
        let target = match key {
            "apiVersion" => &mut *api_version,
            "kind" => &mut *kind,
            "name" => &mut *name,
            "namespace" => &mut *namespace,
            _ => return Err(format!("could not parse ID: {id:?}. ID contained unknown key {key:?}")),
        };
        value.clone_into(target);
    }
    Ok(out)
}

/// Finds an existing object.
pub(crate) async fn import(
    cluster: Cluster<'_>,
    schema: &Schema,
    request: ImportRequest,
) -> (Vec<Imported>, Diagnostics) {
    let done = async {
        let [api_version, kind, name, namespace] =
            parse(&request.id).map_err(|why| failed("Failed to parse import ID", why))?;
        let kind = cluster.catalogue.kind(cluster.client, &api_version, &kind).await;
        let kind = kind.map_err(|error| {
            failed("Failed to get namespacing requirement from RESTMapper", no_match(&error))
        })?;
        let shape = shape_of(cluster, &kind).await?;
        let namespace = if kind.namespaced { namespace } else { String::new() };
        let at = ordain_kube::ObjectRef { kind, namespace, name };
        let found = cluster.client.get(&at).await;
        let found = found.map_err(|error| {
            failed(format!("Failed to get resource {} from API", request.id), said(&error))
        })?;
        shown(found, &shape).map_err(|why| failed("Failed to convert unstructured to tftypes.Value", why))
    };
    let object = match done.await {
        Ok(object) => object,
        Err(found) => return (Vec::new(), found),
    };
    let ty = schema.block.value_type();
    let members = ty.attributes().into_iter().flatten().map(|(name, ty)| {
        let value = match &**name {
            "manifest" => Value::null(Type::object(Vec::<(&str, Type)>::new())),
            "object" => object.clone(),
            _ => Value::null(ty.clone()),
        };
        (name.clone(), value)
    });
    let state = Value::object(members.collect::<Vec<_>>());
    let detail = "Please run apply after a successful import to realign the resource state to the configuration in Terraform.";
    let warning = Diagnostic::warning(codes::provider::PROVIDER_ERROR, "Apply needed after 'import'", detail);
    let imported =
        Imported { type_name: request.type_name, state, private: IMPORTED.to_vec(), identity: None };
    (vec![imported], warning.into())
}
