//! `network_profile`.

use serde_json::{Map, Value as Json, json};

use crate::resources::fields::{Field, How, at, expand, flatten as flatten_fields};
use ordain_sdk::{first, flag, integer, items, strings, text};

const NETWORK: &[Field] = &[
    ("dns_service_ip", "dnsServiceIP", How::Text),
    ("load_balancer_sku", "loadBalancerSku", How::AlwaysText),
    ("network_data_plane", "networkDataplane", How::Text),
    ("network_mode", "networkMode", How::AlwaysText),
    ("network_plugin", "networkPlugin", How::AlwaysText),
    ("network_plugin_mode", "networkPluginMode", How::Text),
    ("network_policy", "networkPolicy", How::AlwaysText),
    ("outbound_type", "outboundType", How::AlwaysText),
    ("pod_cidr", "podCidr", How::Text),
    ("pod_cidrs", "podCidrs", How::AlwaysTexts),
    ("service_cidr", "serviceCidr", How::Text),
    ("service_cidrs", "serviceCidrs", How::AlwaysTexts),
    ("ip_versions", "ipFamilies", How::Texts),
];

/// The profile of a new cluster.
pub(crate) fn expand_profile(block: &Json) -> Option<Json> {
    let network = first(block, "network_profile")?;
    let mut profile = expand(NETWORK, network);
    profile.insert("advancedNetworking".to_owned(), advanced(network));
    if let Some(balancer) = first(network, "load_balancer_profile") {
        profile.insert("loadBalancerProfile".to_owned(), load_balancer(balancer));
    }
    if let Some(gateway) = first(network, "nat_gateway_profile") {
        profile.insert("natGatewayProfile".to_owned(), nat_gateway(gateway));
    }
    Some(Json::Object(profile))
}

/// `advancedNetworking`; off where there is no block.
pub(crate) fn advanced(network: &Json) -> Json {
    let block = first(network, "advanced_networking");
    let on = |name: &str| block.is_some_and(|block| flag(block, name));
    json!({
        "enabled": block.is_some(),
        "observability": {"enabled": on("observability_enabled")},
        "security": {"enabled": on("security_enabled")},
    })
}

pub(super) fn references(block: &Json, name: &str) -> Vec<Json> {
    strings(block, name).into_iter().map(|id| json!({"id": id})).collect()
}

/// `loadBalancerProfile`.
pub(crate) fn load_balancer(block: &Json) -> Json {
    let mut out = Map::new();
    let ports = integer(block, "outbound_ports_allocated");
    out.insert("allocatedOutboundPorts".to_owned(), json!(ports));
    let idle = integer(block, "idle_timeout_in_minutes");
    if idle != 0 {
        out.insert("idleTimeoutInMinutes".to_owned(), json!(idle));
    }
    let [four, six] =
        ["managed_outbound_ip_count", "managed_outbound_ipv6_count"].map(|name| integer(block, name));
    if four > 0 || six > 0 {
        let mut managed = Map::new();
        if four > 0 {
            managed.insert("count".to_owned(), json!(four));
        }
        if six > 0 {
            managed.insert("countIPv6".to_owned(), json!(six));
        }
        out.insert("managedOutboundIPs".to_owned(), Json::Object(managed));
    }
    let prefixes = references(block, "outbound_ip_prefix_ids");
    if !prefixes.is_empty() {
        out.insert("outboundIPPrefixes".to_owned(), json!({"publicIPPrefixes": prefixes}));
    }
    let addresses = references(block, "outbound_ip_address_ids");
    if !addresses.is_empty() {
        out.insert("outboundIPs".to_owned(), json!({"publicIPs": addresses}));
    }
    let pool = text(block, "backend_pool_type");
    if !pool.is_empty() {
        out.insert("backendPoolType".to_owned(), json!(pool));
    }
    Json::Object(out)
}

/// `natGatewayProfile`.
pub(crate) fn nat_gateway(block: &Json) -> Json {
    let mut out = Map::new();
    let idle = integer(block, "idle_timeout_in_minutes");
    if idle != 0 {
        out.insert("idleTimeoutInMinutes".to_owned(), json!(idle));
    }
    let count = integer(block, "managed_outbound_ip_count");
    if count > 0 {
        out.insert("managedOutboundIPProfile".to_owned(), json!({"count": count}));
    }
    Json::Object(out)
}

fn ids(value: &Json, name: &str) -> Vec<Json> {
    items(value, name).iter().map(|entry| json!(text(entry, "id"))).collect()
}

/// The blocks of an object. `known` is the stored object.
pub(crate) fn flatten(cluster: &Json) -> Json {
    let profile = at(cluster, "/properties/networkProfile");
    if !profile.is_object() {
        return json!([]);
    }
    let mut out = flatten_fields(NETWORK, profile);
    if text(profile, "networkPolicy") == "none" {
        out.insert("network_policy".to_owned(), json!(""));
    }
    out.insert("load_balancer_profile".to_owned(), flatten_balancer(profile));
    let gateway = profile.get("natGatewayProfile").filter(|gateway| gateway.is_object());
    let gateway = gateway.map(|gateway| {
        json!({
            "idle_timeout_in_minutes": integer(gateway, "idleTimeoutInMinutes"),
            "managed_outbound_ip_count": integer(at(gateway, "/managedOutboundIPProfile"), "count"),
            "effective_outbound_ips": ids(gateway, "effectiveOutboundIPs"),
        })
    });
    out.insert("nat_gateway_profile".to_owned(), json!(gateway.into_iter().collect::<Vec<_>>()));
    let networking = at(profile, "/advancedNetworking");
    let networking = flag(networking, "enabled").then(|| {
        json!({
            "observability_enabled": flag(at(networking, "/observability"), "enabled"),
            "security_enabled": flag(at(networking, "/security"), "enabled"),
        })
    });
    out.insert("advanced_networking".to_owned(), json!(networking.into_iter().collect::<Vec<_>>()));
    json!([out])
}

fn flatten_balancer(profile: &Json) -> Json {
    let Some(balancer) = profile.get("loadBalancerProfile").filter(|balancer| balancer.is_object()) else {
        return json!([]);
    };
    let managed = at(balancer, "/managedOutboundIPs");
    json!([{
        "backend_pool_type": text(balancer, "backendPoolType"),
        "effective_outbound_ips": ids(balancer, "effectiveOutboundIPs"),
        "idle_timeout_in_minutes": integer(balancer, "idleTimeoutInMinutes"),
        "managed_outbound_ip_count": integer(managed, "count"),
        "managed_outbound_ipv6_count": integer(managed, "countIPv6"),
        "outbound_ip_address_ids": ids(at(balancer, "/outboundIPs"), "publicIPs"),
        "outbound_ip_prefix_ids": ids(at(balancer, "/outboundIPPrefixes"), "publicIPPrefixes"),
        "outbound_ports_allocated": integer(balancer, "allocatedOutboundPorts"),
    }])
}
