//! The plan as the evaluator reads it: unknown and sensitive values as such, not as what stands for them in JSON.

use std::sync::Arc;

use ordain_plan::contract::Contract;
use ordain_rego::{Number, Type, Unknown, Value, Wait, Waits};
use serde_json::{Map, Value as Json};

use crate::objects::Objects;
use crate::over::over_plan;

/// Reads contract documents.
pub(crate) struct Reading<'c> {
    contract: &'c Contract,
    /// Whether anything was unknown or sensitive.
    pub(crate) veiled: bool,
}

/// Where a value stands: the object it belongs to, and the path within.
struct Place {
    of: Arc<str>,
    path: String,
}

impl<'c> Reading<'c> {
    /// A contract: its sealed values are taken from it by their commitments.
    pub(crate) fn new(contract: &'c Contract) -> Self {
        Self { contract, veiled: contract.veiled }
    }

    /// `input`: the JSON plan, the same under the name `plan`, and `v1`.
    pub(crate) fn input(
        &mut self,
        plan: &Value,
        beside: &Map<String, Json>,
        objects: Option<&Arc<Objects>>,
    ) -> Value {
        let v1 = self.contract(beside, objects);
        let plan =
            if self.veiled { over_plan(plan, &v1, &self.contract.secrets, objects) } else { plan.clone() };
        let mut pairs = plan.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
        pairs.push((Value::from("plan"), plan));
        pairs.push((Value::from("v1"), v1));
        Value::object(pairs)
    }

    /// `input.v1`: the document, what stands beside its members or in their place, and the changes.
    fn contract(&mut self, beside: &Map<String, Json>, objects: Option<&Arc<Objects>>) -> Value {
        let none = Map::new();
        let members = self.contract.document.as_object().unwrap_or(&none);
        let own = members.iter().filter(|(name, _)| !beside.contains_key(*name));
        let pairs = own.chain(beside).map(|(name, member)| {
            let value = match name.as_str() {
                "changes" | "drift" => self.rows(member, |row| text(row, "address")),
                "outputs" => self.rows(member, |row| format!("output.{}", text(row, "name"))),
                "variables" => self.variables(member),
                _ => Value::from_json(member),
            };
            (Value::from(name.as_str()), value)
        });
        let mut pairs: Vec<(Value, Value)> = pairs.collect();
        if let Some(objects) = objects {
            pairs.push((Value::from("changes"), objects.rows(false)));
            pairs.push((Value::from("drift"), objects.rows(true)));
        }
        Value::object(pairs)
    }

    /// The document as a value that stands at a path of an object.
    pub(crate) fn told(&mut self, of: &Arc<str>, path: &str) -> Value {
        let mut place = Place { of: Arc::clone(of), path: path.to_owned() };
        self.value(&self.contract.document, &mut place)
    }

    fn rows(&mut self, rows: &Json, of: impl Fn(&Map<String, Json>) -> String) -> Value {
        let Json::Array(rows) = rows else { return Value::from_json(rows) };
        Value::array(rows.iter().map(|row| self.row(row, &of)).collect())
    }

    /// One change or output.
    fn row(&mut self, row: &Json, of: &impl Fn(&Map<String, Json>) -> String) -> Value {
        let Json::Object(members) = row else { return Value::from_json(row) };
        let of: Arc<str> = of(members).into();
        let pairs = members.iter().map(|(name, member)| {
            let value = match name.as_str() {
                "before" | "after" | "identity" => {
                    self.value(member, &mut Place { of: of.clone(), path: String::new() })
                }
                _ => Value::from_json(member),
            };
            (Value::from(name.as_str()), value)
        });
        let pairs = pairs.collect();
        Value::object(pairs)
    }

    fn variables(&mut self, variables: &Json) -> Value {
        let Json::Object(members) = variables else { return Value::from_json(variables) };
        let pairs = members.iter().map(|(name, member)| {
            let mut place = Place { of: format!("var.{name}").into(), path: String::new() };
            (Value::from(name.as_str()), self.value(member, &mut place))
        });
        let pairs = pairs.collect();
        Value::object(pairs)
    }

