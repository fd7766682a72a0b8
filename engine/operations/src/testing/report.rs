//! What whoever watches the tests is told.

use std::time::Duration;

use ordain_diag::{Diagnostics, Sources};
use ordain_plan::Schemas;
use ordain_plan::file::PlanFile;
use ordain_state::State;

use super::suite::LoadedFile;

/// How a run or a file ended. Later ones weigh more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Not yet run, or nothing to run.
    Pending,
    /// Not run, because something before it went wrong.
    Skip,
    /// All is as demanded.
    Pass,
    /// An assertion does not hold.
    Fail,
    /// It could not be carried out.
    Error,
}

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Begins.
    Starting,
    /// Is being cleaned up.
    Teardown,
    /// Has ended.
    Complete,
}

/// How many runs ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Runs that passed.
    pub passed: usize,
    /// Runs with assertions that do not hold.
    pub failed: usize,
    /// Runs that could not be carried out.
    pub errored: usize,
    /// Runs that were left out.
    pub skipped: usize,
    /// Files that did not pass.
    pub bad_files: usize,
}

/// What a run shows of itself on request.
pub enum Detail {
    /// The plan, for runs that only plan.
    Plan(Box<PlanFile>),
    /// The state, with the schemas of what is in it.
    State(Box<State>, Schemas),
}

/// One run that has ended.
pub struct RunReport {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: Status,
    /// What was found.
    pub found: Diagnostics,
    /// What it shows of itself, when asked for.
    pub detail: Option<Detail>,
    /// When it began, in seconds since 1970; `None` when it was left out.
    pub began: Option<i64>,
    /// How long it took.
    pub took: Duration,
}

/// Something that happens.
#[derive(Clone, Copy)]
pub enum Event<'e> {
    /// The files and runs there are, with findings that keep nothing from being run.
    Found {
        /// The files in order.
        files: &'e [LoadedFile],
        /// Warnings.
        found: &'e Diagnostics,
    },
    /// A file begins or is being cleaned up.
    File {
        /// Its path.
        path: &'e str,
        /// How far it is.
        progress: Progress,
        /// How it ended, when it has.
        status: Status,
        /// Its runs, when it has ended.
        runs: &'e [RunReport],
        /// What was found of the file as a whole, when it has ended.
        found: &'e Diagnostics,
    },
    /// A run begins, or what it made is being destroyed.
    Run {
        /// Path of its file.
        path: &'e str,
        /// Its name.
        run: &'e str,
        /// How far it is.
        progress: Progress,
    },
    /// A run has ended.
    Ended {
        /// Path of its file.
        path: &'e str,
        /// The run.
        run: &'e RunReport,
    },
    /// What a run made could not all be destroyed.
    Leftover {
        /// Path of its file.
        path: &'e str,
        /// The run that made it last.
        run: &'e str,
        /// Why.
        found: &'e Diagnostics,
        /// Addresses of what is left; deposed objects with their key.
        left: &'e [(String, Option<String>)],
    },
    /// All is done.
    Summary {
        /// How many runs ended how.
        counts: &'e Counts,
    },
}

/// Whoever watches.
pub trait Reporter: Send + Sync {
    /// Told of everything as it happens. `sources` holds the texts that findings point into.
    fn event(&self, event: Event<'_>, sources: &Sources);
}
