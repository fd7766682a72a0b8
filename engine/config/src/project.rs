//! `ordain.hcl` at the top of a repository: environments, who may approve, where policies are.
//!
//! ```hcl
//! policies        = "policies"
//! allowed_signers = "allowed_signers"
//! revocations     = "revocations"
//!
//! provider "hashicorp/azurerm" {
//!   implementation = "plugin"
//! }
//!
//! policy_limits {
//!   steps = 2000000000
//!   depth = 1500
//!   items = 200000000
//!   time  = "2m"
//! }
//!
//! environment "staging" {
//!   paths              = ["environments/staging"]
//!   approvers          = ["*@example.com"]
//!   approvals          = 1
//!   author_may_approve = false
//!   plan_lifetime      = "24h"
//!   approval_lifetime  = "24h"
//!   same_effects       = false
//!   sealed_to          = ["x25519:..."]
//!   time_zone          = "Europe/London"
//! }
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostics, Sources, Span};
use ordain_lang::ast::{Attribute, Block};
use ordain_lang::parse::parse_native;
use ordain_value::{Type, Value};

use crate::constants::{bool_of, constant_of, text_of};
use crate::fields::{Fields, bad_argument, duplicate, named, schema};

/// What `ordain.hcl` says. Paths are relative to the top of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectFile {
    /// Directory of the policies; `None` for none.
    pub policies: Option<Arc<str>>,
    /// File of the keys that may sign.
    pub allowed_signers: Option<Arc<str>>,
    /// File of what no longer counts.
    pub revocations: Option<Arc<str>>,
    /// Environments, in the order of the file.
    pub environments: Vec<ProjectEnvironment>,
    /// What must serve a provider, whatever could.
    pub implementations: BTreeMap<ProviderAddr, Implementation>,
    /// How much an evaluation of policies may take.
    pub policy_limits: PolicyLimits,
}

/// The `policy_limits` block: bounds of one evaluation of policies; what is not written is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PolicyLimits {
    /// Operations.
    pub steps: Option<u64>,
    /// Rules and closures inside of each other; more than the usual depth is not granted.
    pub depth: Option<u64>,
    /// Items of collections that are made on the way.
    pub items: Option<u64>,
    /// Seconds.
    pub seconds: Option<u64>,
}

/// What serves a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Implementation {
    /// The one that is part of the engine.
    Native,
    /// An external process.
    Plugin,
}

/// One `environment` block; what is not written is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectEnvironment {
    /// Its name.
    pub name: Arc<str>,
    /// Directories that belong to it.
    pub paths: Vec<Arc<str>>,
    /// Who may approve.
    pub approvers: Vec<Arc<str>>,
    /// How many must approve.
    pub approvals: Option<u32>,
    /// Whether the author counts as one of them.
    pub author_may_approve: Option<bool>,
    /// Seconds that a plan may be applied after it was made.
    pub plan_lifetime: Option<i64>,
    /// Seconds that an approval counts.
    pub approval_lifetime: Option<i64>,
    /// Whether an approval counts for a later plan with the same effects.
    pub same_effects: Option<bool>,
    /// Public keys of those who may open the secrets of stored plans; none: they are stored in clear.
    pub sealed_to: Vec<Arc<str>>,
    /// Time zone that rules about days and hours use.
    pub time_zone: Option<Arc<str>>,
}

const TOP: [&str; 3] = ["policies", "allowed_signers", "revocations"];

const ENVIRONMENT: [&str; 8] = [
    "approvers",
    "approvals",
    "author_may_approve",
    "plan_lifetime",
    "approval_lifetime",
    "same_effects",
    "sealed_to",
    "time_zone",
];

impl ProjectFile {
    /// Reads the text of `ordain.hcl`; `name` is what messages call the file. All values are constants.
    pub fn read(name: &str, text: &str, sources: &mut Sources) -> (ProjectFile, Diagnostics) {
        let file = sources.add(name, text);
        let (body, mut found) = parse_native(file, text);
        let mut fields = Fields::exact(
            &body,
            &schema(
                &[],
                &TOP,
                &[("environment", &["name"]), ("provider", &["source"]), ("policy_limits", &[])],
            ),
            &mut found,
        );
        let mut text_at = |name: &str, found: &mut Diagnostics| {
            text_of(fields.take(name).as_ref(), found).map(|(text, _)| text)
        };
        let mut project = ProjectFile {
            policies: text_at("policies", &mut found),
            allowed_signers: text_at("allowed_signers", &mut found),
            revocations: text_at("revocations", &mut found),
            environments: Vec::new(),
            implementations: BTreeMap::new(),
            policy_limits: PolicyLimits::default(),
        };
        let mut limited = false;
        for block in &fields.blocks {
            if &*block.block_type.text == "provider" {
                project.implementations.extend(forced_implementation(block, &mut found));
                continue;
            }
            if &*block.block_type.text == "policy_limits" {
                if std::mem::replace(&mut limited, true) {
                    let detail = "The bounds of policies were already set.";
                    found.push(duplicate("Duplicate policy_limits", detail.to_owned(), block.header));
                }
                project.policy_limits = PolicyLimits::decode(block, &mut found);
                continue;
            }
            let Some(environment) = ProjectEnvironment::decode(block, &mut found) else { continue };
            if project.environments.iter().any(|other| other.name == environment.name) {
                let detail = format!("An environment named {:?} was already declared.", environment.name);
                found.push(duplicate("Duplicate environment", detail, block.header));
                continue;
            }
            project.environments.push(environment);
        }
        (project, found)
    }
}

