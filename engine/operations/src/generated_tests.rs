use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_provider::NestedBlock;
use ordain_value::Type;

use super::*;

fn attribute(flags: Flags) -> Attribute {
    Attribute { ty: AttributeType::Plain(Type::Dynamic), flags, description: String::new(), markdown: false }
}

fn block() -> Block {
    let optional = Flags { optional: true, ..Flags::default() };
    let rows = [
        ("name", Flags { required: true, ..Flags::default() }),
        ("empty", optional),
        ("policy", optional),
        ("secret", Flags { sensitive: true, ..optional }),
        ("made", Flags { computed: true, ..Flags::default() }),
        ("old", Flags { deprecated: true, ..optional }),
        ("id", Flags { computed: true, ..optional }),
    ];
    let inner =
        Block { attributes: BTreeMap::from([(Arc::from("size"), attribute(optional))]), ..Block::default() };
    let nested = NestedBlock { nesting: Nesting::List, block: inner, min_items: 1, max_items: 0 };
    Block {
        attributes: rows.into_iter().map(|(name, flags)| (Arc::from(name), attribute(flags))).collect(),
        blocks: BTreeMap::from([(Arc::from("disk"), nested)]),
        ..Block::default()
    }
}

#[test]
fn what_a_user_may_write_is_written() {
    let value = Value::object([
        ("name", Value::string("a${b}")),
        ("empty", Value::string("")),
        ("policy", Value::string("{\"Version\": 1}")),
        ("secret", Value::string("hush")),
        ("made", Value::string("x")),
        ("old", Value::string("x")),
        ("id", Value::string("x")),
        ("disk", Value::tuple([Value::object([("size", Value::from(3))])])),
    ]);
    let text = resource("t_x", "a", Some("t.west"), &block(), &value);
    let expected = "resource \"t_x\" \"a\" {
  provider = t.west
  empty    = null
  name     = \"a$${b}\"
  policy = jsonencode({
    Version = 1
  })
  secret = null # sensitive
  disk {
    size = 3
  }
}";
    assert_eq!(text, expected);
}

#[test]
fn a_skeleton_has_only_what_is_required() {
    let text = skeleton("t_x", "a", None, &block());
    assert_eq!(text, "resource \"t_x\" \"a\" {\n  name = null\n  disk {\n  }\n}");
}
