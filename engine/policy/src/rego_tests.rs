use serde_json::json;

use super::*;

fn load(text: &str) -> Rego {
    match Rego::load([("a.rego", text)], &json!({"d": {"n": 1.50}})) {
        Ok(rego) => rego,
        Err(failures) => panic!("{failures:?}"),
    }
}

#[test]
fn the_clock_is_an_argument_and_tests_may_move_it() {
    let mut rego = load(
        "package a\nimport rego.v1\nday := time.weekday([time.now_ns(), \"Europe/London\"])\n\
         now := time.now_ns()\ntest_x if { day == \"Friday\" with time.now_ns as 1763712000000000000 }",
    );
    rego.set_now(1_763_640_000_000_000_000);
    assert_eq!(rego.ask("data.a.now").unwrap(), Some(json!(1_763_640_000_000_000_000i64)));
    assert_eq!(rego.ask("data.a.day").unwrap(), Some(json!("Thursday")));
    rego.set_now(1_763_726_400_000_000_000);
    assert_eq!(rego.ask("data.a.day").unwrap(), Some(json!("Friday")));
    rego.set_now(1_763_640_000_000_000_000);
    assert_eq!(rego.ask("data.a.test_x").unwrap(), Some(json!(true)));
}

#[test]
fn faults_are_failures() {
    let failures =
        Rego::load([("a.rego", "package a\nx = {"), ("b.rego", "package b")], &json!({})).err().unwrap();
    assert_eq!(failures.len(), 1);
    assert!(failures[0].1.0.contains("a.rego"), "{failures:?}");
    let failures = Rego::load([("a.rego", "package a\nimport rego.v1\nx if {\n\tnope(1)\n}")], &json!({}))
        .err()
        .unwrap();
    assert!(failures[0].1.0.ends_with("  4 | \tnope(1)\n    | \t^^^^^^^"), "{failures:?}");
    let rego = load("package a\nimport rego.v1\nx := 1 if { input.none }");
    assert_eq!(rego.ask("data.a.x").unwrap(), None);
    assert!(rego.ask("data.a.nothing").is_err());
}

#[test]
fn patterns_with_classes_of_unicode_compile() {
    let rego = load("package a\nimport rego.v1\nx := regex.match(`(?i)^\\d\\w\\s$`, \"1A \")");
    assert_eq!(rego.ask("data.a.x").unwrap(), Some(json!(true)));
}
