//! Runs a recorded policy in this process.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

pub mod suite;

use std::path::Path;

use ordain_operations::Workdir;
use ordain_operations::conftest::{ConftestFlags, test, verify};
use ordain_operations::policy_sources::{read, text, with_room};
use ordain_policy::{ConftestShape, Limits, Question, TestQuestion, Version, evaluate, shaped, test_shaped};
use ordain_tests::policy_case::{Outcome, PolicyCase};
use serde_json::json;

/// What the case gives.
pub fn run(case: &PolicyCase) -> Outcome {
    let scratch = case.scratch();
    let env = [("LC_ALL", "C.UTF-8")].iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let workdir = Workdir::new(scratch.clone(), env.collect());
    let outcome = match case.kind() {
        "conftest" => conftest(case, &workdir),
        "tests" => tests(case, &workdir),
        _ => eval(case, &workdir, &scratch),
    };
    std::fs::remove_dir_all(&scratch).unwrap();
    outcome
}

fn failed(why: &str) -> Outcome {
    Outcome {
        exit: 1,
        output: json!({ "errors": [{ "message": why }] }).to_string(),
        complaint: String::new(),
    }
}

fn version(flags: &[String]) -> Version {
    if flags.iter().any(|flag| flag == "--v0-compatible") { Version::V0 } else { Version::V1 }
}

fn eval(case: &PolicyCase, workdir: &Workdir, scratch: &Path) -> Outcome {
    let mut files = Vec::new();
    for directory in &case.data_dirs {
        match read(workdir, directory) {
            Ok(found) => files.extend(found),
            Err(why) => return failed(&why),
        }
    }
    let input = scratch.join("input.json").exists().then(|| text(workdir, "input.json").unwrap());
    let has = |name: &str| case.flags.iter().any(|flag| flag == name);
    let question = Question {
        files,
        input,
        query: case.query.clone(),
        now_ns: case.now_ns.unwrap_or_else(ordain_operations::clock::now_ns),
        strict: has("--strict"),
        strict_errors: has("--strict-builtin-errors"),
        version: version(&case.flags),
        environment: workdir.env.clone(),
        limits: Limits::default(),
        seconds: 600,
    };
    let reply = with_room(|| evaluate(&question)).expect("an evaluation that ends");
    let complaint: String = reply.prints.iter().map(|line| format!("{line}\n")).collect();
    Outcome { exit: u8::from(!reply.ok), output: reply.document, complaint }
}

fn tests(case: &PolicyCase, workdir: &Workdir) -> Outcome {
    let has = |name: &str| case.flags.iter().any(|flag| flag == name);
    let value = |name: &str| {
        let at = case.flags.iter().position(|flag| flag == name)?;
        case.flags.get(at + 1).cloned()
    };
    let files = match read(workdir, "bundle") {
        Ok(files) => files,
        Err(why) => return failed(&why),
    };
    let question = TestQuestion {
        bounds: ordain_policy::Bounds::default(),
        files,
        only: value("--run"),
        now_ns: ordain_operations::clock::now_ns(),
        version: version(&case.flags),
        coverage: has("--coverage"),
        threshold: value("--threshold").map(|text| text.parse().unwrap()),
        skipped_is_fine: has("--exit-zero-on-skipped"),
        junit: false,
    };
    let reply = with_room(|| test_shaped(&question)).expect("tests that end");
    Outcome { exit: reply.exit, output: reply.output, complaint: reply.complaint }
}

fn conftest(case: &PolicyCase, workdir: &Workdir) -> Outcome {
    let mut flags = ConftestFlags::default();
    let mut shape = ConftestShape { output: "stdout".to_owned(), ..ConftestShape::default() };
    let (mut quiet, mut fail_on_warn, mut no_fail) = (false, false, false);
    let mut words = case.args.iter().map(String::as_str);
    let action = words.next().unwrap_or_default();
    while let Some(word) = words.next() {
        let mut list = || words.next().unwrap_or_default().split(',').map(str::to_owned).collect::<Vec<_>>();
        match word {
            "-p" | "--policy" => flags.policies.extend(list()),
            "-d" | "--data" => flags.data.extend(list()),
            "-n" | "--namespace" => flags.namespaces.extend(list()),
            "-o" | "--output" => shape.output = list().join(","),
            "--parser" => flags.parser = Some(list().join(",")),
            "--ignore" => flags.ignore = Some(list().join(",")),
            "--rego-version" => flags.v0 = list() == ["v0"],
            "--all-namespaces" => flags.all_namespaces = true,
            "--combine" => flags.combine = true,
            "--show-builtin-errors" => flags.show_builtin_errors = true,
            "--strict" => flags.strict = true,
            "--suppress-exceptions" => shape.suppress_exceptions = true,
            "--quiet" => quiet = true,
            "--fail-on-warn" => fail_on_warn = true,
            "--no-fail" => no_fail = true,
            "--no-color" => {}
            file if !file.starts_with("--") => flags.files.push(file.to_owned()),
            other => panic!("{}: the harness does not know {other}", case.id),
        }
    }
    let results = if action == "verify" { verify(workdir, &flags) } else { test(workdir, &flags) };
    let results = match results {
        Ok(results) => results,
        Err(why) => {
            return Outcome {
                exit: 1,
                output: String::new(),
                complaint: format!("Error: running {action}: {why}"),
            };
        }
    };
    shape.show_skipped = action == "verify";
    let failures = results.iter().any(|result| !result.failures.is_empty());
    let warnings = results.iter().any(|result| !result.warnings.is_empty());
    let exit = match (failures, warnings, fail_on_warn) {
        (true, _, true) => 2,
        (true, _, false) | (false, true, true) => 1,
        _ => 0,
    };
    let output = if quiet && exit == 0 { String::new() } else { shaped(&results, &shape) };
    Outcome { exit: if no_fail { 0 } else { exit }, output, complaint: String::new() }
}
