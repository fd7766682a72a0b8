//! Recorded scenarios, step by step; `tests/conformance/scenarios/README.md` says how.
//!
//! The list of passing cases is a ratchet: a listed case that fails is a failure, an unlisted one that passes
//! is told, and `ORDAIN_BLESS=1` rewrites the list.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ordain_tests::scenario::{Scenario, read_all};

#[test]
fn scenarios() {
    let directory = ordain_tests::root().join("tests/conformance/scenarios");
    let list = directory.join("passing.txt");
    let listed: BTreeSet<String> =
        std::fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect();
    let wanted = std::env::var("ORDAIN_SCENARIO").unwrap_or_default();
    let bless = std::env::var_os("ORDAIN_BLESS").is_some() && wanted.is_empty();
    let cases: Vec<Scenario> =
        read_all(&directory).into_iter().filter(|case| case.id.contains(&wanted)).collect();
    assert!(!cases.is_empty(), "no recorded scenario matches {wanted:?}");
    ordain_tests::binary::ordain();

    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<String, Vec<String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let complaints = case.run();
                    results.lock().unwrap().insert(case.id.clone(), complaints);
                }
            });
        }
    });
    let results = results.into_inner().unwrap();
    let passed: BTreeSet<&String> =
        results.iter().filter(|(_, complaints)| complaints.is_empty()).map(|(id, _)| id).collect();
    let mut told = std::io::stderr().lock();
    writeln!(told, "{} of {} recorded scenarios pass", passed.len(), cases.len()).unwrap();
    if bless {
        let text: String = passed.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(&list, text).unwrap();
        return;
    }
    let news = passed.iter().filter(|id| !listed.contains(**id)).count();
    if news > 0 {
        writeln!(told, "{news} of them are not in passing.txt yet; ORDAIN_BLESS=1 adds them").unwrap();
    }
    let broken: Vec<String> = results
        .iter()
        .filter(|(id, complaints)| !complaints.is_empty() && (listed.contains(*id) || !wanted.is_empty()))
        .map(|(id, complaints)| format!("{id}\n  {}", complaints.join("\n  ")))
        .collect();
    assert!(broken.is_empty(), "{} scenarios no longer pass:\n{}", broken.len(), broken.join("\n"));
}
