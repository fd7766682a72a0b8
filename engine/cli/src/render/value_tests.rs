use ordain_value::Marks;

use super::*;

fn show(before: &Value, after: &Value) -> String {
    let printer = Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false };
    printer.change(before, after, &Path::root(), 6, true)
}

fn null() -> Value {
    Value::null(Type::Dynamic)
}

#[test]
fn single_values() {
    assert_eq!(show(&null(), &Value::from("a")), "\"a\"");
    assert_eq!(show(&Value::from(1), &Value::from(2)), "1 -> 2");
    assert_eq!(show(&Value::from(true), &null()), "true -> null");
    assert_eq!(show(&Value::from("a"), &Value::unknown(Type::String)), "\"a\" -> (known after apply)");
    let secret = Value::from("hunter2").with_marks(Marks::SENSITIVE);
    assert_eq!(show(&null(), &secret), "(sensitive value)");
}

#[test]
fn an_object_hides_what_stays() {
    let before = Value::object([("a", Value::from(1)), ("bb", Value::from("x")), ("c", Value::from(true))]);
    let after = Value::object([("a", Value::from(2)), ("bb", Value::from("x")), ("d", null())]);
    assert_eq!(
        show(&before, &after),
        "{\n          ~ a  = 1 -> 2\n          - c  = true\n          + d  = null\n            # (1 unchanged attribute hidden)\n        }"
    );
}

#[test]
fn lists_show_neighbours_of_changes() {
    let list = |items: &[&str]| Value::tuple(items.iter().map(|item| Value::from(*item)));
    assert_eq!(
        show(&list(&["a", "b", "x", "y"]), &list(&["a", "b", "x", "z", "y"])),
        "[\n            # (2 unchanged elements hidden)\n            \"x\",\n          + \"z\",\n            \"y\",\n        ]"
    );
}

#[test]
fn texts_of_several_lines_are_compared_line_by_line() {
    let text = show(&Value::from("\"replicas\": 3\nz: 1\n"), &Value::from("\"replicas\": 4\nz: 1\n"));
    assert_eq!(
        text,
        "<<-EOT\n          - \"replicas\": 3\n          + \"replicas\": 4\n            z: 1\n        EOT"
    );
}

#[test]
fn json_texts_are_shown_as_values() {
    let text = show(&null(), &Value::from("{\"a\":[1]}"));
    assert_eq!(
        text,
        "jsonencode(\n            {\n              + a = [\n                  + 1,\n                ]\n            }\n        )"
    );
}

#[test]
fn no_text_steers_the_terminal() {
    let text = show(&null(), &Value::from("a\u{1b}[2J\nb"));
    assert_eq!(text, r#""a\x1b[2J\nb""#);
}

#[test]
fn empty_json_that_goes_does_not_become_null() {
    assert_eq!(show(&Value::from("{}"), &null()), "jsonencode({})");
    assert_eq!(show(&Value::from("[]"), &null()), "jsonencode([])");
    assert!(show(&Value::from("[1]"), &null()).ends_with(" -> null"));
}
