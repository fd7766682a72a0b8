//! `with`: a body under replaced documents and functions.

use super::{Document, Flow, Machine, Outcome, Replaced, Scope, Slots, stop};
use crate::error::Code;
use crate::ir::{Replacement, Target, With};
use crate::types::Type;
use crate::unknown::{Open, Unknown};
use crate::value::{Object, Value};
use std::collections::HashMap;
use std::sync::Arc;

impl Machine<'_> {
    /// All answers of a body under `with`, as the values of the slots that it writes. `None` if a replacement has
    /// no value.
    #[allow(clippy::type_complexity, reason = "rows of slots")]
    pub(crate) fn under_with(
        &mut self,
        with: &With,
        slots: &mut Slots,
    ) -> Outcome<Option<Vec<(Vec<Option<Document>>, Open)>>> {
        let Some(scope) = self.replaced(with, slots)? else { return Ok(None) };
        self.scopes.push(scope);
        let mut answers = Vec::new();
        let outcome = self.deeper(|machine| {
            machine.run(&with.body, slots, &mut |machine, slots| {
                let mut row = Vec::with_capacity(with.outputs.len());
                for slot in &with.outputs {
                    // Looked into now: outside, the documents are others.
                    row.push(machine.slot(slots, *slot)?.map(Document::Value));
                }
                let alike = with.outputs.is_empty() && machine.open.is_certain();
                answers.push((row, machine.open.clone()));
                // Without outputs all answers are alike.
                Ok(if alike { Flow::Enough } else { Flow::More })
            })
        });
        self.scopes.pop();
        outcome?;
        if with.outputs.is_empty() && answers.iter().any(|(_, open)| open.is_certain()) {
            answers.retain(|(_, open)| open.is_certain());
        }
        Ok(Some(answers))
    }

    fn replaced(&mut self, with: &With, slots: &mut Slots) -> Outcome<Option<Scope>> {
        let outer = self.scope()?;
        let mut input = outer.input.clone();
        let mut data = outer.data.clone();
        let mut places = HashMap::clone(&outer.places);
        let mut functions = HashMap::clone(&outer.functions);
        for (target, replacement) in &with.replace {
            if let Target::Input(path) | Target::Data(path) = target
                && path.iter().any(|key| key.as_str().is_none())
            {
                return Err(stop(Code::Conflict, with.at, "bad document path"));
            }
            let replacement = match replacement {
                Replacement::Nothing => {
                    if let Target::Data(path) = target {
                        self.replace_data(path, None, &mut data, &mut places, with)?;
                    }
                    continue;
                }
                Replacement::Function(function) => Replaced::Function(*function),
                Replacement::Value(expr) => match self.value(expr, slots)? {
                    Some(value) => Replaced::Value(value),
                    None => return Ok(None),
                },
            };
            match (target, replacement) {
                (Target::Function(name), replacement) => {
                    functions.insert(name.clone(), replacement);
                }
                (_, Replaced::Function(_)) => {}
                (Target::Open, _) => return Err(stop(Code::Conflict, with.at, "bad document path")),
                (Target::Input(path), Replaced::Value(value)) => {
                    let value = self.reveal.map_or_else(|| value.clone(), |reveal| reveal(&value));
                    input = Some(patched(input.as_ref(), path, value));
                }
                (Target::Data(path), Replaced::Value(value)) => {
                    self.replace_data(path, Some(value), &mut data, &mut places, with)?;
                }
            }
        }
        Ok(Some(Scope {
            input,
            data,
            places: Arc::new(places),
            functions: Arc::new(functions),
            documents: HashMap::new(),
            calls: HashMap::new(),
        }))
    }

    fn replace_data(
        &self,
        path: &[Value],
        value: Option<Value>,
        data: &mut Value,
        places: &mut HashMap<usize, Option<Value>>,
        with: &With,
    ) -> Outcome<()> {
        let mut place = Some(0);
        for key in path {
            if let Some(at) = place
                && let Some(outer) = places.get(&at)
            {
                let message = format!(
                    "real and replacement data could not be merged at {}",
                    outer.as_ref().map(crate::print::constant).unwrap_or_default()
                );
                return Err(stop(Code::Merge, with.at, message));
            }
            place = place.and_then(|at| self.program.tree.child(at, key));
        }
        match place {
            Some(at) => {
                places.insert(at, value);
            }
            None => {
                *data = match value {
                    Some(value) => patched(Some(data), path, value),
                    None => without(data, path),
                };
            }
        }
        Ok(())
    }
}

/// A document without what stands at a path.
fn without(document: &Value, path: &[Value]) -> Value {
    let (Value::Object(object), Some((key, rest))) = (document, path.split_first()) else {
        return document.clone();
    };
    let mut kept: Object =
        object.iter().filter(|(other, _)| *other != *key).map(|(k, v)| (k.clone(), v.clone())).collect();
    if let Some(inner) = object.get(key).filter(|_| !rest.is_empty()) {
        kept.insert(key.clone(), without(inner, rest));
    }
    Value::Object(Arc::new(kept))
}

/// `value` at a path of `document`; whatever is in the way and no object gives way.
fn patched(document: Option<&Value>, path: &[Value], value: Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return value };
    if let Some(Value::Unknown(unknown)) = document {
        // Whatever else it has stays unknown; what is put in is not looked for there.
        return Unknown::new(Type::object(Type::Any, Type::Any), unknown.waits.clone()).into();
    }
    let mut object = match document {
        Some(Value::Object(object)) => Object::clone(object),
        _ => Object::default(),
    };
    let inner = patched(object.get(key), rest, value);
    object.insert(key.clone(), inner);
    Value::Object(Arc::new(object))
}