    fn value(&mut self, json: &Json, place: &mut Place) -> Value {
        match json {
            Json::Array(items) => {
                let mut out = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    out.push(self.below(item, place, &format!("[{at}]")));
                }
                Value::array(out)
            }
            Json::Object(members) => {
                if let Some(special) = self.special(members, place) {
                    self.veiled = true;
                    return special;
                }
                let mut pairs = Vec::with_capacity(members.len());
                for (name, member) in members {
                    let name = match name.strip_prefix('$') {
                        Some(own) if own.starts_with('$') => own,
                        _ => name,
                    };
                    let value = self.below(member, place, &step(name));
                    pairs.push((Value::from(name), value));
                }
                Value::object(pairs)
            }
            other => Value::from_json(other),
        }
    }

    fn below(&mut self, json: &Json, place: &mut Place, step: &str) -> Value {
        if !(json.is_array() || json.is_object()) {
            return Value::from_json(json);
        }
        let length = place.path.len();
        place.path.push_str(step);
        let value = self.value(json, place);
        place.path.truncate(length);
        value
    }

    /// What the one member of an object says that it stands for.
    fn special(&self, members: &Map<String, Json>, place: &Place) -> Option<Value> {
        let mut all = members.iter();
        let (Some((name, what)), None) = (all.next(), all.next()) else { return None };
        match name.as_str() {
            "$unknown" => Some(unknown(what, place)),
            "$sealed" => Some(Value::from_json(self.contract.sealed.get(what.as_str()?)?).hidden()),
            _ => None,
        }
    }
}

fn text(row: &Map<String, Json>, name: &str) -> String {
    row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// `.name` or `["a b"]`
pub(crate) fn step(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) { format!(".{name}") } else { format!("[{name:?}]") }
}

/// `{"type", "not_null", "prefix", "min", "max"}`
fn unknown(known: &Json, place: &Place) -> Value {
    let path = place.path.strip_prefix('.').unwrap_or(&place.path);
    let waits = Waits::one(Wait { of: place.of.clone(), path: path.into() });
    let ty = known.get("type").map_or(Type::Any, type_of);
    let not_null = known.get("not_null").and_then(Json::as_bool).unwrap_or(false);
    let bound = |name: &str| known.get(name).filter(|bound| bound.is_number());
    let number = |name: &str| {
        let text = bound(name)?.to_string();
        Some((Number::parse(&text)?, true))
    };
    let length = |name: &str| usize::try_from(bound(name)?.as_u64()?).ok();
    let mut out = Unknown::new(if not_null { ty.clone() } else { nullable(ty.clone()) }, waits);
    out.prefix = known.get("prefix").and_then(Json::as_str).map(Arc::from);
    if ty == Type::Number {
        out.bounds = (number("min"), number("max"));
    } else {
        out.length = (length("min").unwrap_or(0), length("max"));
    }
    out.into()
}

fn nullable(ty: Type) -> Type {
    match ty {
        Type::Any => Type::Any,
        ty => Type::OneOf(vec![ty, Type::Null]),
    }
}

/// An input of a test: `{"$unknown": …}` in it is what is not known yet.
pub(crate) fn revealed(value: &Value) -> Value {
    revealed_at(value, &mut Place { of: "input".into(), path: String::new() })
}

fn revealed_at(value: &Value, place: &mut Place) -> Value {
    let mut below = |item: &Value, step: String| {
        let length = place.path.len();
        place.path.push_str(&step);
        let item = revealed_at(item, place);
        place.path.truncate(length);
        item
    };
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            Value::array(items.map(|(at, item)| below(item, format!("[{at}]"))).collect())
        }
        Value::Object(object) => {
            if let [(key, what)] = object.pairs()
                && key.as_str() == Some("$unknown")
            {
                return unknown(&what.to_json(), place);
            }
            let pairs = object.iter();
            let named = |(key, item): &(Value, Value)| (key.clone(), below(item, step(&key.json_key())));
            Value::object(pairs.map(named).collect())
        }
        other => other.clone(),
    }
}

/// The type that a type of the language has in JSON. What stands inside may be null.
fn type_of(json: &Json) -> Type {
    let inner = |json: &Json| nullable(type_of(json));
    match json {
        Json::String(name) => match name.as_str() {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Boolean,
            _ => Type::Any,
        },
        Json::Array(parts) => match parts.as_slice() {
            [Json::String(word), of, ..] => match (word.as_str(), of) {
                ("list" | "set", of) => Type::array(inner(of)),
                ("map", of) => Type::object(Type::String, inner(of)),
                ("tuple", Json::Array(items)) => Type::Array(items.iter().map(inner).collect(), None),
                ("object", Json::Object(members)) => {
                    let known = members.iter().map(|(name, ty)| (name.clone(), inner(ty)));
                    Type::Object(known.collect(), None)
                }
                _ => Type::Any,
            },
            _ => Type::Any,
        },
        _ => Type::Any,
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
