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

use ordain_tests::provider_peer::{example, notes, shelf};
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

const SHELF: &str = r#"
provider "shelf" {
  directory = "${path.cwd}/books"
}
variable "title" {
  default = "one"
}
variable "pages" {
  default = 2
}
resource "shelf_book" "a" {
  title = var.title
  pages = var.pages
}
output "words" {
  value = shelf_book.a.words
}
"#;

#[test]
fn a_provider_in_rust_updates_and_imports() {
    let Some(program) = shelf() else { return };
    let place = Place::new("shelf", ("shelf", &program), SHELF);
    place.run(&["validate", "-no-color"]).succeeds();
    let planned = place.run(&["plan", "-input=false", "-no-color", "-out=p"]);
    planned.succeeds();
    assert!(planned.all.contains("Plan: 1 to add, 0 to change, 0 to destroy"), "{}", planned.all);
    place.run(&["apply", "-input=false", "-no-color", "p"]).succeeds();
    assert_eq!(place.object("shelf_book.a").unwrap()["attributes"]["words"], 500);
    let thicker = place.run(&with("apply", &["-var", "pages=3"]));
    thicker.succeeds();
    assert!(thicker.all.contains("0 added, 1 changed, 0 destroyed"), "{}", thicker.all);
    assert!(thicker.all.contains("words = 750"), "{}", thicker.all);
    let again = ["plan", "-input=false", "-no-color", "-detailed-exitcode", "-var", "pages=3"];
    place.run(&again).succeeds();
    place.run(&with("apply", &["-var", "pages=0"])).fails_with(&[
        "Too thin",
        "A book has at least one page.",
        "pages = var.pages",
    ]);
    let renamed = place.run(&with("apply", &["-var", "title=two", "-var", "pages=3"]));
    renamed.succeeds();
    assert!(renamed.all.contains("1 added, 0 changed, 1 destroyed"), "{}", renamed.all);
    assert!(!place.directory.join("books/one.json").exists());
    place.run(&["state", "rm", "shelf_book.a"]).succeeds();
    let import = ["import", "-input=false", "-no-color", "shelf_book.a"];
    place.run(&[&import[..], &["book-none"]].concat()).fails_with(&["No such book", "on the shelf"]);
    place.run(&[&import[..], &["book-two"]].concat()).succeeds();
    let object = place.object("shelf_book.a").unwrap();
    assert_eq!((&object["attributes"]["words"], &object["schema_version"]), (&750.into(), &2.into()));
    place.run(&[&again[..], &["-var", "title=two"]].concat()).succeeds();
    place.run(&with("destroy", &[])).succeeds();
    assert!(place.object("shelf_book.a").is_none());
    assert!(!place.directory.join("books/two.json").exists());
}

#[test]
fn books_are_imported_by_block() {
    let Some(program) = shelf() else { return };
    let block = format!("{SHELF}import {{\n  to = shelf_book.a\n  id = \"book-one\"\n}}\n");
    let place = Place::new("shelf-block", ("shelf", &program), &block);
    std::fs::create_dir_all(place.directory.join("books")).unwrap();
    std::fs::write(place.directory.join("books/one.json"), "{\"pages\":1}").unwrap();
    let applied = place.apply();
    applied.succeeds();
    assert!(applied.all.contains("1 imported, 0 added, 1 changed, 0 destroyed"), "{}", applied.all);
    assert_eq!(place.object("shelf_book.a").unwrap()["attributes"]["words"], 500);
    place.run(&with("destroy", &[])).succeeds();
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
