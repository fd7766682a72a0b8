use ordain_value::{Marks, Nullness, Type, Unknown};

use super::*;
use crate::testkit;

#[test]
fn digests_are_read_as_they_are_written() {
    let digest = Digest::of(b"");
    assert_eq!(digest.hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(Digest::parse(&digest.to_string()), Some(digest));
    assert_eq!(Digest::parse(&digest.to_string().to_uppercase()), None);
    assert_eq!(Digest::parse(&format!("sha256:{}", digest.hex().to_uppercase())), None);
    assert_eq!(Digest::parse("sha256:00"), None);
}

#[test]
fn the_root_depends_on_names_contents_and_number_of_parts() {
    let content = Digest::of(b"x");
    let all = [
        root([]),
        root([("a", content)]),
        root([("b", content)]),
        root([("a", Digest::of(b"y"))]),
        root([("a", content), ("b", content)]),
        root([("a", content), ("b", content), ("c", content)]),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(all.iter().skip(at + 1).all(|other| other != one));
    }
}

#[test]
fn commitments_depend_on_salt_and_value() {
    let value = Value::string("secret").with_marks(Marks::SENSITIVE);
    let one = commitment("n", &value).unwrap();
    assert_eq!(one, commitment("n", &Value::string("secret")).unwrap());
    assert_ne!(one, commitment("m", &value).unwrap());
    assert_ne!(one, commitment("n", &Value::string("other")).unwrap());
}

fn plan(size: i64) -> Plan {
    let mut plan = testkit::empty_plan();
    let mut update = testkit::change("a.b", Action::Update);
    update.before = Value::object([("size", 1.into()), ("seen", Value::string("yesterday"))]);
    update.after = Value::object([
        ("size", size.into()),
        ("seen", Value::string("yesterday")),
        ("new", Value::unknown(Type::String)),
    ]);
    plan.changes = vec![testkit::change("a.a", Action::NoOp), update];
    plan
}

#[test]
fn equal_effects_have_equal_digests() {
    let first = effects(&plan(2)).unwrap();
    let mut later = plan(2);
    later.timestamp = "2027-01-01T00:00:00Z".to_owned();
    later.base.serial = 99;
    later.changes[1].planned_private = vec![1];
    let mut refined = Unknown::of(Type::String);
    refined.nullness = Nullness::Never;
    let seen = Value::string("today");
    later.changes[1].before = Value::object([("size", 1.into()), ("seen", seen.clone())]);
    later.changes[1].after =
        Value::object([("size", 2.into()), ("seen", seen), ("new", Value::refined(refined))]);
    later.changes.swap(0, 1);
    assert_eq!(effects(&later).unwrap(), first);
}

#[test]
fn other_effects_have_other_digests() {
    let first = effects(&plan(2)).unwrap();
    assert_ne!(effects(&plan(3)).unwrap(), first);
    let mut more = plan(2);
    more.changes.push(testkit::change("a.c", Action::Delete));
    assert_ne!(effects(&more).unwrap(), first);
    let mut other_id = more.clone();
    if let Some(change) = other_id.changes.last_mut() {
        change.before = Value::object([("id", Value::string("1"))]);
    }
    assert_ne!(effects(&other_id).unwrap(), effects(&more).unwrap());
    let mut mode = plan(2);
    mode.mode = crate::Mode::Destroy;
    assert_ne!(effects(&mode).unwrap(), first);
}
