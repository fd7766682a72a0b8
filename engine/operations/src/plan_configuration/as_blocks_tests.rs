use ordain_lang::parse::{parse_json, parse_native};
use ordain_provider::{Attribute, AttributeType, Block, Flags};
use ordain_value::Type;
use serde_json::{Value as Json, json};

use crate::plan_configuration::{json_of, parts};

/// What the real AWS provider and Terraform 1.11 show of `ingress`, for a smaller type.
fn shown(text: &str) -> Json {
    let rule =
        Type::object([("cidr", Type::list(Type::String)), ("from", Type::Number), ("note", Type::String)]);
    let flags = Flags { optional: true, ..Flags::default() };
    let ty = AttributeType::Plain(Type::list(rule));
    let ingress = Attribute { ty, flags, description: String::new(), markdown: false };
    let schema = Block { attributes: [("ingress".into(), ingress)].into(), ..Block::default() };
    let read = if text.starts_with('{') { parse_json } else { parse_native };
    let (body, found) = read(ordain_diag::FileId(0), text);
    assert!(!found.has_errors(), "{found:?}");
    json_of(&parts(&body, &schema))
}

#[test]
fn constant_blocks_are_a_list_of_the_argument_s_type() {
    let rows = shown("ingress {\n  from = \"1\"\n}\ningress {\n  cidr = [\"a\"]\n  from = 1 + 1\n}\n");
    let expected =
        [json!({ "cidr": null, "from": 1, "note": null }), json!({ "cidr": ["a"], "from": 2, "note": null })];
    assert_eq!(rows, json!({ "ingress": { "constant_value": expected } }));
}

#[test]
fn what_is_not_constant_is_named_block_by_block_in_the_order_of_the_schema() {
    let rows = shown("ingress {\n  note = r.x.id\n  cidr = [var.b]\n}\ningress {\n  note = var.a\n}\n");
    assert_eq!(rows, json!({ "ingress": { "references": ["var.b", "r.x.id", "r.x", "var.a"] } }));
    assert_eq!(shown("ingress {\n  note = upper(\"a\")\n}\n"), json!({ "ingress": {} }));
}

#[test]
fn dynamic_blocks_are_no_part_of_it_and_json_arguments_stay_as_written() {
    let dynamic = "dynamic \"ingress\" {\n  for_each = var.l\n  content {\n    note = var.a\n  }\n}\n";
    assert_eq!(shown(dynamic), json!({}));
    let both = format!("{dynamic}ingress {{\n  note = var.b\n}}\n");
    assert_eq!(shown(&both), json!({ "ingress": { "references": ["var.b"] } }));
    let text = r#"{ "ingress": [{ "from": "1" }] }"#;
    assert_eq!(shown(text), json!({ "ingress": { "constant_value": [{ "from": "1" }] } }));
}
