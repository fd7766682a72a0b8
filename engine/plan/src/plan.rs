//! The plan itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::Target;
use ordain_diag::CheckResult;
use ordain_state::State;
use ordain_value::Value;

use crate::{Change, OutputChange, Step};

/// What kind of plan it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Towards the configuration.
    Normal,
    /// Only what is remembered is brought up to date.
    RefreshOnly,
    /// Everything is destroyed.
    Destroy,
}

/// Everything that was decided. Tables are in canonical order (by address).
#[derive(Clone, Debug)]
pub struct Plan {
    /// What kind of plan it is.
    pub mode: Mode,
    /// When it was made, RFC 3339.
    pub timestamp: String,
    /// Root module variables, defaults included; ephemeral ones are named without value.
    pub variables: BTreeMap<Arc<str>, Option<Value>>,
    /// Those of the variables whose values were given, not defaults.
    pub given: BTreeSet<Arc<str>>,
    /// Changes to objects, no-ops included.
    pub changes: Vec<Change>,
    /// Changes made outside since the last apply.
    pub drift: Vec<Change>,
    /// Changes that cannot be planned yet.
    pub deferred: Vec<Deferred>,
    /// Changes to root module outputs.
    pub outputs: Vec<OutputChange>,
    /// The execution graph, in an order in which it may be carried out.
    pub steps: Vec<Step>,
    /// What checks and conditions say.
    pub checks: Vec<CheckResult>,
    /// Attributes that the configuration reads of objects.
    pub relevant: Vec<RelevantAttribute>,
    /// State that was planned against, refreshed.
    pub prior: State,
    /// State as it was stored; `serial` and `lineage` of this one bind the plan.
    pub base: State,
    /// `-target` addresses.
    pub targets: Vec<Target>,
    /// `-exclude` addresses.
    pub excludes: Vec<Target>,
    /// Whether applying it can lead to an empty second plan.
    pub complete: bool,
    /// Whether applying it would do anything and is allowed.
    pub applyable: bool,
    /// Whether planning ended with errors.
    pub errored: bool,
}

/// A change that cannot be planned yet.
#[derive(Clone, Debug)]
pub struct Deferred {
    /// Word of the JSON plan, such as `instance_count_unknown`.
    pub reason: &'static str,
    /// Whether the keys of the resource itself are not known: the change then stands for all its instances.
    pub index_unknown: bool,
    /// The change as far as it is known.
    pub change: Change,
}

/// An attribute that the configuration reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelevantAttribute {
    /// Address of the resource.
    pub resource: String,
    /// Names and indices down to the attribute.
    pub attribute: Vec<Value>,
}
