//! Runs every directory under `tests/cases/` that holds a `case.toml`.
//!
//! `ORDAIN_CASE=part` runs those whose path holds a text, `ORDAIN_BLESS=1` rewrites golden files.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ordain_tests::case::Case;
use ordain_tests::run::run;

#[test]
fn cases() {
    let root = ordain_tests::root().join("tests/cases");
    let wanted = std::env::var("ORDAIN_CASE").unwrap_or_default();
    let bless = std::env::var_os("ORDAIN_BLESS").is_some();
    let found = ordain_tests::files(&root, "case.toml");
    let cases: Vec<_> = found
        .iter()
        .filter_map(|path| path.parent())
        .filter(|directory| directory.to_string_lossy().contains(&wanted))
        .collect();
    assert!(!cases.is_empty(), "no case under {} matches {wanted:?}", root.display());
    ordain_tests::binary::ordain();
    let next = AtomicUsize::new(0);
    let complaints = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(directory) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = match Case::read(directory) {
                        Ok(case) => run(directory, &case, bless),
                        Err(error) => vec![error],
                    };
                    if !found.is_empty() {
                        let name = directory.strip_prefix(&root).unwrap_or(directory).display().to_string();
                        complaints
                            .lock()
                            .expect("no thread panicked")
                            .push(format!("== {name}\n{}", found.join("\n")));
                    }
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no thread panicked");
    println!("{} of {} cases pass", cases.len() - complaints.len(), cases.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}
