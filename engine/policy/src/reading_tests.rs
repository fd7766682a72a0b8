use ordain_plan::contract::Contract;
use serde_json::json;

use super::*;

fn read(plan: &str, v1: Json, sealed: &[(&str, Json)]) -> (Value, bool) {
    let sealed = sealed.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let contract = Contract { document: v1, sealed, ..Contract::default() };
    let mut reading = Reading::new(&contract);
    let input = reading.input(&Value::parse_json(plan).unwrap(), &Default::default(), None);
    (input, reading.veiled)
}

fn at(value: &Value, path: &[&str]) -> Value {
    path.iter().fold(value.clone(), |value, step| match step.parse::<usize>() {
        Ok(at) => value.as_array().unwrap()[at].clone(),
        Err(_) => value.as_object().unwrap().get_str(step).unwrap().clone(),
    })
}

#[test]
fn input_is_the_plan_itself_and_has_it_under_its_name() {
    let (input, veiled) = read("{\"k\": 1.50}", json!({"s": "t"}), &[]);
    assert!(!veiled);
    assert_eq!(input.to_json().to_string(), "{\"k\":1.50,\"plan\":{\"k\":1.50},\"v1\":{\"s\":\"t\"}}");
}

#[test]
fn what_is_unknown_or_sensitive_is_so_in_both_forms() {
    let after = json!({"place": {"$unknown": {"type": "string", "not_null": true, "prefix": "eu-"}},
        "key": {"$sealed": "sha256:1"}, "tags": {"$$unknown": "x"}});
    let v1 = json!({"changes": [{"address": "a.b", "before": null, "after": after, "deposed": null}]});
    let plan = json!({
        "resource_changes": [{"address": "a.b", "change": {"before": null, "after": {"key": "k"}}}],
        "planned_values": {"root_module": {"child_modules": [
            {"resources": [{"address": "a.b", "values": {"key": "k"}}]}]}},
    });
    let (input, veiled) = read(&plan.to_string(), v1, &[("sha256:1", json!("k"))]);
    assert!(veiled);
    for path in [
        &["v1", "changes", "0", "after"][..],
        &["resource_changes", "0", "change", "after"],
        &["plan", "planned_values", "root_module", "child_modules", "0", "resources", "0", "values"],
    ] {
        let after = at(&input, path);
        assert!(at(&after, &["place"]).is_unknown(), "{path:?}");
        assert_eq!(at(&after, &["key"]), Value::from("k"));
        assert_eq!(at(&after, &["key"]).to_json(), json!("(sensitive value)"));
        assert_eq!(at(&after, &["tags", "$unknown"]), Value::from("x"));
    }
}

#[test]
fn unknown_values_say_where_they_are() {
    let after =
        json!({"pool": [{"size": {"$unknown": {"type": "number", "min": 1}}}], "a b": {"$unknown": {}}});
    let v1 = json!({"changes": [{"address": "a.b", "after": after}]});
    let (input, _) = read("{}", v1, &[]);
    for (path, wanted) in [(&["pool", "0", "size"][..], "pool[0].size"), (&["a b"], "[\"a b\"]")] {
        let Value::Unknown(unknown) = at(&at(&input, &["v1", "changes", "0", "after"]), path) else {
            panic!()
        };
        let waits = unknown.waits.list();
        let first = waits.first().unwrap();
        assert_eq!((&*first.of, &*first.path), ("a.b", wanted));
    }
}
