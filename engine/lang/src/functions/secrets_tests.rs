use ordain_value::{Marks, Value};

use super::without_secrets;

#[test]
fn what_is_sensitive_is_not_told() {
    let secret = Value::string("zq!se\"cret").with_marks(Marks::SENSITIVE);
    let plain = Value::string("shown");
    let args = [Value::tuple([secret]), plain];
    let told = |message: &str| without_secrets(message.to_owned(), &args);
    assert_eq!(told("no file at \"zq!se\\\"cret\"; \"shown\""), "no file at (sensitive value); \"shown\"");
    assert_eq!(told("cannot use \"!se\" as year"), "cannot use (sensitive value) as year");
    assert_eq!(told("open zq!se\"cret: it is not there"), "open (sensitive value): it is not there");
    assert_eq!(told("found \"\" where \"-\" is expected"), "found \"\" where \"-\" is expected");
}

#[test]
fn nothing_changes_without_marks() {
    let args = [Value::string("a")];
    assert_eq!(without_secrets("bad \"a\"".to_owned(), &args), "bad \"a\"");
}
