use ordain_value::{Path, Type, Value};

use super::keep;

fn map(pairs: &[(&str, &str)]) -> Value {
    Value::map(Type::String, pairs.iter().map(|(key, text)| (*key, Value::from(*text))))
}

#[test]
fn keys_of_maps_are_kept_added_and_removed() {
    let object = |tags: Value| Value::object([("tags", tags)]);
    let path = Path::root().attr("tags").index("a");
    let cases = [
        (map(&[("a", "new"), ("b", "n")]), map(&[("a", "old")]), map(&[("a", "old"), ("b", "n")])),
        (map(&[("b", "n")]), map(&[("a", "old")]), map(&[("a", "old"), ("b", "n")])),
        (map(&[("a", "new")]), map(&[]), map(&[])),
        (Value::null(Type::map(Type::String)), map(&[("a", "old"), ("c", "x")]), map(&[("a", "old")])),
    ];
    for (config, prior, want) in cases {
        assert_eq!(keep(&object(config), &object(prior), &path.0), object(want));
    }
}

#[test]
fn elements_of_lists_are_kept_where_both_have_them() {
    let list = |texts: &[&str]| Value::list(Type::String, texts.iter().map(|text| Value::from(*text)));
    let path = Path::root().index(1);
    assert_eq!(keep(&list(&["a", "b"]), &list(&["x", "y"]), &path.0), list(&["a", "y"]));
    assert_eq!(keep(&list(&["a", "b"]), &list(&["x"]), &path.0), list(&["a", "b"]));
}
