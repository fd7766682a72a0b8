//! Add-ons: one entry of `addonProfiles` each.

use serde_json::{Map, Value as Json, json};

use super::identity::flatten_assigned;
use crate::resources::Read;
use crate::resources::fields::at;
use ordain_sdk::{View, first, flag, text};

/// Arguments that are kept in `addonProfiles`.
pub(crate) const ARGUMENTS: &[&str] = &[
    "aci_connector_linux",
    "azure_policy_enabled",
    "confidential_computing",
    "http_application_routing_enabled",
    "ingress_application_gateway",
    "key_vault_secrets_provider",
    "oms_agent",
    "open_service_mesh_enabled",
];

fn off() -> Json {
    json!({"enabled": false})
}

/// The profiles to send. An add-on that was on and is no longer wanted is sent as off; one that was never on
/// is left out.
pub(crate) fn expand(view: &View) -> Map<String, Json> {
    let mut out = Map::new();
    let block = &view.planned;
    let mut put = |argument: &str, name: &str, on: Option<Json>| match on {
        Some(on) => {
            out.insert(name.to_owned(), on);
        }
        None if view.changed(argument) => {
            out.insert(name.to_owned(), off());
        }
        None => {}
    };
    // Those that are no more than a switch are sent only when it is turned.
    for (argument, name) in [
        ("http_application_routing_enabled", "httpApplicationRouting"),
        ("open_service_mesh_enabled", "openServiceMesh"),
    ] {
        if view.changed(argument) {
            put(argument, name, Some(json!({"enabled": flag(block, argument)})));
        }
    }
    let policy = flag(block, "azure_policy_enabled");
    if policy || view.changed("azure_policy_enabled") {
        put(
            "azure_policy_enabled",
            "azurepolicy",
            Some(json!({"enabled": policy, "config": {"version": "v2"}})),
        );
    }
    put("oms_agent", "omsagent", first(block, "oms_agent").map(oms_agent));
    let aci = first(block, "aci_connector_linux")
        .map(|aci| json!({"enabled": true, "config": {"SubnetName": text(aci, "subnet_name")}}));
    put("aci_connector_linux", "aciConnectorLinux", aci);
    put(
        "ingress_application_gateway",
        "ingressApplicationGateway",
        first(block, "ingress_application_gateway").map(gateway),
    );
    put(
        "key_vault_secrets_provider",
        "azureKeyvaultSecretsProvider",
        first(block, "key_vault_secrets_provider").map(secrets),
    );
    let confidential = first(block, "confidential_computing").map(|block| {
        let helper = flag(block, "sgx_quote_helper_enabled").to_string();
        json!({"enabled": true, "config": {"ACCSGXQuoteHelperEnabled": helper}})
    });
    put("confidential_computing", "ACCSGXDevicePlugin", confidential);
    out
}

fn oms_agent(block: &Json) -> Json {
    json!({
        "enabled": true,
        "config": {
            "logAnalyticsWorkspaceResourceID": text(block, "log_analytics_workspace_id"),
            "useAADAuth": flag(block, "msi_auth_for_monitoring_enabled").to_string(),
        },
    })
}

fn gateway(block: &Json) -> Json {
    let mut config = Map::new();
    for (argument, key) in [
        ("gateway_id", "applicationGatewayId"),
        ("gateway_name", "applicationGatewayName"),
        ("subnet_cidr", "subnetCIDR"),
        ("subnet_id", "subnetId"),
    ] {
        if !text(block, argument).is_empty() {
            config.insert(key.to_owned(), json!(text(block, argument)));
        }
    }
    json!({"enabled": true, "config": config})
}

fn secrets(block: &Json) -> Json {
    json!({
        "enabled": true,
        "config": {
            "enableSecretRotation": flag(block, "secret_rotation_enabled").to_string(),
            "rotationPollInterval": text(block, "secret_rotation_interval"),
        },
    })
}

/// The profile of an add-on that is on; the service is free in the letter case of names.
fn profile<'j>(cluster: &'j Json, name: &str) -> Option<&'j Json> {
    let profiles = at(cluster, "/properties/addonProfiles").as_object()?;
    let (_, profile) = profiles.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(profile).filter(|profile| flag(profile, "enabled"))
}

/// The arguments, from an object.
pub(crate) fn flatten(cluster: &Json, read: &mut Read) {
    if !at(cluster, "/properties/addonProfiles").is_object() {
        return;
    }
    let config = |profile: &Json, key: &str| {
        let members = at(profile, "/config").as_object();
        let found =
            members.and_then(|members| members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)));
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned()
    };
    let identity = |profile: &Json| flatten_assigned(at(profile, "/identity"));
    let mut put = |name: &str, value: Json| read.insert(name.to_owned(), value);
    let routing = profile(cluster, "httpApplicationRouting");
    put("http_application_routing_enabled", json!(routing.is_some()));
    let zone = routing.map(|profile| config(profile, "HTTPApplicationRoutingZoneName")).unwrap_or_default();
    put("http_application_routing_zone_name", json!(zone));
    put("azure_policy_enabled", json!(profile(cluster, "azurepolicy").is_some()));
    put("open_service_mesh_enabled", json!(profile(cluster, "openServiceMesh").is_some()));
    let list = |block: Option<Json>| json!(block.into_iter().collect::<Vec<_>>());
    put(
        "oms_agent",
        list(profile(cluster, "omsagent").map(|profile| {
            json!({
                "log_analytics_workspace_id": config(profile, "logAnalyticsWorkspaceResourceID"),
                "msi_auth_for_monitoring_enabled": config(profile, "useAADAuth") == "true",
                "oms_agent_identity": identity(profile),
            })
        })),
    );
    put("aci_connector_linux", list(profile(cluster, "aciConnectorLinux").map(|profile| {
        json!({"subnet_name": config(profile, "SubnetName"), "connector_identity": identity(profile)})
    })));
    put("confidential_computing", list(profile(cluster, "ACCSGXDevicePlugin").map(|profile| {
        json!({"sgx_quote_helper_enabled": config(profile, "ACCSGXQuoteHelperEnabled") == "true"})
    })));
    put(
        "ingress_application_gateway",
        list(profile(cluster, "ingressApplicationGateway").map(|profile| {
            json!({
                "gateway_id": config(profile, "applicationGatewayId"),
                "gateway_name": config(profile, "applicationGatewayName"),
                "effective_gateway_id": config(profile, "effectiveApplicationGatewayId"),
                "subnet_cidr": config(profile, "subnetCIDR"),
                "subnet_id": config(profile, "subnetId"),
                "ingress_application_gateway_identity": identity(profile),
            })
        })),
    );
    put(
        "key_vault_secrets_provider",
        list(profile(cluster, "azureKeyvaultSecretsProvider").map(|profile| {
            json!({
                "secret_rotation_enabled": config(profile, "enableSecretRotation") != "false",
                "secret_rotation_interval": config(profile, "rotationPollInterval"),
                "secret_identity": identity(profile),
            })
        })),
    );
}
