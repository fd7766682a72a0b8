//! Recorded policies, each through what stands behind `ordain policy`; `tests/conformance/rego/README.md` says how.
//!
//! What passes is a ratchet: `ordain_tests::ratchet` says how it is held. `ORDAIN_REGO=part` runs some.

use ordain_tests::policy_case::read_all;
use ordain_tests::ratchet::Ratchet;

mod rego_run;

#[test]
fn policies() -> Result<(), String> {
    let ratchet = Ratchet::of("rego", "policies", "ORDAIN_REGO");
    ratchet.hold(&read_all(ratchet.directory()), |case| &case.id, |case| case.judge(&rego_run::run(case)))
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
