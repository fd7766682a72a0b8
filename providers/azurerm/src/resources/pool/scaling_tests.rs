use serde_json::{Map, Value as Json, json};

use super::*;

fn made(fill: impl Fn(&mut Map<String, Json>) -> Result<(), Failure>) -> Result<Json, String> {
    let mut pool = Map::new();
    fill(&mut pool).map_err(|failure| failure.diagnostic.summary)?;
    Ok(Json::Object(pool))
}

#[test]
fn a_pool_that_scales_itself_starts_with_its_fewest_nodes() {
    let block = json!({"auto_scaling_enabled": true, "min_count": 2, "max_count": 5});
    let wanted = Ok(json!({"count": 2, "minCount": 2, "maxCount": 5}));
    assert_eq!(made(|pool| new_pool(&block, pool)), wanted);
    assert_eq!(made(|pool| default_pool(&block, None, pool)), wanted);
    let plain = json!({"node_count": 3});
    assert_eq!(made(|pool| new_pool(&plain, pool)), Ok(json!({"count": 3})));
    assert_eq!(made(|pool| default_pool(&plain, Some(true), pool)), Ok(json!({"count": 3})));
}

#[test]
fn counts_that_do_not_fit_are_refused() {
    let limits = json!({"min_count": 1, "max_count": 2});
    let refused = made(|pool| default_pool(&limits, None, pool)).unwrap_err();
    assert!(refused.starts_with("`max_count`(2) and `min_count`(1) must be set to `null`"), "{refused}");
    assert!(made(|pool| new_pool(&limits, pool)).is_err());
    let scaled = json!({"auto_scaling_enabled": true, "node_count": 9, "min_count": 1, "max_count": 2});
    let beyond = made(|pool| default_pool(&scaled, None, pool)).unwrap_err();
    assert!(beyond.starts_with("`node_count`(9) must be equal to or less than `max_count`(2)"), "{beyond}");
    // An existing pool may have grown beyond what is wanted now, but its count is not ours to change.
    assert!(made(|pool| default_pool(&scaled, Some(false), pool)).is_ok());
    let moved = made(|pool| default_pool(&scaled, Some(true), pool)).unwrap_err();
    assert!(moved.starts_with("cannot change `node_count`"), "{moved}");
    let crossed = json!({"auto_scaling_enabled": true, "min_count": 3, "max_count": 2});
    assert_eq!(made(|pool| new_pool(&crossed, pool)), Err("`max_count` must be >= `min_count`".to_owned()));
}
