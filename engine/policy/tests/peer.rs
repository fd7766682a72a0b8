//! The evaluator beside another one, on what both answer as OPA does.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeMap;

use ordain_policy::{Limits, Question, SourceFile, Version, evaluate};
use serde_json::{Value, json};

const POLICY: &str = "package main

allowed := {\"t3.micro\", \"t3.small\"}

deny contains msg if {
	some rc in input.resource_changes
	rc.type == \"aws_instance\"
	not rc.change.after.instance_type in allowed
	msg := concat(\" \", [rc.address, rc.change.after.instance_type])
}

by_type[rc.type] contains rc.address if some rc in input.resource_changes

sizes := [rc.change.after.instance_type | some rc in input.resource_changes]

replaced if {
	some rc in input.resource_changes
	\"delete\" in rc.change.actions
	\"create\" in rc.change.actions
}

default risky := false

risky if count(deny) > 1

double(x) := x * 2

total := sum([double(n) | some n in [1, 2, 3]])

every_named if every rc in input.resource_changes { rc.address != \"\" }
";

fn input() -> Value {
    let change = |address: &str, size: &str, actions: &[&str]| {
        json!({
            "address": address, "type": "aws_instance",
            "change": { "actions": actions, "after": { "instance_type": size } },
        })
    };
    json!({ "resource_changes": [
        change("aws_instance.a", "t3.micro", &["create"]),
        change("aws_instance.b", "m5.large", &["delete", "create"]),
        change("aws_instance.c", "m5.xlarge", &["update"]),
    ]})
}

fn ours(query: &str) -> Value {
    let question = Question {
        files: vec![SourceFile { path: "main.rego".to_owned(), below: Vec::new(), text: POLICY.to_owned() }],
        input: Some(input().to_string()),
        query: query.to_owned(),
        now_ns: 0,
        strict: false,
        strict_errors: false,
        version: Version::V1,
        environment: BTreeMap::new(),
        limits: Limits::default(),
        seconds: 120,
    };
    let reply = evaluate(&question);
    let document: Value = serde_json::from_str(&reply.document).expect("JSON");
    document["result"][0]["expressions"][0]["value"].clone()
}

fn theirs(query: &str) -> Value {
    let mut engine = regorus::Engine::new();
    engine.add_policy("main.rego".to_owned(), POLICY.to_owned()).expect("a policy");
    engine.set_input(regorus::Value::from_json_str(&input().to_string()).expect("an input"));
    let value = engine.eval_rule(query.to_owned()).expect("an answer");
    serde_json::from_str(&value.to_json_str().expect("JSON")).expect("JSON")
}

#[test]
fn both_give_the_same() {
    for rule in ["deny", "by_type", "sizes", "replaced", "risky", "total", "every_named", "allowed"] {
        let query = format!("data.main.{rule}");
        assert_eq!(ours(&query), theirs(&query), "{query}");
    }
}
