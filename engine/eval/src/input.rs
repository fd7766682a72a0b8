//! What an evaluation starts from.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{ModulePath, ProviderAddr, ProviderConfigAddr, Target};
use ordain_config::ModuleTree;
use ordain_diag::{FileId, Span};
use ordain_lang::{Functions, World};
use ordain_provider::ProviderSchema;
use ordain_value::Value;

/// What the evaluation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every instance is handed out with its configuration; answers are planned values.
    Plan,
    /// As planning, but answers are final values; conditions that are unknown are errors.
    Apply,
    /// Nothing is expanded by `count` and `for_each`: no instances are handed out, only providers.
    /// References read the objects given through [`crate::Evaluator::preset`].
    Destroy,
    /// Each block is handed out once, without key, with unknown values for whatever is not constant.
    Validate,
    /// Nothing is handed out. Objects come from [`crate::Evaluator::preset`]; what is missing is unknown.
    Console,
}

/// Everything that an evaluation starts from.
#[derive(Clone)]
pub struct Input {
    /// The configuration.
    pub tree: Arc<ModuleTree>,
    /// Schemas of all providers that the configuration or the state names.
    pub schemas: BTreeMap<ProviderAddr, Arc<ProviderSchema>>,
    /// Values given for root variables, one a variable: the caller has settled which source wins.
    pub variables: BTreeMap<Arc<str>, VariableInput>,
    /// Files, clock and ids for functions.
    pub world: Arc<dyn World>,
    /// Functions of providers, by the module whose local names call them.
    pub functions: BTreeMap<ModulePath, Arc<dyn Functions + Send + Sync>>,
    /// What the evaluation is for.
    pub mode: Mode,
    /// Name of the workspace.
    pub workspace: Arc<str>,
    /// Time of the plan, RFC 3339: what `plantimestamp()` says.
    pub timestamp: Arc<str>,
    /// Provider configurations that stored objects name. They are handed out as well, even when no block
    /// uses them any more.
    pub stored_providers: Vec<ProviderConfigAddr>,
    /// `-target`: only these, what they depend on, and outputs that depend on nothing else. Empty for all.
    pub targets: Vec<Target>,
    /// `-exclude`: all but these and what depends on them.
    pub excludes: Vec<Target>,
    /// Whether a `count` or `for_each` that is not known is no error: one instance without key then stands
    /// for all of them, and its expansion is told without keys.
    pub defer: bool,
    /// What comes of conditions that do not hold.
    pub conditions: Conditions,
    /// Whether `import` blocks count. A plan that only looks leaves them alone.
    pub imports: bool,
    /// Whether objects are only looked at: the arguments of managed resources are then not evaluated, as in
    /// Terraform, and their configuration is told as unknown.
    pub looks: bool,
    /// The configuration as an evaluation before compiled it: used if it is still the same.
    pub compiled: Option<crate::Compiled>,
}

/// What comes of conditions that do not hold. Validations of variables always refuse, and what cannot be
/// evaluated is always an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conditions {
    /// Preconditions and postconditions refuse; check blocks warn.
    #[default]
    Refuse,
    /// All warn, and nothing is held up: nothing will be done.
    Warn,
    /// Those of outputs refuse; the others warn, and nothing is held up.
    WarnForResources,
    /// Those of outputs refuse and check blocks warn; what those of resources say is noted and not told, as nothing is
    /// done to them.
    SilentForResources,
    /// Nothing is said: everything is about to be destroyed anyway.
    Ignore,
}

/// A value for a root variable.
#[derive(Clone, Debug)]
pub struct VariableInput {
    /// The value or its text.
    pub value: VariableText,
    /// Where it comes from.
    pub source: VariableSource,
}

/// The value or its text.
#[derive(Clone, Debug)]
pub enum VariableText {
    /// A value: from a `.tfvars` file, a plan file, a test.
    Value(Value),
    /// A text from the environment or the command line: taken literally when the variable is a string,
    /// number or bool, else read as an expression of constants. The file is the entry of the source table
    /// that holds the text, for spans.
    Text(Arc<str>, FileId),
}

/// Where a variable's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableSource {
    /// Environment variable `TF_VAR_…`. Undeclared ones are no error.
    Environment,
    /// `-var`. Undeclared ones are errors.
    CommandLine,
    /// A `.tfvars` file; the span is the argument's. Undeclared ones are warnings.
    File(Span),
    /// A plan file, an interactive answer, a test run.
    Other,
}
