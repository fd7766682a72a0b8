//! Settings of an agent pool, sent and read.

use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;
use crate::resources::fields::{Field, How, at, expand, flatten};
use ordain_sdk::{first, flag, integer, items, text};

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
    ("zones", "availabilityZones", How::Texts),
];

const KUBELET: &[Field] = &[
    ("allowed_unsafe_sysctls", "allowedUnsafeSysctls", How::AlwaysTexts),
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
    ("port_end", "portEnd", How::Number),
    ("port_start", "portStart", How::Number),
    ("protocol", "protocol", How::Text),
];

fn owned(members: Map<String, Json>) -> Json {
    Json::Object(members)
}

/// Properties of a pool from its block.
pub(crate) fn expand_shared(block: &Json) -> Map<String, Json> {
    let mut pool = expand(POOL, block);
    if !flag(block, "auto_scaling_enabled") {
        pool.remove("maxCount");
        pool.remove("minCount");
    }
    let driver = text(block, "gpu_driver");
    if !driver.is_empty() {
        pool.insert("gpuProfile".to_owned(), json!({"driver": driver}));
    }
    let snapshot = text(block, "snapshot_id");
    if !snapshot.is_empty() {
        pool.insert("creationData".to_owned(), json!({"sourceResourceId": snapshot}));
    }
    if let Some(config) = first(block, "kubelet_config") {
        let mut kubelet = expand(KUBELET, config);
        kubelet.insert("failSwapOn".to_owned(), json!(false));
        pool.insert("kubeletConfig".to_owned(), owned(kubelet));
    }
    if let Some(config) = first(block, "linux_os_config") {
        pool.insert("linuxOSConfig".to_owned(), expand_linux(config));
    }
    if let Some(network) = first(block, "node_network_profile") {
        pool.insert("networkProfile".to_owned(), expand_network(network));
    }
    if let Some(settings) = first(block, "upgrade_settings") {
        pool.insert("upgradeSettings".to_owned(), owned(expand(UPGRADE, settings)));
    }
    pool.insert("type".to_owned(), json!("VirtualMachineScaleSets"));
    pool
}

fn expand_linux(config: &Json) -> Json {
    let mut out = expand(&[("swap_file_size_mb", "swapFileSizeMB", How::Number)], config);
    let page = [text(config, "transparent_huge_page"), text(config, "transparent_huge_page_enabled")];
    if let Some(page) = page.into_iter().find(|page| !page.is_empty()) {
        out.insert("transparentHugePageEnabled".to_owned(), json!(page));
    }
    let defrag = text(config, "transparent_huge_page_defrag");
    if !defrag.is_empty() {
        out.insert("transparentHugePageDefrag".to_owned(), json!(defrag));
    }
    if let Some(block) = first(config, "sysctl_config") {
        let mut sysctls = expand(SYSCTLS, block);
        let range = ["net_ipv4_ip_local_port_range_min", "net_ipv4_ip_local_port_range_max"];
        let [low, high] = range.map(|name| integer(block, name));
        if low != 0 || high != 0 {
            sysctls.insert("netIpv4IpLocalPortRange".to_owned(), json!(format!("{low} {high}")));
        }
        out.insert("sysctls".to_owned(), owned(sysctls));
    }
    owned(out)
}

fn expand_network(block: &Json) -> Json {
    let ports: Vec<Json> =
        items(block, "allowed_host_ports").iter().map(|item| owned(expand(PORTS, item))).collect();
    let tags = block.get("node_public_ip_tags").and_then(Json::as_object).into_iter().flatten();
    let tags: Vec<Json> = tags.map(|(kind, tag)| json!({"ipTagType": kind, "tag": tag})).collect();
    json!({
        "allowedHostPorts": ports,
        "applicationSecurityGroups": items(block, "application_security_group_ids"),
        "nodePublicIPTags": tags,
    })
}

