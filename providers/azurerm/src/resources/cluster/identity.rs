//! Identities of a cluster.

use serde_json::{Map, Value as Json, json};

use crate::resources::fields::at;
use ordain_sdk::{first, strings, text};

/// The `identity` of a request.
pub(crate) fn expand(block: &Json) -> Option<Json> {
    let identity = first(block, "identity")?;
    let kind = text(identity, "type");
    let ids: Map<String, Json> =
        strings(identity, "identity_ids").into_iter().map(|id| (id, json!({}))).collect();
    let ids = if ids.is_empty() { Json::Null } else { Json::Object(ids) };
    Some(json!({"type": kind, "userAssignedIdentities": ids}))
}

/// The `identity` blocks of an object.
pub(crate) fn flatten(cluster: &Json) -> Json {
    let identity = at(cluster, "/identity");
    let kind = text(identity, "type");
    if kind.is_empty() || kind == "None" {
        return json!([]);
    }
    let ids = at(identity, "/userAssignedIdentities").as_object();
    let ids: Vec<&String> = ids.map(|ids| ids.keys().collect()).unwrap_or_default();
    json!([{
        "type": kind,
        "identity_ids": ids,
        "principal_id": text(identity, "principalId"),
        "tenant_id": text(identity, "tenantId"),
    }])
}

/// One identity that the service made for a part of the cluster, as a computed block.
pub(crate) fn flatten_assigned(identity: &Json) -> Json {
    if !identity.is_object() {
        return json!([]);
    }
    json!([{
        "client_id": text(identity, "clientId"),
        "object_id": text(identity, "objectId"),
        "user_assigned_identity_id": text(identity, "resourceId"),
    }])
}

/// `identityProfile`, from `kubelet_identity`.
pub(crate) fn expand_kubelet(block: &Json) -> Option<Json> {
    let kubelet = first(block, "kubelet_identity")?;
    let profile = json!({
        "clientId": text(kubelet, "client_id"),
        "objectId": text(kubelet, "object_id"),
        "resourceId": text(kubelet, "user_assigned_identity_id"),
    });
    Some(json!({"kubeletidentity": profile}))
}

/// `kubelet_identity`, whose id comes in wrong letter case.
pub(crate) fn flatten_kubelet(cluster: &Json) -> Json {
    let mut blocks = flatten_assigned(at(cluster, "/properties/identityProfile/kubeletidentity"));
    if let Some(id) = blocks.pointer_mut("/0/user_assigned_identity_id") {
        let fixed = id.as_str().unwrap_or_default().replacen("/resourcegroups/", "/resourceGroups/", 1);
        *id = json!(fixed);
    }
    blocks
}
