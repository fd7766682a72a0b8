//! What policies say of a plan.

use serde::{Deserialize, Serialize};

/// When a plan is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Right after it was made; decisions are stored with it.
    #[default]
    Plan,
    /// When somebody is about to approve it.
    Approve,
    /// Right before one object is touched, with its real values: settles obligations.
    Resource,
    /// Right before it is applied, with the present time.
    Apply,
}

impl Stage {
    /// Word in rule metadata and in the input document.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Plan => "plan",
            Stage::Approve => "approve",
            Stage::Resource => "resource",
            Stage::Apply => "apply",
        }
    }
}

/// All decisions of one judgement. In order of rule and message, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// When the plan was judged.
    pub stage: Stage,
    /// Digest of the policy texts and data, `sha256:…`; empty when there were none.
    pub bundle: String,
    /// Reasons why the plan must not be applied.
    pub deny: Vec<Decision>,
    /// Approvals demanded beyond those of the environment.
    pub require: Vec<Requirement>,
    /// What people should know.
    pub warn: Vec<Decision>,
    /// Denials that could not be decided because values are not known yet.
    pub obligations: Vec<Obligation>,
}

/// One thing that a rule says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Rule, such as `data.ordain.vm_size.deny`.
    pub rule: String,
    /// What it says. Never shows what is sensitive.
    pub message: String,
    /// Addresses of the objects concerned, as far as the rule names them.
    pub addresses: Vec<String>,
}

/// An approval that a rule demands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Rule, message and addresses.
    pub decision: Decision,
    /// How many people must approve, in all.
    pub approvals: u32,
    /// Who must be among them; empty for anybody whom the environment names.
    pub from: Vec<String>,
}

/// A denial that depends on values that are not known yet. It is judged again with the real values before
/// the objects concerned are touched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Obligation {
    /// Rule that could not be decided.
    pub rule: String,
    /// Address of the object whose values it waits for.
    pub address: String,
    /// The attributes it waits for, such as `location`; those of other objects with the address before them.
    pub paths: Vec<String>,
    /// What it would say, as far as that is known; empty where nothing is.
    #[serde(default)]
    pub message: String,
    /// The conditions that could not be decided, each with its place: `a.rego:7: x.y == 1`.
    #[serde(default)]
    pub conditions: Vec<String>,
}

impl Decisions {
    /// Whether any rule denies the plan.
    pub fn is_denied(&self) -> bool {
        !self.deny.is_empty()
    }
}
