use std::time::Duration;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_operations::testing::{Counts, Progress, RunReport};

use super::*;

fn run(name: &str, status: Status, found: Diagnostics) -> RunReport {
    let began = (status != Status::Skip).then_some(0);
    RunReport { name: name.to_owned(), status, found, detail: None, began, took: Duration::from_millis(5) }
}

#[test]
fn the_last_line_counts_runs() {
    let counts = Counts { passed: 2, failed: 1, errored: 1, skipped: 4, bad_files: 2 };
    assert_eq!(summary(&counts), (false, "2 passed, 2 failed, 4 skipped.".to_owned()));
    assert_eq!(summary(&Counts::default()), (true, "0 passed, 0 failed.".to_owned()));
    let leftover = Counts { passed: 1, bad_files: 1, ..Counts::default() };
    assert_eq!(summary(&leftover), (false, "1 passed, 0 failed.".to_owned()));
}

#[test]
fn junit_is_well_formed_whatever_the_texts() {
    let junit = Junit::default();
    let error = Diagnostic::error(codes::eval::CHECK_FAILED, "Bad <&>", "a ]]> b");
    let runs = [run("a\"<", Status::Error, error.into()), run("b", Status::Skip, Diagnostics::new())];
    let event = Event::File {
        path: "x.tftest.hcl",
        progress: Progress::Complete,
        status: Status::Error,
        runs: &runs,
        found: &Diagnostics::new(),
    };
    junit.event(event, &Sources::new());
    let text = junit.document();
    assert!(text.contains("tests=\"2\" skipped=\"1\" failures=\"0\" errors=\"1\""), "{text}");
    assert!(text.contains("name=\"a&#34;&lt;\"") && !text.contains("a ]]> b"), "{text}");
    assert!(text.contains("Previous testcase \"a\\\"<\" ended in error"), "{text}");
}
