//! What forces a new object beyond what the schema says: a change of a part, from one value to another.

use ordain_value::{Path, Value};
use serde_json::Value as Json;

use ordain_sdk::{Planned, View};

/// Decides whether a change forces a new object, from the old and the new value.
pub(crate) type Decision = fn(&Json, &Json) -> bool;

/// Whether a number is set to nothing.
pub(crate) fn lost_number(old: &Json, new: &Json) -> bool {
    old.as_f64().unwrap_or(0.0) != 0.0 && new.as_f64().unwrap_or(0.0) == 0.0
}

/// The part at a dotted path; null where there is none.
pub(crate) fn at<'j>(value: &'j Json, path: &str) -> &'j Json {
    value.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Json::Null)
}

/// A dotted path as a path of values.
pub(crate) fn path_of(dotted: &str) -> Path {
    dotted.split('.').fold(Path::root(), |path, step| match step.parse::<i64>() {
        Ok(index) => path.index(index),
        Err(_) => path.attr(step),
    })
}

/// Whether a part of a planned value is known.
pub(crate) fn is_known(planned: &Value, dotted: &str) -> bool {
    let mut here = planned;
    for step in dotted.split('.') {
        if !here.is_known() {
            return false;
        }
        let next = match step.parse::<usize>() {
            Ok(index) => here.as_items().and_then(|items| items.get(index)),
            Err(_) => here.get(step),
        };
        match next {
            Some(next) => here = next,
            None => return true,
        }
    }
    here.is_known()
}

/// Adds what forces a new object to a plan.
pub(crate) fn force(table: &[(&str, Decision)], view: &View, planned: &mut Planned) {
    for (path, decide) in table {
        if view.changed(path)
            && is_known(&planned.object, path)
            && decide(at(&view.prior, path), at(&view.planned, path))
        {
            let path = path_of(path);
            if !planned.replace.contains(&path) {
                planned.replace.push(path);
            }
        }
    }
}
