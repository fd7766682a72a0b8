//! Objects that older versions of the original stored.

use serde_json::{Value as Json, json};

/// Brings stored attributes to the present schema.
pub(crate) fn upgrade(type_name: &str, version: u64, raw: &mut Json) {
    if version > 0 {
        return;
    }
    match type_name.trim_end_matches("_v1") {
        "kubernetes_deployment" | "kubernetes_job" | "kubernetes_stateful_set" => {
            if let Some(pod) = raw.pointer_mut("/spec/0/template/0/spec/0") {
                containers(pod);
            }
        }
        "kubernetes_service" => {
            if let Some(members) = raw.as_object_mut() {
                members.remove("load_balancer_ingress");
            }
        }
        _ => {}
    }
}

/// Limits and requests were blocks, and are maps.
fn containers(pod: &mut Json) {
    for name in ["container", "init_container"] {
        let found = pod.get_mut(name).and_then(Json::as_array_mut).into_iter().flatten();
        for resources in found.filter_map(|container| container.pointer_mut("/resources/0")) {
            for field in ["limits", "requests"] {
                let Some(Json::Array(blocks)) = resources.get(field) else { continue };
                let members = blocks.first().cloned().unwrap_or_else(|| json!({}));
                if let Some(resources) = resources.as_object_mut() {
                    resources.insert(field.to_owned(), members);
                }
            }
        }
    }
}
