//! Root outputs: stored against wanted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_eval::OutputValue;
use ordain_plan::{Action, OutputChange};
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
