use super::*;

fn object(attributes: &[(&str, Type)]) -> Type {
    Type::object(attributes.iter().map(|(name, ty)| (*name, ty.clone())))
}

fn check(types: &[Type], want: &str) {
    let found = unify(types).map_or("none".to_owned(), |found| found.ty.to_string());
    assert_eq!(found, want, "{types:?}");
}

#[test]
fn unifies_as_recorded() {
    check(&[Type::Number, Type::String], "string");
    check(&[Type::Bool, Type::Number], "none");
    check(&[Type::Dynamic, Type::Number], "number");
    check(&[object(&[("a", Type::Number)]), object(&[("b", Type::String)])], "map(string)");
    check(&[object(&[("a", Type::Number)]), object(&[("a", Type::String)])], "object({a=string})");
    check(&[object(&[]), object(&[("a", Type::Number)])], "map(number)");
    check(&[Type::tuple([Type::Number, Type::Number]), Type::tuple([Type::Number])], "list(number)");
    check(&[Type::tuple([Type::Number]), Type::tuple([Type::String])], "tuple([string])");
    check(&[Type::tuple([Type::Number]), Type::list(Type::String)], "list(string)");
    check(&[object(&[("a", Type::Number)]), Type::map(Type::String)], "map(string)");
    check(&[Type::tuple([]), object(&[])], "none");
    check(&[Type::set(Type::Number), Type::set(Type::String)], "set(string)");
    check(&[Type::list(Type::Number), Type::set(Type::Number)], "list(number)");
}

#[test]
fn an_open_type_leaves_all_open() {
    let unified = unify(&[object(&[]), Type::Dynamic]).unwrap();
    let value = unified.apply(Value::object::<&str>([])).unwrap();
    assert_eq!(value, Value::unknown(Type::Dynamic));
}
