use ordain_value::Marks;

use super::*;

fn schema() -> TypeSchema {
    let rule = Type::object([("port", Type::Number), ("note", Type::String)]);
    let ty = Type::object([
        ("any", Type::Dynamic),
        ("label", Type::String),
        ("rules", Type::set(rule.clone())),
        ("part", Type::list(rule)),
    ]);
    let part = vec![PatternStep::Attr("part".into())];
    TypeSchema { version: 0, ty, sensitive: Vec::new(), blocks: vec![part] }
}

fn rule(port: i64, note: &str) -> Value {
    Value::object([("port", Value::from(port)), ("note", Value::from(note))])
}

fn show(before: &Value, after: &Value) -> String {
    let (schema, printer) =
        (schema(), Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false });
    let shape = Shape::of(&schema);
    let seen = |value: &Value| as_seen(value, &schema.ty, &shape);
    block(&printer, &seen(before), &seen(after), &shape, &Path::root(), 2)
}

fn object(label: &str, any: Value, rules: Vec<Value>, parts: Vec<Value>) -> Value {
    let ty = Type::object([("port", Type::Number), ("note", Type::String)]);
    Value::object([
        ("any", any),
        ("label", Value::from(label)),
        ("rules", Value::set(ty.clone(), rules)),
        ("part", Value::list(ty, parts)),
    ])
}

#[test]
fn empty_texts_of_arguments_are_nothing() {
    let any = Value::map(Type::Number, [("a", Value::from(1))]);
    let after = object("", any, vec![rule(80, "")], vec![rule(1, ""), rule(2, "x")]);
    assert_eq!(
        show(&null(), &after),
        "      + any   = {\n          + a = 1\n        }\n      + rules = [\n          + {\n              + port = 80\n                \
         # (1 unchanged attribute hidden)\n            },\n        ]\n        # (1 unchanged attribute hidden)\n\n      \
         + part {\n          + port = 1\n            # (1 unchanged attribute hidden)\n        }\n      \
         + part {\n          + note = \"x\"\n          + port = 2\n        }\n"
    );
}

#[test]
fn what_is_shown_from_now_on_has_a_warning() {
    let with = |any: Value| object("l", any, Vec::new(), Vec::new());
    let secret = Value::from("hunter2").with_marks(Marks::SENSITIVE);
    let text = show(&with(secret.clone()), &with(Value::from("hunter2")));
    assert!(text.contains("will no longer be marked as sensitive"), "{text}");
    assert!(text.contains("The value is unchanged."), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let text = show(&with(Value::from("other")), &with(secret));
    assert!(text.contains("will be marked as sensitive and will not"), "{text}");
    assert!(!text.contains("unchanged.") && !text.contains("other"), "{text}");
}
