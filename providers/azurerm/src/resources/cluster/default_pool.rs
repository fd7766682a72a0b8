//! `default_node_pool`.

use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;
use crate::resources::pool::{expand_shared, flatten_shared, scaling};
use ordain_sdk::{View, flag, integer, items, text};

/// Taint of pools that run system pods only.
const CRITICAL: &str = "CriticalAddonsOnly=true:NoSchedule";

/// Properties that the original forgets when it changes the pool.
const FORGOTTEN: &[&str] = &["capacityReservationGroupID", "gpuProfile", "hostGroupID"];

/// Properties of the pool of a new cluster.
pub(crate) fn expand(block: &Json) -> Result<Map<String, Json>, Failure> {
    properties(block, None)
}

/// Properties of the pool of a cluster that exists. `pool` is the view of its block.
pub(crate) fn expand_change(pool: &View) -> Result<Map<String, Json>, Failure> {
    let mut out = properties(&pool.planned, Some(pool.changed("node_count")))?;
    for name in FORGOTTEN {
        out.remove(*name);
    }
    out.entry("upgradeSettings").or_insert_with(|| json!({}));
    Ok(out)
}

fn properties(block: &Json, recounted: Option<bool>) -> Result<Map<String, Json>, Failure> {
    let mut counts = Map::new();
    scaling::default_pool(block, recounted, &mut counts)?;
    let mut pool = expand_shared(block)?;
    for name in ["count", "minCount", "maxCount"] {
        pool.remove(name);
    }
    pool.extend(counts);
    pool.insert("mode".to_owned(), json!("System"));
    pool.insert("osType".to_owned(), json!("Linux"));
    pool.insert("type".to_owned(), json!(text(block, "type")));
    let labels = block.get("node_labels").and_then(Json::as_object).cloned().unwrap_or_default();
    pool.insert("nodeLabels".to_owned(), Json::Object(labels));
    if flag(block, "only_critical_addons_enabled") {
        pool.insert("nodeTaints".to_owned(), json!([CRITICAL]));
    }
    Ok(pool)
}

/// The pool that stands for `default_node_pool`: the one of the stored name, else the first of mode System. (The
/// original would prefer the one of the temporary name, but looks at the first only.)
pub(crate) fn find<'j>(pools: &'j [Json], known: &Json) -> Option<&'j Json> {
    let block = items(known, "default_node_pool").first();
    let name = block.map(|block| text(block, "name")).filter(|name| !name.is_empty());
    let named = name.and_then(|name| pools.iter().find(|pool| text(pool, "name") == name));
    let system = || pools.iter().find(|pool| text(pool, "mode").eq_ignore_ascii_case("System"));
    named.or_else(system)
}

/// The block, from the pool's properties in the cluster.
pub(crate) fn flatten(pool: &Json, known: &Json) -> Json {
    let mut block = flatten_shared(pool);
    let old = items(known, "default_node_pool").first();
    let temporary = old.map(|block| text(block, "temporary_name_for_rotation")).unwrap_or_default();
    block.insert("name".to_owned(), json!(text(pool, "name")));
    block.insert("type".to_owned(), json!(text(pool, "type")));
    block.insert("node_labels".to_owned(), pool.get("nodeLabels").cloned().unwrap_or_else(|| json!({})));
    block.insert("temporary_name_for_rotation".to_owned(), json!(temporary));
    let critical = items(pool, "nodeTaints")
        .iter()
        .any(|taint| taint.as_str().is_some_and(|taint| taint.eq_ignore_ascii_case(CRITICAL)));
    block.insert("only_critical_addons_enabled".to_owned(), json!(critical));
    block.insert("node_count".to_owned(), json!(integer(pool, "count")));
    Json::Object(block)
}
