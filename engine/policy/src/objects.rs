//! The changes of a plan in the form of rules, each made when somebody looks at it.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ordain_plan::Change;
use ordain_plan::contract;
use ordain_plan::file::PlanFile;
use ordain_rego::Value;
use ordain_value::{Kind, Value as Known};

use crate::reading::{Reading, step};
use crate::whole;

/// Address and deposed key.
pub(crate) type Key = (String, Option<String>);

/// The changes of a stored plan, and what has become of some of them.
#[derive(Clone)]
pub struct Objects {
    file: Arc<PlanFile>,
    settled: BTreeMap<usize, Arc<Change>>,
    /// Values of changes and of drift that were looked at: an unknown value is equal to its copies only.
    seen: (Vec<OnceLock<Ends>>, Vec<OnceLock<Ends>>),
}

/// Values before and after.
pub(crate) type Ends = (Value, Value);

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("changes", &self.file.plan.changes.len()).finish_non_exhaustive()
    }
}

impl Objects {
    /// Those of a plan.
    #[must_use]
    pub fn of(file: Arc<PlanFile>) -> Self {
        let none = |changes: &[Change]| changes.iter().map(|_| OnceLock::new()).collect();
        let seen = (none(&file.plan.changes), none(&file.plan.drift));
        Self { file, settled: BTreeMap::new(), seen }
    }

    /// Puts a change with its real values in the place of a change of the plan.
    pub fn settle(&mut self, at: usize, change: Change) {
        self.settled.insert(at, Arc::new(change));
        if let Some(seen) = self.seen.0.get_mut(at) {
            *seen = OnceLock::new();
        }
    }

    fn change(&self, at: usize, drift: bool) -> Option<&Change> {
        match (drift, self.settled.get(&at)) {
            (true, _) => self.file.plan.drift.get(at),
            (false, Some(settled)) => Some(settled),
            (false, None) => self.file.plan.changes.get(at),
        }
    }

    /// Where changes stand in [`Self::rows`].
    pub(crate) fn keys(&self, drift: bool) -> Vec<Key> {
        let changes = if drift { &self.file.plan.drift } else { &self.file.plan.changes };
        let key = |change: &Change| {
            (change.address.to_string(), change.deposed.as_ref().map(|key| key.0.to_string()))
        };
        changes.iter().map(key).collect()
    }

    /// `changes` or `drift`
    pub(crate) fn rows(self: &Arc<Self>, drift: bool) -> Value {
        let own = Arc::clone(self);
        Value::later_array(move || {
            let plan = &own.file.plan;
            let count = if drift { plan.drift.len() } else { plan.changes.len() };
            (0..count).map(|at| own.row(at, drift)).collect()
        })
    }

    fn row(self: &Arc<Self>, at: usize, drift: bool) -> Value {
        let own = Arc::clone(self);
        Value::later_object(move || {
            let Some(change) = own.change(at, drift) else { return Vec::new() };
            let frame = Value::from_json(&contract::change(change, &own.file.schemas).document);
            let mut pairs = frame.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
            let (before, after) = own.ends(at, drift).unwrap_or((Value::Null, Value::Null));
            let of = address(change);
            let identity =
                change.identity.1.as_ref().map(|identity| own.seen(identity, &of, &mut String::new()));
            pairs.push((Value::from("before"), before));
            pairs.push((Value::from("after"), after));
            pairs.push((Value::from("identity"), identity.unwrap_or(Value::Null)));
            pairs
        })
    }

    /// Values before and after a change.
    pub(crate) fn ends(&self, at: usize, drift: bool) -> Option<Ends> {
        let seen = if drift { &self.seen.1 } else { &self.seen.0 };
        let change = self.change(at, drift)?;
        Some(seen.get(at)?.get_or_init(|| self.ends_of(change)).clone())
    }

    fn ends_of(&self, change: &Change) -> Ends {
        let resource = &change.address.resource;
        let schema = self.file.schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
        let schema = schema.filter(|schema| !schema.sensitive.is_empty());
        let of = address(change);
        let end = |end: &Known| match schema {
            Some(schema) => self.seen(&schema.mark(end), &of, &mut String::new()),
            None => self.seen(end, &of, &mut String::new()),
        };
        (end(&change.before), end(&change.after))
    }

    /// A value as rules see it. Whatever is neither unknown nor sensitive stays in the plan until somebody looks at it.
    fn seen(&self, value: &Known, of: &Arc<str>, path: &mut String) -> Value {
        if is_plain(value) {
            return whole::known(value).unwrap_or(Value::Null);
        }
        let mut below = |step: &str, part: &Known| {
            let length = path.len();
            path.push_str(step);
            let part = self.seen(part, of, path);
            path.truncate(length);
            part
        };
        match value.kind() {
            _ if value.marks().is_sensitive() => {}
            Kind::Map(_, members) | Kind::Object(members) => {
                let member = |(name, part): (&Arc<str>, &Known)| {
                    (Value::String(Arc::clone(name)), below(&step(name), part))
                };
                return Value::object(members.iter().map(member).collect());
            }
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                let items = items.iter().enumerate();
                return Value::array(items.map(|(at, part)| below(&format!("[{at}]"), part)).collect());
            }
            _ => {}
        }
        // The plan was stored, so that none of its values can be ephemeral.
        let told = contract::value(value, &self.file.header.origin.nonce).unwrap_or_default();
        Reading::new(&told).told(of, path)
    }
}

fn address(change: &Change) -> Arc<str> {
    change.address.to_string().into()
}

fn is_plain(value: &Known) -> bool {
    !value.marks().is_sensitive() && !matches!(value.kind(), Kind::Unknown(_)) && value.parts().all(is_plain)
}

#[cfg(test)]
#[path = "objects_tests.rs"]
mod tests;
