//! Test files (`.tftest.hcl`, `.tofutest.hcl` and such in JSON), decoded. Nothing in them is evaluated but
//! constants.

mod file;
mod mock;
mod overriding;
mod run;

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{Mode, Target};
use ordain_diag::Span;
use ordain_lang::ast::{Ident, Traversal};
use ordain_value::Value;

use crate::LocalProvider;
use crate::blocks::{Argument, Condition, ModuleSource, PassedProvider, ProviderBlock};

pub use file::test_file;
pub use mock::mock_file;

/// Ends of names of test files; of the first two forms the second is read when both are there, and so of the
/// last two.
const FORMS: [(&str, &str); 2] = [(".tftest.hcl", ".tofutest.hcl"), (".tftest.json", ".tofutest.json")];

/// The name of a test file without what tells that it is one; `None` when it is none.
pub fn test_name(path: &str) -> Option<&str> {
    FORMS.iter().find_map(|(tf, tofu)| path.strip_suffix(tf).or_else(|| path.strip_suffix(tofu)))
}

/// Whether another file of the same name in OpenTofu's form stands in for this one.
pub fn is_replaced(path: &str, exists: impl Fn(&str) -> bool) -> bool {
    let stands_in = |(tf, tofu): &(&str, &str)| {
        path.strip_suffix(tf).is_some_and(|stem| exists(&format!("{stem}{tofu}")))
    };
    FORMS.iter().any(stands_in)
}

/// One test file.
#[derive(Clone, Debug, Default)]
pub struct TestFile {
    /// Logical path, relative to the configuration under test.
    pub path: Arc<str>,
    /// `variables`: values for all runs.
    pub variables: BTreeMap<Arc<str>, Argument>,
    /// `provider` and `mock_provider` blocks by name and alias.
    pub providers: BTreeMap<LocalProvider, TestProvider>,
    /// `override_resource`, `override_data` and `override_module` blocks.
    pub overrides: Vec<Override>,
    /// `run` blocks in order.
    pub runs: Vec<Run>,
    /// `test { parallel = true }`: whether runs that do not say otherwise may run side by side.
    pub parallel: bool,
}

/// A provider configuration that a test file brings.
#[derive(Clone, Debug)]
pub enum TestProvider {
    /// `provider`
    Real(Arc<ProviderBlock>),
    /// `mock_provider`
    Mock(Box<Mock>),
}

/// A provider that reaches nothing.
#[derive(Clone, Debug)]
pub struct Mock {
    /// Local name.
    pub name: Ident,
    /// `alias`
    pub alias: Option<Ident>,
    /// `source`: directory of files with further content, relative to the configuration under test.
    pub source: Option<(Arc<str>, Span)>,
    /// What it answers with.
    pub answers: MockAnswers,
    /// Type and labels.
    pub header: Span,
}

/// What a mocked provider answers with.
#[derive(Clone, Debug, Default)]
pub struct MockAnswers {
    /// `override_during = plan`: computed attributes are decided while planning.
    pub at_plan: bool,
    /// `mock_resource` and `mock_data` by type.
    pub types: BTreeMap<(Mode, Arc<str>), MockType>,
    /// `override_…` blocks inside.
    pub overrides: Vec<Override>,
}

/// Answers for one type.
#[derive(Clone, Debug)]
pub struct MockType {
    /// Values of computed attributes: an object.
    pub defaults: Value,
    /// Whether they are decided while planning; `None` to do as the provider does.
    pub at_plan: Option<bool>,
    /// Type and labels.
    pub header: Span,
}

/// What kind of object an override is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideKind {
    /// `override_resource`
    Resource,
    /// `override_data`
    Data,
    /// `override_module`
    Module,
}

/// Values that stand in for what an object or a module would give.
#[derive(Clone, Debug)]
pub struct Override {
    /// What kind of object.
    pub kind: OverrideKind,
    /// Which.
    pub target: Target,
    /// `values` or `outputs`: an object.
    pub values: Value,
    /// Whether they are known while planning; `None` when not written.
    pub at_plan: Option<bool>,
    /// Where the target stands.
    pub target_span: Span,
    /// The block's type.
    pub header: Span,
}

/// What a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Command {
    /// Plan and look at the plan.
    Plan,
    /// Plan, apply, and look at what is there then.
    #[default]
    Apply,
}

/// The module that a run works on instead of the configuration under test.
#[derive(Clone, Debug)]
pub struct RunModule {
    /// `source` and where it stands.
    pub source: (ModuleSource, Span),
    /// `version`
    pub version: Option<(Arc<str>, Span)>,
}

/// `plan_options`
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// `mode = refresh-only`
    pub refresh_only: bool,
    /// `refresh`
    pub refresh: bool,
    /// `replace`
    pub replace: Vec<Target>,
    /// `target`
    pub targets: Vec<Target>,
}

impl Default for PlanOptions {
    fn default() -> Self {
        Self { refresh_only: false, refresh: true, replace: Vec::new(), targets: Vec::new() }
    }
}

/// A run block.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: Ident,
    /// What it does.
    pub settings: RunSettings,
    /// `variables`
    pub variables: BTreeMap<Arc<str>, Argument>,
    /// `providers`; `None` when not written.
    pub providers: Option<Vec<PassedProvider>>,
    /// `override_…` blocks.
    pub overrides: Vec<Override>,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
    /// `expect_failures` with the place of each.
    pub expect_failures: Vec<(Traversal, Span)>,
    /// Type and label.
    pub header: Span,
}

/// How a run goes about it.
#[derive(Clone, Debug, Default)]
pub struct RunSettings {
    /// `command`
    pub command: Command,
    /// `module`
    pub module: Option<RunModule>,
    /// `plan_options`
    pub options: PlanOptions,
    /// `state_key`
    pub state_key: Option<Arc<str>>,
    /// `parallel`; `None` to do as the file says.
    pub parallel: Option<bool>,
}

#[cfg(test)]
#[path = "testing_tests.rs"]
mod tests;
