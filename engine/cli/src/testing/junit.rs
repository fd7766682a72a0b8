//! Tests in JUnit's XML form, for those who collect results of tests.
//!
//! Format: as recorded from Terraform 1.11; `testsuite` is a file, `testcase` a run.

use std::sync::{Arc, Mutex, PoisonError};

use ordain_diag::{Diagnostics, Severity, Sources};
use ordain_operations::testing::{Event, Progress, Reporter, RunReport, Status};

use crate::render::diag;
use crate::render::style::Style;
use crate::render::xml::{attribute, element};

/// Collects files as they end. Clones collect into the same place.
#[derive(Clone, Default)]
pub struct Junit {
    suites: Arc<Mutex<Vec<String>>>,
}

impl Junit {
    /// The document.
    pub fn document(&self) -> String {
        let suites = self.suites.lock().unwrap_or_else(PoisonError::into_inner);
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><testsuites>\n{}</testsuites>", suites.concat())
    }
}

impl Reporter for Junit {
    fn event(&self, event: Event<'_>, sources: &Sources) {
        if let Event::File { path, progress: Progress::Complete, runs, .. } = event {
            let text = suite(path, runs, sources);
            self.suites.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}

fn suite(path: &str, runs: &[RunReport], sources: &Sources) -> String {
    let count = |status: Status| runs.iter().filter(|run| run.status == status).count();
    let mut out = format!(
        "  <testsuite name={} tests=\"{}\" skipped=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        attribute(path),
        runs.len(),
        count(Status::Skip),
        count(Status::Fail),
        count(Status::Error)
    );
    let mut culprit = None;
    for run in runs {
        out.push_str(&case(path, run, culprit, sources));
        if run.status == Status::Error && culprit.is_none() {
            culprit = Some(run.name.as_str());
        }
    }
    out.push_str("  </testsuite>\n");
    out
}

fn case(path: &str, run: &RunReport, culprit: Option<&str>, sources: &Sources) -> String {
    let mut head = format!("    <testcase name={} classname={}", attribute(&run.name), attribute(path));
    if let Some(began) = run.began {
        let time = ordain_operations::clock::rfc3339(began);
        head.push_str(&format!(" time=\"{}\" timestamp={}", run.took.as_secs_f64(), attribute(&time)));
    }
    let of = |severity| texts(&run.found, severity, sources);
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let mut inner = String::new();
    match run.status {
        Status::Skip => {
            let (message, why) = match culprit {
                Some(name) => (
                    "Testcase skipped due to a previous testcase error",
                    format!(
                        "Previous testcase {name:?} ended in error, which caused the remaining tests in the file to be skipped"
                    ),
                ),
                None => {
                    ("Testcase skipped due to an interrupt", "Skipped because of an interrupt".to_owned())
                }
            };
            inner.push_str(&element("skipped", Some(message), &why));
        }
        Status::Fail => inner.push_str(&element("failure", Some("Test assertion failed"), &errors)),
        Status::Error => inner.push_str(&element("error", Some("Encountered an error"), &errors)),
        Status::Pass | Status::Pending => {}
    }
    if !warnings.is_empty() {
        inner.push_str(&element("system-err", None, &warnings));
    }
    if inner.is_empty() {
        format!("{head}></testcase>\n")
    } else {
        format!("{head}>\n{inner}    </testcase>\n")
    }
}

fn texts(found: &Diagnostics, severity: Severity, sources: &Sources) -> String {
    let plain = Style { color: false };
    let items = found.iter().filter(|item| item.severity == severity);
    items.map(|item| diag::diagnostic(item, sources, plain, diag::WIDTH + 2)).collect()
}