impl PolicyLimits {
    fn decode(block: &Block, found: &mut Diagnostics) -> Self {
        let names = ["steps", "depth", "items", "time"];
        let mut fields = Fields::exact(&block.body, &schema(&[], &names, &[]), found);
        let mut bound = |name: &str, found: &mut Diagnostics| at_least_one(fields.take(name).as_ref(), found);
        let (steps, depth, items) = (bound("steps", found), bound("depth", found), bound("items", found));
        let seconds = seconds_of(fields.take("time").as_ref(), found);
        Self { steps, depth, items, seconds: seconds.and_then(|seconds| u64::try_from(seconds).ok()) }
    }
}

fn at_least_one(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<u64> {
    let attribute = attribute?;
    let value = constant_of(&attribute.expr, &Type::Number, found)?;
    let bound =
        value.as_number().and_then(|number| number.as_i64()).and_then(|bound| u64::try_from(bound).ok());
    let bound = bound.filter(|bound| *bound > 0);
    if bound.is_none() {
        let detail = "A whole number from 1 up is required.";
        found.push(bad_argument("Unsuitable value", detail, attribute.expr.span));
    }
    bound
}

impl ProjectEnvironment {
    fn decode(block: &Block, found: &mut Diagnostics) -> Option<Self> {
        let name = named(block, "Invalid environment name", found)?;
        let mut fields = Fields::exact(&block.body, &schema(&["paths"], &ENVIRONMENT, &[]), found);
        let paths = fields.take("paths");
        let environment = Self {
            name: name.text.to_arc(),
            paths: texts_of(paths.as_ref(), found),
            approvers: texts_of(fields.take("approvers").as_ref(), found),
            approvals: count_of(fields.take("approvals").as_ref(), found),
            author_may_approve: bool_of(fields.take("author_may_approve").as_ref(), found),
            plan_lifetime: seconds_of(fields.take("plan_lifetime").as_ref(), found),
            approval_lifetime: seconds_of(fields.take("approval_lifetime").as_ref(), found),
            same_effects: bool_of(fields.take("same_effects").as_ref(), found),
            sealed_to: texts_of(fields.take("sealed_to").as_ref(), found),
            time_zone: text_of(fields.take("time_zone").as_ref(), found).map(|(text, _)| text),
        };
        let needs_people = environment.approvals.unwrap_or(1) > 0;
        if needs_people && environment.approvers.is_empty() {
            let detail = "The environment demands approvals, and nobody may give one: name approvers, or set \
                          approvals = 0 to be content with a yes at the prompt.";
            found.push(bad_argument("No approvers", detail, block.header));
        }
        Some(environment)
    }
}

fn forced_implementation(block: &Block, found: &mut Diagnostics) -> Option<(ProviderAddr, Implementation)> {
    let mut fields = Fields::exact(&block.body, &schema(&["implementation"], &[], &[]), found);
    let (text, span) = text_of(fields.take("implementation").as_ref(), found)?;
    let label = block.labels.first()?;
    let Some(address) = ProviderAddr::parse(&label.text) else {
        let detail = format!("{:?} is no source address of a provider.", &*label.text);
        found.push(bad_argument("Invalid provider source string", detail, label.span));
        return None;
    };
    match &*text {
        "native" => Some((address, Implementation::Native)),
        "plugin" => Some((address, Implementation::Plugin)),
        _ => {
            let detail = "The implementation of a provider is \"native\" or \"plugin\".";
            found.push(bad_argument("Unsuitable value", detail, span));
            None
        }
    }
}

fn texts_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Vec<Arc<str>> {
    let value =
        attribute.and_then(|attribute| constant_of(&attribute.expr, &Type::list(Type::String), found));
    let items = value.as_ref().and_then(Value::as_items).unwrap_or(&[]);
    items.iter().filter_map(|item| item.as_str().map(Into::into)).collect()
}

fn count_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<u32> {
    let attribute = attribute?;
    let value = constant_of(&attribute.expr, &Type::Number, found)?;
    let count =
        value.as_number().and_then(|number| number.as_i64()).and_then(|count| u32::try_from(count).ok());
    if count.is_none() {
        let detail = "A whole number from 0 up is required.";
        found.push(bad_argument("Unsuitable value", detail, attribute.expr.span));
    }
    count
}

/// A length of time: a whole number and `s`, `m`, `h` or `d`.
fn seconds_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<i64> {
    let (text, span): (Arc<str>, Span) = text_of(attribute, found)?;
    let units = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
    let seconds = units.iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        i64::from(number).checked_mul(*seconds)
    });
    if seconds.is_none() {
        let detail =
            "A length of time is a whole number and a unit, such as \"90s\", \"30m\", \"24h\" or \"7d\".";
        found.push(bad_argument("Unsuitable value", detail, span));
    }
    seconds
}

#[cfg(test)]
#[path = "project_tests.rs"]
mod tests;
