//! What conditions and check blocks found.

/// What a condition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    /// Holds.
    Pass,
    /// Not known yet.
    Unknown,
    /// Does not hold.
    Fail,
    /// Could not be evaluated.
    Error,
}

/// What kind of object carries conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckKind {
    /// Pre- and postconditions of a resource.
    Resource,
    /// Preconditions of an output.
    OutputValue,
    /// A `check` block.
    Check,
    /// Validations of a variable.
    InputVariable,
}

/// Findings about one declared object that has conditions. Objects whose instances were never reached have
/// no instances and are [`CheckStatus::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckFinding {
    /// What kind of object it is.
    pub kind: CheckKind,
    /// Address in the configuration, without keys: `module.a.check.b`, `module.a.var.x`, `output.y`.
    pub address: String,
    /// The worst of its instances.
    pub status: CheckStatus,
    /// Each instance.
    pub instances: Vec<CheckInstance>,
}

/// Findings about one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInstance {
    /// Address with keys.
    pub address: String,
    /// The worst of its conditions.
    pub status: CheckStatus,
    /// Messages of conditions that do not hold.
    pub messages: Vec<String>,
}
