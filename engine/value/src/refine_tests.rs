use super::*;

#[test]
fn collapses_where_one_value_is_left() {
    let number = Value::unknown(Type::Number).refine().not_null().lower(3.into(), true).upper(3.into(), true);
    assert_eq!(number.finish(), Value::number(3));
    let list = Value::unknown(Type::list(Type::String)).refine().not_null().length(2).finish();
    assert_eq!(list.as_items().map(<[Value]>::len), Some(2));
    let nullable = Value::unknown(Type::list(Type::String)).refine().length(0).finish();
    assert!(!nullable.is_known());
    let set = Value::unknown(Type::set(Type::String)).refine().not_null().length(0).finish();
    assert_eq!(set, Value::set(Type::String, []));
}

#[test]
fn keeps_the_tighter_and_the_marks() {
    let value =
        Value::unknown(Type::String).with_marks(Marks::SENSITIVE).refine().prefix("ab-").prefix("a").finish();
    let Kind::Unknown(unknown) = value.kind() else { panic!("known") };
    assert_eq!(unknown.prefix.as_deref(), Some("ab-"));
    assert!(value.marks().is_sensitive());
    assert_eq!(Value::unknown(Type::Dynamic).refine_not_null(), Value::unknown(Type::Dynamic));
}
