//! Identities of objects that an external provider manages: upgraded, imported by, and broken on purpose.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::Path;

use ordain_tests::provider_place::Place;
use serde_json::{Value as Json, json};

const PROVIDER: &str = "test/misbehaving";
const PLAN: [&str; 3] = ["plan", "-input=false", "-no-color"];

/// A directory that the misbehaving provider serves.
fn place(name: &str, configuration: &str) -> Place {
    let program = Path::new(env!("CARGO_BIN_EXE_misbehaving-provider"));
    Place::new(name, ("misbehaving", program), configuration)
}

/// A directory with an object whose identity was stored with version 0 of its schema.
fn stored(name: &str, label: &str) -> Place {
    let configuration = format!("resource \"misbehaving_thing\" \"a\" {{\n  name = {label:?}\n}}\n");
    let place = place(name, &configuration);
    place.apply().succeeds();
    let file = place.directory.join("terraform.tfstate");
    let mut state: Json = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let object = &mut state["resources"][0]["instances"][0];
    assert_eq!(object["identity_schema_version"], 1);
    object["identity_schema_version"] = json!(0);
    object["identity"] = json!({ "label": label });
    std::fs::write(file, state.to_string()).unwrap();
    place
}

#[test]
fn identities_are_upgraded() {
    let place = stored("identity-old", "a");
    place.apply().succeeds();
    let object = place.object("misbehaving_thing.a").unwrap();
    assert_eq!(
        (&object["identity"], &object["identity_schema_version"]),
        (&json!({ "name": "a" }), &json!(1))
    );
    place.run(&[&PLAN[..], &["-detailed-exitcode"]].concat()).succeeds();
}

#[test]
fn what_an_upgrade_of_an_identity_may_not_be() {
    let invalid = "Provider produced invalid identity";
    place("identity-none", "").run(&PLAN).succeeds();
    stored("identity-lost", "lost").run(&PLAN).fails_with(&["Nobody knows who that is", "It was asked to."]);
    stored("identity-open", "open").run(&PLAN).fails_with(&[invalid, PROVIDER, "must be known"]);
    stored("identity-wrong", "wrong").run(&PLAN).fails_with(&[invalid, PROVIDER, "upgrade of an identity"]);
}

fn import(by: &str) -> String {
    format!(
        "resource \"misbehaving_thing\" \"a\" {{\n  name = \"n\"\n}}\nimport {{\n  to = misbehaving_thing.a\n  {by}\n}}\n"
    )
}

#[test]
fn objects_are_imported_by_their_identity() {
    let named = place("identity-import", &import("identity = {\n    name = \"n\"\n  }"));
    let planned = named.run(&[&PLAN[..], &["-out=p"]].concat());
    planned.succeeds();
    assert!(
        planned.all.contains("Plan: 1 to import, 0 to add, 0 to change, 0 to destroy"),
        "{}",
        planned.all
    );
    named.run(&["apply", "-input=false", "-no-color", "p"]).succeeds();
    let object = named.object("misbehaving_thing.a").unwrap();
    assert_eq!((&object["attributes"]["id"], &object["identity"]["name"]), (&json!("id-n"), &json!("n")));
    let cases = [
        ("missing", "identity = { name = \"missing\" }", "No such thing"),
        ("nobody", "id = \"nobody\"", "Provider produced invalid identity"),
        ("type", "identity = { name = [] }", "string required"),
        ("other", "identity = { number = 1 }", "it has no attribute \"number\", only \"name\""),
    ];
    for (name, by, text) in cases {
        place(&format!("identity-{name}"), &import(by)).run(&PLAN).fails_with(&[text]);
    }
}
