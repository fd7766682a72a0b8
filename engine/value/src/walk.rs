//! Over all parts of a value: visiting, changing, and marks by path.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use crate::{Kind, Marks, Members, Path, Step, Value};

impl Value {
    /// Calls `visit` with the value and then with its parts, in order; parts of what `visit` answers
    /// `false` to are left out. Elements of sets have themselves as step.
    pub fn walk(&self, visit: &mut dyn FnMut(&Path, &Value) -> bool) {
        walk(self, &mut Path::root(), visit);
    }

    /// The value with null in the place of whatever is not known.
    pub fn unknown_as_null(self) -> Value {
        self.map_parts(&mut |_, part| if part.is_known() { part } else { Value::null(part.ty()) })
    }

    /// The value with `change` applied to every part, innermost first, and at last to itself.
    pub fn transform<E>(self, change: &mut dyn FnMut(&Path, Value) -> Result<Value, E>) -> Result<Value, E> {
        transform(self, &mut Path::root(), change)
    }

    /// [`transform`](Self::transform) with a change that cannot fail.
    #[must_use]
    pub fn map_parts(self, change: &mut dyn FnMut(&Path, Value) -> Value) -> Value {
        let changed = self.transform::<Infallible>(&mut |path, value| Ok(change(path, value)));
        match changed {
            Ok(value) => value,
            Err(never) => match never {},
        }
    }

    /// Where the marks are: the path of every part that has marks of its own, in order.
    pub fn marked_paths(&self) -> Vec<(Path, Marks)> {
        let mut found = Vec::new();
        if self.marks_deep().is_empty() {
            return found;
        }
        self.walk(&mut |path, value| {
            if !value.marks().is_empty() {
                found.push((path.clone(), value.marks()));
            }
            true
        });
        found
    }

    /// The value with marks put on its parts by path. Paths into a set mark the set; paths that lead
    /// nowhere, or into what is null or not known, mark nothing.
    #[must_use]
    pub fn with_marks_at<'p>(self, marks: impl IntoIterator<Item = (&'p Path, Marks)>) -> Value {
        let entries: Vec<(&[Step], Marks)> =
            marks.into_iter().map(|(path, marks)| (&*path.0, marks)).collect();
        if entries.is_empty() { self } else { mark(self, &entries) }
    }

    /// The value without marks, and where they were.
    pub fn unmark_with_paths(self) -> (Value, Vec<(Path, Marks)>) {
        let found = self.marked_paths();
        (self.unmark_deep().0, found)
    }
}

impl Path {
    /// `value` with the part at this path replaced; `None` where there is nothing at the path. A last
    /// step may add a member to a map or object.
    pub fn set(&self, value: &Value, part: Value) -> Option<Value> {
        set(value, &self.0, part)
    }

    /// Whether this path leads into what `other` leads to, or there.
    pub fn starts_with(&self, other: &Path) -> bool {
        self.0.starts_with(&other.0)
    }
}

fn step_of(kind: &Kind, at: usize, item: &Value) -> Step {
    match kind {
        Kind::Set(..) => Step::Index(item.clone()),
        _ => Step::Index(Value::from(i64::try_from(at).unwrap_or(i64::MAX))),
    }
}

fn member_step(kind: &Kind, name: &Arc<str>) -> Step {
    match kind {
        Kind::Object(_) => Step::Attr(name.clone()),
        _ => Step::Index(Value::from_kind(Kind::String(name.clone()))),
    }
}

fn walk(value: &Value, path: &mut Path, visit: &mut dyn FnMut(&Path, &Value) -> bool) {
    if !visit(path, value) {
        return;
    }
    for (at, item) in value.as_items().unwrap_or_default().iter().enumerate() {
        path.0.push(step_of(value.kind(), at, item));
        walk(item, path, visit);
        path.0.pop();
    }
    for (name, member) in value.as_members().into_iter().flatten() {
        path.0.push(member_step(value.kind(), name));
        walk(member, path, visit);
        path.0.pop();
    }
}