/// Arguments of a pool from its properties.
pub(crate) fn flatten_shared(pool: &Json) -> Map<String, Json> {
    let mut block = flatten(POOL, pool);
    block.insert("gpu_driver".to_owned(), at(pool, "/gpuProfile/driver").clone());
    block.insert("snapshot_id".to_owned(), at(pool, "/creationData/sourceResourceId").clone());
    let kubelet = pool.get("kubeletConfig").filter(|config| config.is_object());
    let kubelet: Vec<Json> = kubelet.map(|config| owned(flatten(KUBELET, config))).into_iter().collect();
    block.insert("kubelet_config".to_owned(), json!(kubelet));
    let linux = pool.get("linuxOSConfig").filter(|config| config.is_object());
    let linux: Vec<Json> = linux.map(flatten_linux).into_iter().collect();
    block.insert("linux_os_config".to_owned(), json!(linux));
    let network = pool.get("networkProfile").filter(|profile| profile.is_object());
    let network: Vec<Json> = network.map(flatten_network).into_iter().collect();
    block.insert("node_network_profile".to_owned(), json!(network));
    let upgrade = pool.get("upgradeSettings").map(|settings| flatten(UPGRADE, settings));
    // A pool without surge (a spot pool) has no settings that could be configured.
    let upgrade: Vec<Json> =
        upgrade.filter(|settings| settings.contains_key("max_surge")).map(owned).into_iter().collect();
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
        let mut block = flatten(SYSCTLS, sysctls);
        let range = sysctls.get("netIpv4IpLocalPortRange").and_then(Json::as_str).unwrap_or_default();
        if let Some((low, high)) = range.split_once([' ', '\t']) {
            let number = |text: &str| json!(text.trim().parse::<i64>().unwrap_or(0));
            block.insert("net_ipv4_ip_local_port_range_min".to_owned(), number(low));
            block.insert("net_ipv4_ip_local_port_range_max".to_owned(), number(high));
        }
        owned(block)
    });
    out.insert("sysctl_config".to_owned(), json!(sysctls.into_iter().collect::<Vec<_>>()));
    owned(out)
}

fn flatten_network(profile: &Json) -> Json {
    let ports: Vec<Json> =
        items(profile, "allowedHostPorts").iter().map(|item| owned(flatten(PORTS, item))).collect();
    let tags = items(profile, "nodePublicIPTags").iter();
    let tags: Map<String, Json> =
        tags.map(|tag| (text(tag, "ipTagType").to_owned(), json!(text(tag, "tag")))).collect();
    json!({
        "allowed_host_ports": ports,
        "application_security_group_ids": items(profile, "applicationSecurityGroups"),
        "node_public_ip_tags": tags,
    })
}

/// Rules between counts and autoscaling that hold only when a pool is written. `default_pool` says which of
/// the original's two wordings applies; gives the count to send.
pub(crate) fn check_scaling(block: &Json, creating: bool, default_pool: bool) -> Result<i64, Failure> {
    let [count, low, high] = ["node_count", "min_count", "max_count"].map(|name| integer(block, name));
    let fail = |message: String| Err(Failure::new(message, ""));
    if !flag(block, "auto_scaling_enabled") {
        if low > 0 || high > 0 {
            let flag = if default_pool { "`auto_scaling_enabled`" } else { "auto_scaling_enabled" };
            return fail(format!(
                "`max_count` and `min_count` must be set to `null` when {flag} is set to `false`"
            ));
        }
        return Ok(count);
    }
    let when = "when `auto_scaling_enabled` is set to `true`";
    let has_low = if default_pool { low > 0 } else { low >= 0 };
    if high <= 0 {
        return fail(format!("`max_count` must be configured {when}"));
    }
    if !has_low {
        return fail(format!("`min_count` must be configured {when}"));
    }
    let count = if count == 0 { low } else { count };
    if default_pool && high < count {
        return fail(format!(
            "`node_count`({count}) must be equal to or less than `max_count`({high}) {when}"
        ));
    }
    if default_pool && creating && low > count {
        return fail(format!(
            "`node_count`({count}) must be equal to or greater than `min_count`({low}) {when}"
        ));
    }
    if low > high {
        return fail("`max_count` must be >= `min_count`".to_owned());
    }
    Ok(count)
}
