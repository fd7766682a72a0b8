//! Recorded policies, each through what stands behind `ordain policy`; `tests/conformance/rego/README.md` says how.
//!
//! What passes is a ratchet: `ordain_tests::ratchet` says how it is held. `ORDAIN_REGO=part` runs some.

use ordain_rego::{CompileOptions, Policies, Value, Version};
use ordain_tests::policy_case::read_all;
use ordain_tests::ratchet::Ratchet;

mod rego_run;

#[test]
fn policies() -> Result<(), String> {
    let ratchet = Ratchet::of("rego", "policies", "ORDAIN_REGO");
    ratchet.hold(&read_all(ratchet.directory()), |case| &case.id, |case| case.judge(&rego_run::run(case)))
}

/// Texts that do not parse: what OPA tells of the first statement that is none comes first, word for word and at its
/// places. What is wrong with later statements may follow.
#[test]
fn faults() -> Result<(), String> {
    let path = Ratchet::of("rego", "policies", "ORDAIN_REGO").directory().join("faults.jsonl");
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut wrong = Vec::new();
    for line in text.lines() {
        let case: FaultCase = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let mut policies = Policies::new(if case.version == "v0" { Version::V0 } else { Version::V1 });
        policies.add(&case.module);
        let told = policies.compile(&Value::object(Vec::new()), CompileOptions::default()).err();
        let first_line = |message: &str| message.lines().next().unwrap_or_default().to_owned();
        let told = told.unwrap_or_default().into_iter();
        let told: Vec<_> = told.map(|e| (e.at.row(), e.at.col(), first_line(&e.message))).collect();
        if !told.starts_with(&case.faults) {
            wrong.push(format!("{}\n  OPA  {:?}\n  told {told:?}", case.module, case.faults));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} differ\n{}", wrong.len(), wrong.join("\n"))) }
}

#[derive(serde::Deserialize)]
struct FaultCase {
    version: String,
    module: String,
    faults: Vec<(u32, u32, String)>,
}

/// OPA's own cases, from a checkout: `ORDAIN_OPA_CASES=…/v1/test/cases/testdata cargo test -p ordain-tests --test rego --
/// --ignored --nocapture`. `ORDAIN_REGO=part` runs some.
#[test]
#[ignore = "wants a checkout of OPA"]
fn suite() -> Result<(), String> {
    let directory = std::env::var("ORDAIN_OPA_CASES").map_err(|_| "ORDAIN_OPA_CASES names no directory")?;
    let part = std::env::var("ORDAIN_REGO").unwrap_or_default();
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for case in rego_run::suite::read_suite(std::path::Path::new(&directory)) {
        if !case.id.contains(&part) {
            continue;
        }
        match rego_run::suite::judge(&case) {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                eprintln!("{}: {why}", case.id);
            }
        }
    }
    let line = format!("suite: {passed} passed, {failed} failed");
    eprintln!("{line}");
    if failed == 0 { Ok(()) } else { Err(line) }
}

/// Cases that somebody else recorded, in the shape of the corpus: `ORDAIN_REGO_CASES=DIRECTORY`, which holds `cases.jsonl`
/// and maybe `inputs`, `cargo test -p ordain-tests --test rego -- --ignored --nocapture others`. What differs is told and
/// written to `differences.jsonl` beside them.
#[test]
#[ignore = "wants recorded cases"]
fn others() -> Result<(), String> {
    let directory = std::env::var("ORDAIN_REGO_CASES").map_err(|_| "ORDAIN_REGO_CASES names no directory")?;
    let directory = std::path::Path::new(&directory);
    let cases = read_all(directory);
    let mut differences = Vec::new();
    for case in &cases {
        if let Err(why) = case.judge(&rego_run::run(case)) {
            let line = serde_json::json!({ "id": case.id, "why": why });
            differences.push(line.to_string());
        }
    }
    let text = differences.iter().map(|line| format!("{line}\n")).collect::<String>();
    std::fs::write(directory.join("differences.jsonl"), text).map_err(|error| error.to_string())?;
    let line = format!("others: {} of {} cases differ", differences.len(), cases.len());
    eprintln!("{line}");
    if differences.is_empty() { Ok(()) } else { Err(line) }
}
