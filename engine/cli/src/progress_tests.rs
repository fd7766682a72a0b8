use super::*;

#[test]
fn elapsed_times_are_short() {
    assert_eq!(elapsed(Duration::from_millis(999)), "0s");
    assert_eq!(elapsed(Duration::from_secs(65)), "1m5s");
    assert_eq!(elapsed(Duration::from_secs(3605)), "1h0m5s");
}

#[test]
fn an_object_is_named_by_what_may_be_shown() {
    let object = Value::object([("id", Value::from("x/1")), ("name", Value::from("n"))]);
    assert_eq!(identity(&object), " [id=x/1]");
    let secret = Value::object([
        ("id", Value::from("x").with_marks(ordain_value::Marks::SENSITIVE)),
        ("name", Value::from("n")),
    ]);
    assert_eq!(identity(&secret), " [name=n]");
}
