//! Rules that hold only when a cluster is written, with the original's messages.

use serde_json::Value as Json;

use super::default_pool;
use crate::failure::Failure;
use ordain_sdk::{View, first, flag, items, strings, text};

fn fail(message: &str) -> Result<(), Failure> {
    Err(Failure::new(message, ""))
}

/// Rules of every write of a cluster, which are looked at first.
pub(crate) fn check(block: &Json) -> Result<(), Failure> {
    let Some(network) = first(block, "network_profile") else { return Ok(()) };
    let plugin = text(network, "network_plugin");
    if !text(network, "pod_cidr").is_empty()
        && plugin.eq_ignore_ascii_case("azure")
        && !text(network, "network_plugin_mode").eq_ignore_ascii_case("overlay")
    {
        return fail(
            "`pod_cidr` and `azure` cannot be set together unless specifying `network_plugin_mode` to `overlay`",
        );
    }
    let has_dns = !text(network, "dns_service_ip").is_empty();
    let has_service =
        !text(network, "service_cidr").is_empty() || !items(network, "service_cidrs").is_empty();
    if has_dns != has_service {
        return fail("`dns_service_ip` and `service_cidr` should all be empty or both should be set");
    }
    for name in ["service_cidrs", "pod_cidrs"] {
        if items(network, name).len() == 2 && items(network, "ip_versions").len() != 2 {
            return fail(&format!(
                "dual-stack networking must be enabled and `ip_versions` must be set to [\"IPv4\", \"IPv6\"] in order to specify multiple values in `{name}`"
            ));
        }
    }
    Ok(())
}

/// Checks a change that is about to be written.
pub(crate) fn check_change(view: &View) -> Result<(), Failure> {
    let block = &view.planned;
    if view.changed("cost_analysis_enabled") {
        check_tier(block)?;
    }
    if view.changed("identity") {
        check_identity(block)?;
    }
    if view.changed("node_os_upgrade_channel") && splits_channels(block) {
        return fail(
            "`node_os_upgrade_channel` must be set to `NodeImage` if `automatic_upgrade_channel` is set to `node-image`",
        );
    }
    if view.changed("upgrade_override") && items(block, "upgrade_override").is_empty() {
        return fail("`upgrade_override` cannot be unset");
    }
    Ok(())
}

/// Checks a cluster that is about to be made, in the original's order.
pub(crate) fn check_new(block: &Json) -> Result<(), Failure> {
    check(block)?;
    let pool = first(block, "default_node_pool").unwrap_or(&Json::Null);
    default_pool::expand(pool).map_err(|failure| failure.during("expanding `default_node_pool`"))?;
    check_network(block)?;
    check_tier(block)?;
    if !flag(block, "private_cluster_enabled") && text(block, "dns_prefix").is_empty() {
        return fail("`dns_prefix` should be set if it is not a private cluster");
    }
    if flag(block, "workload_identity_enabled") && !flag(block, "oidc_issuer_enabled") {
        return fail("`oidc_issuer_enabled` must be set to `true` to enable Azure AD Workload Identity");
    }
    if !text(block, "node_os_upgrade_channel").is_empty() && splits_channels(block) {
        return fail(
            "`node_os_upgrade_channel` cannot be set to a value other than `NodeImage` if `automatic_upgrade_channel` is set to `node-image`",
        );
    }
    if items(block, "identity").is_empty() && items(block, "service_principal").is_empty() {
        return fail(
            "either an `identity` or `service_principal` block must be specified for cluster authentication",
        );
    }
    check_identity(block)?;
    check_zone(block)
}

fn check_tier(block: &Json) -> Result<(), Failure> {
    if flag(block, "cost_analysis_enabled") && !matches!(text(block, "sku_tier"), "Standard" | "Premium") {
        return fail("`sku_tier` must be either `Standard` or `Premium` when cost analysis is enabled");
    }
    Ok(())
}

fn check_identity(block: &Json) -> Result<(), Failure> {
    let Some(identity) = first(block, "identity") else { return Ok(()) };
    if text(identity, "type") == "SystemAssigned" && !items(identity, "identity_ids").is_empty() {
        return fail(
            "expanding `identity`: `identity_ids` can only be specified when `type` is set to \"UserAssigned\"",
        );
    }
    Ok(())
}

/// Whether the nodes' images would come by another channel than the cluster's, which is that of the images.
fn splits_channels(block: &Json) -> bool {
    text(block, "automatic_upgrade_channel") == "node-image"
        && text(block, "node_os_upgrade_channel") != "NodeImage"
}

fn check_network(block: &Json) -> Result<(), Failure> {
    let Some(network) = first(block, "network_profile") else { return Ok(()) };
    if !text(network, "network_mode").is_empty() && text(network, "network_plugin") != "azure" {
        return fail("`network_mode` cannot be set if `network_plugin` is not `azure`");
    }
    if strings(network, "ip_versions") == ["IPv6"] {
        return fail("`ip_versions` must be `IPv4` or `IPv4` and `IPv6`. `IPv6` alone is not supported");
    }
    let sku = text(network, "load_balancer_sku");
    for (name, words) in
        [("load_balancer_profile", "load balancer profiles"), ("nat_gateway_profile", "NAT Gateway profiles")]
    {
        if !items(network, name).is_empty() && !sku.eq_ignore_ascii_case("standard") {
            return fail(&format!(
                "only load balancer SKU 'Standard' supports {words}. Provided load balancer type: {sku}"
            ));
        }
    }
    Ok(())
}

fn check_zone(block: &Json) -> Result<(), Failure> {
    let zone = text(block, "private_dns_zone_id");
    let custom = !zone.is_empty() && zone != "System" && zone != "None";
    let own =
        items(block, "identity").first().is_some_and(|identity| text(identity, "type") == "UserAssigned");
    if custom && !own && items(block, "service_principal").is_empty() {
        return fail(
            "a user assigned identity or a service principal must be used when using a custom private dns zone",
        );
    }
    let may_have_prefix = flag(block, "private_cluster_enabled") && custom;
    if !text(block, "dns_prefix_private_cluster").is_empty() && !may_have_prefix {
        return fail(
            "`dns_prefix_private_cluster` should only be set for private cluster with custom private dns zone",
        );
    }
    Ok(())
}
