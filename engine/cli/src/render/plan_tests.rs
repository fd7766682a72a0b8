use ordain_plan::RelevantAttribute;
use ordain_plan::testkit::{change, empty_plan};

use super::*;

#[test]
fn the_line_that_tools_parse() {
    let counts = Counts { add: 1, change: 2, destroy: 3, ..Counts::default() };
    assert_eq!(counts.line(), "1 to add, 2 to change, 3 to destroy.");
    let counts = Counts { import: 4, forget: 5, ..counts };
    assert_eq!(counts.line(), "4 to import, 1 to add, 2 to change, 3 to destroy.");
}

#[test]
fn drift_is_told_of_instances_that_are_read_themselves() {
    let told = |address: &str, read: &str, attribute: &[&str]| {
        let mut plan = empty_plan();
        plan.changes = vec![change("terraform_data.user", Action::Create)];
        let object = |tag: &str| {
            let tags = Value::object([("a", Value::string(tag)), ("b", Value::string("y"))]);
            Value::object([("id", Value::string("i")), ("tags", tags)])
        };
        plan.drift =
            vec![Change { before: object("x"), after: object("z"), ..change(address, Action::Update) }];
        plan.relevant = vec![RelevantAttribute {
            resource: read.to_owned(),
            attribute: attribute.iter().copied().map(Value::string).collect(),
        }];
        matters(&plan, plan.drift.first().unwrap())
    };
    assert!(told("terraform_data.q[0]", "terraform_data.q[0]", &[]));
    assert!(told("module.m[\"k\"].terraform_data.q", "module.m[\"k\"].terraform_data.q", &["tags", "a"]));
    assert!(!told("terraform_data.q[0]", "terraform_data.q[0]", &["id"]));
    assert!(!told("terraform_data.q[0]", "terraform_data.q[0]", &["tags", "b"]));
    // What is read of all instances together is told of none.
    assert!(!told("terraform_data.q[0]", "terraform_data.q", &["tags"]));
}
