//! The plan as the evaluator reads it: unknown and sensitive values as such, not as what stands for them in JSON.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ordain_rego::{Number, Type, Unknown, Value, Wait, Waits};
use serde_json::{Map, Value as Json};

/// Values of one object: before and after.
type Ends = (Value, Value);

/// Reads contract documents.
pub(crate) struct Reading<'c> {
    sealed: &'c BTreeMap<String, Json>,
    /// Whether anything was unknown or sensitive.
    pub(crate) veiled: bool,
}

/// Where a value stands: the object it belongs to, and the path within.
struct Place {
    of: Arc<str>,
    path: String,
}

impl<'c> Reading<'c> {
    /// `sealed` are the sensitive values by commitment.
    pub(crate) fn new(sealed: &'c BTreeMap<String, Json>) -> Self {
        Self { sealed, veiled: false }
    }

    /// `input`: the JSON plan, the same under the name `plan`, and `v1`.
    pub(crate) fn input(&mut self, plan: &Value, v1: &Json, beside: &Map<String, Json>) -> Value {
        let v1 = self.contract(v1, beside);
        let plan = if self.veiled { over_plan(plan, &v1) } else { plan.clone() };
        let mut pairs = plan.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
        pairs.push((Value::from("plan"), plan));
        pairs.push((Value::from("v1"), v1));
        Value::object(pairs)
    }

    /// `input.v1`: a document, and what stands beside its members or in their place.
    pub(crate) fn contract(&mut self, v1: &Json, beside: &Map<String, Json>) -> Value {
        let none = Map::new();
        let members = v1.as_object().unwrap_or(&none);
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
        let pairs = pairs.collect();
        Value::object(pairs)
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
            "$sealed" => Some(Value::from_json(self.sealed.get(what.as_str()?)?).hidden()),
            _ => None,
        }
    }
}

fn text(row: &Map<String, Json>, name: &str) -> String {
    row.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// `.name` or `["a b"]`
fn step(name: &str) -> String {
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

fn get<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.get_str(name)
}

/// `value` with one member in place of another; as it is where there is none.
fn with(value: &Value, name: &str, change: impl FnOnce(&Value) -> Value) -> Value {
    match (value, get(value, name)) {
        (Value::Object(object), Some(member)) => {
            let changed = change(member);
            let mut object = (**object).clone();
            object.insert(Value::from(name), changed);
            Value::from(object)
        }
        _ => value.clone(),
    }
}

fn each(value: &Value, change: impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(change).collect()),
        Value::Object(pairs) => {
            Value::object(pairs.iter().map(|(key, value)| (key.clone(), change(value))).collect())
        }
        other => other.clone(),
    }
}

/// What the contract says of every object, put into the JSON plan.
struct Over {
    /// By address and deposed key.
    rows: HashMap<(String, Option<String>), Ends>,
    drift: HashMap<(String, Option<String>), Ends>,
    outputs: HashMap<String, Ends>,
    variables: Value,
}

fn over_plan(plan: &Value, v1: &Value) -> Value {
    let over = Over {
        rows: ends(v1, "changes"),
        drift: ends(v1, "drift"),
        outputs: ends(v1, "outputs").into_iter().map(|((name, _), ends)| (name, ends)).collect(),
        variables: get(v1, "variables").cloned().unwrap_or(Value::Null),
    };
    let plan = with(plan, "resource_changes", |all| each(all, |row| change(row, &over.rows)));
    let plan = with(&plan, "resource_drift", |all| each(all, |row| change(row, &over.drift)));
    let plan = with(&plan, "planned_values", |values| over.values(values, true));
    let plan = with(&plan, "prior_state", |state| with(state, "values", |values| over.values(values, false)));
    let plan = with(&plan, "output_changes", |all| over.output_changes(all));
    with(&plan, "variables", |all| {
        named(all, |name, variable| match get(&over.variables, name) {
            Some(value) => with(variable, "value", |_| value.clone()),
            None => variable.clone(),
        })
    })
}

fn named(value: &Value, change: impl Fn(&str, &Value) -> Value) -> Value {
    let Value::Object(pairs) = value else { return value.clone() };
    let changed = |(key, value): &(Value, Value)| {
        let value = key.as_str().map_or_else(|| value.clone(), |name| change(name, value));
        (key.clone(), value)
    };
    Value::object(pairs.iter().map(changed).collect())
}

fn ends(v1: &Value, name: &str) -> HashMap<(String, Option<String>), Ends> {
    let rows = get(v1, name).and_then(Value::as_array).unwrap_or_default();
    let ends = rows.iter().filter_map(|row| {
        let address = get(row, "address").or_else(|| get(row, "name"))?.as_str()?.to_owned();
        let deposed = get(row, "deposed").and_then(Value::as_str).map(str::to_owned);
        Some(((address, deposed), (get(row, "before")?.clone(), get(row, "after")?.clone())))
    });
    ends.collect()
}

fn change(row: &Value, rows: &HashMap<(String, Option<String>), Ends>) -> Value {
    let address = get(row, "address").and_then(Value::as_str).unwrap_or_default().to_owned();
    let deposed = get(row, "deposed").and_then(Value::as_str).map(str::to_owned);
    match rows.get(&(address, deposed)) {
        Some(ends) => with(row, "change", |change| both(change, ends)),
        None => row.clone(),
    }
}

fn both(change: &Value, (before, after): &Ends) -> Value {
    let Value::Object(object) = change else { return change.clone() };
    let mut object = (**object).clone();
    object.insert(Value::from("before"), before.clone());
    object.insert(Value::from("after"), after.clone());
    Value::from(object)
}

impl Over {
    /// `planned_values`, or the values of a state.
    fn values(&self, values: &Value, after: bool) -> Value {
        let values = with(values, "root_module", |module| self.module(module, after));
        with(&values, "outputs", |outputs| {
            named(outputs, |name, output| match self.outputs.get(name) {
                Some((_, value)) if after => with(output, "value", |_| value.clone()),
                Some((value, _)) => with(output, "value", |_| value.clone()),
                None => output.clone(),
            })
        })
    }

    fn module(&self, module: &Value, after: bool) -> Value {
        let module = with(module, "resources", |all| {
            each(all, |resource| {
                let address = get(resource, "address").and_then(Value::as_str).unwrap_or_default();
                let deposed = get(resource, "deposed_key").and_then(Value::as_str).map(str::to_owned);
                let Some(ends) = self.rows.get(&(address.to_owned(), deposed)) else {
                    return resource.clone();
                };
                let value = if after { &ends.1 } else { &ends.0 };
                if value.as_object().is_none() {
                    return resource.clone();
                }
                with(resource, "values", |_| value.clone())
            })
        });
        with(&module, "child_modules", |all| each(all, |module| self.module(module, after)))
    }

    fn output_changes(&self, all: &Value) -> Value {
        named(all, |name, change| match self.outputs.get(name) {
            Some(ends) => both(change, ends),
            None => change.clone(),
        })
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
