//! Providers that others wrote, of version 6 of the protocol: plan, apply, update, import, destroy.
//!
//! `ordain_tests::provider_peer` says where they come from. A test says so when what it needs cannot be had.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use ordain_tests::provider_peer::{example, notes};
use ordain_tests::provider_place::Place;

const NOTES: &str = r#"
provider "notes" {
  directory = "${path.cwd}/notes"
}
variable "text" {
  default = "hello"
}
resource "notes_note" "a" {
  name = "a"
  text = var.text
}
data "notes_count" "c" {
  depends_on = [notes_note.a]
}
output "count" {
  value = data.notes_count.c.notes
}
output "loud" {
  value = provider::notes::shout("abc")
}
"#;

const QUIET: [&str; 3] = ["-auto-approve", "-input=false", "-no-color"];

fn with<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[command], &QUIET[..], more].concat()
}

#[test]
fn a_provider_in_python_lives_its_life() {
    let Some(program) = notes("life") else { return };
    let place = Place::new("notes", ("notes", &program), NOTES);
    place.run(&["validate", "-no-color"]).succeeds();
    place.apply().succeeds();
    let object = place.object("notes_note.a").unwrap();
    assert_eq!(object["attributes"]["length"], 5);
    let outputs = place.run(&["output", "-no-color"]).out;
    assert!(outputs.contains("count = 1") && outputs.contains("loud = \"ABC\""), "{outputs}");
    let longer = ["-var", "text=longer"];
    let updated = place.run(&with("apply", &longer));
    updated.succeeds();
    assert!(updated.all.contains("0 added, 1 changed, 0 destroyed"), "{}", updated.all);
    let mut again = vec!["plan", "-input=false", "-no-color", "-detailed-exitcode"];
    again.extend(longer);
    place.run(&again).succeeds();
    place.run(&["state", "rm", "notes_note.a"]).succeeds();
    place.run(&["import", "-input=false", "-no-color", "notes_note.a", "a"]).succeeds();
    assert_eq!(place.object("notes_note.a").unwrap()["attributes"]["length"], 6);
    place.run(&with("apply", &["-var", "text=too much", "-replace=notes_note.a"])).fails_with(&[
        "Note is full",
        "It cannot hold that much.",
        "text",
    ]);
    place.run(&with("destroy", &[])).succeeds();
    assert!(place.object("notes_note.a").is_none());
    let _gone = std::fs::remove_file(program);
}

#[test]
fn a_provider_that_runs_already_is_spoken_to() {
    let Some(program) = notes("attached") else { return };
    let mut provider =
        Command::new(&program).arg("--dev").stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(provider.stdout.take().unwrap()).lines();
    let rows = lines.map_while(Result::ok).find_map(|line| {
        Some(line.split_once("TF_REATTACH_PROVIDERS='")?.1.trim_end_matches('\'').to_owned())
    });
    // The program of `dev_overrides` is none: whoever starts it fails.
    let place = Place::new("attached", ("notes", Path::new("/bin/false")), NOTES);
    let place = place.with("TF_REATTACH_PROVIDERS", &rows.unwrap());
    // It needs a moment between what it prints and its first connection.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let applied = place.apply();
    let alive = provider.try_wait().unwrap().is_none();
    let _ended = provider.kill().and_then(|()| provider.wait());
    applied.succeeds();
    assert!(alive, "a process that others started was ended");
    let _gone = std::fs::remove_file(program);
}

const NULL: &str = r#"
variable "trigger" {
  default = "one"
}
resource "null_resource" "a" {
  triggers = { of = var.trigger }
}
output "id" {
  value = null_resource.a.id
}
"#;

#[test]
fn a_provider_in_rust_lives_its_life() {
    let Some(program) = example("terraform-provider-null") else { return };
    let place = Place::new("null", ("null", &program), NULL);
    place.run(&["validate", "-no-color"]).succeeds();
    place.apply().succeeds();
    let object = place.object("null_resource.a").unwrap();
    assert_eq!(object["attributes"]["triggers"]["of"], "one");
    place.run(&["plan", "-input=false", "-no-color", "-detailed-exitcode"]).succeeds();
    let replaced = place.run(&with("apply", &["-var", "trigger=two"]));
    replaced.succeeds();
    assert!(replaced.all.contains("1 added, 0 changed, 1 destroyed"), "{}", replaced.all);
    assert_ne!(place.object("null_resource.a").unwrap()["attributes"]["id"], object["attributes"]["id"]);
    place.run(&with("destroy", &[])).succeeds();
    assert!(place.object("null_resource.a").is_none());
}

#[test]
fn functions_of_a_provider_in_rust_are_called() {
    let Some(program) = example("terraform-provider-fn") else { return };
    let place =
        Place::new("fn", ("fn", &program), "output \"sum\" {\n  value = provider::fn::add(1, 2)\n}\n");
    place.apply().succeeds();
    let outputs = place.run(&["output", "-no-color"]).out;
    assert!(outputs.contains("sum = 3"), "{outputs}");
}
