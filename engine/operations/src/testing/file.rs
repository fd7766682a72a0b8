//! The runs of one file in order, and what they leave destroyed.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use ordain_apply::Stop;
use ordain_config::testing::Run;
use ordain_diag::{Diagnostics, Sources};
use ordain_plan::Mode;
use ordain_state::State;

use super::Options;
use super::carry::Carrier;
use super::names::{Runs, named};
use super::report::{Counts, Event, Progress, Reporter, RunReport, Status};
use super::run::Ended;
use super::suite::{Globals, LoadedFile};
use crate::Workdir;

/// One file that is being run.
pub(super) struct FileRun<'f> {
    pub(super) workdir: &'f Workdir,
    pub(super) options: &'f Options,
    pub(super) file: &'f LoadedFile,
    pub(super) globals: &'f Globals,
    pub(super) sources: &'f Sources,
    pub(super) reporter: &'f dyn Reporter,
}

/// What runs know of each other.
pub(super) struct Known {
    pub(super) runs: Runs,
    pub(super) names: Vec<Arc<str>>,
}

/// A state that runs share, the last run that changed it, and how what is in it is destroyed.
struct Kept {
    state: State,
    run: usize,
    carrier: Carrier,
}

impl FileRun<'_> {
    /// Runs the file and counts how its runs ended.
    pub(super) async fn run(&self, counts: &mut Counts) {
        let path = &*self.file.file.path;
        let nothing = Diagnostics::new();
        let tell = |progress, status, runs: &[RunReport]| {
            let found = if progress == Progress::Complete { &self.file.found } else { &nothing };
            self.tell(Event::File { path, progress, status, runs, found });
        };
        tell(Progress::Starting, Status::Pending, &[]);
        let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
        let reports = self.runs(&mut kept).await;
        let mut status = Status::Pass;
        for report in &reports {
            status = status.max(report.status);
            let slot = match report.status {
                Status::Pass => &mut counts.passed,
                Status::Fail => &mut counts.failed,
                Status::Error => &mut counts.errored,
                Status::Skip | Status::Pending => &mut counts.skipped,
            };
            *slot += 1;
        }
        tell(Progress::Teardown, status, &[]);
        if !self.tear_down(kept).await {
            status = Status::Error;
        }
        counts.bad_files += usize::from(status > Status::Pass);
        tell(Progress::Complete, status, &reports);
    }

    fn tell(&self, event: Event<'_>) {
        self.reporter.event(event, self.sources);
    }

    async fn runs(&self, kept: &mut BTreeMap<String, Kept>) -> Vec<RunReport> {
        let path = &*self.file.file.path;
        let runs = &self.file.file.runs;
        let mut known =
            Known { runs: Runs::new(), names: runs.iter().map(|run| run.name.text.to_arc()).collect() };
        let mut reports: Vec<RunReport> = Vec::new();
        let mut broken = false;
        for group in self.groups() {
            if broken || self.options.stop.is_asked() {
                for run in group.iter().filter_map(|at| runs.get(*at)) {
                    let report = left_out(run);
                    self.tell(Event::Ended { path, run: &report });
                    reports.push(report);
                }
                continue;
            }
            let jobs = group.iter().map(|at| {
                let state = runs.get(*at).and_then(|run| kept.get(&key(run)));
                let state = state.map(|kept| kept.state.clone()).unwrap_or_default();
                if let Some(run) = runs.get(*at) {
                    self.tell(Event::Run { path, run: &run.name.text, progress: Progress::Starting });
                }
                self.one(*at, &known, state)
            });
            let jobs: Vec<_> = jobs.collect();
            let ended = join_all(jobs).await;
            for (at, ended) in group.iter().zip(ended) {
                let (Some(ended), Some(run)) = (ended, runs.get(*at)) else { continue };
                let Ended { report, outputs, left } = ended;
                if let Some(outputs) = outputs {
                    let plans = run.settings.command == ordain_config::testing::Command::Plan;
                    known.runs.insert(run.name.text.to_arc(), (outputs, plans));
                }
                if let Some((state, carrier)) = left {
                    kept.insert(key(run), Kept { state, run: *at, carrier });
                }
                broken |= report.status == Status::Error;
                self.tell(Event::Ended { path, run: &report });
                reports.push(report);
            }
        }
        reports
    }

    /// Runs in order, those that may run side by side together: neighbours that say so, have states of their
    /// own, and do not refer to each other.
    fn groups(&self) -> Vec<Vec<usize>> {
        let runs = &self.file.file.runs;
        let mut groups: Vec<Vec<usize>> = Vec::new();
        let parallel = |run: &Run| run.settings.parallel.unwrap_or(self.file.file.parallel);
        for (at, run) in runs.iter().enumerate() {
            let named = named_runs(run);
            let joins = |group: &Vec<usize>| {
                parallel(run)
                    && group.iter().filter_map(|other| runs.get(*other)).all(|other| {
                        parallel(other)
                            && key(other) != key(run)
                            && !named.contains(&other.name.text.to_arc())
                    })
            };
            match groups.last_mut().filter(|group| joins(group)) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        groups
    }

    /// Destroys what the runs made, the latest first. Says whether nothing is left.
    async fn tear_down(&self, kept: BTreeMap<String, Kept>) -> bool {
        let path = &*self.file.file.path;
        let mut states: Vec<Kept> = kept.into_values().collect();
        states.sort_by_key(|kept| std::cmp::Reverse(kept.run));
        let mut clean = true;
        for Kept { state, run, carrier } in states {
            let name = self.file.file.runs.get(run).map(|run| run.name.text.clone()).unwrap_or_default();
            if state.resources.is_empty() {
                continue;
            }
            self.tell(Event::Run { path, run: &name, progress: Progress::Teardown });
            let options =
                ordain_planner::Options { mode: Mode::Destroy, ..ordain_planner::Options::default() };
            let (plan, mut found) = carrier.plan(state.clone(), options).await;
            let mut rest = state;
            if !found.has_errors() {
                // A stop asks not to begin anything new; what was made is still taken away.
                let (after, problems) = carrier.apply(plan, Arc::new(Stop::new())).await;
                found.append(problems);
                rest = after;
            }
            let left = left(&rest);
            if found.has_errors() || !left.is_empty() {
                clean = false;
                self.tell(Event::Leftover { path, run: &name, found: &found, left: &left });
            }
        }
        clean
    }
}

