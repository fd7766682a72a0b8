//! Documents under `data`: base documents and rules, looked into only as far as asked.

use super::run::Members;
use super::{Document, Machine, Outcome, Slots};
use crate::ast::Span;
use crate::error::Code;
use crate::types::Type;
use crate::unknown::{Open, Unknown, Waits};
use crate::value::{Object, Value};
use std::sync::Arc;

impl Machine<'_> {
    /// The value in a slot.
    pub(crate) fn slot(&mut self, slots: &Slots, slot: usize) -> Outcome<Option<Value>> {
        match slots.get(slot) {
            Some(Some(Document::Value(value))) => Ok(Some(value.clone())),
            Some(Some(place)) => self.forced(place.clone()),
            _ => Ok(None),
        }
    }

    /// All of a document.
    pub(crate) fn forced(&mut self, document: Document) -> Outcome<Option<Value>> {
        match document {
            Document::Value(value) | Document::Stored(value) => Ok(Some(value)),
            Document::Place(place, base) => self.extent(place, base.as_ref()),
        }
    }

    /// The document, unless it is known to have no value.
    pub(crate) fn defined(&mut self, document: Document) -> Outcome<Option<Document>> {
        match document {
            Document::Place(place, base) if self.has_rules(place) => {
                Ok(self.extent(place, base.as_ref())?.map(Document::Value))
            }
            other => Ok(Some(other)),
        }
    }

    /// What stands at a path under `data`, and under what it does.
    pub(crate) fn document_at(&mut self, keys: &[Value]) -> Outcome<(Option<Value>, Open)> {
        self.apart(|machine| {
            let mut document = machine.root()?;
            for key in keys {
                match machine.member(document, key)? {
                    Some(next) => document = next,
                    None => return Ok(None),
                }
            }
            machine.forced(document)
        })
    }

    fn has_rules(&self, place: usize) -> bool {
        self.program.rules.get(place).is_some_and(|rules| !rules.is_empty())
    }

    /// Whether the rules at a place give members or pairs.
    fn is_partial(&self, place: usize) -> bool {
        let rules = self.program.rules.get(place).map(|rules| &**rules).unwrap_or_default();
        let mut branches = rules.iter().filter_map(|rule| rule.branches.first());
        branches.any(|branch| branch.key.is_some() || !branch.path.is_empty())
    }

    /// Whether the rules at a place are functions, which are no documents.
    pub(crate) fn is_function(&self, place: usize) -> bool {
        let first = self
            .program
            .rules
            .get(place)
            .and_then(|rules| rules.first())
            .and_then(|rule| rule.branches.first());
        first.is_some_and(|branch| !branch.args.is_empty())
    }

    /// `document[key]`.
    pub(crate) fn member(&mut self, document: Document, key: &Value) -> Outcome<Option<Document>> {
        let (place, base) = match document {
            Document::Value(value) if self.veiled => {
                return Ok(self.at_key(&value, key).map(Document::Value));
            }
            Document::Value(value) => return Ok(value.get(key).cloned().map(Document::Value)),
            Document::Stored(value) => return Ok(stored(&value, key).cloned().map(Document::Stored)),
            Document::Place(place, base) => (place, base),
        };
        if self.has_rules(place) {
            if self.is_function(place) {
                return Ok(None);
            }
            let whole = self.extent(place, base.as_ref())?;
            return match whole {
                Some(whole) => self.member(Document::Value(whole), key),
                None => Ok(None),
            };
        }
        match self.program.tree.child(place, key) {
            Some(child) => self.at_place(child, base.as_ref().and_then(|base| base.get(key)).cloned()),
            None => Ok(base.as_ref().and_then(|base| stored(base, key)).cloned().map(Document::Stored)),
        }
    }

    /// The document at a place, replaced if `with` says so.
    fn at_place(&mut self, place: usize, base: Option<Value>) -> Outcome<Option<Document>> {
        if let Some(value) = self.scope()?.places.get(&place) {
            return Ok(value.clone().map(Document::Value));
        }
        if self.has_rules(place) && self.is_function(place) {
            return Ok(None);
        }
        Ok(Some(Document::Place(place, base)))
    }

    pub(crate) fn root(&self) -> Outcome<Document> {
        let scope = self.scope()?;
        Ok(match scope.places.get(&0) {
            Some(value) => Document::Value(value.clone().unwrap_or_else(|| Object::default().into())),
            None => Document::Place(0, Some(scope.data.clone())),
        })
    }

    /// The members of a document; `None` if it is no collection.
    pub(crate) fn members(&mut self, document: Document) -> Outcome<Option<Members>> {
        let (place, base) = match document {
            Document::Value(value @ Value::Array(_)) => return Ok(Some(Members::Array(value, 0))),
            Document::Value(value @ Value::Object(_)) => return Ok(Some(Members::Object(value, 0))),
            Document::Value(Value::Set(set)) if self.veiled => {
                let likely = self.set_members(&set);
                return Ok(Some(likely.unwrap_or(Members::Set(Value::Set(set), 0))));
            }
            Document::Value(value @ Value::Set(_)) => return Ok(Some(Members::Set(value, 0))),
            Document::Value(Value::Unknown(unknown)) => return Ok(self.unknown_members(&unknown)),
            Document::Value(_) => return Ok(None),
            Document::Stored(value) => return self.members(Document::Value(value)),
            Document::Place(place, base) => (place, base),
        };
        if self.has_rules(place) {
            let Some(whole) = self.extent(place, base.as_ref())? else { return Ok(None) };
            return self.members(Document::Value(whole));
        }
        let mut keys: Vec<Value> = self
            .program
            .tree
            .place(place)
            .map(|place| place.children.keys().cloned().collect())
            .unwrap_or_default();
        if let Some(object) = base.as_ref().and_then(Value::as_object) {
            keys.extend(object.iter().map(|(key, _)| key.clone()));
        }
        keys.sort();
        keys.dedup();
        let mut listed = Vec::with_capacity(keys.len());
        for key in keys {
            if let Some(member) = self.member(Document::Place(place, base.clone()), &key)? {
                listed.push((key, member));
            }
        }
        Ok(Some(Members::Listed(listed.into_iter())))
    }

    /// All that rules and base documents give at a place, computed once per scope.
    pub(crate) fn extent(&mut self, place: usize, base: Option<&Value>) -> Outcome<Option<Value>> {
        if self.has_rules(place)
            && let Some((value, open)) = self.scope()?.documents.get(&place).cloned()
        {
            self.depend(&open);
            return Ok(value);
        }
        let (value, open) = self.apart(|machine| machine.deeper(|machine| machine.compute(place, base)))?;
        if self.has_rules(place) {
            self.scope_mut()?.documents.insert(place, (value.clone(), open.clone()));
        }
        self.depend(&open);
        Ok(value)
    }

    fn compute(&mut self, place: usize, base: Option<&Value>) -> Outcome<Option<Value>> {
        if self.is_function(place) {
            return Ok(None);
        }
        let mut whole = Vec::new();
        let own = if self.has_rules(place) {
            match self.rules_at(place, &mut whole)? {
                Some(value) => Some(value),
                // Nothing below it either, if its rules give the whole.
                None if self.program.tree.place(place).is_none_or(|place| place.children.is_empty()) => {
                    return Ok(None);
                }
                None => None,
            }
        } else {
            None
        };
        let hidden = |key: &Value| place == 0 && key.as_str() == Some("system");
        let children = self.program.tree.place(place).map(|place| &place.children).into_iter().flatten();
        let children: Vec<(Value, usize)> =
            children.filter(|(key, _)| !hidden(key)).map(|(key, child)| (key.clone(), *child)).collect();
        if children.is_empty() && self.has_rules(place) {
            return Ok(own);
        }
        let mut out = match (own, base) {
            (Some(Value::Object(own)), _) => Object::clone(&own),
            (Some(Value::Unknown(own)), _) => return Ok(Some(self.vague_place(own.waits.clone()))),
            (Some(other), _) => return Ok(Some(other)),
            (None, Some(base)) if place != 0 && children.is_empty() => return Ok(Some(base.clone())),
            (None, Some(Value::Object(base))) => Object::clone(base),
            (None, _) => Object::default(),
        };
        if place == 0 && out.get_str("system").is_some() {
            // What is there for the system is found by its name only.
            out = out.into_iter().filter(|(key, _)| !hidden(key)).collect();
        }
        self.with_children(place, (out, base), children, &whole)
    }

    /// What stands at a place, with what its children give.
    fn with_children(
        &mut self,
        place: usize,
        (mut out, base): (Object, Option<&Value>),
        children: Vec<(Value, usize)>,
        whole: &[Vec<Value>],
    ) -> Outcome<Option<Value>> {
        let mut vague = Vec::new();
        for (key, child) in children {
            let below = base.and_then(|base| base.get(&key)).cloned();
            let (member, open) = self.apart(|machine| match machine.at_place(child, below)? {
                Some(document) => machine.forced(document),
                None => Ok(None),
            })?;
            if let Some(waits) = open.waits() {
                vague.push(waits);
            }
            // Beside rules of a whole, what gave no single member does not show.
            let shown = |new: Value| if self.has_rules(place) { self.given(child, new) } else { Some(new) };
            match (out.get(&key), member.and_then(shown)) {
                (Some(before), Some(new)) if self.has_rules(place) => {
                    let mut below = whole.iter().filter_map(|path| path.split_first());
                    if below.any(|(first, rest)| *first == key && self.adds_to(child, rest, before, &new)) {
                        return Err(unique());
                    }
                    let merged = merge(before, &new).ok_or_else(unique)?;
                    out.insert(key, merged);
                }
                (_, Some(new)) => out.insert(key, new),
                (_, None) => {}
            }
        }
        if !vague.is_empty() {
            return Ok(Some(self.vague_place(Waits::all(vague))));
        }
        Ok(Some(Value::Object(Arc::new(out))))
    }

    /// What rules at a place and below it gave, without members for rules that gave nothing.
    fn given(&self, place: usize, value: Value) -> Option<Value> {
        if self.has_rules(place) {
            return Some(value).filter(|value| !self.is_partial(place) || !is_empty(value));
        }
        let Value::Object(object) = value else { return Some(value) };
        let below = |key: &Value| self.program.tree.child(place, key);
        let kept: Object = object
            .iter()
            .filter_map(|(key, value)| match below(key) {
                Some(child) => Some((key.clone(), self.given(child, value.clone())?)),
                None => Some((key.clone(), value.clone())),
            })
            .collect();
        (!kept.is_empty()).then(|| Value::Object(Arc::new(kept)))
    }

    /// Whether rules below a child put keys into what another rule gave as a whole at `path`, or give another whole.
    fn adds_to(&self, child: usize, path: &[Value], own: &Value, new: &Value) -> bool {
        let mut at = Some(child);
        let mut values = (Some(own), Some(new));
        for key in path {
            at = at.and_then(|at| self.program.tree.child(at, key));
            values = (values.0.and_then(|own| own.get(key)), values.1.and_then(|new| new.get(key)));
        }
        let Some(at) = at.filter(|_| values.1.is_some()) else { return false };
        !self.has_rules(at) || (!self.is_partial(at) && values.0 != values.1)
    }

    /// All of a place where it is not known what there is.
    fn vague_place(&self, waits: Waits) -> Value {
        Unknown::new(Type::object(Type::Any, Type::Any), waits).value()
    }
}

