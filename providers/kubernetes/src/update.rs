//! Which JSON patch carries out a change, as the original writes it.

use ordain_provider::Block;
use ordain_sdk::View;
use serde_json::{Value as Json, json};

use crate::codec::expand_at;
use crate::kinds::Row;
use crate::metadata::{map_changes, metadata, operation};
use crate::secret;

/// How a changed part is patched.
#[derive(Clone, Copy, Debug)]
enum How {
    /// The part as a whole.
    Whole,
    /// Key by key.
    Keys,
    /// Element by element.
    Elements,
}

/// Rows: kind, part of the configuration, how, path in the API.
const PARTS: &[(&str, &[&str], How, &str)] = &[
    ("cluster_role", &["rule"], How::Elements, "/rules"),
    ("cluster_role", &["aggregation_rule"], How::Whole, "/aggregationRule"),
    ("cluster_role_binding", &["subject"], How::Elements, "/subjects"),
    ("config_map", &["binary_data"], How::Keys, "/binaryData"),
    ("config_map", &["data"], How::Keys, "/data"),
    ("config_map", &["immutable"], How::Whole, "/immutable"),
    ("deployment", &["spec"], How::Whole, "/spec"),
    ("job", &["spec", "active_deadline_seconds"], How::Whole, "/spec/activeDeadlineSeconds"),
    ("job", &["spec", "backoff_limit"], How::Whole, "/spec/backoffLimit"),
    ("job", &["spec", "manual_selector"], How::Whole, "/spec/manualSelector"),
    ("job", &["spec", "parallelism"], How::Whole, "/spec/parallelism"),
    ("job", &["spec", "pod_failure_policy"], How::Whole, "/spec/podFailurePolicy"),
    ("persistent_volume_claim", &["spec", "resources", "requests"], How::Whole, "/spec/resources/requests"),
    ("role", &["rule"], How::Whole, "/rules"),
    ("role_binding", &["subject"], How::Elements, "/subjects"),
    ("secret", &["immutable"], How::Whole, "/immutable"),
    ("service", &["spec", "external_ips"], How::Whole, "/spec/externalIPs"),
    ("service", &["spec", "external_name"], How::Whole, "/spec/externalName"),
    ("service", &["spec", "external_traffic_policy"], How::Whole, "/spec/externalTrafficPolicy"),
    ("service", &["spec", "health_check_node_port"], How::Whole, "/spec/healthCheckNodePort"),
    ("service", &["spec", "internal_traffic_policy"], How::Whole, "/spec/internalTrafficPolicy"),
    ("service", &["spec", "ip_families"], How::Whole, "/spec/ipFamilies"),
    ("service", &["spec", "ip_family_policy"], How::Whole, "/spec/ipFamilyPolicy"),
    ("service", &["spec", "load_balancer_ip"], How::Whole, "/spec/loadBalancerIP"),
    ("service", &["spec", "load_balancer_source_ranges"], How::Whole, "/spec/loadBalancerSourceRanges"),
    ("service", &["spec", "port"], How::Whole, "/spec/ports"),
    ("service", &["spec", "selector"], How::Whole, "/spec/selector"),
    ("service", &["spec", "session_affinity"], How::Whole, "/spec/sessionAffinity"),
    ("service", &["spec", "session_affinity_config"], How::Whole, "/spec/sessionAffinityConfig"),
    ("service_account", &["automount_service_account_token"], How::Whole, "/automountServiceAccountToken"),
    ("service_account", &["image_pull_secret"], How::Whole, "/imagePullSecrets"),
    ("service_account", &["secret"], How::Whole, "/secrets"),
    ("stateful_set", &["spec", "min_ready_seconds"], How::Whole, "/spec/minReadySeconds"),
    (
        "stateful_set",
        &["spec", "persistent_volume_claim_retention_policy"],
        How::Whole,
        "/spec/persistentVolumeClaimRetentionPolicy",
    ),
    ("stateful_set", &["spec", "replicas"], How::Whole, "/spec/replicas"),
    ("stateful_set", &["spec", "template"], How::Whole, "/spec/template"),
];

