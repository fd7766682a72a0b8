//! Rules that hold only when a cluster is written, with the original's messages.

use serde_json::Value as Json;

use crate::failure::Failure;
use ordain_sdk::{first, flag, items, strings, text};

fn fail(message: &str) -> Result<(), Failure> {
    Err(Failure::new(message, ""))
}

/// Checks a cluster that is about to be written.
pub(crate) fn check(block: &Json) -> Result<(), Failure> {
    if let Some(network) = first(block, "network_profile") {
        network_rules(network)?;
    }
    if flag(block, "workload_identity_enabled") && !flag(block, "oidc_issuer_enabled") {
        return fail("`oidc_issuer_enabled` must be set to `true` to enable Azure AD Workload Identity");
    }
    private_rules(block)?;
    let identity = first(block, "identity");
    if let Some(identity) = identity
        && text(identity, "type") == "SystemAssigned"
        && !items(identity, "identity_ids").is_empty()
    {
        return fail(
            "expanding `identity`: `identity_ids` can only be specified when `type` is set to \"UserAssigned\"",
        );
    }
    Ok(())
}

fn network_rules(network: &Json) -> Result<(), Failure> {
    let plugin = text(network, "network_plugin");
    if !text(network, "pod_cidr").is_empty()
        && plugin == "azure"
        && text(network, "network_plugin_mode") != "overlay"
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
    if !text(network, "network_mode").is_empty() && plugin != "azure" {
        return fail("`network_mode` cannot be set if `network_plugin` is not `azure`");
    }
    let sku = text(network, "load_balancer_sku");
    if !items(network, "load_balancer_profile").is_empty() && !sku.eq_ignore_ascii_case("standard") {
        return Err(Failure::new(
            format!(
                "only load balancer SKU 'Standard' supports load balancer profiles. Provided load balancer type: {sku}"
            ),
            "",
        ));
    }
    if strings(network, "ip_versions") == ["IPv6"] {
        return fail("`ip_versions` must be `IPv4` or `IPv4` and `IPv6`. `IPv6` alone is not supported");
    }
    Ok(())
}

fn private_rules(block: &Json) -> Result<(), Failure> {
    let zone = text(block, "private_dns_zone_id");
    let custom = !zone.is_empty() && zone != "System" && zone != "None";
    let private = flag(block, "private_cluster_enabled");
    let prefix = text(block, "dns_prefix_private_cluster");
    if custom && private {
        if items(block, "identity").first().is_none_or(|identity| text(identity, "type") != "UserAssigned")
            && items(block, "service_principal").is_empty()
        {
            return fail(
                "a user assigned identity or a service principal must be used when using a custom private dns zone",
            );
        }
        if prefix.is_empty() && !text(block, "dns_prefix").is_empty() {
            return fail("`dns_prefix_private_cluster` should be set when using a custom private dns zone");
        }
    }
    let may_have_prefix = private && custom;
    if !prefix.is_empty() && !may_have_prefix {
        return fail(
            "`dns_prefix_private_cluster` should only be set for private cluster with custom private dns zone",
        );
    }
    Ok(())
}
