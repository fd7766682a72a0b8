//! Tests in the machine-readable interface.
//!
//! Source: the messages `test_abstract`, `test_file`, `test_run`, `test_plan`, `test_state`, `test_cleanup` and
//! `test_summary` as recorded from Terraform 1.11.

use ordain_diag::{Diagnostics, Sources};
use ordain_operations::testing::{Counts, Detail, Event, Progress, Reporter, RunReport, Status};
use ordain_plan::json::{Secrets, View};
use serde_json::{Map, Value, json};

use super::{summary, word};
use crate::machine::Machine;

/// Writes events as lines.
pub struct Lines {
    machine: Machine,
}

fn progress_word(progress: Progress) -> &'static str {
    match progress {
        Progress::Starting => "starting",
        Progress::Teardown => "teardown",
        Progress::Complete => "complete",
    }
}

/// How something ended, as programs read it.
fn status_word(status: Status) -> &'static str {
    match status {
        Status::Pending => "pending",
        Status::Skip => "skip",
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Error => "error",
    }
}

impl Lines {
    /// Writes through a machine-readable interface.
    pub fn new(machine: Machine) -> Self {
        Self { machine }
    }

    fn file(&self, path: &str, progress: Progress, status: Status) {
        let (text, body) = match progress {
            Progress::Starting => ("in progress", json!({ "path": path, "progress": "starting" })),
            Progress::Teardown => ("tearing down", json!({ "path": path, "progress": "teardown" })),
            Progress::Complete => {
                (word(status), json!({ "path": path, "progress": "complete", "status": status_word(status) }))
            }
        };
        let payload = [("@testfile", path.into()), ("test_file", body)];
        self.machine.tell(&format!("{path}... {text}"), "test_file", payload);
    }

    fn run(&self, path: &str, run: &RunReport, sources: &Sources) {
        let body = json!({
            "path": path, "run": run.name, "progress": "complete", "status": status_word(run.status),
        });
        let message = format!("  {:?}... {}", run.name, word(run.status));
        self.about(path, &run.name, &message, "test_run", ("test_run", body));
        match &run.detail {
            Some(Detail::Plan(file)) => {
                let (text, _) = file.json(Secrets::Shown);
                let body = part(
                    &text,
                    "plan",
                    &["output_changes", "resource_drift", "resource_changes", "relevant_attributes"],
                );
                let message = "-verbose flag enabled, printing plan";
                self.about(path, &run.name, message, "test_plan", ("test_plan", body));
            }
            Some(Detail::State(state, schemas)) => {
                let nothing = ordain_plan::json::Configuration::default();
                let view = View {
                    schemas,
                    configuration: &nothing,
                    terraform_version: ordain_operations::LANGUAGE_VERSION,
                    secrets: Secrets::Shown,
                };
                let (text, _) = ordain_plan::json::state(state, &view);
                let body: Value = serde_json::from_str(&text).unwrap_or_default();
                let values = body.get("values").cloned().unwrap_or_default();
                let mut out = Map::new();
                out.insert("state_format_version".into(), "1.0".into());
                if let Value::Object(members) = values {
                    out.extend(members);
                }
                let message = "-verbose flag enabled, printing state";
                self.about(path, &run.name, message, "test_state", ("test_state", Value::Object(out)));
            }
            None => {}
        }
        self.findings(path, &run.name, &run.found, sources);
    }

    fn about(&self, path: &str, run: &str, message: &str, kind: &str, (key, body): (&str, Value)) {
        let payload = [("@testfile", path.into()), ("@testrun", run.into()), (key, body)];
        self.machine.tell(message, kind, payload);
    }

    fn findings(&self, path: &str, run: &str, found: &Diagnostics, sources: &Sources) {
        for item in found {
            let place = [("@testfile", path.into()), ("@testrun", run.into())];
            self.machine.diagnostic_with(item, sources, place);
        }
    }

    fn leftover(
        &self,
        (path, run): (&str, &str),
        found: &Diagnostics,
        left: &[(String, Option<String>)],
        sources: &Sources,
    ) {
        if !left.is_empty() {
            let row = |(address, deposed): &(String, Option<String>)| match deposed {
                None => json!({ "instance": address }),
                Some(key) => json!({ "instance": address, "deposed_key": key }),
            };
            let rows: Vec<Value> = left.iter().map(row).collect();
            let message = format!(
                "Terraform left some resources in state after executing {path}/{run}, they need to be cleaned up manually."
            );
            let payload = [
                ("@testfile", path.into()),
                ("@testrun", run.into()),
                ("test_cleanup", json!({ "failed_resources": rows })),
            ];
            self.machine.write("error", &message, "test_cleanup", payload);
        }
        self.findings(path, run, found, sources);
    }

    fn summary(&self, counts: &Counts) {
        let (good, line) = summary(counts);
        let status = match (good, counts.errored > 0 || counts.bad_files > 0 && counts.failed == 0) {
            (true, _) => "pass",
            (false, true) => "error",
            (false, false) => "fail",
        };
        let body = json!({
            "status": status,
            "passed": counts.passed,
            "failed": counts.failed,
            "errored": counts.errored,
            "skipped": counts.skipped,
        });
        let word = if good { "Success!" } else { "Failure!" };
        self.machine.tell(&format!("{word} {line}"), "test_summary", [("test_summary", body)]);
    }
}

/// Members of a document under the name of its format.
fn part(text: &str, kind: &str, names: &[&str]) -> Value {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let mut out = Map::new();
    let version = document.get("format_version").cloned().unwrap_or_default();
    out.insert(format!("{kind}_format_version"), version);
    for name in names {
        if let Some(member) = document.get(*name) {
            out.insert((*name).to_owned(), member.clone());
        }
    }
    Value::Object(out)
}

impl Reporter for Lines {
    fn event(&self, event: Event<'_>, sources: &Sources) {
        match event {
            Event::Found { files, found } => {
                for item in found {
                    self.machine.diagnostic(item, sources);
                }
                let names = |file: &ordain_operations::testing::LoadedFile| {
                    let runs: Vec<Value> =
                        file.file.runs.iter().map(|run| run.name.text.to_string().into()).collect();
                    (file.file.path.to_string(), Value::Array(runs))
                };
                let runs: usize = files.iter().map(|file| file.file.runs.len()).sum();
                let plural = |count: usize| if count == 1 { "" } else { "s" };
                let message = format!(
                    "Found {} file{} and {runs} run block{}",
                    files.len(),
                    plural(files.len()),
                    plural(runs)
                );
                let body: Map<String, Value> = files.iter().map(names).collect();
                self.machine.tell(&message, "test_abstract", [("test_abstract", body.into())]);
            }
            Event::File { path, progress, status, found, .. } => {
                self.file(path, progress, status);
                for item in found {
                    self.machine.diagnostic_with(item, sources, [("@testfile", path.into())]);
                }
            }
            Event::Run { path, run, progress } => {
                let text = if progress == Progress::Teardown { "tearing down" } else { "in progress" };
                let body =
                    json!({ "path": path, "run": run, "progress": progress_word(progress), "elapsed": 0 });
                self.about(path, run, &format!("  {run:?}... {text}"), "test_run", ("test_run", body));
            }
            Event::Ended { path, run } => self.run(path, run, sources),
            Event::Leftover { path, run, found, left } => self.leftover((path, run), found, left, sources),
            Event::Summary { counts } => self.summary(counts),
        }
    }
}
