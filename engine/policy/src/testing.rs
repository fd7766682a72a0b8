//! Unit tests written in Rego: every rule `test_…` must be true.

use ordain_diag::{Diagnostics, codes};
use serde_json::Value as Json;

use crate::bundle::{Bundle, error};

/// How one test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The rule is true.
    Passed,
    /// The rule is undefined or anything but true.
    Failed,
    /// The rule's name begins with `todo_`.
    Skipped,
    /// The rule could not be evaluated; the evaluator's words.
    Errored(String),
}

/// One test and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// Path of the file.
    pub path: String,
    /// Line on which the rule begins.
    pub line: usize,
    /// Package, such as `data.ordain.vm_size_test`.
    pub package: String,
    /// Name of the rule.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// What `print` said.
    pub prints: Vec<String>,
}

/// How all tests ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Results by package and name.
    pub results: Vec<TestResult>,
}

impl Report {
    /// Tests that passed, failed (errors included) and were skipped.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Outcome) -> bool| {
            self.results.iter().filter(|result| wanted(&result.outcome)).count()
        };
        (
            count(|outcome| *outcome == Outcome::Passed),
            count(|outcome| matches!(outcome, Outcome::Failed | Outcome::Errored(_))),
            count(|outcome| *outcome == Outcome::Skipped),
        )
    }

    /// Whether nothing failed.
    pub fn passed(&self) -> bool {
        self.counts().1 == 0
    }
}

/// Runs the tests of a bundle whose name holds `filter` (all for the empty text). `now` is what
/// `time.now_ns()` gives unless a test replaces it, in seconds since 1970.
///
/// A bundle without tests is an error: whoever asks for tests expects some.
pub fn test(bundle: &Bundle, filter: &str, now: i64) -> (Report, Diagnostics) {
    let mut rego = match bundle.engine(true) {
        Ok(rego) => rego,
        Err(found) => return (Report::default(), found.into_iter().collect()),
    };
    rego.set_now(now.saturating_mul(1_000_000_000));
    rego.gather_prints();
    let mut report = Report::default();
    for (module, line, name) in bundle.tests() {
        let full = format!("{}.{name}", module.package);
        if !full.contains(filter) {
            continue;
        }
        let outcome = if name.starts_with("todo_") {
            Outcome::Skipped
        } else {
            match rego.ask(&full) {
                Ok(Some(Json::Bool(true))) => Outcome::Passed,
                Ok(_) => Outcome::Failed,
                Err(failed) => Outcome::Errored(failed.0),
            }
        };
        report.results.push(TestResult {
            path: module.path.clone(),
            line,
            package: module.package.clone(),
            name: name.to_owned(),
            outcome,
            prints: rego.take_prints(),
        });
    }
    if report.results.is_empty() {
        let detail = match filter {
            "" => "There is no rule named test_… in any .rego file.".to_owned(),
            filter => format!("No test's name holds {filter:?}."),
        };
        return (report, error(codes::policy::POLICY_VACUOUS, "No policy tests found", detail).into());
    }
    (report, Diagnostics::new())
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
