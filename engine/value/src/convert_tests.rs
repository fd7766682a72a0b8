use std::sync::Arc;

use super::*;
use crate::{Marks, ObjectType};

fn text(value: Value, want: &Type) -> String {
    match convert(value, want) {
        Ok(value) => format!("{value:?} {}", value.ty()),
        Err(error) => error.to_string(),
    }
}

fn optional(name: &str, ty: Type) -> Type {
    let object = ObjectType { attributes: [(name.into(), ty)].into(), optional: [name.into()].into() };
    Type::Object(Arc::new(object))
}

#[test]
fn primitives() {
    assert_eq!(text("1e3".into(), &Type::Number), "1000 number");
    assert_eq!(text(" 1".into(), &Type::Number), "a number is required");
    assert_eq!(text("1".into(), &Type::Bool), "true bool");
    assert_eq!(
        text("True".into(), &Type::Bool),
        "a bool is required; to convert from string, use lowercase \"true\""
    );
    assert_eq!(text(1.into(), &Type::Bool), "bool required");
    assert_eq!(text(true.into(), &Type::String), "\"true\" string");
    assert_eq!(text(Value::tuple([]), &Type::String), "string required");
}

#[test]
fn sequences() {
    let any = Type::list(Type::Dynamic);
    assert_eq!(text(Value::tuple([1.into(), "a".into()]), &any), "[\"1\", \"a\"] list(string)");
    assert_eq!(
        text(Value::tuple([1.into(), true.into()]), &any),
        "all list elements must have the same type"
    );
    assert_eq!(text(Value::tuple(["x".into()]), &Type::list(Type::Number)), "[0]: a number is required");
    assert_eq!(
        text(Value::tuple([Value::tuple([])]), &Type::list(Type::String)),
        "element 0: string required"
    );
    assert_eq!(text(Value::tuple([]), &Type::set(Type::String)), "{} set(string)");
    let nulls = Value::tuple([Value::null(Type::Dynamic), 1.into()]);
    assert_eq!(text(nulls, &any), "[null(number), 1] list(number)");
    let objects = Value::tuple([Value::object::<&str>([]), Value::object([("a", Value::from(1))])]);
    assert_eq!(text(objects, &any), "[{}, {\"a\": 1}] list(map(number))");
}

#[test]
fn objects() {
    let want = Type::object([("a", Type::Number)]);
    assert_eq!(text(Value::object::<&str>([]), &want), "attribute \"a\" is required");
    assert_eq!(
        text(Value::object([("a", Value::from("1")), ("b", 2.into())]), &want),
        "{\"a\": 1} object({a=number})"
    );
    assert_eq!(
        text(Value::object::<&str>([]), &optional("a", Type::Number)),
        "{\"a\": null(number)} object({a=number})"
    );
    let map = Value::map(Type::String, [("a", Value::from("7"))]);
    assert_eq!(text(map.clone(), &want), "{\"a\": 7} object({a=number})");
    assert_eq!(
        text(map, &Type::object([("z", Type::Number)])),
        "map has no element for required attribute \"z\""
    );
    assert_eq!(
        text(Value::object([("x", Value::from(1)), ("y", "b".into())]), &Type::map(Type::Dynamic)),
        "{\"x\": \"1\", \"y\": \"b\"} map(string)"
    );
    let deep = Value::object([
        ("x", Value::object([("a", Value::from(1))])),
        ("y", Value::object([("a", Value::tuple([]))])),
    ]);
    assert_eq!(
        text(deep, &Type::map(Type::object([("a", Type::Dynamic)]))),
        "cannot find a common base type for all elements"
    );
}

#[test]
fn unknown_null_and_marked() {
    assert_eq!(
        text(Value::null(Type::Dynamic), &Type::list(Type::String)),
        "null(list(string)) list(string)"
    );
    let unknown = Value::unknown_not_null(Type::tuple([Type::Number, Type::Number]));
    assert_eq!(text(unknown, &Type::list(Type::String)), "[unknown(string), unknown(string)] list(string)");
    let marked = Value::tuple([Value::from(1).with_marks(Marks::SENSITIVE)]);
    let list = convert(marked.clone(), &Type::list(Type::String)).unwrap();
    assert!(!list.marks().is_sensitive() && list.marks_deep().is_sensitive());
    assert!(convert(marked, &Type::set(Type::String)).unwrap().marks().is_sensitive());
}
