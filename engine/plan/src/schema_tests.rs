use super::*;

fn attr(name: &str) -> PatternStep {
    PatternStep::Attr(name.into())
}

#[test]
fn marks_follow_patterns_through_lists_maps_and_sets() {
    let inner = |s: &str| Value::object([("p", Value::string(s)), ("q", Value::string("open"))]);
    let ty = inner("").ty();
    let value = Value::object([
        ("list", Value::list(ty.clone(), [inner("1"), inner("2")])),
        ("set", Value::set(ty.clone(), [inner("3")])),
        ("null", Value::null(Type::String)),
    ]);
    let schema = TypeSchema {
        version: 0,
        ty: value.ty(),
        sensitive: vec![
            vec![attr("list"), PatternStep::Each, attr("p")],
            vec![attr("set"), PatternStep::Each, attr("p")],
            vec![attr("null")],
            vec![attr("absent")],
        ],
        blocks: Vec::new(),
        write_only: Vec::new(),
    };
    let marked = schema.mark(&value);
    let list = marked.get("list").unwrap();
    assert!(!list.marks().is_sensitive());
    assert!(list.as_items().unwrap()[1].get("p").unwrap().marks().is_sensitive());
    assert!(!list.as_items().unwrap()[1].get("q").unwrap().marks().is_sensitive());
    assert!(marked.get("set").unwrap().marks().is_sensitive());
    assert!(marked.get("null").unwrap().marks().is_sensitive());
    assert_eq!(marked.unmark_deep().0, value);
}
