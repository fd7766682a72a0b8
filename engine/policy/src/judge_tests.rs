use ordain_plan::contract::Contract;
use serde_json::{Map, json};

use super::*;
use crate::bundle::tests::bundle;

fn contract(changes: Json) -> Contract {
    let mut contract = Contract { document: json!({"plan": {}, "changes": changes}), ..Contract::default() };
    contract.secrets.insert("hunter2");
    contract
}

fn ask(text: &str, stage: Stage, changes: Json) -> (Option<Decisions>, Diagnostics) {
    let bundle = bundle(&[("a.rego", text)]);
    let contract = contract(changes);
    let input = Input {
        stage,
        plan: &ordain_rego::Value::serialized(&json!({"resource_changes": [{"address": "a.b"}]})).unwrap(),
        contract: &contract,
        objects: None,
        root: None,
        environment: Some("staging"),
        time_zone: "UTC",
        actor: Some("ada"),
        commit: None,
        object: None,
        now: 1_763_712_000,
        more: Map::new(),
    };
    judge(&bundle, &input)
}

fn decided(text: &str) -> Decisions {
    let (decisions, diagnostics) = ask(text, Stage::Plan, json!([]));
    decisions.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

#[test]
fn rules_for_other_tools_run_unchanged() {
    let found = decided(
        "package main\nimport rego.v1\ndeny contains msg if {\n  some r in input.resource_changes\n\
         msg := sprintf(\"no %s\", [r.address])\n}\nwarn contains {\"msg\": \"w\", \"address\": \"a.b\"} if \
         input.plan.resource_changes[0]",
    );
    assert_eq!(
        found.deny,
        [Decision { rule: "data.main.deny".into(), message: "no a.b".into(), addresses: vec![] }]
    );
    assert_eq!(found.warn[0].addresses, ["a.b"]);
    assert!(found.is_denied());
    let shown = report(&found);
    assert_eq!((shown.error_count(), shown.warning_count()), (1, 1));
}

#[test]
fn the_run_is_part_of_the_input() {
    let found = decided(
        "package a\nimport rego.v1\ndeny contains msg if {\n  msg := concat(\" \", [input.v1.stage, \
         input.v1.environment, input.v1.actor.id, time.weekday(time.now_ns()), input.v1.contract])\n}",
    );
    assert_eq!(found.deny[0].message, "plan staging ada Friday 1");
}

#[test]
fn demands_name_how_many_and_who() {
    let found = decided(
        "package a\nimport rego.v1\nrequire contains {\"msg\": \"two\", \"approvals\": 2}\n\
         require contains {\"msg\": \"ops\", \"from\": [\"ops-*\"], \"addresses\": [\"a.b\"]}",
    );
    assert_eq!(found.require.len(), 2);
    assert!(found.require.iter().any(|one| one.approvals == 2 && one.from.is_empty()));
    assert!(found.require.iter().any(|one| one.approvals == 1 && one.from == ["ops-*"]));
}

#[test]
fn secrets_do_not_reach_messages() {
    let found = decided("package a\nimport rego.v1\ndeny contains \"it is hunter2!\"");
    assert_eq!(found.deny[0].message, "it is (sensitive value)!");
}

#[test]
fn what_is_not_known_yet_is_an_obligation_and_in_the_end_a_denial() {
    let text = "package a\nimport rego.v1\ndeny contains \"no\" if {\n  some c in input.v1.changes\n  \
                c.after.location == \"moon\"\n}\nundetermined contains {\"address\": c.address, \"path\": \
                \"location\"} if {\n  some c in input.v1.changes\n  c.after.location[\"$unknown\"]\n}";
    let unknown = json!([{"address": "a.b", "after": {"location": {"$unknown": {"type": "string"}}}}]);
    let (found, _) = ask(text, Stage::Plan, unknown.clone());
    let found = found.unwrap();
    assert!(!found.is_denied());
    // What the rule says by hand is what its denial waits for.
    let own = Obligation {
        rule: "data.a.deny".into(),
        address: "a.b".into(),
        paths: vec!["location".into()],
        message: "no".into(),
        conditions: vec!["a.rego:5: c.after.location == \"moon\"".into()],
    };
    assert_eq!(found.obligations, [own]);
    let known = json!([{"address": "a.b", "after": {"location": "moon"}}]);
    let (settled, _) = ask(text, Stage::Resource, known);
    assert_eq!(settled.unwrap().deny[0].message, "no");
    let (open, _) = ask(text, Stage::Resource, unknown);
    assert!(open.unwrap().deny[0].message.contains("still not known"));
}

#[test]
fn packages_may_say_at_which_stages_they_count() {
    let text = "# METADATA\n# custom:\n#   stages: [apply]\npackage a\nimport rego.v1\ndeny contains \"no\"";
    assert!(!ask(text, Stage::Plan, json!([])).0.unwrap().is_denied());
    assert!(ask(text, Stage::Apply, json!([])).0.unwrap().is_denied());
}

#[test]
fn decisions_in_no_known_form_are_errors_not_passes() {
    for (rule, why) in [
        ("deny := \"text\"", "not a set of messages"),
        ("deny if true", "not a set of messages"),
        ("deny contains 5", "not a message"),
        ("deny contains {\"message\": \"x\"}", "no msg"),
        ("deny contains {\"msg\": \"x\", \"address\": 5}", "address is a number"),
        ("require contains {\"msg\": \"x\", \"approvals\": \"two\"}", "not a whole number"),
        ("undetermined contains \"x\"", "must be an object"),
        ("deny contains x if x := 1 / input.zero\nviolation := {\"a\": 1}", "an object"),
    ] {
        let (decisions, diagnostics) =
            ask(&format!("package a\nimport rego.v1\n{rule}"), Stage::Plan, json!([]));
        assert!(decisions.is_none(), "{rule}");
        assert!(diagnostics.iter().any(|found| found.detail.contains(why)), "{rule} {diagnostics:?}");
    }
}

const OPEN: &str = "{\"$unknown\": {\"type\": \"string\"}}";

fn open_change(address: &str) -> Json {
    let after: Json = serde_json::from_str(OPEN).unwrap();
    json!({"address": address, "after": {"x": after}})
}

#[test]
fn denials_are_held_up_where_they_are_named_else_where_they_wait() {
    let text = |head: &str| {
        format!(
            "package a\nimport rego.v1\ndeny contains {head} if {{\n  some c in input.v1.changes\n  \
             c.after.x == \"bad\"\n}}"
        )
    };
    let changes =
        json!([open_change("a.one"), open_change("module.m.data.two.three"), {"address": "a.four"}]);
    let (found, _) = ask(&text("{\"msg\": \"no\", \"address\": \"a.four\"}"), Stage::Plan, changes.clone());
    let found = found.unwrap();
    let held: Vec<(&str, Vec<String>)> =
        found.obligations.iter().map(|open| (open.address.as_str(), open.paths.clone())).collect();
    assert_eq!(held, [("a.four", vec!["a.one.x".to_owned(), "module.m.data.two.three.x".to_owned()])]);
    let (found, _) = ask(&text("\"no\""), Stage::Plan, changes);
    let found = found.unwrap();
    assert_eq!(found.obligations.len(), 1, "{found:?}");
    assert_eq!(found.obligations[0].address, "a.one");
    assert!(found.warn[0].message.starts_with("not judged: it depends on x of module.m.data.two.three"));
}

#[test]
fn what_may_be_demanded_is_and_open_warnings_are_left_out() {
    let text = "package a\nimport rego.v1\nrequire contains {\"msg\": \"two\", \"approvals\": 2} if {\n  \
                some c in input.v1.changes\n  c.after.x == \"bad\"\n}\nwarn contains \"w\" if {\n  \
                some c in input.v1.changes\n  c.after.x == \"bad\"\n}";
    let (found, _) = ask(text, Stage::Plan, json!([open_change("a.one")]));
    let found = found.unwrap();
    assert_eq!((found.require.len(), found.warn.len(), found.obligations.len()), (1, 0, 0));
}
