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
    TypeSchema { version: 0, ty, sensitive: Vec::new(), blocks: vec![part], write_only: Vec::new() }
}

fn rule(port: i64, note: &str) -> Value {
    Value::object([("port", Value::from(port)), ("note", Value::from(note))])
}

fn show(before: &Value, after: &Value) -> String {
    let (schema, printer) =
        (schema(), Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false });
    let shape = Shape::of(&schema);
    let seen = |value: &Value| as_seen(value, &schema.ty, &shape).into_owned();
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

#[test]
fn nulls_of_any_type_are_values_of_what_may_be_anything() {
    let entry = |note: Value| Value::object([("note", note), ("port", Value::from(1))]);
    let ty = Type::object([("note", Type::String), ("port", Type::Number)]);
    let any = |note: Value| Value::list(ty.clone(), [entry(note)]);
    let with = |note: Value| object("l", any(note), Vec::new(), Vec::new());
    let none = Value::null(Type::String);
    let text = show(&null(), &with(none.clone()));
    assert!(text.contains("              + note = null\n              + port = 1\n"), "{text}");
    let text = show(&with(Value::from("a")), &with(none));
    assert!(text.contains("              ~ note = \"a\" -> null\n"), "{text}");
}

#[test]
fn names_that_are_empty_texts_are_shown_as_null() {
    let part = |id: &str| Value::object([("id", Value::from(id)), ("port", Value::from(1))]);
    let ty = Type::object([("id", Type::String), ("port", Type::Number)]);
    let root = Type::object([("part", Type::list(ty.clone()))]);
    let blocks = vec![vec![PatternStep::Attr("part".into())]];
    let schema = TypeSchema { version: 0, ty: root, sensitive: Vec::new(), blocks, write_only: Vec::new() };
    let printer = Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false };
    let after = Value::object([("part", Value::list(ty, [part("")]))]);
    let text = block(&printer, &null(), &after, &Shape::of(&schema), &Path::root(), 2);
    assert_eq!(text, "      + part {\n            id   = null\n          + port = 1\n        }\n");
}

/// Terraform 1.11 over `tags` of the AWS provider's types.
fn tags(before: &[(&str, &str)], after: &[(&str, &str)], name: &str) -> String {
    let ty = Type::object([(name, Type::map(Type::String))]);
    let schema =
        TypeSchema { version: 0, ty, sensitive: Vec::new(), blocks: Vec::new(), write_only: Vec::new() };
    let shape = Shape::of(&schema);
    let all = |members: &[(&str, &str)]| {
        let members = members.iter().map(|(name, value)| (*name, Value::from(*value)));
        as_seen(&Value::object([(name, Value::map(Type::String, members))]), &schema.ty, &shape).into_owned()
    };
    let printer = Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false };
    block(&printer, &all(before), &all(after), &shape, &Path::root(), 2)
}

#[test]
fn elements_of_maps_that_go_become_null_and_empty_texts_are_null() {
    let text = tags(&[("a", "z"), ("b", "x")], &[("b", "x")], "tags");
    assert_eq!(
        text,
        "      ~ tags = {\n          - \"a\" = \"z\" -> null\n            \"b\" = \"x\"\n        }\n"
    );
    let text = tags(&[("a", ""), ("b", "x")], &[("b", "y"), ("c", "")], "labels");
    let rows = "          - \"a\" = null\n          ~ \"b\" = \"x\" -> \"y\"\n          + \"c\" = null\n";
    assert_eq!(text, format!("      ~ labels = {{\n{rows}        }}\n"));
    let text = tags(&[("a", "z"), ("b", "x")], &[("a", "")], "labels");
    assert_eq!(
        text,
        "      ~ labels = {\n          ~ \"a\" = \"z\" -> null\n          - \"b\" = \"x\" -> null\n        }\n"
    );
}

