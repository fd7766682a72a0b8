//! `test`: runs of test files, each with a state of its own in memory, and what they leave destroyed.
//!
//! A run goes the way that every change goes: a plan, an approval, an apply of exactly that plan. Rules of an
//! environment speak about that environment's state; a test has none of it, so the default rules judge it,
//! and naming the command is the yes.

mod adapt;
mod assertions;
mod carry;
mod expected;
mod file;
mod mocking;
mod names;
mod objects;
mod report;
mod run;
mod stand_in;
mod suite;

use std::sync::Arc;

use ordain_apply::Stop;
use ordain_config::ModuleTree;
use ordain_config::testing::RunModule;
use ordain_diag::{Diagnostics, Sources};

use crate::variables::Given;
use crate::{Project, Workdir};

pub use report::{Counts, Detail, Event, Progress, Reporter, RunReport, Status};
pub use suite::LoadedFile;

/// What the command line of `test` asks for.
pub struct Options {
    /// Values of variables, as given.
    pub given: Vec<Given>,
    /// Directory of tests beside the configuration, relative to it.
    pub directory: String,
    /// Files to run; empty for all.
    pub filter: Vec<String>,
    /// Greatest number of provider calls at a time.
    pub parallelism: usize,
    /// Whether plans and states are wanted for showing.
    pub verbose: bool,
    /// Asks to stop: no further run is begun, and what was made is destroyed.
    pub stop: Arc<Stop>,
}

/// Runs the tests of a working directory. Texts that findings point into are given back; findings are those
/// that kept the tests from being run. `reporter` is told of everything else as it happens.
pub async fn test(
    workdir: &Workdir,
    options: &Options,
    reporter: &dyn Reporter,
) -> (Option<Counts>, Sources, Diagnostics) {
    let (project, mut found) = Project::load(workdir);
    let (suite, mut sources, problems) = suite::load(workdir, &project, options);
    found.append(problems);
    let globals = suite::globals(workdir, &project, options, &mut sources);
    found.append(globals.found.clone());
    let Some(suite) = suite.filter(|_| !found.has_errors()) else { return (None, sources, found) };
    reporter.event(Event::Found { files: &suite.files, found: &found }, &sources);
    let mut counts = Counts::default();
    for file in &suite.files {
        let globals = &globals;
        let file = file::FileRun { workdir, options, file, globals, sources: &sources, reporter };
        file.run(&mut counts).await;
    }
    reporter.event(Event::Summary { counts: &counts }, &sources);
    (Some(counts), sources, Diagnostics::new())
}

/// Modules that the runs of test files are about, other than the configuration itself. What is wrong with them is
/// reported when tests are checked or run.
pub fn trees(workdir: &Workdir, project: &Project, directory: &str) -> Vec<Arc<ModuleTree>> {
    run_trees(workdir, project, directory).into_iter().map(|(_, _, tree)| tree).collect()
}

/// The same with the path of the test file and the name of the run.
pub(crate) fn run_trees(
    workdir: &Workdir,
    project: &Project,
    directory: &str,
) -> Vec<(Arc<str>, Arc<str>, Arc<ModuleTree>)> {
    let (suite, _, _) = suite::load(workdir, project, &reading(directory));
    let mut found = Vec::new();
    for file in suite.into_iter().flat_map(|suite| suite.files) {
        let runs = file.file.runs.iter().zip(file.trees);
        let other = runs.filter(|(_, tree)| !Arc::ptr_eq(tree, &project.tree));
        found.extend(other.map(|(run, tree)| (file.file.path.clone(), run.name.text.to_arc(), tree)));
    }
    found
}

/// A module that a run of a test file is about.
pub(crate) struct RunCall {
    /// Its name in the manifest of modules.
    pub(crate) key: Arc<str>,
    /// What is asked for.
    pub(crate) module: RunModule,
}

/// Modules that runs of test files are about, to be installed. What is wrong with the files is told elsewhere.
pub(crate) fn run_modules(workdir: &Workdir, directory: &str, texts: &mut Sources) -> Vec<RunCall> {
    let files = suite::files(workdir, &reading(directory), texts, &mut Diagnostics::new());
    let mut calls = Vec::new();
    for file in files {
        for run in file.runs {
            let key = suite::manifest_key(&file.path, &run);
            calls.extend(run.settings.module.map(|module| RunCall { key, module }));
        }
    }
    calls
}

/// Options that only read test files.
fn reading(directory: &str) -> Options {
    Options {
        given: Vec::new(),
        directory: directory.to_owned(),
        filter: Vec::new(),
        parallelism: 1,
        verbose: false,
        stop: Arc::new(Stop::new()),
    }
}

/// Checks the test files of a working directory without running anything. The texts are the project's and
/// those of the tests. `installing` leaves out whether modules of runs are there.
pub fn check(
    workdir: &Workdir,
    project: &Project,
    directory: &str,
    installing: bool,
) -> (Sources, Diagnostics) {
    let (suite, sources, mut found) = suite::load(workdir, project, &reading(directory));
    if installing {
        found = found.into_iter().filter(|finding| finding.summary != suite::NOT_INSTALLED).collect();
        // What runs expect is theirs.
        return (sources, found);
    }
    for file in suite.iter().flat_map(|suite| &suite.files) {
        for (run, tree) in file.file.runs.iter().zip(&file.trees) {
            found.extend(suite::unknown_targets_of(run, tree));
            found.append(expected::Expected::read(run).1);
        }
    }
    (sources, found)
}
