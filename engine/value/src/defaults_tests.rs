use super::*;
use crate::{ObjectType, convert};

fn constraint() -> (Type, Defaults) {
    let object = ObjectType {
        attributes: [("name".into(), Type::String), ("size".into(), Type::Number)].into(),
        optional: ["size".into()].into(),
    };
    let object = Type::Object(Arc::new(object));
    let mut inner = Defaults::of(object.clone());
    inner.values.insert("size".into(), Value::from(3));
    let list = Type::list(object);
    let mut defaults = Defaults::of(list.clone());
    defaults.children.insert("".into(), inner);
    (list, defaults)
}

#[test]
fn fill_in_missing_and_null() {
    let (ty, defaults) = constraint();
    let given = Value::tuple([
        Value::object([("name", Value::from("a"))]),
        Value::object([("name", Value::from("b")), ("size", Value::null(Type::Dynamic))]),
        Value::object([("name", Value::from("c")), ("size", Value::from("9"))]),
    ]);
    let result = convert(defaults.apply(given), &ty).unwrap();
    assert_eq!(
        format!("{result:?}"),
        r#"[{"name": "a", "size": 3}, {"name": "b", "size": 3}, {"name": "c", "size": 9}]"#
    );
    assert_eq!(result.ty(), ty.without_optional());
}

#[test]
fn leave_null_and_unknown_alone() {
    let (_, defaults) = constraint();
    let null = Value::null(Type::Dynamic);
    assert_eq!(defaults.apply(null.clone()), null);
}
