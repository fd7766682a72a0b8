//! Providers that others wrote, of version 6 of the protocol: plan, apply, update, import, destroy.
//!
//! `peers/notes.py` is written with the Python package `tf`, which comes from the Python package index into
//! `target/peers`; `peers/tf_provider` is built with the crate `tf-provider`, which wants a `protoc`. A test says so
//! when what it needs cannot be had.

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
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use ordain_tests::provider_place::Place;

fn run(program: &Path, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

/// The Python that has the package `tf`; `None` when it cannot be installed.
fn python() -> Option<PathBuf> {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = ordain_tests::root().join("target/peers/tf");
    let program = home.join("bin/python3");
    let there = run(&program, &["-c", "import tf.runner, grpc"]);
    let made = there
        || (run(Path::new("python3"), &["-m", "venv", &home.to_string_lossy()])
            && run(
                &program,
                &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "tf==1.2.0"],
            ));
    if !made {
        ordain_tests::skipped(
            "the Python package tf cannot be installed here (python3 -m venv, pip install)",
        );
    }
    made.then_some(program)
}

/// The provider as a program; `None` when it cannot be.
fn notes(name: &str) -> Option<PathBuf> {
    let python = python()?;
    let source = std::fs::read_to_string(ordain_tests::root().join("tests/peers/notes.py")).unwrap();
    let program = std::env::temp_dir().join(format!("ordain-notes-{name}-{}", std::process::id()));
    std::fs::write(&program, format!("#!{}\n{source}", python.display())).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable).unwrap();
    Some(program)
}

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

/// A program that stands for `protoc`: the one that is there, or that of a Python package.
fn protoc() -> Option<PathBuf> {
    if run(Path::new("protoc"), &["--version"]) {
        return Some(PathBuf::from("protoc"));
    }
    let home = ordain_tests::root().join("target/peers/protoc");
    let (python, program) = (home.join("bin/python3"), home.join("bin/protoc"));
    let made = run(&python, &["-m", "grpc_tools.protoc", "--version"])
        || (run(Path::new("python3"), &["-m", "venv", &home.to_string_lossy()])
            && run(
                &python,
                &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "grpcio-tools"],
            ));
    if !made {
        return None;
    }
    let script = format!("#!/bin/sh\nexec {} -m grpc_tools.protoc \"$@\"\n", python.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    Some(program)
}

/// An example provider of the crate `tf-provider`; `None` when it cannot be built.
fn example(name: &str) -> Option<PathBuf> {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = ordain_tests::root().join("target/peers/tf-provider");
    let program = home.join("bin").join(name);
    if program.is_file() {
        return Some(program);
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "install",
        "--quiet",
        "--debug",
        "--version",
        "0.2.2",
        "tf-provider",
        "--example",
        name,
        "--root",
    ]);
    cargo.arg(&home).env("CARGO_TARGET_DIR", home.join("build")).current_dir(std::env::temp_dir());
    let built = match protoc() {
        Some(protoc) => cargo.env("PROTOC", protoc).output().is_ok_and(|output| output.status.success()),
        None => false,
    };
    if !built {
        ordain_tests::skipped(&format!(
            "{name} of the crate tf-provider cannot be built here (cargo install, protoc)"
        ));
    }
    built.then_some(program)
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