/// The patch that makes the prior object the planned one. `config` is the configuration, which alone holds
/// what is never stored.
pub(crate) fn patch(row: &Row, block: &Block, view: &View, config: &Json) -> Vec<Json> {
    let mut out = Vec::new();
    for field in ["annotations", "labels"] {
        if view.changed(&format!("metadata.0.{field}")) {
            let of = |object| metadata(object).get(field).unwrap_or(&Json::Null);
            out.extend(map_changes(&format!("/metadata/{field}"), of(&view.prior), of(&view.planned)));
        }
    }
    for (_, part, how, path) in PARTS.iter().filter(|(name, ..)| *name == row.name) {
        if !view.changed(&part.join(".0.")) {
            continue;
        }
        let sides = (expand_at(block, &view.prior, part), expand_at(block, &view.planned, part));
        match how {
            How::Whole => out.push(operation("replace", path, sides.1)),
            How::Keys => out.extend(map_changes(path, &sides.0, &sides.1)),
            How::Elements => out.extend(elements(path, &sides.0, &sides.1)),
        }
    }
    match row.name {
        "secret" => out.extend(secret::patch(view, config)),
        "service" => service(&mut out, block, view),
        "stateful_set" => strategy(&mut out, view),
        "deployment" if recreates(view) => {
            out.push(operation("remove", "/spec/strategy/rollingUpdate", Json::Null));
        }
        _ => {}
    }
    out
}

fn elements(path: &str, old: &Json, new: &Json) -> Vec<Json> {
    let empty = Vec::new();
    let (old, new) = (old.as_array().unwrap_or(&empty), new.as_array().unwrap_or(&empty));
    let removed =
        (new.len()..old.len()).rev().map(|at| operation("remove", &format!("{path}/{at}"), Json::Null));
    let put = new.iter().enumerate().map(|(at, item)| {
        operation(if at < old.len() { "replace" } else { "add" }, &format!("{path}/{at}"), item.clone())
    });
    removed.chain(put).collect()
}

fn text<'j>(object: &'j Json, pointer: &str) -> &'j str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// Whether a deployment that rolled is recreated from now on.
fn recreates(view: &View) -> bool {
    let kind = |object| text(object, "/spec/0/strategy/0/type");
    kind(&view.prior) == "RollingUpdate" && kind(&view.planned) == "Recreate"
}

/// How a stateful set is updated, member by member; a strategy that goes leaves the type that is the default.
fn strategy(out: &mut Vec<Json>, view: &View) {
    const AT: &str = "/spec/updateStrategy";
    const TYPE: &str = "/spec/0/update_strategy/0/type";
    const ROLLING: &str = "/spec/0/update_strategy/0/rolling_update/0";
    if !view.changed("spec.0.update_strategy") {
        return;
    }
    let (before, kind) = (text(&view.prior, TYPE), text(&view.planned, TYPE));
    let kind = if kind.is_empty() { "RollingUpdate" } else { kind };
    if before != kind {
        let put = if before.is_empty() { "add" } else { "replace" };
        out.push(operation(put, &format!("{AT}/type"), json!(kind)));
    }
    let rolling = format!("{AT}/rollingUpdate");
    let partition = format!("{rolling}/partition");
    let [old, new] = [&view.prior, &view.planned].map(|object| object.pointer(ROLLING));
    let amount =
        |rolling: Option<&Json>| rolling.and_then(|r| r.get("partition")).and_then(Json::as_i64).unwrap_or(0);
    match (old.is_some_and(Json::is_object), new.is_some_and(Json::is_object)) {
        (true, false) => out.push(operation("remove", &rolling, Json::Null)),
        (false, true) => {
            out.push(operation("add", &rolling, json!({})));
            out.push(operation("add", &partition, json!(amount(new))));
        }
        (true, true) if amount(old) != amount(new) => {
            out.push(operation("replace", &partition, json!(amount(new))));
        }
        _ => {}
    }
}

/// What a service's type brings with it.
fn service(out: &mut Vec<Json>, block: &Block, view: &View) {
    let allocate = view.planned.pointer("/spec/0/allocate_load_balancer_node_ports").cloned();
    let allocate =
        operation("replace", "/spec/allocateLoadBalancerNodePorts", allocate.unwrap_or(json!(true)));
    if view.changed("spec.0.publish_not_ready_addresses") {
        let publish = view.planned.pointer("/spec/0/publish_not_ready_addresses") == Some(&json!(true));
        out.push(operation(
            if publish { "add" } else { "remove" },
            "/spec/publishNotReadyAddresses",
            json!(true),
        ));
    }
    let kind = text(&view.planned, "/spec/0/type");
    if !view.changed("spec.0.type") {
        // The API refuses it for other types, where the original sends it too.
        if kind == "LoadBalancer" && view.changed("spec.0.allocate_load_balancer_node_ports") {
            out.push(allocate);
        }
        return;
    }
    match kind {
        "ExternalName" => out.push(operation("remove", "/spec/clusterIP", Json::Null)),
        "ClusterIP" => {
            // Node ports go with the type.
            let mut ports = expand_at(block, &view.planned, &["spec", "port"]);
            for port in ports.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
                port.remove("nodePort");
            }
            out.push(operation("replace", "/spec/ports", ports));
        }
        "LoadBalancer" => out.push(allocate),
        _ => {}
    }
    out.push(operation("replace", "/spec/type", json!(kind)));
}

#[cfg(test)]
#[path = "update_tests.rs"]
mod tests;
