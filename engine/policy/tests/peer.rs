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

/// Random numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }
}

/// Conditions on what the input has: where something is missing the two differ.
fn condition(dice: &mut Dice) -> String {
    let number = |dice: &mut Dice| {
        dice.pick(&["input.n", "input.m", "3", "count(input.xs)", "sum(input.ns)"]).to_owned()
    };
    let text = |dice: &mut Dice| {
        dice.pick(&["input.s", "input.t", "\"moon\"", "upper(input.s)", "input.o.k"]).to_owned()
    };
    match dice.roll(8) {
        0 => format!("{} {} {}", number(dice), dice.pick(&["<", "<=", ">", ">=", "==", "!="]), number(dice)),
        1 => format!("{} {} {}", text(dice), dice.pick(&["==", "!=", "<"]), text(dice)),
        2 => format!("startswith({}, {})", text(dice), text(dice)),
        3 => format!("{} in input.xs", text(dice)),
        4 => format!("count({{y | some y in input.xs; y != {}}}) > {}", text(dice), dice.roll(4)),
        5 => format!("every z in input.ns {{ z > {} }}", dice.roll(5)),
        6 => format!("some k, v in input.o; k != v; v != {}", text(dice)),
        _ => format!("{} + {} > {} * 2", number(dice), number(dice), number(dice)),
    }
}

#[test]
fn random_rules_are_answered_as_by_the_peer() {
    let rounds: usize = std::env::var("ORDAIN_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut compared = 0;
    for _ in 0..rounds {
        let negated = if dice.roll(3) == 0 { "not f" } else { "f" };
        let policy = format!(
            "package main\n\nimport rego.v1\n\nf if {{\n\t{}\n\t{}\n}}\n\ndefault g := 0\n\ng := 1 if {{\n\t{}\n}} else := \
             2 if {{\n\t{negated}\n}}\n\ns contains x if {{\n\tsome x in input.xs\n\t{}\n}}\n",
            condition(&mut dice),
            condition(&mut dice),
            condition(&mut dice),
            condition(&mut dice)
        );
        let input = json!({
            "n": dice.roll(6), "m": dice.roll(6), "s": dice.pick(&["moon", "mars"]), "t": dice.pick(&["MOON", "mo"]),
            "xs": (0..dice.roll(4)).map(|_| dice.pick(&["moon", "a", "b"])).collect::<Vec<_>>(),
            "ns": (0..dice.roll(4)).map(|_| dice.roll(9)).collect::<Vec<_>>(),
            "o": { "k": dice.pick(&["k", "moon"]), "l": "l" },
        });
        for query in ["data.main.g", "data.main.s"] {
            let ours = answer(&policy, &input, query);
            // What the other one cannot answer it says.
            let Some(theirs) = peer_answer(&policy, &input, query) else { continue };
            compared += 1;
            assert_eq!(ours, theirs, "{query}\n{policy}\n{input}");
        }
    }
    println!("PEER: {rounds} random policies, {compared} answers compared, no difference");
}

fn answer(policy: &str, input: &Value, query: &str) -> Value {
    let question = Question {
        files: vec![SourceFile { path: "main.rego".to_owned(), below: Vec::new(), text: policy.to_owned() }],
        input: Some(input.to_string()),
        query: query.to_owned(),
        now_ns: 0,
        strict: false,
        strict_errors: false,
        version: Version::V1,
        environment: BTreeMap::new(),
        limits: Limits::default(),
        seconds: 120,
    };
    let document: Value = serde_json::from_str(&evaluate(&question).document).expect("JSON");
    document["result"][0]["expressions"][0]["value"].clone()
}

fn peer_answer(policy: &str, input: &Value, query: &str) -> Option<Value> {
    let mut engine = regorus::Engine::new();
    engine.add_policy("main.rego".to_owned(), policy.to_owned()).expect("a policy");
    engine.set_input(regorus::Value::from_json_str(&input.to_string()).expect("JSON"));
    let value = engine.eval_rule(query.to_owned()).ok()?;
    serde_json::from_str(&value.to_json_str().expect("JSON")).ok()
}