#[test]
fn of_members_that_are_null_nothing_is_said() {
    let ty = Type::object([("id", Type::String), ("issuer", Type::String)]);
    let schema = Type::object([("ids", Type::list(ty.clone()))]);
    let schema = TypeSchema {
        version: 0,
        ty: schema,
        sensitive: Vec::new(),
        blocks: Vec::new(),
        write_only: Vec::new(),
    };
    let shape = Shape::of(&schema);
    let printer = Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false };
    let gone = |id: Value, issuer: Value| {
        let entry = Value::object([("id", id), ("issuer", issuer)]);
        let before = Value::object([("ids", Value::list(ty.clone(), [entry]))]);
        block(&printer, &as_seen(&before, &schema.ty, &shape), &null(), &shape, &Path::root(), 2)
    };
    let none = || Value::null(Type::String);
    let frame = |rows: &str| format!("      - ids = [\n          - {rows},\n        ] -> null\n");
    assert_eq!(gone(none(), none()), frame("{}"));
    assert_eq!(gone(none(), Value::from("a")), frame("{\n              - issuer = \"a\"\n            }"));
    assert_eq!(gone(Value::from(""), none()), frame("{\n                id = null\n            }"));
}

#[test]
fn blocks_of_which_all_force_a_replacement_say_so_each() {
    let schema = schema();
    let shape = Shape::of(&schema);
    let replace = [Path::root().attr("part")];
    let printer = Printer { style: Style::PLAIN, replace: &replace, show_sensitive: false, complete: false };
    let with = |port: i64| object("l", null(), Vec::new(), vec![rule(port, "n")]);
    let text = block(&printer, &with(1), &with(2), &shape, &Path::root(), 2);
    assert!(text.contains("      ~ part { # forces replacement\n"), "{text}");
}

#[test]
fn sensitive_empty_texts_stand_for_none_too() {
    let label = |text: &str| {
        object("", null(), Vec::new(), Vec::new()).as_members().map(|members| {
            let secret = Value::from(text).with_marks(Marks::SENSITIVE);
            let changed = |(name, value): (&Arc<str>, &Value)| {
                (name.clone(), if &**name == "label" { secret.clone() } else { value.clone() })
            };
            Value::object(members.iter().map(changed))
        })
    };
    let gone = |text: &str| show(&label(text).unwrap(), &null());
    assert!(!gone("").contains("label"), "{}", gone(""));
    assert!(gone("x").contains("- label = (sensitive value) -> null"), "{}", gone("x"));
}

#[test]
fn write_only_arguments_come_and_go_with_their_object() {
    let inner = Type::object([("key", Type::String), ("secret_wo", Type::String)]);
    let ty = Type::object([
        ("name", Type::String),
        ("value_wo", Type::String),
        ("part", Type::list(inner.clone())),
    ]);
    let attr = |name: &str| PatternStep::Attr(name.into());
    let schema = TypeSchema {
        version: 0,
        ty,
        sensitive: Vec::new(),
        blocks: vec![vec![attr("part")]],
        write_only: vec![vec![attr("value_wo")], vec![attr("part"), PatternStep::Each, attr("secret_wo")]],
    };
    let part =
        |key: &str| Value::object([("key", Value::from(key)), ("secret_wo", Value::null(Type::String))]);
    let object = |name: &str, parts: Vec<Value>| {
        Value::object([
            ("name", Value::from(name)),
            ("value_wo", Value::null(Type::String)),
            ("part", Value::list(inner.clone(), parts)),
        ])
    };
    let printer = Printer { style: Style::PLAIN, replace: &[], show_sensitive: false, complete: false };
    let shape = Shape::of(&schema);
    let show = |before: &Value, after: &Value| block(&printer, before, after, &shape, &Path::root(), 2);
    let none = null();

    let coming = "      + name     = \"a\"\n      + value_wo = (write-only attribute)\n\n      \
                  + part {\n          + key       = \"k\"\n          + secret_wo = (write-only attribute)\n        }\n";
    assert_eq!(show(&none, &object("a", vec![part("k")])), coming);
    assert!(show(&object("a", vec![]), &none).contains("- value_wo = (write-only attribute) -> null"));
    // An object that stays says how many of its arguments it does not show, these among them.
    let changed = show(&object("a", vec![]), &object("b", vec![]));
    assert!(changed.contains("# (1 unchanged attribute hidden)"), "{changed}");
    let complete = whole(&object("a", vec![]), Some(&schema), Style::PLAIN, false);
    assert!(complete.contains("value_wo = (write-only attribute)\n"), "{complete}");
}
