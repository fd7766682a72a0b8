//! Tests as people read of them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ordain_diag::{Diagnostics, Sources};
use ordain_operations::testing::{Detail, Event, Progress, Reporter, RunReport, Status};

use super::{summary, word};
use crate::render;
use crate::render::diag::{WIDTH, wrap};
use crate::render::style::{Color, Style};
use crate::ui::Ui;

/// Shows events on the terminal.
pub struct Human {
    ui: Mutex<Ui>,
    style: Style,
}

impl Human {
    /// Shows events through these streams.
    pub fn new(ui: Ui) -> Self {
        Self { style: ui.style(), ui: Mutex::new(ui) }
    }

    fn ui(&self) -> MutexGuard<'_, Ui> {
        self.ui.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self, status: Status) -> String {
        let color = match status {
            Status::Pass => Color::Green,
            Status::Fail | Status::Error => Color::Red,
            Status::Skip | Status::Pending => Color::Grey,
        };
        self.style.paint(color, word(status))
    }

    fn run(&self, run: &RunReport, sources: &Sources) {
        let mut ui = self.ui();
        ui.line(&format!("  run {:?}... {}", run.name, self.ended(run.status)));
        match &run.detail {
            Some(Detail::Plan(file)) => {
                let text = render::plan::plan(&file.plan, &file.schemas, self.style, false);
                ui.say(&format!("\n{}\n\n", text.trim_matches('\n')));
            }
            Some(Detail::State(state, schemas)) => {
                let text = render::state::state(state, schemas, self.style);
                ui.say(&format!("\n{}\n\n", text.trim_matches('\n')));
            }
            None => {}
        }
        ui.diagnostics(&run.found, sources);
    }

    fn leftover(
        &self,
        (path, run): (&str, &str),
        found: &Diagnostics,
        left: &[(String, Option<String>)],
        sources: &Sources,
    ) {
        let mut ui = self.ui();
        let say = |ui: &mut Ui, text: &str| ui.complain(&format!("{}\n", wrap(text, WIDTH).join("\n")));
        if found.has_errors() {
            let text = format!(
                "Terraform encountered an error destroying resources created while executing {path}/{run}."
            );
            say(&mut ui, &text);
        }
        ui.diagnostics(found, sources);
        if !left.is_empty() {
            let text = format!(
                "\nTerraform left the following resources in state after executing {path}/{run}, and they need to be cleaned up manually:"
            );
            say(&mut ui, &text);
            for (address, deposed) in left {
                let deposed = deposed.as_ref().map(|key| format!(" ({key})")).unwrap_or_default();
                ui.complain(&format!("  - {address}{deposed}\n"));
            }
        }
    }
}

impl Reporter for Human {
    fn event(&self, event: Event<'_>, sources: &Sources) {
        match event {
            Event::Found { found, .. } => self.ui().diagnostics(found, sources),
            Event::File { path, progress, status, found, .. } => {
                let state = match progress {
                    Progress::Starting => self.style.paint(Color::Grey, "in progress"),
                    Progress::Teardown => self.style.paint(Color::Grey, "tearing down"),
                    Progress::Complete => self.ended(status),
                };
                self.ui().line(&format!("{path}... {state}"));
                self.ui().diagnostics(found, sources);
            }
            Event::Run { .. } => {}
            Event::Ended { run, .. } => self.run(run, sources),
            Event::Leftover { path, run, found, left } => self.leftover((path, run), found, left, sources),
            Event::Summary { counts } => {
                let (good, line) = summary(counts);
                let word = if good {
                    self.style.paint(Color::Green, "Success!")
                } else {
                    self.style.paint(Color::Red, "Failure!")
                };
                self.ui().line(&format!("\n{} {line}", self.style.bold(&word)));
            }
        }
    }
}
