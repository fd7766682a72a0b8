//! Settings of an agent pool, sent and read.

use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;
use crate::resources::fields::{Field, How, at, expand, flatten, flatten_block};
use ordain_sdk::{first, integer, items, text};

const POOL: &[Field] = &[
    ("capacity_reservation_group_id", "capacityReservationGroupID", How::Text),
    ("node_count", "count", How::AlwaysNumber),
    ("auto_scaling_enabled", "enableAutoScaling", How::Flag),
    ("host_encryption_enabled", "enableEncryptionAtHost", How::Flag),
    ("fips_enabled", "enableFIPS", How::Flag),
    ("node_public_ip_enabled", "enableNodePublicIP", How::Flag),
    ("ultra_ssd_enabled", "enableUltraSSD", How::Flag),
    ("gpu_instance", "gpuInstanceProfile", How::Text),
    ("host_group_id", "hostGroupID", How::Text),
    ("kubelet_disk_type", "kubeletDiskType", How::AlwaysText),
    ("max_count", "maxCount", How::Number),
    ("min_count", "minCount", How::Number),
    ("max_pods", "maxPods", How::Number),
    ("node_public_ip_prefix_id", "nodePublicIPPrefixID", How::Text),
    ("orchestrator_version", "orchestratorVersion", How::Text),
    ("os_disk_size_gb", "osDiskSizeGB", How::Number),
    ("os_disk_type", "osDiskType", How::Text),
    ("os_sku", "osSKU", How::Text),
    ("pod_subnet_id", "podSubnetID", How::Text),
    ("proximity_placement_group_id", "proximityPlacementGroupID", How::Text),
    ("scale_down_mode", "scaleDownMode", How::AlwaysText),
    ("tags", "tags", How::AlwaysMap),
    ("vm_size", "vmSize", How::AlwaysText),
    ("vnet_subnet_id", "vnetSubnetID", How::Text),
    ("workload_runtime", "workloadRuntime", How::Text),
    ("zones", "availabilityZones", How::Set),
];

const KUBELET: &[Field] = &[
    ("allowed_unsafe_sysctls", "allowedUnsafeSysctls", How::AlwaysSet),
    ("container_log_max_line", "containerLogMaxFiles", How::Number),
    ("container_log_max_size_mb", "containerLogMaxSizeMB", How::Number),
    ("cpu_cfs_quota_enabled", "cpuCfsQuota", How::Flag),
    ("cpu_cfs_quota_period", "cpuCfsQuotaPeriod", How::Text),
    ("cpu_manager_policy", "cpuManagerPolicy", How::Text),
    ("image_gc_high_threshold", "imageGcHighThreshold", How::Number),
    ("image_gc_low_threshold", "imageGcLowThreshold", How::Number),
    ("pod_max_pid", "podMaxPids", How::Number),
    ("topology_manager_policy", "topologyManagerPolicy", How::Text),
];

const SYSCTLS: &[Field] = &[
    ("fs_aio_max_nr", "fsAioMaxNr", How::Number),
    ("fs_file_max", "fsFileMax", How::Number),
    ("fs_inotify_max_user_watches", "fsInotifyMaxUserWatches", How::Number),
    ("fs_nr_open", "fsNrOpen", How::Number),
    ("kernel_threads_max", "kernelThreadsMax", How::Number),
    ("net_core_netdev_max_backlog", "netCoreNetdevMaxBacklog", How::Number),
    ("net_core_optmem_max", "netCoreOptmemMax", How::Number),
    ("net_core_rmem_default", "netCoreRmemDefault", How::Number),
    ("net_core_rmem_max", "netCoreRmemMax", How::Number),
    ("net_core_somaxconn", "netCoreSomaxconn", How::Number),
    ("net_core_wmem_default", "netCoreWmemDefault", How::Number),
    ("net_core_wmem_max", "netCoreWmemMax", How::Number),
    ("net_ipv4_neigh_default_gc_thresh1", "netIpv4NeighDefaultGcThresh1", How::Number),
    ("net_ipv4_neigh_default_gc_thresh2", "netIpv4NeighDefaultGcThresh2", How::Number),
    ("net_ipv4_neigh_default_gc_thresh3", "netIpv4NeighDefaultGcThresh3", How::Number),
    ("net_ipv4_tcp_fin_timeout", "netIpv4TcpFinTimeout", How::Number),
    ("net_ipv4_tcp_keepalive_intvl", "netIpv4TcpkeepaliveIntvl", How::Number),
    ("net_ipv4_tcp_keepalive_probes", "netIpv4TcpKeepaliveProbes", How::Number),
    ("net_ipv4_tcp_keepalive_time", "netIpv4TcpKeepaliveTime", How::Number),
    ("net_ipv4_tcp_max_syn_backlog", "netIpv4TcpMaxSynBacklog", How::Number),
    ("net_ipv4_tcp_max_tw_buckets", "netIpv4TcpMaxTwBuckets", How::Number),
    ("net_ipv4_tcp_tw_reuse", "netIpv4TcpTwReuse", How::Flag),
    ("net_netfilter_nf_conntrack_buckets", "netNetfilterNfConntrackBuckets", How::Number),
    ("net_netfilter_nf_conntrack_max", "netNetfilterNfConntrackMax", How::Number),
    ("vm_max_map_count", "vmMaxMapCount", How::Number),
    ("vm_swappiness", "vmSwappiness", How::Number),
    ("vm_vfs_cache_pressure", "vmVfsCachePressure", How::Number),
];