/// A member of a base document, which OPA's store finds by the text of its key: `data.ports[80]` is `data.ports["80"]`.
fn stored<'v>(document: &'v Value, key: &Value) -> Option<&'v Value> {
    if let Some(member) = document.get(key) {
        return Some(member);
    }
    match (document, key) {
        (Value::Object(object), Value::Number(number)) => object.get_str(&number.to_string()),
        (Value::Array(items), Value::String(text)) => {
            let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
            let at: usize = digits.parse().ok()?;
            items.get(at).filter(|_| !text.starts_with('-') || at == 0)
        }
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_empty(),
        Value::Set(set) => set.is_empty(),
        _ => false,
    }
}

/// Two objects, or sets, in one; `None` if both give different values to a key.
pub(crate) fn merge(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let mut out = Object::clone(a);
            for (key, value) in b.iter() {
                let merged = match out.get(key) {
                    Some(before) => merge(before, value)?,
                    None => value.clone(),
                };
                out.insert(key.clone(), merged);
            }
            Some(Value::Object(Arc::new(out)))
        }
        (Value::Set(a), Value::Set(b)) => Some(Value::set(a.iter().chain(b.iter()).cloned().collect())),
        (a, b) => (a == b).then(|| a.clone()),
    }
}

pub(crate) fn unique() -> super::Stop {
    super::stop(Code::Conflict, Span::default(), "object keys must be unique")
}
