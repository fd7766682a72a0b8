use std::sync::Arc;

use ordain_config::SourceSet;
use ordain_provider::{Attribute, AttributeType, Flags, NestedBlock, Nesting, Schema};
use ordain_value::Type;

use super::*;

fn schema() -> ProviderSchema {
    let attribute = || Attribute {
        ty: AttributeType::Plain(Type::String),
        flags: Flags { optional: true, ..Flags::default() },
        description: String::new(),
        markdown: false,
    };
    let block = |names: &[&str]| Block {
        attributes: names.iter().map(|name| (Arc::from(*name), attribute())).collect(),
        ..Block::default()
    };
    let nested = NestedBlock { nesting: Nesting::List, block: block(&["size"]), min_items: 0, max_items: 0 };
    let mut whole = block(&["name", "postrender"]);
    whole.blocks.insert("part".into(), nested);
    let mut provider = ProviderSchema::default();
    provider.resources.insert("x_thing".into(), Arc::new(Schema { version: 0, block: whole }));
    provider
}

fn found(text: &str) -> Vec<String> {
    let set = SourceSet { files: [("main.tf".into(), text.into())].into(), ..SourceSet::default() };
    let (tree, _, _) = ordain_config::load(&set);
    let address = ProviderAddr::default_for("x");
    uncovered(&tree, &address, &schema(), &[("x_thing", &["postrender"])]).into_iter().collect()
}

#[test]
fn what_is_in_the_schema_is_covered() {
    let text = "resource \"x_thing\" \"a\" {\n name = \"n\"\n part {\n size = 1\n }\n dynamic \"part\" {\n for_each = []\n content {\n size = 2\n }\n }\n}\n";
    assert!(found(text).is_empty());
}

#[test]
fn everything_else_is_named() {
    let text = "resource \"x_thing\" \"a\" {\n color = \"n\"\n part {\n weight = 1\n }\n dynamic \"part\" {\n for_each = []\n content {\n age = 2\n }\n }\n}\nresource \"x_other\" \"b\" {}\n";
    let expected =
        ["argument age of x_thing", "argument color of x_thing", "argument weight of x_thing", "x_other"];
    assert_eq!(found(text), expected);
}

#[test]
fn gaps_count_where_they_are_used() {
    assert!(found("resource \"x_thing\" \"a\" {\n postrender = null\n}\n").is_empty());
    let used = found("resource \"x_thing\" \"a\" {\n postrender = \"x\"\n}\n");
    assert_eq!(used, ["argument postrender of x_thing"]);
}
