//! How values and types are printed.

use ordain_value::Marks;

use super::*;

#[test]
fn values_on_the_console() {
    let text = |text: &str| Value::string(text);
    for (given, expected) in [
        (Value::null(Type::Dynamic), "null"),
        (Value::null(Type::list(Type::Dynamic)), "tolist(null) /* of dynamic */"),
        (Value::null(Type::object([("a", Type::Bool)])), "null /* object */"),
        (Value::unknown(Type::Bool), "(known after apply)"),
        (text("x").with_marks(Marks::SENSITIVE), "(sensitive value)"),
        (text("x").with_marks(Marks::EPHEMERAL), "(ephemeral value)"),
        (text("a${b}\u{200b}\t"), "\"a${b}\\u200b\\t\""),
        (text("a\nEOT\nb"), "<<EOT_\na\nEOT\nb\nEOT_"),
        (Value::tuple([]), "[]"),
        (Value::set(Type::String, []), "toset([])"),
        (Value::map(Type::Number, [("a", Value::from(1))]), "tomap({\n  \"a\" = 1\n})"),
        (
            Value::object([("k\nx", Value::tuple([text("v\ny")]))]),
            "{\n  <<-EOT\n  k\n  x\n  EOT = [\n    <<-EOT\n    v\n    y\n    EOT,\n  ]\n}",
        ),
    ] {
        assert_eq!(value(&given), expected);
    }
}

#[test]
fn types_on_the_console() {
    let object = Type::object([("a", Type::list(Type::String)), ("b", Type::tuple([]))]);
    assert_eq!(ty(&object), "object({\n    a: list(string),\n    b: tuple([]),\n})");
    let list = Type::list(Type::object([("a", Type::Number)]));
    assert_eq!(ty(&list), "list(\n    object({\n        a: number,\n    }),\n)");
    assert_eq!(ty(&Type::map(Type::map(Type::Dynamic))), "map(map(dynamic))");
}
