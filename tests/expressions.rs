//! Recorded expressions, each through `ordain console`; `tests/conformance/expressions/README.md` says how.
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

use ordain_tests::expression::{Expression, read_all};

#[test]
fn expressions() {
    let directory = ordain_tests::root().join("tests/conformance/expressions");
    let list = directory.join("passing.txt");
    let listed: BTreeSet<String> =
        std::fs::read_to_string(&list).unwrap_or_default().lines().map(str::to_owned).collect();
    let wanted = std::env::var("ORDAIN_EXPRESSION").unwrap_or_default();
    let bless = std::env::var_os("ORDAIN_BLESS").is_some() && wanted.is_empty();
    let cases: Vec<Expression> =
        read_all(&directory).into_iter().filter(|case| case.id.contains(&wanted)).collect();
    assert!(!cases.is_empty(), "no recorded expression matches {wanted:?}");
    ordain_tests::binary::ordain();

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(why) = case.run() {
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
    writeln!(told, "{} of {} recorded expressions pass", passed.len(), cases.len()).unwrap();
    if bless {
        let text: String = passed.iter().map(|id| format!("{id}\n")).collect();
        std::fs::write(&list, text).unwrap();
        return;
    }
    let news: Vec<&&str> = passed.iter().filter(|id| !listed.contains(**id)).collect();
    if !news.is_empty() {
        writeln!(told, "{} of them are not in passing.txt yet; ORDAIN_BLESS=1 adds them", news.len())
            .unwrap();
    }
    let broken: Vec<String> = failures
        .iter()
        .filter(|(id, _)| listed.contains(id) || !wanted.is_empty())
        .map(|(id, why)| format!("{id}: {why}"))
        .collect();
    assert!(broken.is_empty(), "{} expressions no longer pass:\n{}", broken.len(), broken.join("\n"));
}
