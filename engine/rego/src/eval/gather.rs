//! Answers to collections: plain ones where all answers are certain, else what is known of the collection.

use super::{Outcome, Stop};
use crate::types::Type;
use crate::unknown::{Likely, Open, Seen, Truth, Unknown, Waits, is_known, same};
use crate::value::{Object, Set, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Answers as they come in: values, and the few that do not hold for certain.
#[derive(Default)]
pub(crate) struct Gathered {
    values: Vec<Value>,
    /// Which of them hold under something.
    open: Vec<(usize, Open)>,
}

impl Gathered {
    pub(crate) fn push(&mut self, value: Value, open: &Open) {
        if !open.is_plain() {
            self.open.push((self.values.len(), open.clone()));
        }
        self.values.push(value);
    }

    pub(crate) fn set(self) -> Value {
        if self.open.iter().all(|(_, open)| open.is_certain() && !open.is_many()) {
            return Value::Set(Arc::new(self.values.into_iter().collect::<Set>()));
        }
        let listed = self.listed();
        let certain: Vec<&Value> =
            listed.iter().filter(|(_, open)| open.is_certain()).map(|(value, _)| value).collect();
        let known: BTreeSet<&Value> = certain.iter().copied().filter(|value| is_known(value)).collect();
        let least = if certain.is_empty() { 0 } else { known.len().max(1) };
        unknown(Type::set(Type::Any), least, listed)
    }

    pub(crate) fn array(self) -> Value {
        if self.open.is_empty() {
            return Value::array(self.values);
        }
        let repeated = self.open.iter().any(|(_, open)| open.is_repeated());
        let listed = self.listed();
        let certain = listed.iter().filter(|(_, open)| open.is_certain()).count();
        let least = if repeated { certain.min(1) } else { certain };
        unknown(Type::array(Type::Any), least, listed)
    }

    fn listed(self) -> Vec<(Value, Open)> {
        let mut out: Vec<(Value, Open)> =
            self.values.into_iter().map(|value| (value, Open::default())).collect();
        for (at, open) in self.open {
            if let Some(place) = out.get_mut(at) {
                place.1 = open;
            }
        }
        out
    }
}

fn waits_of<'v>(listed: impl Iterator<Item = (&'v Value, &'v Open)>) -> Waits {
    let mut seen = Seen::default();
    for (value, open) in listed {
        seen.look(value);
        seen.waits.extend(open.waits());
    }
    Waits::all(seen.waits)
}

fn unknown(ty: Type, least: usize, listed: Vec<(Value, Open)>) -> Value {
    let more = listed.iter().any(|(_, open)| open.is_many());
    let waits = waits_of(listed.iter().map(|(value, open)| (value, open)));
    let mut out = Unknown::new(ty, waits);
    out.length = (least, (!more).then_some(listed.len()));
    let listed = listed.into_iter().map(|(value, open)| (None, value, open)).collect();
    out.members = Some(Arc::new(Likely { listed, more }));
    out.value()
}

/// Pairs of an object as they come in.
#[derive(Default)]
pub(crate) struct Pairs {
    listed: Vec<(Value, Value, Open)>,
    vague: Option<Open>,
}

impl Pairs {
    pub(crate) fn push(&mut self, key: Value, value: Value, open: &Open) {
        self.listed.push((key, value, open.clone()));
    }

    /// There is something in it that cannot be listed.
    pub(crate) fn vague(&mut self, open: &Open) {
        self.vague.get_or_insert_default().join(open);
    }

    /// The object. `conflict` is what to say when one key certainly has two values.
    pub(crate) fn object(mut self, conflict: impl Fn() -> Stop) -> Outcome<Value> {
        self.listed.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let mut kept: Vec<(Value, Value, Open)> = Vec::with_capacity(self.listed.len());
        let mut doubtful = self.vague.is_some();
        for (key, value, open) in self.listed {
            doubtful |= !open.is_certain() || open.is_many();
            let Some((_, other, under)) = kept.last_mut().filter(|(before, ..)| *before == key) else {
                kept.push((key, value, open));
                continue;
            };
            match (same(other, &value), open.is_certain() && under.is_certain()) {
                (Truth::Yes, _) if open.is_certain() => *under = open,
                // Two that are there and differ end the evaluation; else they turn out to be one.
                (Truth::No, true) => return Err(conflict()),
                (Truth::Yes, _) | (Truth::Maybe(_), true) => {}
                (Truth::No | Truth::Maybe(_), false) => kept.push((key, value, open)),
            }
        }
        if !doubtful && kept.iter().all(|(key, ..)| is_known(key)) {
            let pairs = kept.into_iter().map(|(key, value, _)| (key, value));
            return Ok(Value::Object(Arc::new(pairs.collect::<Object>())));
        }
        Ok(vague_object(kept, self.vague))
    }
}

fn vague_object(listed: Vec<(Value, Value, Open)>, vague: Option<Open>) -> Value {
    let clear = listed.iter().all(|(key, ..)| is_known(key));
    let distinct = listed.windows(2).all(|pair| match pair {
        [(a, ..), (b, ..)] => a != b,
        _ => true,
    });
    let certain = listed.iter().filter(|(.., open)| open.is_certain()).count();
    let more = vague.is_some() || listed.iter().any(|(.., open)| open.is_many());
    let waits = waits_of(
        listed
            .iter()
            .flat_map(|(key, value, open)| [(value, open), (key, open)])
            .chain(vague.iter().map(|open| (&Value::Null, open))),
    );
    let mut out = Unknown::new(Type::object(Type::Any, Type::Any), waits);
    out.length = (if distinct && clear { certain } else { certain.min(1) }, (!more).then_some(listed.len()));
    if distinct && vague.is_none() {
        let listed = listed.into_iter().map(|(key, value, open)| (Some(key), value, open)).collect();
        out.members = Some(Arc::new(Likely { listed, more }));
    }
    out.value()
}
