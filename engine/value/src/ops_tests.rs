use super::*;

fn unknown(ty: Type) -> Value {
    Value::unknown(ty)
}

#[test]
fn equality_never_converts() {
    assert_eq!(equal(&"1".into(), &1.into()), Value::bool(false));
    let list = Value::list(Type::String, [Value::from("a")]);
    assert_eq!(equal(&list, &Value::tuple([Value::from("a")])), Value::bool(false));
    assert_eq!(equal(&Value::null(Type::String), &Value::null(Type::Dynamic)), Value::bool(true));
}

#[test]
fn refinements_settle_equality() {
    let named = unknown(Type::String).refine().not_null().prefix("p-").finish();
    assert_eq!(equal(&named, &"".into()), Value::bool(false));
    assert!(!equal(&named, &"p-1".into()).is_known());
    assert_eq!(equal(&named, &Value::null(Type::Dynamic)), Value::bool(false));
    assert!(!equal(&unknown(Type::String), &Value::null(Type::Dynamic)).is_known());
    let two = Value::tuple([unknown(Type::Dynamic), "a".into()]);
    assert_eq!(equal(&two, &Value::tuple([Value::from("b")])), Value::bool(false));
    assert_eq!(equal(&unknown(Type::Number), &"a".into()), Value::bool(false));
    assert!(!equal(&unknown(Type::Dynamic), &"a".into()).is_known());
}

#[test]
fn equality_takes_marks_of_parts() {
    let left = Value::tuple([Value::from("a").with_marks(Marks::SENSITIVE)]);
    assert!(equal(&left, &Value::tuple([Value::from("a")])).marks().is_sensitive());
}

#[test]
fn logic_does_not_short_cut_unknowns() {
    let result = and(&false.into(), &unknown(Type::Bool)).unwrap();
    assert!(!result.is_known());
    assert_eq!(result, Value::unknown_not_null(Type::Bool));
    assert_eq!(or(&true.into(), &Value::null(Type::Bool)), Err(NULL));
}

#[test]
fn arithmetic_of_unknowns_is_a_number() {
    assert_eq!(add(&1.into(), &unknown(Type::Dynamic)).unwrap(), Value::unknown_not_null(Type::Number));
    assert_eq!(add(&1.into(), &"a".into()), Err(NOT_NUMBER));
    assert!(divide(&0.into(), &0.into()).is_err());
}

#[test]
fn bounds_settle_comparison() {
    let large = unknown(Type::Number).refine().lower(Number::from(10), true).finish();
    assert_eq!(less(&large, &5.into()).unwrap(), Value::bool(false));
    assert_eq!(greater(&large, &5.into()).unwrap(), Value::bool(true));
    assert!(!less(&large, &15.into()).unwrap().is_known());
}

#[test]
fn lengths() {
    assert_eq!(length(&unknown(Type::tuple([Type::String]))), Some(1.into()));
    let set = Value::set(Type::String, [unknown(Type::String), "a".into()]);
    let Some(found) = length(&set) else { panic!("no length") };
    assert!(!found.is_known());
    assert_eq!(less(&found, &1.into()).unwrap(), unknown(Type::Bool).refine_not_null());
    assert_eq!(less(&found, &0.into()).unwrap(), Value::bool(false));
}
