//! Rules of a cluster's plan that the schema does not carry.

use std::collections::BTreeMap;
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
    check(config, &mut found);
    if prior.is_null() {
        return found;
    }
    let view = View { planned: to_json(&planned.object), prior: to_json(prior) };
    force(FORCING, &view, planned);
    let name = "default_node_pool.0.name";
    let old = at(&view.prior, name).as_str().unwrap_or_default();
    let temporary =
        at(&view.planned, "default_node_pool.0.temporary_name_for_rotation").as_str().unwrap_or_default();
    // A pool of the temporary name is what an interrupted rotation left.
    if view.changed(name) && is_known(&planned.object, name) && (old.is_empty() || old != temporary) {
        planned.replace.push(path_of(name));
    }
    if view.changed("oidc_issuer_enabled") {
        set_unknown(planned, "oidc_issuer_url");
    }
    found
}

fn set_unknown(planned: &mut Planned, name: &str) {
    if let Some(members) = planned.object.as_members() {
        let mut members: BTreeMap<Arc<str>, Value> = members.clone();
        members.insert(Arc::from(name), Value::unknown(Type::String));
        planned.object = Value::object(members);
        planned.changed = true;
    }
}

fn check(config: &Value, found: &mut Diagnostics) {
    let config_json = to_json(config);
    let Some(network) = first(&config_json, "network_profile") else { return };
    let mut error = |message: &str| {
        found.push(Diagnostic::error(codes::provider::PROVIDER_ERROR, message, String::new()));
    };
    let known = |path: &str| is_known(config, path);
    let set = |name: &str, wanted: &str| {
        text(network, name) == wanted || !known(&format!("network_profile.0.{name}"))
    };
    if !items(network, "advanced_networking").is_empty() {
        if !set("network_data_plane", "cilium") {
            error(
                "when `network_profile.0.advanced_networking` is set, `network_profile.0.network_data_plane` must be set \
                 to `cilium`",
            );
        } else if !set("network_plugin", "azure") {
            error(
                "when `network_profile.0.advanced_networking` is set, `network_profile.0.network_plugin` must be set to \
                 `azure`",
            );
        }
    }
    let source = first(&config_json, "bootstrap_profile").map(|block| text(block, "artifact_source"));
    if text(network, "outbound_type") == "none"
        && source.unwrap_or_default() != "Cache"
        && known("bootstrap_profile.0.artifact_source")
    {
        error(
            "when `network_profile.0.outbound_type` is set to `none`, `bootstrap_profile.0.artifact_source` must be set \
             to `Cache`",
        );
    }
}
