//! Counts of a pool and whether it scales itself: rules that hold only when a pool is written, in the original's words.

use serde_json::{Map, Value as Json, json};

use crate::failure::Failure;
use ordain_sdk::{flag, integer};

const WHEN: &str = "when `auto_scaling_enabled` is set to `true`";

fn fail<T>(message: String) -> Result<T, Failure> {
    Err(Failure::new(message, ""))
}

fn counts(block: &Json) -> [i64; 3] {
    ["node_count", "min_count", "max_count"].map(|name| integer(block, name))
}

fn put(pool: &mut Map<String, Json>, counts: [Option<i64>; 3]) {
    for (name, count) in ["count", "minCount", "maxCount"].into_iter().zip(counts) {
        match count {
            Some(count) => pool.insert(name.to_owned(), json!(count)),
            None => pool.remove(name),
        };
    }
}

/// Puts the counts of a new pool into its properties.
pub(crate) fn new_pool(block: &Json, pool: &mut Map<String, Json>) -> Result<(), Failure> {
    let [count, low, high] = counts(block);
    if !flag(block, "auto_scaling_enabled") {
        if low > 0 || high > 0 {
            return fail(
                "`max_count` and `min_count` must be set to `null` when auto_scaling_enabled is set to `false`"
                    .to_owned(),
            );
        }
        put(pool, [Some(count), None, None]);
        return Ok(());
    }
    if high < 0 {
        return fail(format!("`max_count` must be configured {WHEN}"));
    }
    if low < 0 {
        return fail(format!("`min_count` must be configured {WHEN}"));
    }
    if low > high {
        return fail("`max_count` must be >= `min_count`".to_owned());
    }
    put(pool, [Some(if count == 0 { low } else { count }), Some(low), Some(high)]);
    Ok(())
}

/// Puts the counts of `default_node_pool` into its properties. `recounted` says that an existing pool is to get
/// another count; `None` stands for a new one.
pub(crate) fn default_pool(
    block: &Json,
    recounted: Option<bool>,
    pool: &mut Map<String, Json>,
) -> Result<(), Failure> {
    let [count, low, high] = counts(block);
    if !flag(block, "auto_scaling_enabled") {
        if low > 0 || high > 0 {
            return fail(format!(
                "`max_count`({high}) and `min_count`({low}) must be set to `null` when `auto_scaling_enabled` is set to `false`"
            ));
        }
        put(pool, [Some(count), None, None]);
        return Ok(());
    }
    let count = if count == 0 { low } else { count };
    if recounted == Some(true) {
        return fail(format!("cannot change `node_count` {WHEN}"));
    }
    if high <= 0 {
        return fail(format!("`max_count` must be configured {WHEN}"));
    }
    if recounted.is_none() && high < count {
        return fail(format!(
            "`node_count`({count}) must be equal to or less than `max_count`({high}) {WHEN}"
        ));
    }
    if low <= 0 {
        return fail(format!("`min_count` must be configured {WHEN}"));
    }
    if recounted.is_none() && low > count {
        return fail(format!(
            "`node_count`({count}) must be equal to or greater than `min_count`({low}) {WHEN}"
        ));
    }
    if low > high {
        return fail("`max_count` must be >= `min_count`".to_owned());
    }
    put(pool, [Some(count), Some(low), Some(high)]);
    Ok(())
}

#[cfg(test)]
#[path = "scaling_tests.rs"]
mod tests;
