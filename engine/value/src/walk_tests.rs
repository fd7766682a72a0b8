use super::*;
use crate::Type;

fn sample() -> Value {
    Value::object([
        ("list", Value::tuple([Value::from(1), Value::from("two").with_marks(Marks::SENSITIVE)])),
        ("map", Value::map(Type::String, [("k", Value::from("v"))])),
        ("set", Value::set(Type::String, [Value::from("s")])),
    ])
}

#[test]
fn marks_come_off_and_go_back() {
    let (plain, marks) = sample().unmark_with_paths();
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].0.to_string(), ".list[1]");
    assert!(plain.marks_deep().is_empty());
    assert_eq!(plain.with_marks_at(marks.iter().map(|(path, marks)| (path, *marks))), sample());
}

#[test]
fn marks_into_sets_mark_the_set_and_nowhere_is_ignored() {
    let into_set = Path::root().attr("set").index("s");
    let nowhere = Path::root().attr("list").index(9);
    let marked = sample().with_marks_at([(&into_set, Marks::EPHEMERAL), (&nowhere, Marks::EPHEMERAL)]);
    assert!(marked.get("set").unwrap().marks().is_ephemeral());
    assert!(!marked.get("list").unwrap().marks_deep().is_ephemeral());
}

#[test]
fn replaces_parts() {
    let path = Path::root().attr("list").index(0);
    let changed = path.set(&sample(), Value::from(7)).unwrap();
    assert_eq!(path.get(&changed), Some(&Value::from(7)));
    assert!(changed.get("list").unwrap().marks_deep().is_sensitive());
    assert!(Path::root().attr("none").attr("x").set(&sample(), 1.into()).is_none());
    assert!(Path::root().attr("new").set(&sample(), 1.into()).is_some());
}

#[test]
fn transforms_from_inside() {
    let changed = sample().map_parts(&mut |_, value| match value.as_number() {
        Some(_) => Value::from("number"),
        None => value,
    });
    assert_eq!(Path::root().attr("list").index(0).get(&changed), Some(&Value::from("number")));
}
