//! Attribute paths with before and after, for renderers, digests and policies.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_value::{Kind, Path, Step, Value};

/// One place where two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference<'a> {
    /// Where; empty for the values themselves.
    pub path: Path,
    /// What stood there; `None` where nothing was.
    pub before: Option<&'a Value>,
    /// What will stand there; `None` where nothing will be.
    pub after: Option<&'a Value>,
}

impl Difference<'_> {
    /// Whether either side must not be shown.
    pub fn is_sensitive(&self) -> bool {
        [self.before, self.after].into_iter().flatten().any(|value| value.marks_deep().is_sensitive())
    }
}

/// Places where two values differ, marks included, in the order of their names.
///
/// Objects and maps are compared by name, lists and tuples by position, sets by element; where one side is
/// null, unknown or of another shape, the place itself differs and nothing inside it is listed. The cost is
/// linear in the size of both values (sets: n log n).
pub fn diff<'a>(before: &'a Value, after: &'a Value) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    walk(&mut Vec::new(), before, after, &mut found);
    found
}

fn walk<'a>(at: &mut Vec<Step>, before: &'a Value, after: &'a Value, found: &mut Vec<Difference<'a>>) {
    if before == after {
        return;
    }
    if before.marks() != after.marks() {
        return push(at, None, Some(before), Some(after), found);
    }
    match (before.kind(), after.kind()) {
        (Kind::Object(old), Kind::Object(new)) | (Kind::Map(_, old), Kind::Map(_, new)) => {
            let is_object = matches!(before.kind(), Kind::Object(_));
            let names: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
            for name in names {
                let step =
                    if is_object { Step::Attr(name.clone()) } else { Step::Index(Value::string(&**name)) };
                pair(at, step, old.get(name), new.get(name), found);
            }
        }
        (Kind::List(_, old) | Kind::Tuple(old), Kind::List(_, new) | Kind::Tuple(new)) => {
            for index in 0..old.len().max(new.len()) {
                let step = Step::Index(Value::number(i64::try_from(index).unwrap_or(i64::MAX)));
                pair(at, step, old.get(index), new.get(index), found);
            }
        }
        (Kind::Set(_, old), Kind::Set(_, new)) => {
            for item in old.iter().filter(|item| new.binary_search(item).is_err()) {
                push(at, Some(Step::Index(item.clone())), Some(item), None, found);
            }
            for item in new.iter().filter(|item| old.binary_search(item).is_err()) {
                push(at, Some(Step::Index(item.clone())), None, Some(item), found);
            }
        }
        _ => push(at, None, Some(before), Some(after), found),
    }
}

fn pair<'a>(
    at: &mut Vec<Step>,
    step: Step,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    found: &mut Vec<Difference<'a>>,
) {
    match (before, after) {
        (Some(before), Some(after)) => {
            at.push(step);
            walk(at, before, after, found);
            at.pop();
        }
        (before, after) => push(at, Some(step), before, after, found),
    }
}

fn push<'a>(
    at: &[Step],
    step: Option<Step>,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    found: &mut Vec<Difference<'a>>,
) {
    let path = Path(at.iter().cloned().chain(step).collect());
    found.push(Difference { path, before, after });
}

#[cfg(test)]
#[path = "value_diff_tests.rs"]
mod tests;
