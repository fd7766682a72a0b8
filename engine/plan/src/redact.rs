//! A plan without its secrets, for those who may read it but not carry it out.
//!
//! A sensitive value is replaced by a stand-in of its type. Where it changes, the two stand-ins differ, so
//! that a reader still sees which attributes change and which do not.

use std::collections::HashSet;
use std::sync::Arc;

use ordain_state::State;
use ordain_value::{Kind, Marks, Members, Value};

use crate::{Change, Deferred, OutputChange, Plan};

/// Shorter texts than this are too common to be hidden wherever they stand.
const SHORTEST: usize = 6;

/// The plan with stand-ins for everything sensitive, without private bytes, and without the objects of its
/// states: of those only lineage and serial stay.
pub fn redacted(plan: &Plan) -> Plan {
    let secrets = Secrets::of(plan);
    let named = |state: &State| State {
        lineage: state.lineage.clone(),
        serial: state.serial,
        terraform_version: state.terraform_version.clone(),
        ..State::default()
    };
    Plan {
        variables: plan
            .variables
            .iter()
            .map(|(name, value)| (name.clone(), value.as_ref().map(|value| secrets.alone(value))))
            .collect(),
        changes: plan.changes.iter().map(|change| secrets.change(change)).collect(),
        drift: plan.drift.iter().map(|change| secrets.change(change)).collect(),
        deferred: plan
            .deferred
            .iter()
            .map(|deferred| Deferred { change: secrets.change(&deferred.change), ..deferred.clone() })
            .collect(),
        outputs: plan.outputs.iter().map(|output| secrets.output(output)).collect(),
        prior: named(&plan.prior),
        base: named(&plan.base),
        ..plan.clone()
    }
}

/// Texts that are sensitive somewhere in the plan.
struct Secrets(HashSet<Arc<str>>);

impl Secrets {
    fn of(plan: &Plan) -> Secrets {
        let mut secrets = Secrets(HashSet::new());
        let deferred = plan.deferred.iter().map(|deferred| &deferred.change);
        for change in plan.changes.iter().chain(&plan.drift).chain(deferred) {
            secrets.collect(&change.before, false);
            secrets.collect(&change.after, false);
        }
        plan.variables.values().flatten().for_each(|value| secrets.collect(value, false));
        for output in &plan.outputs {
            secrets.collect(&output.before, output.sensitive);
            secrets.collect(&output.after, output.sensitive);
        }
        secrets
    }

    fn collect(&mut self, value: &Value, inside: bool) {
        let sensitive = inside || value.marks().is_sensitive();
        match value.kind() {
            Kind::String(text) if sensitive && text.len() >= SHORTEST => {
                self.0.insert(text.as_ref().into());
            }
            _ => value.parts().for_each(|part| self.collect(part, sensitive)),
        }
    }

    fn is_secret(&self, value: &Value) -> bool {
        let copied = matches!(value.kind(), Kind::String(text) if self.0.contains(&**text));
        copied || value.marks().is_sensitive()
    }

    fn change(&self, change: &Change) -> Change {
        let (before, after) = self.pair(&change.before, &change.after);
        Change { before, after, planned_private: Vec::new(), ..change.clone() }
    }

    fn output(&self, output: &OutputChange) -> OutputChange {
        let (before, after) = match output.sensitive {
            true => stand_ins(&output.before, &output.after),
            false => self.pair(&output.before, &output.after),
        };
        OutputChange { before, after, ..output.clone() }
    }

