//! Two values and what is known about them to an action and its reason.

use std::collections::BTreeSet;

use ordain_plan::{Action, Reason};
use ordain_provider::Block;
use ordain_value::{Path, Step, Value};

/// Why an object is replaced although its values do not ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forced {
    /// `-replace` names it.
    Request,
    /// `replace_triggered_by` says so.
    Trigger,
}

/// What to do with an object that is there and fit for use.
pub(crate) fn classify(
    equal: bool,
    cannot_update: bool,
    forced: Option<Forced>,
    create_first: bool,
) -> (Action, Option<Reason>) {
    match forced {
        Some(Forced::Request) => (replace(create_first), Some(Reason::ReplaceByRequest)),
        Some(Forced::Trigger) => (replace(create_first), Some(Reason::ReplaceByTriggers)),
        None if equal => (Action::NoOp, None),
        None if cannot_update => (replace(create_first), Some(Reason::ReplaceBecauseCannotUpdate)),
        None => (Action::Update, None),
    }
}

/// The action that replaces an object.
pub(crate) fn replace(create_first: bool) -> Action {
    if create_first { Action::CreateThenDelete } else { Action::DeleteThenCreate }
}

/// Those of the paths that cannot change in place whose values change: unknown is a change, and write-only
/// attributes cannot be compared, so they always are one.
pub(crate) fn replace_paths(block: &Block, paths: Vec<Path>, prior: &Value, planned: &Value) -> Vec<Path> {
    let changes = |path: &Path| {
        block.is_write_only(path)
            || match (path.get(prior), path.get(planned)) {
                // Nothing is nothing, whatever its type.
                (Some(before), Some(after)) => before != after && !(before.is_null() && after.is_null()),
                (None, None) => false,
                _ => true,
            }
    };
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Path> =
        paths.into_iter().filter(|path| changes(path) && seen.insert(path.clone())).collect();
    kept.sort_by_cached_key(place);
    kept
}

/// Where a path stands among others: plans list them in the order of a sum of their names (CRC-64 of ISO 3309, every
/// index counted as `#`). Source: the path sets of go-cty.
fn place(path: &Path) -> i64 {
    let names = path.0.iter().map(|step| match step {
        Step::Attr(name) => name.as_bytes(),
        Step::Index(_) => b"#",
    });
    let add = |sum: u64, byte: &u8| {
        (0..8).fold(sum ^ u64::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xD800_0000_0000_0000 } else { 0 }
        })
    };
    (!names.flatten().fold(!0, add)).cast_signed()
}

#[cfg(test)]
#[path = "classify_tests.rs"]
mod tests;
