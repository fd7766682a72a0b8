//! What a plan is made from.

use std::sync::Arc;

use ordain_addr::{ResourceInstance, Target};
use ordain_diag::Diagnostics;
use ordain_plan::{Mode, Observer};
use ordain_provider::ProviderSource;
use ordain_state::State;

use crate::crew::Beside;

/// Everything that a plan is made from.
pub struct Request {
    /// Configuration, schemas, variables and world. Mode, targets and stored providers are set by the
    /// planner.
    pub evaluation: ordain_eval::Input,
    /// The state as it is stored.
    pub base: State,
    /// Where providers come from.
    pub providers: Arc<dyn ProviderSource>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// What is asked for.
    pub options: Options,
    /// Errors that are known beforehand and keep nothing from being planned: the plan is an errored one.
    pub known: Diagnostics,
    /// Who takes work that runs beside the planning; without, all of it is done where the plan is asked for.
    pub beside: Option<Beside>,
}

/// Which objects are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// All.
    #[default]
    All,
    /// Those that would change as they are stored, and are planned again then; none that is to go.
    Changing,
    /// None.
    Nothing,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// What kind of plan.
    pub mode: Mode,
    /// Which objects are read before they are planned.
    pub refresh: Refresh,
    /// `-target` addresses.
    pub targets: Vec<Target>,
    /// `-exclude` addresses.
    pub excludes: Vec<Target>,
    /// `-replace` addresses.
    pub replace: Vec<ResourceInstance>,
    /// An object to take over by its id, as the command `import` does: the plan's prior state then has
    /// it. Goes with [`Mode::RefreshOnly`].
    pub import: Option<(ResourceInstance, String)>,
    /// Whether `import` blocks count with [`Mode::RefreshOnly`] too: who asks wants to see the objects.
    pub look_at_imports: bool,
    /// Whether only what was read counts, as the command `refresh` wants it: everything is planned as with
    /// [`Mode::Normal`], and the plan is one of [`Mode::RefreshOnly`].
    pub only_reads: bool,
    /// Whether what hangs on an unknown `count` or `for_each` is deferred instead of refused.
    pub allow_deferral: bool,
    /// Greatest number of provider calls at a time.
    pub parallelism: usize,
    /// Version of the language that providers and state are told.
    pub terraform_version: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Normal,
            refresh: Refresh::All,
            targets: Vec::new(),
            excludes: Vec::new(),
            replace: Vec::new(),
            import: None,
            look_at_imports: false,
            only_reads: false,
            allow_deferral: false,
            parallelism: 10,
            terraform_version: String::new(),
        }
    }
}

impl Options {
    /// Whether everything is brought up to date before it is destroyed.
    pub(crate) fn looks_first(&self) -> bool {
        self.mode == Mode::Destroy && self.refresh == Refresh::All
    }

    /// Whether `-target` and `-exclude` leave an instance in.
    pub fn selects(&self, instance: &ResourceInstance) -> bool {
        let hit = |targets: &[Target]| targets.iter().any(|target| target.selects(instance));
        (self.targets.is_empty() || hit(&self.targets)) && !hit(&self.excludes)
    }

    /// Whether the plan is about a part of the configuration only.
    pub(crate) fn is_partial(&self) -> bool {
        !self.targets.is_empty() || !self.excludes.is_empty()
    }
}
