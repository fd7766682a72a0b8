//! `default_node_pool`.

use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;
use crate::resources::pool::{check_scaling, expand_shared, flatten_shared};
use ordain_sdk::{flag, integer, items, text};

/// Taint of pools that run system pods only.
const CRITICAL: &str = "CriticalAddonsOnly=true:NoSchedule";

/// Properties of the default pool.
pub(crate) fn expand(block: &Json, creating: bool) -> Result<Map<String, Json>, Failure> {
    let count = check_scaling(block, creating, true)?;
    let mut pool = expand_shared(block);
    pool.insert("count".to_owned(), json!(count));
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

/// The pool that stands for `default_node_pool`: the one of the stored name, else of the temporary name, else
/// the first of mode System.
pub(crate) fn find<'j>(pools: &'j [Json], known: &Json) -> Option<&'j Json> {
    let block = items(known, "default_node_pool").first();
    let named = |name: &str| {
        let wanted = block.map(|block| text(block, name)).filter(|name| !name.is_empty())?;
        pools.iter().find(|pool| text(pool, "name") == wanted)
    };
    let system = || pools.iter().find(|pool| text(pool, "mode").eq_ignore_ascii_case("System"));
    named("name").or_else(|| named("temporary_name_for_rotation")).or_else(system)
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
    let count = integer(pool, "count");
    block.insert("node_count".to_owned(), json!(count));
    Json::Object(block)
}
