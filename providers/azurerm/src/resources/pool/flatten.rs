//! A pool as the service shows it, in the schema's terms.

use serde_json::{Value as Json, json};

use super::settings::flatten_shared;
use crate::resources::{Read, segment};
use ordain_sdk::{flag, text};

/// Arguments that are set to nothing where the service leaves them out. The others keep what is stored.
const CLEARED: &[(&str, Empty)] = &[
    ("auto_scaling_enabled", Empty::Flag),
    ("capacity_reservation_group_id", Empty::Text),
    ("fips_enabled", Empty::Flag),
    ("host_encryption_enabled", Empty::Flag),
    ("host_group_id", Empty::Text),
    ("max_count", Empty::Number),
    ("max_pods", Empty::Number),
    ("min_count", Empty::Number),
    ("node_count", Empty::Number),
    ("node_labels", Empty::Map),
    ("node_public_ip_enabled", Empty::Flag),
    ("node_public_ip_prefix_id", Empty::Text),
    ("node_taints", Empty::List),
    ("os_disk_size_gb", Empty::Number),
    ("pod_subnet_id", Empty::Text),
    ("proximity_placement_group_id", Empty::Text),
    ("tags", Empty::Map),
    ("ultra_ssd_enabled", Empty::Flag),
    ("vm_size", Empty::Text),
    ("vnet_subnet_id", Empty::Text),
    ("zones", Empty::List),
];

#[derive(Clone, Copy)]
enum Empty {
    Flag,
    Text,
    Number,
    List,
    Map,
}

impl Empty {
    fn value(self) -> Json {
        match self {
            Empty::Flag => json!(false),
            Empty::Text => json!(""),
            Empty::Number => json!(0),
            Empty::List => json!([]),
            Empty::Map => json!({}),
        }
    }
}

/// The object of a pool with this id.
pub(crate) fn flatten(id: &str, pool: &Json) -> Read {
    let properties = pool.get("properties").cloned().unwrap_or_default();
    let mut read = flatten_shared(&properties);
    let mut put = |name: &str, value: Json| read.insert(name.to_owned(), value);
    put("id", json!(id));
    put("name", json!(segment(id, "agentPools").unwrap_or_default()));
    put("kubernetes_cluster_id", json!(super::cluster_of(id)));
    for (argument, property, default) in [
        ("mode", "mode", "User"),
        ("priority", "scaleSetPriority", "Regular"),
        ("eviction_policy", "scaleSetEvictionPolicy", ""),
    ] {
        let found = Some(text(&properties, property)).filter(|text| !text.is_empty());
        put(argument, json!(found.unwrap_or(default)));
    }
    let present = |name: &str| properties.get(name).filter(|value| !value.is_null()).cloned();
    put("spot_max_price", present("spotMaxPrice").unwrap_or_else(|| json!(-1)));
    let kept = [("os_type", "osType"), ("node_labels", "nodeLabels"), ("node_taints", "nodeTaints")];
    for (argument, property) in kept {
        if let Some(value) = present(property) {
            put(argument, value);
        }
    }
    let windows = properties.get("windowsProfile");
    let windows = windows.filter(|profile| profile.get("disableOutboundNat").is_some_and(Json::is_boolean));
    let windows =
        windows.map(|profile| json!({"outbound_nat_enabled": !flag(profile, "disableOutboundNat")}));
    put("windows_profile", json!(windows.into_iter().collect::<Vec<_>>()));
    for (name, empty) in CLEARED {
        read.entry((*name).to_owned()).or_insert_with(|| empty.value());
    }
    read
}