fn transform<E>(
    value: Value,
    path: &mut Path,
    change: &mut dyn FnMut(&Path, Value) -> Result<Value, E>,
) -> Result<Value, E> {
    let (value, marks) = value.unmark();
    let rebuilt = match value.kind() {
        kind @ (Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items)) => {
            let mut changed = Vec::with_capacity(items.len());
            for (at, item) in items.iter().enumerate() {
                path.0.push(step_of(kind, at, item));
                changed.push(transform(item.clone(), path, change)?);
                path.0.pop();
            }
            with_items(kind, changed)
        }
        kind @ (Kind::Map(_, members) | Kind::Object(members)) => {
            let mut changed = Members::new();
            for (name, member) in members.iter() {
                path.0.push(member_step(kind, name));
                changed.insert(name.clone(), transform(member.clone(), path, change)?);
                path.0.pop();
            }
            with_members(kind, changed)
        }
        _ => value,
    };
    change(path, rebuilt.with_marks(marks))
}

/// A value of the same shape with other elements; a collection takes the type of its first element.
fn with_items(kind: &Kind, items: Vec<Value>) -> Value {
    match kind {
        Kind::List(element, _) => {
            Value::list(items.first().map_or_else(|| (**element).clone(), Value::ty), items)
        }
        Kind::Set(element, _) => {
            Value::set(items.first().map_or_else(|| (**element).clone(), Value::ty), items)
        }
        _ => Value::tuple(items),
    }
}

fn with_members(kind: &Kind, members: Members) -> Value {
    match kind {
        Kind::Map(element, _) => {
            let element = members.values().next().map_or_else(|| (**element).clone(), Value::ty);
            Value::map(element, members)
        }
        _ => Value::object(members),
    }
}

fn place(step: &Step) -> Option<usize> {
    match step {
        Step::Index(key) => usize::try_from(key.as_number()?.as_i64()?).ok(),
        Step::Attr(_) => None,
    }
}

fn name(step: &Step) -> Option<Arc<str>> {
    match step {
        Step::Attr(name) => Some(name.clone()),
        Step::Index(key) => key.as_str().map(Arc::from),
    }
}

fn set(value: &Value, steps: &[Step], part: Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(part) };
    let changed = match value.kind() {
        kind @ (Kind::List(_, items) | Kind::Tuple(items)) => {
            let mut items = items.to_vec();
            let slot = items.get_mut(place(step)?)?;
            *slot = set(slot, rest, part)?;
            with_items(kind, items)
        }
        kind @ Kind::Set(_, items) => {
            let Step::Index(key) = step else { return None };
            let mut items = items.to_vec();
            let slot = items.iter_mut().find(|item| *item == key)?;
            *slot = set(slot, rest, part)?;
            with_items(kind, items)
        }
        kind @ (Kind::Map(_, members) | Kind::Object(members)) => {
            let name = name(step)?;
            let member = match members.get(&name) {
                Some(member) => set(member, rest, part)?,
                None if rest.is_empty() => part,
                None => return None,
            };
            let mut members = Members::clone(members);
            members.insert(name, member);
            with_members(kind, members)
        }
        _ => return None,
    };
    Some(changed.with_marks(value.marks()))
}

fn mark(value: Value, entries: &[(&[Step], Marks)]) -> Value {
    let mut own = Marks::NONE;
    let mut inside: BTreeMap<&Step, Vec<(&[Step], Marks)>> = BTreeMap::new();
    for (steps, marks) in entries {
        match steps.split_first() {
            None => own = own.union(*marks),
            Some((step, rest)) => inside.entry(step).or_default().push((rest, *marks)),
        }
    }
    if inside.is_empty() {
        return value.with_marks(own);
    }
    let (value, before) = value.unmark();
    let own = own.union(before);
    let rebuilt = match value.kind() {
        Kind::List(_, items) | Kind::Tuple(items) => {
            let mut items = items.to_vec();
            for (step, entries) in inside {
                if let Some(slot) = place(step).and_then(|at| items.get_mut(at)) {
                    *slot = mark(slot.clone(), &entries);
                }
            }
            Value::from_kind(match value.kind() {
                Kind::List(element, _) => Kind::List(element.clone(), items.into()),
                _ => Kind::Tuple(items.into()),
            })
        }
        Kind::Set(..) => {
            let all = inside.values().flatten().fold(Marks::NONE, |all, (_, marks)| all.union(*marks));
            value.with_marks(all)
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            let mut members = Members::clone(members);
            for (step, entries) in inside {
                if let Some(slot) = name(step).and_then(|name| members.get_mut(&name)) {
                    *slot = mark(slot.clone(), &entries);
                }
            }
            Value::from_kind(match value.kind() {
                Kind::Map(element, _) => Kind::Map(element.clone(), Arc::new(members)),
                _ => Kind::Object(Arc::new(members)),
            })
        }
        _ => value,
    };
    rebuilt.with_marks(own)
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
