use std::collections::BTreeMap;

use ordain_value::{Type, Value};

use super::*;
use crate::{Attribute, AttributeType, Block, Flags, NestedBlock, Nesting};

fn attribute(ty: Type, flags: Flags) -> Attribute {
    Attribute { ty: AttributeType::Plain(ty), flags, description: String::new(), markdown: false }
}

const OPTIONAL: Flags = Flags {
    required: false,
    optional: true,
    computed: false,
    sensitive: false,
    write_only: false,
    deprecated: false,
};
const COMPUTED: Flags = Flags { optional: false, computed: true, ..OPTIONAL };

fn block() -> Block {
    let rule = Block {
        attributes: BTreeMap::from([
            ("port".into(), attribute(Type::Number, OPTIONAL)),
            ("id".into(), attribute(Type::String, COMPUTED)),
        ]),
        ..Block::default()
    };
    let nested = |nesting| NestedBlock { nesting, block: rule.clone(), min_items: 0, max_items: 0 };
    Block {
        attributes: BTreeMap::from([
            ("id".into(), attribute(Type::String, COMPUTED)),
            ("name".into(), attribute(Type::String, OPTIONAL)),
            ("size".into(), attribute(Type::Number, Flags { computed: true, ..OPTIONAL })),
        ]),
        blocks: BTreeMap::from([
            ("rule".into(), nested(Nesting::Set)),
            ("step".into(), nested(Nesting::List)),
        ]),
        ..Block::default()
    }
}

fn rule(port: i64, id: Option<&str>) -> Value {
    let id = id.map_or_else(|| Value::null(Type::String), Value::string);
    Value::object([("port", Value::from(port)), ("id", id)])
}

fn object(id: Value, name: Value, size: Value, rules: Vec<Value>, steps: Vec<Value>) -> Value {
    let element = block().blocks["rule"].block.value_type();
    Value::object([
        ("id", id),
        ("name", name),
        ("size", size),
        ("rule", Value::set(element.clone(), rules)),
        ("step", Value::list(element, steps)),
    ])
}

fn null(ty: Type) -> Value {
    Value::null(ty)
}

#[test]
fn configuration_over_prior() {
    let prior = object(
        "i".into(),
        "old".into(),
        3.into(),
        vec![rule(1, Some("r1")), rule(2, Some("r2"))],
        vec![rule(9, Some("s"))],
    );
    let config = object(
        null(Type::String),
        "new".into(),
        null(Type::Number),
        vec![rule(2, None), rule(3, None)],
        vec![rule(8, None), rule(7, None)],
    );
    let want = object(
        "i".into(),
        "new".into(),
        3.into(),
        vec![rule(2, Some("r2")), rule(3, None)],
        vec![rule(8, Some("s")), rule(7, None)],
    );
    assert_eq!(proposed_new(&block(), &prior, &config), want);
    assert_eq!(proposed_new(&block(), &Value::null(Type::Dynamic), &config), config);
}

#[test]
fn a_plan_keeps_to_the_configuration() {
    let absent = Value::null(Type::Dynamic);
    let config = object(null(Type::String), "n".into(), null(Type::Number), vec![], vec![rule(1, None)]);
    let plan = |name: Value, steps: Vec<Value>| {
        let planned = object(Value::unknown(Type::String), name, 4.into(), vec![], steps);
        plan_valid(&block(), &absent, &config, &planned)
    };
    assert!(plan("n".into(), vec![rule(1, Some("x"))]).is_empty());
    let wrong = plan("other".into(), vec![rule(1, None)]);
    assert_eq!(wrong[0].path.to_string(), ".name");
    assert_eq!(plan("n".into(), vec![])[0].path.to_string(), ".step");
    assert!(!plan_valid(&block(), &absent, &config, &absent).is_empty());
}

#[test]
fn results_fill_in_what_was_unknown_and_change_nothing() {
    let planned = object(
        Value::unknown(Type::String),
        "n".into(),
        null(Type::Number),
        vec![rule(1, None).clone()],
        vec![],
    );
    let actual = |name: &str, size: Value, rules: Vec<Value>| {
        object_compatible(&block(), &planned, &object("i".into(), name.into(), size, rules, vec![]))
    };
    assert!(actual("n", null(Type::Number), vec![rule(1, None)]).is_empty());
    assert_eq!(actual("m", null(Type::Number), vec![rule(1, None)])[0].path.to_string(), ".name");
    assert_eq!(actual("n", 1.into(), vec![rule(1, None)])[0].path.to_string(), ".size");
    assert_eq!(actual("n", null(Type::Number), vec![rule(2, None)])[0].path.to_string(), ".rule");
    assert!(!object_compatible(&block(), &planned, &Value::null(Type::Dynamic)).is_empty());
}

#[test]
fn elements_of_sets_keep_what_was_computed_when_a_block_is_added_inside() {
    let mut schema = block();
    let inner = schema.blocks["step"].clone();
    schema.blocks.get_mut("rule").unwrap().block.blocks.insert("limit".into(), inner.clone());
    let limit = inner.block.value_type();
    let with = |rule: Value, limits: Vec<Value>| {
        let mut members = rule.as_members().unwrap().clone();
        members.insert("limit".into(), Value::list(limit.clone(), limits));
        Value::object(members)
    };
    let whole = |rule: Value| {
        let element = schema.blocks["rule"].block.value_type();
        Value::object([
            ("id", "i".into()),
            ("name", "n".into()),
            ("size", 3.into()),
            ("rule", Value::set(element, [rule])),
            ("step", Value::list(limit.clone(), [])),
        ])
    };
    let proposed = |before: Vec<Value>, wanted: Vec<Value>, id| {
        let prior = whole(with(rule(1, Some("r1")), before));
        let config = whole(with(rule(1, None), wanted.clone()));
        assert_eq!(proposed_new(&schema, &prior, &config), whole(with(rule(1, id), wanted)));
    };
    proposed(vec![], vec![rule(5, None)], Some("r1"));
    // A block that is taken away makes it another element.
    proposed(vec![rule(5, None)], vec![], None);
}
