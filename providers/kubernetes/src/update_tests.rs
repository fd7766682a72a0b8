use super::*;

fn set(strategy: Json) -> Json {
    json!({ "spec": [{ "update_strategy": strategy }] })
}

#[test]
fn a_strategy_is_patched_member_by_member() {
    let ops = |prior: Json, planned: Json| {
        let mut out = Vec::new();
        strategy(&mut out, &View { planned: set(planned), prior: set(prior) });
        Json::Array(out)
    };
    let rolling = json!([{ "type": "RollingUpdate", "rolling_update": [{ "partition": 1 }] }]);
    let on_delete = json!([{ "type": "OnDelete", "rolling_update": [] }]);
    let kind = |op: &str, kind: &str| json!({ "op": op, "path": "/spec/updateStrategy/type", "value": kind });
    let removed = json!({ "op": "remove", "path": "/spec/updateStrategy/rollingUpdate" });
    assert_eq!(ops(on_delete.clone(), json!([])), json!([kind("replace", "RollingUpdate")]));
    assert_eq!(ops(rolling.clone(), json!([])), json!([removed]));
    assert_eq!(ops(rolling.clone(), on_delete), json!([kind("replace", "OnDelete"), removed]));
    assert_eq!(
        ops(json!([]), rolling),
        json!([
            kind("add", "RollingUpdate"),
            { "op": "add", "path": "/spec/updateStrategy/rollingUpdate", "value": {} },
            { "op": "add", "path": "/spec/updateStrategy/rollingUpdate/partition", "value": 1 },
        ])
    );
}
