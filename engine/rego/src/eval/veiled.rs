//! Documents that are not wholly known: equality, members and patterns of three answers.
//!
//! Where something cannot be decided, the derivation goes on as if it held, and `Machine::open` notes on what it
//! depends; who collects answers looks at that.

use super::run::{Members, set};
use super::{Document, Machine, Outcome, Slots};
use crate::ir::Pattern;
use crate::types::Type;
use crate::unknown::{
    Open, Seen, Truth, Unknown, Waits, is_known, kinds, kinds_of_value, same, type_of_kinds,
};
use crate::value::{Set, Value};

/// Whether a body has an answer.
pub(crate) enum Holds {
    Yes,
    No,
    Maybe(Open),
}

impl Holds {
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            maybe => maybe,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, other) | (other, Self::No) => other,
            (Self::Maybe(mut a), Self::Maybe(b)) => {
                a.join(&b);
                Self::Maybe(a)
            }
        }
    }
}

impl Machine<'_> {
    /// What comes depends on what `open` depends on.
    pub(crate) fn depend(&mut self, open: &Open) {
        if let Some(waits) = open.waits() {
            self.wait(waits);
        }
    }

    /// Whether it holds; if that is open, what comes depends on it.
    pub(crate) fn decide(&mut self, holds: Holds) -> bool {
        match holds {
            Holds::Yes => true,
            Holds::No => false,
            Holds::Maybe(open) => {
                self.depend(&open);
                true
            }
        }
    }

    /// Whether two values are equal; if that is open, what comes depends on it.
    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> bool {
        if !self.veiled {
            return left == right;
        }
        self.decided(same(left, right))
    }

    /// Whether an expression with this value holds.
    pub(crate) fn is_true(&mut self, value: &Value) -> bool {
        match value {
            Value::Unknown(unknown) if unknown.kinds() & kinds::BOOL != 0 => {
                let waits = unknown.waits.clone();
                self.wait(waits);
                true
            }
            other => *other != Value::Bool(false),
        }
    }

    /// Matches an array or an object with a value that may become one.
    pub(crate) fn match_unknown(
        &mut self,
        pattern: &Pattern,
        value: &Value,
        slots: &mut Slots,
    ) -> Outcome<bool> {
        let Value::Unknown(unknown) = value else { return Ok(false) };
        let (bit, count) = match pattern {
            Pattern::Array(items) => (kinds::ARRAY, items.len()),
            Pattern::Object(pairs) => (kinds::OBJECT, pairs.len()),
            Pattern::Any | Pattern::Bind(_) | Pattern::Equal(_) => return Ok(false),
        };
        let too = count < unknown.length.0 || unknown.length.1.is_some_and(|most| count > most);
        if unknown.kinds() & bit == 0 || too {
            return Ok(false);
        }
        self.wait(unknown.waits.clone());
        let fresh = || Unknown::new(Type::Any, unknown.waits.clone()).value();
        match pattern {
            Pattern::Array(items) => {
                for item in items {
                    if !self.matches(item, &fresh(), slots)? {
                        return Ok(false);
                    }
                }
            }
            Pattern::Object(pairs) => {
                for (_, inner) in pairs {
                    if !self.matches(inner, &fresh(), slots)? {
                        return Ok(false);
                    }
                }
            }
            Pattern::Bind(slot) => set(slots, *slot, Document::Value(fresh())),
            Pattern::Any | Pattern::Equal(_) => {}
        }
        Ok(true)
    }

    /// `value[key]` where one of them may not be known.
    pub(crate) fn at_key(&mut self, value: &Value, key: &Value) -> Option<Value> {
        match value {
            Value::Unknown(unknown) => self.at_key_of_unknown(unknown, key),
            Value::Set(members) => members.get(key).cloned().or_else(|| self.likely_member(members, key)),
            Value::Array(_) | Value::Object(_) if !is_known(key) => self.at_unknown_key(value, key),
            other => other.get(key).cloned(),
        }
    }

    fn at_key_of_unknown(&mut self, unknown: &Unknown, key: &Value) -> Option<Value> {
        if key.as_str() == Some("$unknown") {
            return Some(unknown.described());
        }
        if let Some(likely) = &unknown.members
            && unknown.kinds() & kinds::ARRAY == 0
        {
            let mut open = Vec::new();
            for (name, member, under) in &likely.listed {
                match same(name.as_ref().unwrap_or(member), key) {
                    Truth::Yes => {
                        self.depend(under);
                        return Some(member.clone());
                    }
                    Truth::No => {}
                    Truth::Maybe(waits) => open.push(waits),
                }
            }
            if open.is_empty() && !likely.more {
                return None;
            }
        }
        let (ty, certain) = unknown.at(Some(key))?;
        if !certain {
            self.wait(unknown.waits.clone());
        }
        if unknown.kinds() == kinds::SET {
            return Some(key.clone());
        }
        Some(Unknown::new(ty, unknown.waits.clone()).value())
    }

    /// Whether a value may be a member that is not wholly known.
    fn likely_member(&mut self, members: &Set, key: &Value) -> Option<Value> {
        let mut open: Vec<Waits> = Vec::new();
        for member in members.iter() {
            match same(member, key) {
                Truth::Yes => return Some(member.clone()),
                Truth::No => {}
                Truth::Maybe(waits) => open.push(waits),
            }
        }
        if open.is_empty() {
            return None;
        }
        self.wait(Waits::all(open));
        Some(key.clone())
    }

    /// One of the members of an array or an object: which one is not known.
    fn at_unknown_key(&mut self, value: &Value, key: &Value) -> Option<Value> {
        let mut found: Vec<&Value> = Vec::new();
        match value {
            Value::Array(items) => {
                let at = items.iter().enumerate();
                found.extend(at.filter(|(at, _)| possible(&Value::from(*at), key)).map(|(_, item)| item));
            }
            Value::Object(object) => {
                found.extend(object.iter().filter(|(name, _)| possible(name, key)).map(|(_, item)| item));
            }
            _ => {}
        }
        let mut seen = Seen::of(key);
        found.iter().for_each(|value| seen.look(value));
        let waits = Waits::all(seen.waits);
        match found.as_slice() {
            [] => None,
            [only] => {
                self.wait(waits);
                Some((*only).clone())
            }
            several => {
                let bits = several.iter().fold(0, |bits, value| bits | kinds_of_value(value));
                self.wait(waits.clone());
                let value = Unknown::new(type_of_kinds(bits), waits).value();
                Some(value)
            }
        }
    }

    /// The members of a value that is not known, or not wholly.
    pub(crate) fn unknown_members(&mut self, unknown: &Unknown) -> Option<Members> {
        let bits = unknown.kinds();
        if bits & kinds::COLLECTIONS == 0 {
            return None;
        }
        if bits & !kinds::COLLECTIONS != 0 {
            self.wait(unknown.waits.clone());
        }
        let mut out = Vec::new();
        let number = || Unknown::new(Type::Number, unknown.waits.clone()).value();
        if let Some(likely) = &unknown.members {
            for (key, member, open) in &likely.listed {
                let key = match key {
                    Some(key) => key.clone(),
                    None if bits == kinds::SET => member.clone(),
                    None => number(),
                };
                let mut open = open.clone();
                open.join(&Open::repeated());
                out.push((key, member.clone(), open));
            }
        }
        if unknown.members.as_ref().is_none_or(|likely| likely.more) {
            let (ty, _) = unknown.at(None).unwrap_or((Type::Any, false));
            let member = Unknown::new(ty, unknown.waits.clone()).value();
            let key = match bits & kinds::COLLECTIONS {
                kinds::SET => member.clone(),
                kinds::ARRAY => number(),
                _ => Unknown::new(Type::Any, unknown.waits.clone()).value(),
            };
            let some = unknown.length.0 > 0 && unknown.members.is_none();
            let open = if some { Open::default() } else { Open::on(self.place, unknown.waits.clone()) };
            out.push((key, member, open.many()));
        }
        Some(Members::Likely(out.into_iter()))
    }

    /// The members of a set: some of them may turn out to be one.
    pub(crate) fn set_members(&self, members: &Set) -> Option<Members> {
        if members.len() < 2 || members.iter().all(is_known) {
            return None;
        }
        let all = members.iter().map(|member| (member.clone(), member.clone(), Open::repeated()));
        Some(Members::Likely(all.collect::<Vec<_>>().into_iter()))
    }
}

fn possible(name: &Value, key: &Value) -> bool {
    !matches!(same(name, key), Truth::No)
}
