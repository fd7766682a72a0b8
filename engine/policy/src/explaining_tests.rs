use ordain_plan::contract::Contract;
use serde_json::Map;

use super::*;
use crate::bundle::tests::bundle;
use crate::decisions::Stage;

const TEXT: &str = "package a\nimport rego.v1\ndeny contains msg if {\n  some change in input.v1.changes\n  \
                    change.after.size == \"big\"\n  msg := sprintf(\"%s is big\", [change.address])\n}\n\
                    warn contains \"never\" if {\n  some change in input.v1.changes\n  change.type == \"a\"\n  \
                    count(change.type) > 5; 1 == 2\n}";

fn told(after: Json, named: Option<&str>) -> Vec<Explained> {
    told_by(&bundle(&[("a.rego", TEXT)]), after, named)
}

fn told_by(bundle: &Bundle, after: Json, named: Option<&str>) -> Vec<Explained> {
    let document = json!({"plan": {}, "changes": [{"address": "a.b", "type": "a", "after": after}]});
    let mut contract = Contract { document, veiled: true, ..Contract::default() };
    contract.secrets.insert("\"secret\" of many words");
    let input = Input {
        stage: Stage::Plan,
        plan: &Value::object(Vec::new()),
        contract: &contract,
        objects: None,
        root: None,
        environment: None,
        time_zone: "UTC",
        actor: None,
        commit: None,
        object: None,
        now: 0,
        more: Map::new(),
    };
    let (found, diagnostics) = explain(bundle, &input, named);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    found
}

#[test]
fn a_rule_that_holds_shows_what_made_it_hold() {
    let found = told(json!({"size": "big"}), Some("deny"));
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(only.place, ("a.rego".to_owned(), 3));
    let Fate::Says(sayings, 0) = &only.fate else { panic!("{only:?}") };
    assert_eq!(sayings[0].value, "\"a.b is big\"");
    assert!(sayings[0].variables.contains(&("change".to_owned(), "a.b".to_owned())), "{sayings:?}");
}

#[test]
fn a_rule_that_does_not_hold_shows_where_it_ended() {
    let found = told(json!({"size": "small"}), Some("a"));
    let Fate::Fails(at, variables) = &found[0].fate else { panic!("{found:?}") };
    assert_eq!(at, "a.rego:5: change.after.size == \"big\"");
    assert_eq!(variables, &[("change".to_owned(), "a.b".to_owned())]);
}

#[test]
fn a_part_of_a_condition_that_has_no_value_is_where_it_ended() {
    let text = TEXT.replace("change.after.size == \"big\"", "change.after.size > 3");
    let found = told_by(&bundle(&[("a.rego", &text)]), json!({"sizes": 4}), Some("a"));
    let Fate::Fails(at, _) = &found[0].fate else { panic!("{found:?}") };
    assert_eq!(at, "a.rego:5: change.after.size");
}

#[test]
fn what_is_open_shows_what_it_waits_for() {
    let found = told(json!({"size": {"$unknown": {"type": "string"}}}), Some("data.a.deny"));
    let Fate::Says(sayings, 0) = &found[0].fate else { panic!("{found:?}") };
    let open = ("a.rego:5: change.after.size == \"big\"".to_owned(), vec!["a.b.size".to_owned()]);
    assert_eq!(sayings[0].open, [open]);
}

#[test]
fn rules_that_can_say_nothing_are_found() {
    let found = vacuous(&bundle(&[("a.rego", TEXT)]), 0);
    assert_eq!(found.error_count(), 1, "{found:?}");
    assert!(found.iter().any(|error| error.detail.contains("a.rego:11: 1 == 2")), "{found:?}");
}

#[test]
fn no_part_of_a_sensitive_text_is_left_where_a_value_is_cut() {
    let size = format!("{} \"secret\" of many words", "x".repeat(145));
    let found = told(json!({ "size": size }), Some("deny"));
    let Fate::Fails(_, variables) = &found[0].fate else { panic!("{found:?}") };
    assert!(!variables.iter().any(|(_, value)| value.contains("secr")), "{variables:?}");
    let text =
        "package a\nimport rego.v1\ndeny contains size if some size in [input.v1.changes[0].after.size]";
    let bundle = bundle(&[("a.rego", text)]);
    let found = told_by(&bundle, json!({ "size": size }), Some("deny"));
    let Fate::Says(sayings, 0) = &found[0].fate else { panic!("{found:?}") };
    assert!(sayings[0].value.ends_with("x (sensitive va…"), "{sayings:?}");
}
