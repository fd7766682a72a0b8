//! Tests as they are told of: to people, to programs, and in JUnit's form.

mod human;
mod junit;
mod machine;

use ordain_diag::Sources;
use ordain_operations::testing::{Event, Reporter, Status};

pub use human::Human;
pub use junit::Junit;
pub use machine::Lines;

/// Tells all of several.
pub struct All(pub Vec<Box<dyn Reporter>>);

impl Reporter for All {
    fn event(&self, event: Event<'_>, sources: &Sources) {
        // Events are views, so each reporter is given its own.
        for reporter in &self.0 {
            reporter.event(event, sources);
        }
    }
}

/// The word for how a run or file ended, as people read it.
fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail | Status::Error => "fail",
        Status::Skip => "skip",
        Status::Pending => "pending",
    }
}

/// The line with which all ends: `Success! 2 passed, 0 failed.`
fn summary(counts: &ordain_operations::testing::Counts) -> (bool, String) {
    let failed = counts.failed + counts.errored;
    let good = failed == 0 && counts.bad_files == 0;
    let skipped = if counts.skipped > 0 { format!(", {} skipped", counts.skipped) } else { String::new() };
    (good, format!("{} passed, {failed} failed{skipped}.", counts.passed))
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
