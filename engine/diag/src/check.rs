//! What conditions and check blocks say of the objects that carry them.

use std::collections::HashMap;

/// What a condition says. Later ones weigh more.
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

/// Results of all conditions of one declared object. Objects that were never reached have no instances and are
/// [`CheckStatus::Unknown`]; those that turned out to have none are [`CheckStatus::Pass`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// What kind of object it is.
    pub kind: CheckKind,
    /// Address in the configuration, without keys: `module.a.check.b`, `module.a.var.x`, `output.y`.
    pub address: String,
    /// The worst of its instances.
    pub status: CheckStatus,
    /// Each instance.
    pub instances: Vec<CheckInstance>,
}

/// Results of the conditions of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckInstance {
    /// Address with keys.
    pub address: String,
    /// The worst of its conditions.
    pub status: CheckStatus,
    /// Messages of conditions that do not hold.
    pub messages: Vec<String>,
}

impl CheckInstance {
    /// An instance that nothing is known of yet.
    pub fn unknown(address: impl Into<String>) -> Self {
        Self { address: address.into(), status: CheckStatus::Unknown, messages: Vec::new() }
    }
}

impl CheckResult {
    /// Check blocks whose data source could not be read do not hold. `failed` has the reason under the
    /// address of the instance.
    pub fn fail_unread(&mut self, failed: &HashMap<String, String>) {
        for instance in &mut self.instances {
            if let Some(why) = failed.get(&instance.address) {
                self.status = CheckStatus::Fail;
                instance.status = CheckStatus::Fail;
                instance.messages = vec![why.clone()];
            }
        }
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
