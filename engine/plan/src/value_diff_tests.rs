use ordain_value::{Marks, Type};

use super::*;

fn paths(before: &Value, after: &Value) -> Vec<String> {
    diff(before, after).iter().map(|found| found.path.to_string()).collect()
}

#[test]
fn differences_are_listed_by_place() {
    let before = Value::object([
        ("a", Value::string("x")),
        ("list", Value::list(Type::Number, [1.into(), 2.into(), 3.into()])),
        ("map", Value::map(Type::String, [("k", Value::string("v")), ("gone", Value::string("v"))])),
        ("set", Value::set(Type::String, [Value::string("p"), Value::string("q")])),
        ("same", Value::tuple([Value::null(Type::Dynamic)])),
    ]);
    let after = Value::object([
        ("a", Value::unknown(Type::String)),
        ("list", Value::list(Type::Number, [1.into(), 5.into()])),
        ("map", Value::map(Type::String, [("k", Value::string("w"))])),
        ("set", Value::set(Type::String, [Value::string("q"), Value::string("r")])),
        ("same", Value::tuple([Value::null(Type::Dynamic)])),
    ]);
    let expected =
        [".a", ".list[1]", ".list[2]", ".map[\"gone\"]", ".map[\"k\"]", ".set[\"p\"]", ".set[\"r\"]"];
    assert_eq!(paths(&before, &after), expected);
    assert!(diff(&before, &before).is_empty());
    assert_eq!(diff(&before, &after)[2].after, None);
}

#[test]
fn null_and_marks_differ_at_their_own_place() {
    let object = Value::object([("a", Value::string("x"))]);
    assert_eq!(paths(&Value::null(Type::Dynamic), &object), [""]);
    let marked = Value::object([("a", Value::string("x").with_marks(Marks::SENSITIVE))]);
    let found = diff(&object, &marked);
    assert_eq!(found[0].path.to_string(), ".a");
    assert!(found[0].is_sensitive());
}