const UPGRADE: &[Field] = &[
    ("drain_timeout_in_minutes", "drainTimeoutInMinutes", How::AlwaysNumber),
    ("max_surge", "maxSurge", How::Text),
    ("node_soak_duration_in_minutes", "nodeSoakDurationInMinutes", How::AlwaysNumber),
];

const PORTS: &[Field] = &[
    ("port_end", "portEnd", How::AlwaysNumber),
    ("port_start", "portStart", How::AlwaysNumber),
    ("protocol", "protocol", How::AlwaysText),
];

fn owned(members: Map<String, Json>) -> Json {
    Json::Object(members)
}

/// Properties of a new pool from its block, all but the counts of autoscaling.
///
/// # Errors
/// Settings of the system that exclude each other.
pub(crate) fn expand_shared(block: &Json) -> Result<Map<String, Json>, Failure> {
    let mut pool = expand(POOL, block);
    let driver = text(block, "gpu_driver");
    if !driver.is_empty() {
        pool.insert("gpuProfile".to_owned(), json!({"driver": driver}));
    }
    let snapshot = text(block, "snapshot_id");
    if !snapshot.is_empty() {
        pool.insert("creationData".to_owned(), json!({"sourceResourceId": snapshot}));
    }
    let parts = [
        ("kubeletConfig", expand_kubelet(block)),
        ("linuxOSConfig", expand_linux(block)?),
        ("networkProfile", expand_network(block)),
        ("upgradeSettings", expand_upgrade(block)),
    ];
    pool.extend(parts.into_iter().filter_map(|(name, part)| Some((name.to_owned(), part?))));
    pool.insert("type".to_owned(), json!("VirtualMachineScaleSets"));
    Ok(pool)
}

/// The first block of a name, unless nothing at all is set in it: the original does not see such a block.
pub(crate) fn filled<'j>(block: &'j Json, name: &str) -> Option<&'j Json> {
    first(block, name).filter(|block| !is_blank(block))
}

fn is_blank(block: &Json) -> bool {
    let mut members = block.as_object().into_iter().flat_map(|members| members.values());
    members.all(|value| match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    })
}

/// `kubeletConfig`.
pub(crate) fn expand_kubelet(block: &Json) -> Option<Json> {
    let mut kubelet = expand(KUBELET, filled(block, "kubelet_config")?);
    kubelet.insert("failSwapOn".to_owned(), json!(false));
    Some(owned(kubelet))
}

/// `upgradeSettings`.
pub(crate) fn expand_upgrade(block: &Json) -> Option<Json> {
    Some(owned(expand(UPGRADE, filled(block, "upgrade_settings")?)))
}

/// `linuxOSConfig`.
pub(crate) fn expand_linux(block: &Json) -> Result<Option<Json>, Failure> {
    let Some(config) = first(block, "linux_os_config") else { return Ok(None) };
    let mut out = expand(&[("swap_file_size_mb", "swapFileSizeMB", How::Number)], config);
    // The older name wins where both are set.
    let page = [text(config, "transparent_huge_page_enabled"), text(config, "transparent_huge_page")];
    if let Some(page) = page.into_iter().find(|page| !page.is_empty()) {
        out.insert("transparentHugePageEnabled".to_owned(), json!(page));
    }
    let defrag = text(config, "transparent_huge_page_defrag");
    if !defrag.is_empty() {
        out.insert("transparentHugePageDefrag".to_owned(), json!(defrag));
    }
    if let Some(block) = filled(config, "sysctl_config") {
        let mut sysctls = expand(SYSCTLS, block);
        if let Some(range) = port_range(block)? {
            sysctls.insert("netIpv4IpLocalPortRange".to_owned(), json!(range));
        }
        out.insert("sysctls".to_owned(), owned(sysctls));
    }
    Ok(Some(owned(out)))
}

fn port_range(sysctls: &Json) -> Result<Option<String>, Failure> {
    let names = ["net_ipv4_ip_local_port_range_min", "net_ipv4_ip_local_port_range_max"];
    let [low, high] = names.map(|name| integer(sysctls, name));
    if (low == 0) != (high == 0) {
        let [low, high] = names;
        return Err(Failure::new(format!("`{low}` and `{high}` should both be set or unset"), ""));
    }
    if low > high {
        let [low, high] = names;
        return Err(Failure::new(format!("`{low}` should be no larger than `{high}`"), ""));
    }
    Ok((low != 0).then(|| format!("{low} {high}")))
}