/// Name of the state that a run works on.
fn key(run: &Run) -> String {
    match (&run.settings.state_key, &run.settings.module) {
        (Some(key), _) => format!("key {key}"),
        (None, Some(module)) => format!("module {}", module.source.0.text()),
        (None, None) => String::new(),
    }
}

fn left_out(run: &Run) -> RunReport {
    RunReport {
        name: run.name.text.to_string(),
        status: Status::Skip,
        found: Diagnostics::new(),
        detail: None,
        began: None,
        took: std::time::Duration::ZERO,
    }
}

/// Names of runs that a run refers to.
fn named_runs(run: &Run) -> Vec<Arc<str>> {
    let asserts = run.asserts.iter().flat_map(|assert| [&assert.condition, &assert.error_message]);
    let exprs = run.variables.values().map(|argument| &argument.expr).chain(asserts);
    exprs.flat_map(|expr| named(expr, "run")).collect()
}

/// Addresses of everything managed in a state; deposed objects with their key.
fn left(state: &State) -> Vec<(String, Option<String>)> {
    let mut left = Vec::new();
    for (resource, held) in &state.resources {
        if resource.resource.mode != ordain_addr::Mode::Managed {
            continue;
        }
        for (key, instance) in &held.instances {
            let address = resource.instance(key.clone()).to_string();
            left.extend(instance.current.iter().map(|_| (address.clone(), None)));
            left.extend(instance.deposed.keys().map(|key| (address.clone(), Some(key.to_string()))));
        }
    }
    left
}
