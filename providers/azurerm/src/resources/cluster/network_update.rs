//! Changing `network_profile`: what is not changed stays as the service has it.

use serde_json::{Value as Json, json};

use super::network;
use crate::resources::fields::{at, set, set_property};
use ordain_sdk::{View, first, integer, text};

/// Puts what changed into the object as read.
pub(super) fn change(view: &View, existing: &mut Json) {
    let Some(block) = first(&view.planned, "network_profile") else { return };
    let mut profile = at(existing, "/properties/networkProfile").clone();
    let changed = |name: &str| view.changed(&format!("network_profile.0.{name}"));
    if at(&profile, "/loadBalancerProfile").is_object() {
        if changed("network_policy") {
            set(&mut profile, "networkPolicy", json!(text(block, "network_policy")));
        }
        if let Some(wanted) = first(block, "load_balancer_profile") {
            let mut balancer = at(&profile, "/loadBalancerProfile").clone();
            change_balancer(
                &|name| changed(&format!("load_balancer_profile.0.{name}")),
                wanted,
                &mut balancer,
            );
            set(&mut profile, "loadBalancerProfile", balancer);
        }
    }
    if let (true, Some(wanted)) =
        (at(&profile, "/natGatewayProfile").is_object(), first(block, "nat_gateway_profile"))
    {
        let mut gateway = at(&profile, "/natGatewayProfile").clone();
        change_gateway(&|name| changed(&format!("nat_gateway_profile.0.{name}")), wanted, &mut gateway);
        set(&mut profile, "natGatewayProfile", gateway);
    }
    if changed("network_data_plane") {
        set(&mut profile, "networkDataplane", json!(text(block, "network_data_plane")));
    }
    if changed("outbound_type") {
        let kind = text(block, "outbound_type");
        set(&mut profile, "outboundType", json!(kind));
        if kind != "loadBalancer" {
            remove(&mut profile, &["loadBalancerProfile"]);
        }
        if !matches!(kind, "managedNATGateway" | "userAssignedNATGateway") {
            remove(&mut profile, &["natGatewayProfile"]);
        }
    }
    if changed("advanced_networking") {
        set(&mut profile, "advancedNetworking", network::advanced(block));
    }
    set_property(existing, "networkProfile", profile);
}

/// The service wants one of the three kinds of outbound addresses, so that a change of one takes the others away.
fn change_balancer(changed: &dyn Fn(&str) -> bool, wanted: &Json, balancer: &mut Json) {
    for (argument, property) in [
        ("idle_timeout_in_minutes", "idleTimeoutInMinutes"),
        ("outbound_ports_allocated", "allocatedOutboundPorts"),
    ] {
        if changed(argument) {
            set(balancer, property, json!(integer(wanted, argument)));
        }
    }
    if changed("managed_outbound_ip_count") {
        let count = integer(wanted, "managed_outbound_ip_count");
        set(balancer, "managedOutboundIPs", json!({"count": count}));
        remove(balancer, &["outboundIPs", "outboundIPPrefixes"]);
    }
    if changed("managed_outbound_ipv6_count") {
        let mut managed = at(balancer, "/managedOutboundIPs").clone();
        if !managed.is_object() {
            managed = json!({});
        }
        set(&mut managed, "countIPv6", json!(integer(wanted, "managed_outbound_ipv6_count")));
        set(balancer, "managedOutboundIPs", managed);
        remove(balancer, &["outboundIPs", "outboundIPPrefixes"]);
    }
    for (argument, property, inner, other) in [
        ("outbound_ip_address_ids", "outboundIPs", "publicIPs", "outboundIPPrefixes"),
        ("outbound_ip_prefix_ids", "outboundIPPrefixes", "publicIPPrefixes", "outboundIPs"),
    ] {
        if !changed(argument) {
            continue;
        }
        let ids = network::references(wanted, argument);
        remove(balancer, &[other]);
        if ids.is_empty() {
            // An empty list is refused: one managed address is what the service gives by itself.
            set(balancer, "managedOutboundIPs", json!({"count": 1}));
            remove(balancer, &[property]);
        } else {
            set(balancer, property, json!({inner: ids}));
            remove(balancer, &["managedOutboundIPs"]);
        }
    }
    if changed("backend_pool_type") {
        set(balancer, "backendPoolType", json!(text(wanted, "backend_pool_type")));
    }
}

fn change_gateway(changed: &dyn Fn(&str) -> bool, wanted: &Json, gateway: &mut Json) {
    if changed("idle_timeout_in_minutes") {
        set(gateway, "idleTimeoutInMinutes", json!(integer(wanted, "idle_timeout_in_minutes")));
    }
    if changed("managed_outbound_ip_count") {
        let count = integer(wanted, "managed_outbound_ip_count");
        set(gateway, "managedOutboundIPProfile", json!({"count": count}));
        remove(gateway, &["effectiveOutboundIPs"]);
    }
}

fn remove(value: &mut Json, names: &[&str]) {
    if let Some(members) = value.as_object_mut() {
        for name in names {
            members.remove(*name);
        }
    }
}
