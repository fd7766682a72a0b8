//! Expressions: documents, collections, comprehensions.

use super::document::unique;
use super::gather::{Gathered, Pairs};
use super::run::shown;
use super::{Document, Flow, Machine, Outcome, Slots};
use crate::ast::Collects;
use crate::ir::{Comprehension, Expr, slot_of};
use crate::types::Type;
use crate::unknown::{Seen, Unknown, Waits, is_known};
use crate::value::{Object, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Machine<'_> {
    /// The value of an expression; `None` if it is undefined.
    pub(crate) fn value(&mut self, expr: &Expr, slots: &mut Slots) -> Outcome<Option<Value>> {
        match expr {
            Expr::Constant(value) => Ok(Some(value.clone())),
            Expr::Slot(slot) => self.slot(slots, *slot),
            _ => match self.document(expr, slots)? {
                Some(document) => self.forced(document),
                None => Ok(None),
            },
        }
    }

    /// The document that an expression names, not looked into.
    pub(crate) fn document(&mut self, expr: &Expr, slots: &mut Slots) -> Outcome<Option<Document>> {
        let value = match expr {
            Expr::Constant(value) => Some(value.clone()),
            Expr::Slot(slot) => return Ok(slots.get(*slot).cloned().flatten()),
            Expr::Input => self.scope()?.input.clone(),
            Expr::Data => return self.root().map(Some),
            Expr::Below(slot, path) => return self.index(&Expr::Slot(slot_of(*slot)), path, slots),
            Expr::Index(looked) => return self.index(&looked.0, &looked.1, slots),
            Expr::Array(items) => self.all(items, slots)?.map(Value::array),
            Expr::Set(items) => self.all(items, slots)?.map(Value::set),
            Expr::Object(pairs) => self.object(pairs, slots)?,
            Expr::Comprehension(inner) => Some(self.deeper(|machine| machine.comprehension(inner, slots))?),
            Expr::Call(call) => {
                let Some(operands) = self.all(&call.operands, slots)? else { return Ok(None) };
                self.call(call.function, operands, call.at)?
            }
            Expr::Template(parts) => Some(self.template(parts, slots)?),
        };
        Ok(value.map(Document::Value))
    }

    fn index(&mut self, head: &Expr, path: &[Expr], slots: &mut Slots) -> Outcome<Option<Document>> {
        // Without copying what is only passed through.
        if let Expr::Slot(slot) = head
            && let [Expr::Constant(key)] = path
            && let Some(Some(Document::Value(value))) = slots.get(*slot)
            && !value.is_unknown()
        {
            return Ok(value.get(key).cloned().map(Document::Value));
        }
        let mut document = match self.document(head, slots)? {
            Some(document) => document,
            None => return Ok(None),
        };
        for part in path {
            let next = match part {
                Expr::Constant(key) => self.member(document, key)?,
                other => {
                    let Some(key) = self.value(other, slots)? else { return Ok(None) };
                    self.member(document, &key)?
                }
            };
            document = match next {
                Some(next) => next,
                None => return Ok(None),
            };
        }
        self.defined(document)
    }

    pub(crate) fn all(&mut self, items: &[Expr], slots: &mut Slots) -> Outcome<Option<Vec<Value>>> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match self.value(item, slots)? {
                Some(value) => out.push(value),
                None => return Ok(None),
            }
        }
        Ok(Some(out))
    }

    fn object(&mut self, pairs: &[(Expr, Expr)], slots: &mut Slots) -> Outcome<Option<Value>> {
        let mut out = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let (Some(key), Some(value)) = (self.value(key, slots)?, self.value(value, slots)?) else {
                return Ok(None);
            };
            out.push((key, value));
        }
        if self.veiled && !out.iter().all(|(key, _)| is_known(key)) {
            let mut seen = Seen::default();
            out.iter().for_each(|(key, value)| {
                seen.look(key);
                seen.look(value);
            });
            let mut whole = Unknown::new(Type::object(Type::Any, Type::Any), Waits::all(seen.waits));
            whole.length = (1, Some(out.len()));
            return Ok(Some(whole.value()));
        }
        Ok(Some(Value::object(out)))
    }

    fn comprehension(&mut self, inner: &Comprehension, slots: &mut Slots) -> Outcome<Value> {
        if inner.collects == Collects::Object {
            return self.object_comprehension(inner, slots);
        }
        let mut items = Gathered::default();
        self.run(&inner.body, slots, &mut |machine, slots| {
            if let Some(value) = machine.value(&inner.value, slots)? {
                machine.made(1)?;
                items.push(value, &machine.open);
            }
            Ok(Flow::More)
        })?;
        Ok(match inner.collects {
            Collects::Array => items.array(),
            _ => items.set(),
        })
    }

    fn object_comprehension(&mut self, inner: &Comprehension, slots: &mut Slots) -> Outcome<Value> {
        let at = inner.at;
        if self.veiled {
            let mut pairs = Pairs::default();
            self.run(&inner.body, slots, &mut |machine, slots| {
                let Some(key) = &inner.key else { return Ok(Flow::More) };
                if let (Some(key), Some(value)) =
                    (machine.value(key, slots)?, machine.value(&inner.value, slots)?)
                {
                    machine.made(1)?;
                    pairs.push(key, value, &machine.open);
                }
                Ok(Flow::More)
            })?;
            return pairs.object(|| {
                let mut fault = unique();
                fault.at = at;
                fault
            });
        }
        let mut out: BTreeMap<Value, Value> = BTreeMap::new();
        self.run(&inner.body, slots, &mut |machine, slots| {
            let Some(key) = &inner.key else { return Ok(Flow::More) };
            if let (Some(key), Some(value)) =
                (machine.value(key, slots)?, machine.value(&inner.value, slots)?)
            {
                match out.get(&key) {
                    Some(before) if *before != value => {
                        let mut fault = unique();
                        fault.at = at;
                        return Err(fault);
                    }
                    Some(_) => {}
                    None => {
                        machine.made(1)?;
                        out.insert(key, value);
                    }
                }
            }
            Ok(Flow::More)
        })?;
        Ok(Value::Object(Arc::new(out.into_iter().collect::<Object>())))
    }

    fn template(&mut self, parts: &[Expr], slots: &mut Slots) -> Outcome<Value> {
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            let text = match self.value(part, slots)? {
                Some(Value::Set(set)) => match set.members() {
                    [] => Value::from("<undefined>"),
                    [only] => only.clone(),
                    _ => {
                        let message = "template-strings must not produce multiple outputs";
                        return Err(super::stop(crate::error::Code::Conflict, Default::default(), message));
                    }
                },
                Some(text) => text,
                None => Value::from("<undefined>"),
            };
            values.push(text);
        }
        if self.veiled {
            return Ok(super::veiled_calls::joined(&values));
        }
        Ok(Value::string(values.iter().map(shown).collect::<String>()))
    }
}
