//! Rules of a cluster's plan that the schema does not carry.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_value::{Type, Value};
use serde_json::Value as Json;

use crate::resources::force::{Decision, at, force, is_known, lost_number, path_of};
use ordain_sdk::{Planned, View, first, items, text, to_json};

fn had_value(old: &Json, _new: &Json) -> bool {
    old.as_str().is_some_and(|old| !old.is_empty())
}

fn lost_value(old: &Json, new: &Json) -> bool {
    had_value(old, new) && new.as_str().is_none_or(str::is_empty)
}

fn lost_blocks(old: &Json, new: &Json) -> bool {
    old.as_array().is_some_and(|old| !old.is_empty()) && new.as_array().is_none_or(Vec::is_empty)
}

/// Dotted paths and when their change forces a new cluster.
const FORCING: &[(&str, Decision)] = &[
    ("service_principal.0.client_id", |old, _| matches!(old.as_str().unwrap_or_default(), "" | "msi")),
    ("network_profile.0.network_data_plane", had_value),
    ("network_profile.0.network_plugin_mode", |_, new| {
        !new.as_str().unwrap_or_default().eq_ignore_ascii_case("overlay")
    }),
    ("network_profile.0.network_policy", had_value),
    ("default_node_pool.0.upgrade_settings.0.drain_timeout_in_minutes", lost_number),
    ("windows_profile.0.gmsa", lost_blocks),
    ("windows_profile.0.gmsa.0.dns_server", lost_value),
    ("windows_profile.0.gmsa.0.root_domain", lost_value),
    ("api_server_access_profile.0.subnet_id", lost_value),
];

/// Applies the rules.
pub(crate) fn customise(prior: &Value, config: &Value, planned: &mut Planned) -> Diagnostics {
    let mut found = Diagnostics::new();
    let before = to_json(prior);
    check(config, &before, &mut found);
    if prior.is_null() {
        return found;
    }
    let view = View { planned: to_json(&planned.object), prior: before };
    force(FORCING, &view, planned);
    force_unwritten_network(config, &view.prior, planned);
    let name = "default_node_pool.0.name";
    let old = at(&view.prior, name).as_str().unwrap_or_default();
    let temporary =
        at(&view.planned, "default_node_pool.0.temporary_name_for_rotation").as_str().unwrap_or_default();
    // A pool of the temporary name is what an interrupted rotation left.
    if view.changed(name) && is_known(&planned.object, name) && (old.is_empty() || old != temporary) {
        planned.replace.push(path_of(name));
    }
    if view.changed("oidc_issuer_enabled") {
        set(planned, "oidc_issuer_url", Value::unknown(Type::String));
    }
    found
}

fn set(planned: &mut Planned, name: &str, value: Value) {
    if let Some(members) = planned.object.as_members() {
        let mut members = members.clone();
        members.insert(Arc::from(name), value);
        planned.object = Value::object(members);
        planned.changed = true;
    }
}

/// The defaults within `network_profile`. The original reads them even where the block is not written and the
/// cluster's own is kept.
const NETWORK_DEFAULTS: &[(&str, &str)] =
    &[("load_balancer_sku", "standard"), ("network_data_plane", "azure"), ("outbound_type", "loadBalancer")];

/// Forces a new cluster where `network_profile` is not written and the cluster's data plane is not the default: the
/// original compares the two, and once the block is to be replaced, its other parts with theirs.
fn force_unwritten_network(config: &Value, prior: &Json, planned: &mut Planned) {
    let Some(network) = first(prior, "network_profile") else { return };
    let differs = |name: &str, default: &str| {
        had_value(at(network, name), &Json::Null) && text(network, name) != default
    };
    if !is_unwritten(config, "network_profile") || !differs("network_data_plane", "azure") {
        return;
    }
    let changed: Vec<_> = NETWORK_DEFAULTS
        .iter()
        .filter(|(name, default)| *name != "outbound_type" && differs(name, default))
        .collect();
    for (name, _) in &changed {
        planned.replace.push(path_of(&format!("network_profile.0.{name}")));
    }
    let with_defaults = |block: &Value| {
        let members = block.as_members().into_iter().flatten().map(|(name, value)| {
            let default = changed.iter().find(|(changed, _)| *changed == &**name);
            (name.clone(), default.map_or_else(|| value.clone(), |(_, default)| Value::string(*default)))
        });
        Value::object(members)
    };
    if let Some(blocks) = planned.object.get("network_profile").filter(|blocks| blocks.is_known()) {
        let items: Vec<Value> = blocks.as_items().unwrap_or_default().iter().map(with_defaults).collect();
        if let Some(first) = items.first() {
            set(planned, "network_profile", Value::list(first.ty(), items));
        }
    }
}

/// Whether a block is known to be left out.
fn is_unwritten(config: &Value, name: &str) -> bool {
    config.get(name).and_then(Value::as_items).is_some_and(|blocks| blocks.is_empty())
}

/// The network block that the original's rules see: what is written, else the cluster's own under the defaults.
fn network_of(config: &Value, config_json: &Json, prior: &Json) -> Option<Json> {
    if !is_unwritten(config, "network_profile") {
        return first(config_json, "network_profile").cloned();
    }
    let mut network = first(prior, "network_profile")?.clone();
    for (name, default) in NETWORK_DEFAULTS {
        network.as_object_mut()?.insert((*name).to_owned(), Json::from(*default));
    }
    Some(network)
}

/// The rules between parts, in the original's order; the first that is broken ends the check.
fn check(config: &Value, prior: &Json, found: &mut Diagnostics) {
    let config_json = to_json(config);
    let Some(network) = network_of(config, &config_json, prior) else { return };
    let known = |path: &str| is_known(config, path);
    let set = |name: &str, wanted: &str| {
        text(&network, name) == wanted || !known(&format!("network_profile.0.{name}"))
    };
    let source = first(&config_json, "bootstrap_profile").map(|block| text(block, "artifact_source"));
    let message = if text(&network, "outbound_type") == "none"
        && source.unwrap_or_default() != "Cache"
        && known("bootstrap_profile.0.artifact_source")
    {
        "when `network_profile.0.outbound_type` is set to `none`, `bootstrap_profile.0.artifact_source` must be set to \
         `Cache`"
    } else if items(&network, "advanced_networking").is_empty() {
        return;
    } else if !set("network_data_plane", "cilium") {
        "when `network_profile.0.advanced_networking` is set, `network_profile.0.network_data_plane` must be set to \
         `cilium`"
    } else if !set("network_plugin", "azure") {
        "when `network_profile.0.advanced_networking` is set, `network_profile.0.network_plugin` must be set to `azure`"
    } else {
        return;
    };
    found.push(Diagnostic::error(codes::provider::PROVIDER_ERROR, message, String::new()));
}
