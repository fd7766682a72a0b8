use ordain_value::Type;

use super::*;
use crate::whole::tests::file;

fn at(value: &Value, path: &[&str]) -> Value {
    path.iter().fold(value.clone(), |value, step| match step.parse::<usize>() {
        Ok(at) => value.as_array().unwrap()[at].clone(),
        Err(_) => value.as_object().unwrap().get_str(step).unwrap().clone(),
    })
}

#[test]
fn rows_are_those_of_the_contract_made_when_asked_for() {
    let objects = Arc::new(Objects::of(Arc::new(file())));
    for drift in [false, true] {
        let rows = objects.rows(drift);
        let changes = if drift { &objects.file.plan.drift } else { &objects.file.plan.changes };
        assert_eq!(rows.as_array().unwrap().len(), changes.len());
        for (at, row) in rows.as_array().unwrap().iter().enumerate() {
            let wanted = contract::change(&changes[at], &objects.file.schemas).document;
            for (name, value) in wanted.as_object().unwrap() {
                assert_eq!(super::tests::at(row, &[name]).to_json(), *value);
            }
            // An unknown value is equal to its copies only.
            let (before, after) = objects.ends(at, drift).unwrap();
            assert_eq!(super::tests::at(row, &["before"]), before);
            assert_eq!(super::tests::at(row, &["after"]), after);
        }
    }
    let rows = objects.rows(false);
    let after = at(&rows, &["2", "after"]);
    assert!(at(&after, &["id"]).is_unknown());
    assert!(at(&after, &["inner", "deep"]).is_unknown());
    assert!(at(&after, &["list", "1"]).is_unknown());
    assert_eq!(at(&after, &["secret"]).to_json(), "(sensitive value)");
    assert_eq!(at(&after, &["token"]).to_json(), "(sensitive value)");
    assert_eq!(at(&after, &["token"]), Value::from("t"));
    assert_eq!(at(&rows, &["1", "before", "token"]).to_json(), "(sensitive value)");
    let Value::Unknown(unknown) = at(&after, &["inner", "deep"]) else { panic!() };
    let waits = unknown.waits.list();
    let first = waits.first().unwrap();
    assert_eq!((&*first.of, &*first.path), ("terraform_data.a[\"x\"]", "inner.deep"));
    let keys = objects.keys(false);
    assert_eq!(keys[2], ("terraform_data.a[\"x\"]".to_owned(), None));
}

#[test]
fn what_is_settled_stands_in_the_place_of_what_was_planned() {
    let mut objects = Objects::of(Arc::new(file()));
    let mut settled = objects.file.plan.changes[2].clone();
    settled.after = Known::object([("id", Known::string("1")), ("token", Known::null(Type::String))]);
    objects.settle(2, settled);
    let row = Arc::new(objects).rows(false);
    assert_eq!(at(&row, &["2", "after", "id"]), Value::from("1"));
    assert_eq!(at(&row, &["2", "unknown_paths"]), Value::array(Vec::new()));
}
