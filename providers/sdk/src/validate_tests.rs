use std::sync::Arc;

use ordain_diag::AttributeStep;
use ordain_provider::Flags;
use ordain_value::{Type, Value};
use serde_json::json;

use super::{place, shortened, validate};
use crate::rules::{PLAIN, Rule};
use crate::tree::{Fields, Node, NodeKind, TypeTree};

fn node(kind: NodeKind, rule: &serde_json::Value) -> Node {
    Node { kind, flags: Flags { optional: true, ..Flags::default() }, rule: Rule::read(rule) }
}

fn blocks(set: bool, fields: Fields) -> Node {
    let members: Vec<(Arc<str>, Type)> =
        fields.iter().map(|(name, node)| (name.clone(), node.ty())).collect();
    node(NodeKind::Blocks { set, fields, object: Type::object(members) }, &json!({}))
}

fn name(text: &str) -> AttributeStep {
    AttributeStep::Name(text.to_owned())
}

#[test]
fn a_path_ends_at_a_set() {
    let port = || Fields::from([("port".into(), node(NodeKind::Leaf(Type::Number), &json!({})))]);
    let fields =
        Fields::from([("listed".into(), blocks(false, port())), ("set".into(), blocks(true, port()))]);
    let path = |of: &str| vec![name(of), AttributeStep::Index(0), name("port")];
    assert_eq!(place(&fields, &path("listed")), path("listed"));
    assert_eq!(place(&fields, &path("set")), vec![name("set")]);
}

#[test]
fn numbers_are_shortened_as_the_original_prints_them() {
    let cases = [
        ("1.5", "1.5"),
        ("-0.25", "-0.25"),
        ("99999999999999999999", "1e+20"),
        ("12345678901234567890123", "1.23456789e+22"),
        ("0.00001", "1e-05"),
    ];
    for (number, shown) in cases {
        assert_eq!(shortened(number), shown);
    }
}

#[test]
fn lists_have_their_least_count_and_numbers_are_whole() {
    let list = node(NodeKind::Leaf(Type::list(Type::String)), &json!({"min_items": 1}));
    let fields = Fields::from([
        ("groups".into(), list),
        ("count".into(), node(NodeKind::Leaf(Type::Number), &json!({}))),
    ]);
    let members: Vec<(Arc<str>, Type)> =
        fields.iter().map(|(name, node)| (name.clone(), node.ty())).collect();
    let tree = TypeTree {
        name: "thing".to_owned(),
        version: 0,
        fields,
        object: Type::object(members),
        timeouts: std::collections::BTreeMap::new(),
        dialect: &PLAIN,
    };
    let said = |groups: Vec<Value>, count: f64| -> Vec<String> {
        let number = count.to_string().parse::<ordain_value::Number>().unwrap();
        let config =
            Value::object([("groups", Value::list(Type::String, groups)), ("count", Value::number(number))]);
        validate(&tree, &config).iter().map(|found| format!("{}|{}", found.summary, found.detail)).collect()
    };
    assert!(said(vec![Value::string("a")], 2.0).is_empty());
    assert_eq!(
        said(Vec::new(), 1e20),
        [
            "Attribute must be a whole number, got 1e+20|",
            "Not enough list items|Attribute groups requires 1 item minimum, but config has only 0 declared.",
        ]
    );
}
