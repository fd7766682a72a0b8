//! Unit tests written in Rego: every rule `test_…` must be true.
//!
//! What a test puts in the place of the input may have values that are not known yet: `{"$unknown": {"type":
//! "string", "prefix": "eu-"}}` with the words of `input.v1` (see [`ordain_plan::contract`]); `{"$unknown": {}}` may
//! become anything. A test whose outcome depends on one fails and says what it waits for; a rule
//! `test_undetermined_…` passes if, and only if, its outcome does.

use ordain_diag::{Diagnostics, codes};
use ordain_rego::{Given, Open, Value};

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

/// Runs the tests of a bundle in whose full name the regular expression `filter` is found (all for the empty text).
/// `now` is what `time.now_ns()` gives unless a test replaces it, in seconds since 1970.
///
/// A bundle without tests is an error: whoever asks for tests expects some.
pub fn test(bundle: &Bundle, filter: &str, now: i64) -> (Report, Diagnostics) {
    let wanted = match ordain_rego::pattern(filter) {
        Ok(wanted) => wanted,
        Err(why) => {
            let detail = format!("-run takes a regular expression: {why}.");
            return (Report::default(), error(codes::policy::POLICY_VACUOUS, "Invalid -run", detail).into());
        }
    };
    let mut rego = match bundle.engine(true) {
        Ok(rego) => rego,
        Err(found) => return (Report::default(), found.into_iter().collect()),
    };
    rego.set_now(now.saturating_mul(1_000_000_000));
    if bundle.mentions("$unknown") {
        rego.set_reveal(crate::reading::revealed);
    }
    let mut report = Report::default();
    for (module, line, name) in bundle.tests() {
        let full = format!("{}.{name}", module.package);
        if !wanted.is_match(&full) {
            continue;
        }
        let mut prints = Vec::new();
        let outcome = if name.starts_with("todo_") {
            Outcome::Skipped
        } else {
            let (given, said) = rego.give(&full);
            prints = said;
            match given {
                Ok(given) => outcome_of(given, name.starts_with("test_undetermined_")),
                Err(failed) => Outcome::Errored(failed.0),
            }
        };
        report.results.push(TestResult {
            path: module.path.clone(),
            line,
            package: module.package.clone(),
            name: name.to_owned(),
            outcome,
            prints,
        });
    }
    if report.results.is_empty() {
        let detail = match filter {
            "" => "There is no rule named test_… in any .rego file.".to_owned(),
            filter => format!("{filter:?} is found in no test's full name."),
        };
        return (report, error(codes::policy::POLICY_VACUOUS, "No policy tests found", detail).into());
    }
    (report, Diagnostics::new())
}

/// What the value of a test's rule says.
fn outcome_of(given: Option<Given>, undetermined: bool) -> Outcome {
    let Some(given) = given else { return Outcome::Failed };
    let mut open = given.open;
    if let Value::Unknown(unknown) = &given.value {
        open.join(&Open::waiting(unknown.waits.clone()));
    }
    match (open.waits(), undetermined) {
        (Some(_), true) => Outcome::Passed,
        (Some(waits), false) => {
            let waits: Vec<String> =
                waits.list().iter().map(|wait| format!("{}.{}", wait.of, wait.path)).collect();
            Outcome::Errored(format!("It is not determined; it waits for {}.", waits.join(", ")))
        }
        (None, true) => Outcome::Errored("It is determined, with or without what is not known.".to_owned()),
        (None, false) if given.value == Value::Bool(true) => Outcome::Passed,
        (None, false) => Outcome::Failed,
    }
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
