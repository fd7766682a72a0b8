//! Answers that an external provider puts off: honoured with `-allow-deferral`, refused without.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::Path;

use ordain_tests::provider_place::Place;
use serde_json::Value as Json;

const PLAN: [&str; 4] = ["plan", "-input=false", "-no-color", "-out=p"];

/// A directory that the misbehaving provider serves.
fn place(name: &str, configuration: &str) -> Place {
    let program = Path::new(env!("CARGO_BIN_EXE_misbehaving-provider"));
    Place::new(name, ("misbehaving", program), configuration)
}

fn thing(name: &str, mode: &str, more: &str) -> String {
    format!("resource \"misbehaving_thing\" {name:?} {{\n  name = {name:?}\n  mode = {mode:?}\n{more}}}\n")
}

/// What a plan defers: addresses and reasons.
fn deferred(place: &Place) -> Vec<(String, String)> {
    place.run(&[&PLAN[..], &["-allow-deferral"]].concat()).succeeds();
    let shown: Json = serde_json::from_str(&place.run(&["show", "-json", "p"]).out).unwrap();
    assert_eq!(shown["complete"], false);
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let rows = shown["deferred_changes"].as_array().unwrap().iter();
    rows.map(|row| (text(&row["resource_change"]["address"]), text(&row["reason"]))).collect()
}

fn row(address: &str, reason: &str) -> (String, String) {
    (address.to_owned(), reason.to_owned())
}

#[test]
fn a_change_put_off_waits_with_what_needs_it() {
    let user = "  part {\n    key = misbehaving_thing.a.id\n  }\n";
    let configuration = [thing("a", "plan_deferred", ""), thing("b", "", user), thing("c", "", "")].concat();
    let place = place("defer-plan", &configuration);
    place.run(&PLAN).fails_with(&["Invalid deferral", "test/misbehaving", "-allow-deferral"]);
    let waiting = [
        row("misbehaving_thing.a", "resource_config_unknown"),
        row("misbehaving_thing.b", "deferred_prereq"),
    ];
    assert_eq!(deferred(&place), waiting);
    let applied = place.run(&["apply", "-input=false", "-no-color", "p"]);
    applied.succeeds();
    assert!(applied.all.contains("1 added, 0 changed, 0 destroyed"), "{}", applied.all);
    assert!(place.object("misbehaving_thing.a").is_none() && place.object("misbehaving_thing.b").is_none());
    assert_eq!(place.object("misbehaving_thing.c").unwrap()["attributes"]["id"], "id-c");
    let told = place.run(&["plan", "-input=false", "-no-color", "-allow-deferral"]);
    told.succeeds();
    assert!(told.all.contains("its provider has to know all of its configuration"), "{}", told.all);
}

#[test]
fn a_provider_that_is_told_of_it_may_answer_nothing_else() {
    let place = place("defer-empty", &thing("a", "plan_deferred_empty", ""));
    assert_eq!(deferred(&place), [row("misbehaving_thing.a", "absent_prereq")]);
    // Nobody told it that it may: it plans.
    place.run(&PLAN).succeeds();
}

#[test]
fn an_object_that_cannot_be_read_yet_stays_as_it_is() {
    let place = place("defer-read", &thing("a", "read_deferred", ""));
    place.apply().succeeds();
    place.run(&PLAN).fails_with(&["Invalid deferral"]);
    assert_eq!(deferred(&place), [row("misbehaving_thing.a", "provider_config_unknown")]);
    place.run(&["apply", "-input=false", "-no-color", "p"]).succeeds();
    assert_eq!(place.object("misbehaving_thing.a").unwrap()["attributes"]["id"], "id-a");
    // What nobody wants any more waits, too.
    let main = std::fs::read_to_string(place.directory.join("main.tf")).unwrap();
    let (required, _) = main.split_once("resource").unwrap();
    std::fs::write(place.directory.join("main.tf"), required).unwrap();
    assert_eq!(deferred(&place), [row("misbehaving_thing.a", "provider_config_unknown")]);
}

#[test]
fn imports_wait() {
    let import = "import {\n  to = misbehaving_thing.a\n  id = \"later\"\n}\n";
    let place = place("defer-import", &[thing("a", "", "").as_str(), import].concat());
    assert_eq!(deferred(&place), [row("misbehaving_thing.a", "absent_prereq")]);
    place.run(&["apply", "-input=false", "-no-color", "p"]).succeeds();
    assert!(place.object("misbehaving_thing.a").is_none());
}

#[test]
fn imports_wait_for_what_they_are_to_find() {
    for (name, named) in [
        ("id", "id = misbehaving_thing.first.id"),
        ("identity", "identity = { name = misbehaving_thing.first.id }"),
    ] {
        let import = format!("import {{\n  to = misbehaving_thing.a\n  {named}\n}}\n");
        let user = "  part {\n    key = misbehaving_thing.a.id\n  }\n";
        let things = [thing("first", "", ""), thing("a", "", ""), thing("user", "", user)].concat();
        let place = place(&format!("defer-import-{name}"), &[things, import].concat());
        place.run(&PLAN).fails_with(&["must be known while planning"]);
        let waiting = [
            row("misbehaving_thing.a", "resource_config_unknown"),
            row("misbehaving_thing.user", "deferred_prereq"),
        ];
        assert_eq!(deferred(&place), waiting);
        let shown: Json = serde_json::from_str(&place.run(&["show", "-json", "p"]).out).unwrap();
        let importing = &shown["deferred_changes"][0]["resource_change"]["change"]["importing"];
        assert_eq!(importing["unknown"], true, "{importing}");
        place.run(&["apply", "-input=false", "-no-color", "p"]).succeeds();
        assert!(
            place.object("misbehaving_thing.first").is_some()
                && place.object("misbehaving_thing.a").is_none()
        );
        // Now it is known: the next plan imports.
        let told = place.run(&["plan", "-input=false", "-no-color", "-allow-deferral"]);
        assert!(told.all.contains("1 to import"), "{}", told.all);
        place.apply().succeeds();
        assert!(
            place.object("misbehaving_thing.a").is_some() && place.object("misbehaving_thing.user").is_some()
        );
    }
}

#[test]
fn data_sources_and_ephemeral_resources_wait() {
    let data = "data \"misbehaving_answer\" \"d\" {\n  mode = \"later\"\n}\n";
    let user = "  part {\n    key = data.misbehaving_answer.d.answer\n  }\n";
    let reads = place("defer-data", &[data, thing("b", "", user).as_str()].concat());
    reads.run(&PLAN).fails_with(&["Invalid deferral"]);
    let waiting = [
        row("misbehaving_thing.b", "deferred_prereq"),
        row("data.misbehaving_answer.d", "resource_config_unknown"),
    ];
    assert_eq!(deferred(&reads), waiting);
    let ephemeral = "ephemeral \"misbehaving_answer\" \"e\" {\n  mode = \"later\"\n}\n";
    let user = "  token = ephemeral.misbehaving_answer.e.answer\n";
    let opens = place("defer-open", &[ephemeral, thing("b", "", user).as_str()].concat());
    assert_eq!(deferred(&opens), [row("misbehaving_thing.b", "deferred_prereq")]);
}
