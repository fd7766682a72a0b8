//! `ignore_changes`: what of the configuration is replaced by what the object has.

use std::sync::Arc;

use ordain_lang::ast::{Traversal, TraversalStep};
use ordain_value::{Kind, Members, Path, Step, Type, Value};

use crate::blocks::IgnoreChanges;

impl IgnoreChanges {
    /// The paths as steps into an object's value. Empty for `all`.
    pub fn paths(&self) -> Vec<Path> {
        let IgnoreChanges::Paths(traversals) = self else { return Vec::new() };
        let path = |traversal: &Traversal| {
            let root = Path::root().attr(traversal.root().text.clone());
            traversal.steps().iter().fold(root, |path, step| match step {
                TraversalStep::Attr(name) => path.attr(name.text.clone()),
                TraversalStep::Index(step) => path.index(step.key.clone()),
            })
        };
        traversals.iter().map(path).collect()
    }
}

/// The configuration with everything that is ignored taken from the prior object. Marks play no part.
pub fn ignore_changes(ignore: &IgnoreChanges, prior: &Value, config: &Value) -> Value {
    if prior.is_null() || config.is_null() {
        return config.clone();
    }
    match ignore {
        IgnoreChanges::Nothing => config.clone(),
        IgnoreChanges::All => prior.clone(),
        IgnoreChanges::Paths(_) => {
            let paths = ignore.paths();
            paths.iter().fold(config.clone(), |config, path| keep(&config, prior, &path.0))
        }
    }
}

fn name_of(step: &Step) -> Option<Arc<str>> {
    match step {
        Step::Attr(name) => Some(name.clone()),
        Step::Index(key) => key.as_str().map(Arc::from),
    }
}

/// Replaces the part of `config` at a path by the part of `prior`. A last step into a map adds and removes
/// its key, so that a key which only one of both has stays as the prior object has it.
fn keep(config: &Value, prior: &Value, path: &[Step]) -> Value {
    let Some((step, rest)) = path.split_first() else { return prior.clone() };
    let (bare, marks) = config.clone().unmark();
    keep_inside(&bare, prior, step, rest).with_marks(marks)
}

fn keep_inside(config: &Value, prior: &Value, step: &Step, rest: &[Step]) -> Value {
    match config.kind() {
        // A key in brackets means a key of a map; what is no map is ignored as a whole.
        Kind::Object(_) if rest.is_empty() && matches!(step, Step::Index(_)) => prior.clone(),
        // A step in brackets names nothing inside an object, nor a step with a dot anything inside a map.
        Kind::Object(_) if matches!(step, Step::Index(_)) => config.clone(),
        Kind::Map(..) if matches!(step, Step::Attr(_)) => config.clone(),
        Kind::Object(members) => {
            let Some(name) = name_of(step) else { return config.clone() };
            let (Some(have), Some(had)) = (members.get(&name), prior.get(&name)) else {
                return config.clone();
            };
            let mut members = (**members).clone();
            members.insert(name, keep(have, had, rest));
            Value::object(members)
        }
        Kind::Map(element, members) => {
            let Some(name) = name_of(step) else { return config.clone() };
            let members = keep_key(members, prior, &name, rest);
            Value::map((**element).clone(), members)
        }
        // A map that configuration leaves out keeps the one key that is ignored.
        Kind::Null(Type::Map(element)) if rest.is_empty() => {
            match name_of(step).and_then(|name| Some((name.clone(), prior.get(&name)?.clone()))) {
                Some(kept) => Value::map((**element).clone(), [kept]),
                None => config.clone(),
            }
        }
        Kind::List(element, items) => Value::list((**element).clone(), keep_item(items, prior, step, rest)),
        Kind::Tuple(items) => Value::tuple(keep_item(items, prior, step, rest)),
        _ => config.clone(),
    }
}

fn keep_key(members: &Members, prior: &Value, name: &Arc<str>, rest: &[Step]) -> Members {
    let mut members = members.clone();
    match (members.get(name), prior.get(name)) {
        (Some(have), Some(had)) => drop(members.insert(name.clone(), keep(have, had, rest))),
        (None, Some(had)) if rest.is_empty() => drop(members.insert(name.clone(), had.clone())),
        (Some(_), None) if rest.is_empty() => drop(members.remove(name)),
        _ => {}
    }
    members
}

fn keep_item(items: &[Value], prior: &Value, step: &Step, rest: &[Step]) -> Vec<Value> {
    let at = match step {
        Step::Index(key) => key.as_number().and_then(|number| usize::try_from(number.as_i64()?).ok()),
        Step::Attr(_) => None,
    };
    let had = |at: usize| prior.as_items().and_then(|items| items.get(at));
    let keep_at = |(here, item): (usize, &Value)| match (Some(here) == at, had(here)) {
        (true, Some(had)) => keep(item, had, rest),
        _ => item.clone(),
    };
    items.iter().enumerate().map(keep_at).collect()
}

#[cfg(test)]
#[path = "ignore_changes_tests.rs"]
mod tests;
