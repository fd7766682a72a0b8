use std::sync::Arc;

use ordain_diag::FileId;
use ordain_lang::parse::parse_native;
use ordain_provider::{Attribute, AttributeType, Block, Flags, NestedBlock, Nesting};
use ordain_value::Type;

use super::configured;

const BODY: &str = r#"
ami = r.a.id
disk {
  size = r.b.id
}
dynamic "disk" {
  for_each = r.c
  content {
    size = r.d.id
  }
}
timeouts {
  size = r.e.id
}
"#;

/// Roots of what is read at and under some names, as Terraform 1.11 lists them for `aws_instance`.
fn read(names: &[&str]) -> Vec<String> {
    let flags = Flags { optional: true, ..Flags::default() };
    let text = || Attribute {
        ty: AttributeType::Plain(Type::String),
        flags,
        description: String::new(),
        markdown: false,
    };
    let inner = || Block { attributes: [(Arc::from("size"), text())].into(), ..Block::default() };
    let nested = |nesting| NestedBlock { nesting, block: inner(), min_items: 0, max_items: 0 };
    let schema = Block {
        attributes: [(Arc::from("ami"), text()), (Arc::from("tags"), text())].into(),
        blocks: [
            (Arc::from("disk"), nested(Nesting::List)),
            (Arc::from("timeouts"), nested(Nesting::Single)),
        ]
        .into(),
        ..Block::default()
    };
    let (body, found) = parse_native(FileId(0), BODY);
    assert!(!found.has_errors(), "{found:?}");
    let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
    let all = configured(&body, &schema, &names);
    let step = |one: &ordain_lang::ast::Traversal| match one.steps().first() {
        Some(ordain_lang::ast::TraversalStep::Attr(name)) => name.text.to_string(),
        _ => String::new(),
    };
    let mut out: Vec<String> = all.iter().filter(|one| &*one.root().text == "r").map(step).collect();
    out.sort();
    out
}

#[test]
fn arguments_and_blocks_that_there_are_once_are_gone_into() {
    assert_eq!(read(&["ami"]), ["a"]);
    assert_eq!(read(&["timeouts", "size"]), ["e"]);
    assert_eq!(read(&["timeouts"]), ["e"]);
    assert!(read(&["tags"]).is_empty());
}

#[test]
fn the_name_of_blocks_that_may_be_many_leads_to_all_and_what_follows_to_nothing() {
    let all = ["a", "b", "c", "d", "e"];
    assert_eq!(read(&["disk"]), all);
    assert_eq!(read(&[]), all);
    assert!(read(&["disk", "0"]).is_empty());
    assert!(read(&["disk", "0", "size"]).is_empty());
}
