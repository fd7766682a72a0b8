use ordain_value::{Marks, Type};

use super::*;
use crate::serial;

fn secret(text: &str) -> Value {
    Value::string(text).with_marks(Marks::SENSITIVE)
}

fn plan(before: Value, after: Value) -> Plan {
    let mut plan = serial::tests::full_plan();
    plan.changes[0].before = before;
    plan.changes[0].after = after;
    redacted(&plan)
}

#[test]
fn what_is_not_sensitive_stays_and_secrets_are_gone() {
    let object = |password: &str| {
        Value::object([
            ("name", Value::string("x")),
            ("password", secret(password)),
            ("list", Value::list(Type::String, [secret("one"), Value::string("two")])),
            ("map", Value::map(Type::String, [("k", secret("three"))])),
        ])
    };
    let plan = plan(object("hunter2"), object("hunter3"));
    let text = String::from_utf8(serial::tests::bytes(|out| serial::write_changes(&plan, out))).unwrap();
    for gone in ["hunter", "one\"", "three"] {
        assert!(!text.contains(gone), "{gone} is left in {text}");
    }
    let change = &plan.changes[0];
    assert_eq!(change.before.get("name"), change.after.get("name"));
    assert_ne!(change.before.get("password"), change.after.get("password"), "a reader sees that it changes");
    assert_eq!(change.before.get("list"), change.after.get("list"), "and that this does not");
    assert!(change.after.get("password").unwrap().marks().is_sensitive());
    assert!(plan.prior.resources.is_empty() && plan.base.resources.is_empty());
    assert!(plan.changes.iter().all(|change| change.planned_private.is_empty()));
}

#[test]
fn a_mark_on_one_side_hides_both() {
    let bare = |text: &str| Value::object([("a", Value::string(text))]);
    let plan = plan(bare("before"), Value::object([("a", secret("after"))]));
    let change = &plan.changes[0];
    assert_eq!(change.before.get("a").unwrap().clone().unmark().0.as_str(), Some("(sealed, before)"));
    assert_eq!(change.after.get("a").unwrap().clone().unmark().0.as_str(), Some("(sealed)"));
}

#[test]
fn that_a_value_is_null_or_unknown_is_no_secret() {
    let marked = |value: Value| Value::object([("a", value.with_marks(Marks::SENSITIVE))]);
    let plan = plan(marked(Value::null(Type::String)), marked(Value::unknown(Type::String)));
    assert!(plan.changes[0].before.get("a").unwrap().is_null());
    assert!(!plan.changes[0].after.get("a").unwrap().is_known());
}

#[test]
fn copies_of_a_secret_are_secrets() {
    let object = Value::object([
        ("password", secret("hunter2")),
        ("copy", Value::string("hunter2")),
        ("other", Value::string("hunter")),
    ]);
    let plan = plan(object.clone(), object);
    let after = &plan.changes[0].after;
    assert_eq!(after.get("copy").unwrap().clone().unmark().0.as_str(), Some("(sealed)"));
    assert_eq!(after.get("other").unwrap().as_str(), Some("hunter"));
}
