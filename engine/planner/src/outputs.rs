//! Root outputs: stored against wanted. And findings of checks in the plan's form.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use ordain_eval::{CheckFinding, OutputValue};
use ordain_plan::{Action, CheckKind, CheckResult, CheckStatus, OutputChange};
use ordain_state::OutputState;
use ordain_value::{Type, Value};

/// Changes to root outputs, no-ops included, in order of name. Outputs that are not `declared` any more
/// are removed; declared ones that could not be evaluated are left out.
pub(crate) fn output_changes(
    stored: &BTreeMap<Arc<str>, OutputState>,
    wanted: &BTreeMap<Arc<str>, OutputValue>,
    declared: &BTreeSet<Arc<str>>,
) -> Vec<OutputChange> {
    let mut changes = BTreeMap::new();
    for (name, output) in wanted {
        if !output.ephemeral {
            changes.insert(name.clone(), changed(name, stored.get(name), output));
        }
    }
    for (name, output) in stored.iter().filter(|(name, _)| !declared.contains(*name)) {
        let change = OutputChange {
            name: name.to_string(),
            action: Action::Delete,
            before: output.value.clone(),
            after: Value::null(Type::Dynamic),
            sensitive: output.sensitive,
        };
        changes.insert(name.clone(), change);
    }
    changes.into_values().collect()
}

fn changed(name: &str, stored: Option<&OutputState>, wanted: &OutputValue) -> OutputChange {
    let before = stored.map_or_else(|| Value::null(Type::Dynamic), |output| output.value.clone());
    let (after, _) = wanted.value.clone().unmark_deep();
    let sensitive = wanted.sensitive || stored.is_some_and(|output| output.sensitive);
    let action = match stored {
        None if after.is_null() => Action::NoOp,
        None => Action::Create,
        Some(output) if output.value == after && output.sensitive == wanted.sensitive => Action::NoOp,
        Some(_) => Action::Update,
    };
    OutputChange { name: name.to_owned(), action, before, after: wanted.value.clone(), sensitive }
}

/// Findings in the plan's form. Check blocks whose data source could not be read do not hold.
pub(crate) fn check_results(
    findings: Vec<CheckFinding>,
    failed: &HashMap<String, String>,
) -> Vec<CheckResult> {
    let status = |status| match status {
        ordain_eval::CheckStatus::Pass => CheckStatus::Pass,
        ordain_eval::CheckStatus::Unknown => CheckStatus::Unknown,
        ordain_eval::CheckStatus::Fail => CheckStatus::Fail,
        ordain_eval::CheckStatus::Error => CheckStatus::Error,
    };
    let kind = |kind| match kind {
        ordain_eval::CheckKind::Resource => CheckKind::Resource,
        ordain_eval::CheckKind::OutputValue => CheckKind::OutputValue,
        ordain_eval::CheckKind::Check => CheckKind::Check,
        ordain_eval::CheckKind::InputVariable => CheckKind::InputVariable,
    };
    let mut results: Vec<CheckResult> = findings
        .into_iter()
        .map(|finding| CheckResult {
            kind: kind(finding.kind),
            address: finding.address,
            status: status(finding.status),
            instances: finding
                .instances
                .into_iter()
                .map(|instance| (instance.address, status(instance.status), instance.messages))
                .collect(),
        })
        .collect();
    for result in &mut results {
        for (address, status, messages) in &mut result.instances {
            if let Some(why) = failed.get(address) {
                result.status = CheckStatus::Fail;
                *status = CheckStatus::Fail;
                *messages = vec![why.clone()];
            }
        }
    }
    results
}
