//! Recorded policies, each through what stands behind `ordain policy`; `tests/conformance/rego/README.md` says how.
//!
//! The list of passing cases is a ratchet: a listed case that fails is a failure, an unlisted one that
//! passes is told, and `ORDAIN_BLESS=1` rewrites the list.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ordain_tests::policy_case::{Outcome, PolicyCase, read_all};

mod rego_run;

#[test]
fn policies() {
    let directory = ordain_tests::root().join("tests/conformance/rego");
    let list = directory.join("passing.txt");
    let listed: BTreeSet<String> =
        std::fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect();
    let wanted = std::env::var("ORDAIN_REGO").unwrap_or_default();
    let bless = std::env::var_os("ORDAIN_BLESS").is_some() && wanted.is_empty();
    let cases: Vec<PolicyCase> =
        read_all(&directory).into_iter().filter(|case| case.id.contains(&wanted)).collect();
    assert!(!cases.is_empty(), "no recorded policy matches {wanted:?}");

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome: Outcome = rego_run::run(case);
                    if let Err(why) = case.judge(&outcome) {
                        failures.lock().unwrap().push((case.id.clone(), why));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let failed: BTreeSet<&str> = failures.iter().map(|(id, _)| id.as_str()).collect();
    let passed: BTreeSet<&str> =
        cases.iter().map(|case| case.id.as_str()).filter(|id| !failed.contains(id)).collect();

    let mut told = std::io::stderr().lock();
    writeln!(told, "{} of {} recorded policies pass", passed.len(), cases.len()).unwrap();
    if bless {
        let text: String = passed.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(&list, text).unwrap();
        return;
    }
    let news = passed.iter().filter(|id| !listed.contains(**id)).count();
    if news > 0 {
        writeln!(told, "{news} of them are not in passing.txt yet; ORDAIN_BLESS=1 adds them").unwrap();
    }
    let broken: Vec<String> = failures
        .iter()
        .filter(|(id, _)| listed.contains(id) || !wanted.is_empty())
        .map(|(id, why)| format!("{id}: {why}"))
        .collect();
    assert!(broken.is_empty(), "{} policies no longer pass:\n{}", broken.len(), broken.join("\n"));
}