/// `networkProfile`.
pub(crate) fn expand_network(block: &Json) -> Option<Json> {
    let block = filled(block, "node_network_profile")?;
    let mut out = Map::new();
    let ports: Vec<Json> =
        items(block, "allowed_host_ports").iter().map(|item| owned(expand(PORTS, item))).collect();
    if !ports.is_empty() {
        out.insert("allowedHostPorts".to_owned(), json!(ports));
    }
    out.insert("applicationSecurityGroups".to_owned(), json!(items(block, "application_security_group_ids")));
    let tags = block.get("node_public_ip_tags").and_then(Json::as_object).into_iter().flatten();
    let tags: Vec<Json> = tags.map(|(kind, tag)| json!({"ipTagType": kind, "tag": tag})).collect();
    if !tags.is_empty() {
        out.insert("nodePublicIPTags".to_owned(), json!(tags));
    }
    Some(owned(out))
}

/// Arguments of a pool from its properties.
pub(crate) fn flatten_shared(pool: &Json) -> Map<String, Json> {
    let mut block = flatten(POOL, pool);
    let word = |name: &str, default: &str| match text(pool, name) {
        "" => json!(default),
        word => json!(word),
    };
    block.insert("os_disk_type".to_owned(), word("osDiskType", "Managed"));
    block.insert("scale_down_mode".to_owned(), word("scaleDownMode", "Delete"));
    // An old answer may have only the version that runs.
    let version = word("orchestratorVersion", text(pool, "currentOrchestratorVersion"));
    block.insert("orchestrator_version".to_owned(), version);
    for (argument, part, property) in
        [("gpu_driver", "gpuProfile", "driver"), ("snapshot_id", "creationData", "sourceResourceId")]
    {
        if let Some(part) = pool.get(part).filter(|part| part.is_object()) {
            block.insert(argument.to_owned(), json!(text(part, property)));
        }
    }
    let kubelet = pool.get("kubeletConfig").filter(|config| config.is_object());
    let kubelet: Vec<Json> =
        kubelet.map(|config| owned(flatten_block(KUBELET, config))).into_iter().collect();
    block.insert("kubelet_config".to_owned(), json!(kubelet));
    let linux = pool.get("linuxOSConfig").filter(|config| config.is_object());
    let linux: Vec<Json> = linux.map(flatten_linux).into_iter().collect();
    block.insert("linux_os_config".to_owned(), json!(linux));
    let network = pool.get("networkProfile").filter(|profile| {
        ["allowedHostPorts", "applicationSecurityGroups", "nodePublicIPTags"]
            .iter()
            .any(|name| profile.get(name).is_some_and(|value| !value.is_null()))
    });
    let network: Vec<Json> = network.map(flatten_network).into_iter().collect();
    block.insert("node_network_profile".to_owned(), json!(network));
    let upgrade = pool.get("upgradeSettings").map(|settings| flatten(UPGRADE, settings));
    // The service shows settings without content for spot pools.
    let upgrade: Vec<Json> = upgrade.filter(|settings| !settings.is_empty()).map(owned).into_iter().collect();
    block.insert("upgrade_settings".to_owned(), json!(upgrade));
    block
}

fn flatten_linux(config: &Json) -> Json {
    let mut out = flatten(&[("swap_file_size_mb", "swapFileSizeMB", How::Number)], config);
    let page = at(config, "/transparentHugePageEnabled").clone();
    out.insert("transparent_huge_page".to_owned(), page.clone());
    out.insert("transparent_huge_page_enabled".to_owned(), page);
    out.insert("transparent_huge_page_defrag".to_owned(), at(config, "/transparentHugePageDefrag").clone());
    let sysctls = config.get("sysctls").filter(|sysctls| sysctls.is_object()).map(|sysctls| {
        let mut block = flatten_block(SYSCTLS, sysctls);
        let range = sysctls.get("netIpv4IpLocalPortRange").and_then(Json::as_str).unwrap_or_default();
        let mut limits = range.split_whitespace().map(|text| json!(text.parse::<i64>().unwrap_or(0)));
        if let (Some(low), Some(high)) = (limits.next(), limits.next()) {
            block.insert("net_ipv4_ip_local_port_range_min".to_owned(), low);
            block.insert("net_ipv4_ip_local_port_range_max".to_owned(), high);
        }
        owned(block)
    });
    out.insert("sysctl_config".to_owned(), json!(sysctls.into_iter().collect::<Vec<_>>()));
    owned(out)
}

fn flatten_network(profile: &Json) -> Json {
    let ports: Vec<Json> =
        items(profile, "allowedHostPorts").iter().map(|item| owned(flatten_block(PORTS, item))).collect();
    let tags = items(profile, "nodePublicIPTags").iter().filter(|tag| tag.get("ipTagType").is_some());
    let tags: Map<String, Json> =
        tags.map(|tag| (text(tag, "ipTagType").to_owned(), json!(text(tag, "tag")))).collect();
    json!({
        "allowed_host_ports": ports,
        "application_security_group_ids": items(profile, "applicationSecurityGroups"),
        "node_public_ip_tags": tags,
    })
}

/// `nodeTaints`.
pub(super) fn taints(block: &Json) -> Json {
    json!(items(block, "node_taints"))
}