    /// Both values with stand-ins where either of them is sensitive.
    fn pair(&self, before: &Value, after: &Value) -> (Value, Value) {
        if self.is_secret(before) || self.is_secret(after) {
            return stand_ins(before, after);
        }
        let both = match (before.kind(), after.kind()) {
            (Kind::Object(a), Kind::Object(b)) => {
                let (a, b) = self.members(a, b);
                (Value::object(a), Value::object(b))
            }
            (Kind::Map(ty, a), Kind::Map(_, b)) => {
                let (a, b) = self.members(a, b);
                (Value::map((**ty).clone(), a), Value::map((**ty).clone(), b))
            }
            (Kind::List(ty, a), Kind::List(_, b)) => {
                let (a, b) = self.items(a, b);
                (Value::list((**ty).clone(), a), Value::list((**ty).clone(), b))
            }
            (Kind::Tuple(a), Kind::Tuple(b)) => {
                let (a, b) = self.items(a, b);
                (Value::tuple(a), Value::tuple(b))
            }
            _ => (self.alone(before), self.alone(after)),
        };
        (both.0.with_marks(before.marks()), both.1.with_marks(after.marks()))
    }

    fn members(&self, before: &Members, after: &Members) -> (Members, Members) {
        let (mut left, mut right) = (Members::new(), Members::new());
        for (name, value) in before {
            match after.get(name) {
                Some(other) => {
                    let (a, b) = self.pair(value, other);
                    left.insert(name.clone(), a);
                    right.insert(name.clone(), b);
                }
                None => drop(left.insert(name.clone(), self.alone(value))),
            }
        }
        for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(name)) {
            right.insert(name.clone(), self.alone(value));
        }
        (left, right)
    }

    fn items(&self, before: &[Value], after: &[Value]) -> (Vec<Value>, Vec<Value>) {
        let (mut left, mut right): (Vec<_>, Vec<_>) =
            before.iter().zip(after).map(|(a, b)| self.pair(a, b)).unzip();
        left.extend(before.iter().skip(after.len()).map(|value| self.alone(value)));
        right.extend(after.iter().skip(before.len()).map(|value| self.alone(value)));
        (left, right)
    }

    /// A value that has no counterpart.
    fn alone(&self, value: &Value) -> Value {
        if self.is_secret(value) {
            return stand_in(value, false);
        }
        let each = |members: &Members| -> Members {
            members.iter().map(|(name, value)| (name.clone(), self.alone(value))).collect()
        };
        let plain = match value.kind() {
            Kind::Object(members) => Value::object(each(members)),
            Kind::Map(ty, members) => Value::map((**ty).clone(), each(members)),
            Kind::List(ty, items) => Value::list((**ty).clone(), items.iter().map(|value| self.alone(value))),
            Kind::Set(ty, items) => Value::set((**ty).clone(), items.iter().map(|value| self.alone(value))),
            Kind::Tuple(items) => Value::tuple(items.iter().map(|value| self.alone(value))),
            _ => return value.clone(),
        };
        plain.with_marks(value.marks())
    }
}

fn stand_ins(before: &Value, after: &Value) -> (Value, Value) {
    let same = before.clone().unmark_deep().0 == after.clone().unmark_deep().0;
    (stand_in(before, !same), stand_in(after, false))
}

/// Null and unknown stay: that there is a value is no secret. `other` gives a second stand-in, where the
/// type has more than one value.
fn stand_in(value: &Value, other: bool) -> Value {
    let bare = match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => value.clone().unmark().0,
        Kind::Bool(_) => Value::bool(other),
        Kind::Number(_) => Value::number(i64::from(other)),
        Kind::String(_) => Value::string(if other { "(sealed, before)" } else { "(sealed)" }),
        Kind::List(ty, _) => Value::list((**ty).clone(), []),
        Kind::Set(ty, _) => Value::set((**ty).clone(), []),
        Kind::Map(ty, _) => Value::map((**ty).clone(), std::iter::empty::<(Arc<str>, Value)>()),
        Kind::Tuple(items) => Value::tuple(items.iter().map(|item| stand_in(item, other))),
        Kind::Object(members) => {
            Value::object(members.iter().map(|(name, value)| (name.clone(), stand_in(value, other))))
        }
    };
    bare.with_marks(value.marks().union(Marks::SENSITIVE))
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
