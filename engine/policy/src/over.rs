//! What is known of unknown and sensitive values, put into the JSON plan.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use ordain_plan::SecretTexts;
use ordain_rego::Value;

use crate::objects::{Ends, Key, Objects};

/// What the contract says of objects, by address and deposed key; gone through when somebody asks for one.
struct Rows {
    rows: Value,
    objects: Option<(Arc<Objects>, bool)>,
    places: OnceLock<HashMap<Key, usize>>,
}

impl Rows {
    fn of(v1: &Value, name: &str, objects: Option<&Arc<Objects>>) -> Self {
        let rows = get(v1, name).cloned().unwrap_or(Value::Null);
        let objects = objects.map(|objects| (Arc::clone(objects), name == "drift"));
        Self { rows, objects, places: OnceLock::new() }
    }

    fn get(&self, key: &Key) -> Option<Ends> {
        let rows = self.rows.as_array()?;
        let places = self.places.get_or_init(|| {
            let keys: Vec<Key> = match &self.objects {
                Some((objects, drift)) => objects.keys(*drift),
                None => rows.iter().map(|row| self::key(row, "deposed")).collect(),
            };
            keys.into_iter().enumerate().map(|(at, key)| (key, at)).collect()
        });
        let at = *places.get(key)?;
        if let Some((objects, drift)) = &self.objects {
            return objects.ends(at, *drift);
        }
        let row = rows.get(at)?;
        Some((get(row, "before")?.clone(), get(row, "after")?.clone()))
    }
}

/// What the contract says of everything.
struct Over {
    rows: Rows,
    drift: Rows,
    outputs: HashMap<String, Ends>,
    variables: Value,
}

/// The JSON plan in which unknown values are such, and sensitive ones are hidden wherever they stand. What is never
/// looked at is not gone through.
pub(crate) fn over_plan(
    plan: &Value,
    v1: &Value,
    secrets: &SecretTexts,
    objects: Option<&Arc<Objects>>,
) -> Value {
    let over = Arc::new(Over {
        rows: Rows::of(v1, "changes", objects),
        drift: Rows::of(v1, "drift", objects),
        outputs: outputs(v1),
        variables: get(v1, "variables").cloned().unwrap_or(Value::Null),
    });
    let Some(object) = plan.as_object() else { return plan.clone() };
    let secrets = (!secrets.is_empty()).then(|| Arc::new(secrets.clone()));
    let pairs = object.iter().map(|(name, part)| {
        let part = match name.as_str() {
            Some("resource_changes") => rows(part, &over, |over| &over.rows),
            Some("resource_drift") => rows(part, &over, |over| &over.drift),
            Some("planned_values") => {
                let over = Arc::clone(&over);
                later(part, move |values| over.planned(values))
            }
            Some("prior_state") => later(part, |state| with(state, "values", stored)),
            Some("output_changes") => over.output_changes(part),
            Some("configuration") => match &secrets {
                None => part.clone(),
                Some(secrets) => {
                    let secrets = Arc::clone(secrets);
                    later(part, move |written| without(written, &secrets))
                }
            },
            Some("variables") => named(part, |name, variable| match get(&over.variables, name) {
                Some(value) => with(variable, "value", |_| value.clone()),
                None => variable.clone(),
            }),
            _ => part.clone(),
        };
        (name.clone(), part)
    });
    Value::object(pairs.collect())
}

fn get<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.get_str(name)
}

/// An object that is made of another one when somebody looks at it.
fn later(object: &Value, made: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Value {
    if object.as_object().is_none() {
        return object.clone();
    }
    let object = object.clone();
    Value::later_object(move || {
        let made = made(&object);
        made.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default()
    })
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

fn named(value: &Value, change: impl Fn(&str, &Value) -> Value) -> Value {
    let Value::Object(pairs) = value else { return value.clone() };
    let changed = |(key, value): &(Value, Value)| {
        let value = key.as_str().map_or_else(|| value.clone(), |name| change(name, value));
        (key.clone(), value)
    };
    Value::object(pairs.iter().map(changed).collect())
}

fn outputs(v1: &Value) -> HashMap<String, Ends> {
    let rows = get(v1, "outputs").and_then(Value::as_array).unwrap_or_default();
    let ends = rows.iter().filter_map(|row| {
        let name = get(row, "name")?.as_str()?.to_owned();
        Some((name, (get(row, "before")?.clone(), get(row, "after")?.clone())))
    });
    ends.collect()
}

/// `resource_changes` or `resource_drift`
fn rows(all: &Value, over: &Arc<Over>, of: fn(&Over) -> &Rows) -> Value {
    if all.as_array().is_none() {
        return all.clone();
    }
    let (all, over) = (all.clone(), Arc::clone(over));
    Value::later_array(move || {
        let rows = all.as_array().unwrap_or_default().iter();
        let row = |row: &Value| {
            let over = Arc::clone(&over);
            later(row, move |row| changed(row, &over, of))
        };
        rows.map(row).collect()
    })
}

fn changed(row: &Value, over: &Arc<Over>, of: fn(&Over) -> &Rows) -> Value {
    let (key, over) = (key(row, "deposed"), Arc::clone(over));
    with(row, "change", |change| {
        later(change, move |change| match of(&over).get(&key) {
            Some(ends) => both(change, &ends),
            None => change.clone(),
        })
    })
}

fn key(row: &Value, deposed: &str) -> Key {
    let text = |name: &str| get(row, name).and_then(Value::as_str).map(str::to_owned);
    (text("address").unwrap_or_default(), text(deposed))
}

fn both(change: &Value, (before, after): &Ends) -> Value {
    let Value::Object(object) = change else { return change.clone() };
    let mut object = (**object).clone();
    object.insert(Value::from("before"), before.clone());
    object.insert(Value::from("after"), after.clone());
    Value::from(object)
}

impl Over {
    /// `planned_values`
    fn planned(&self, values: &Value) -> Value {
        let values = with(values, "root_module", |module| self.module(module));
        with(&values, "outputs", |outputs| {
            named(outputs, |name, output| match self.outputs.get(name) {
                Some((_, value)) => with(output, "value", |_| value.clone()),
                None => output_hidden(output),
            })
        })
    }

    fn module(&self, module: &Value) -> Value {
        let module = with(module, "resources", |all| {
            each(all, |resource| match self.rows.get(&key(resource, "deposed_key")) {
                Some((_, after)) if after.as_object().is_some() => {
                    with(resource, "values", |_| after.clone())
                }
                _ => resource_hidden(resource),
            })
        });
        with(&module, "child_modules", |all| each(all, |module| self.module(module)))
    }

    fn output_changes(&self, all: &Value) -> Value {
        named(all, |name, change| match self.outputs.get(name) {
            Some(ends) => both(change, ends),
            None => change.clone(),
        })
    }
}

/// The values of a state, with what it says of itself that it must not be shown.
fn stored(values: &Value) -> Value {
    let values = with(values, "root_module", stored_module);
    with(&values, "outputs", |outputs| each(outputs, output_hidden))
}

fn stored_module(module: &Value) -> Value {
    let module = with(module, "resources", |all| each(all, resource_hidden));
    with(&module, "child_modules", |all| each(all, stored_module))
}

fn output_hidden(output: &Value) -> Value {
    match get(output, "sensitive") {
        Some(Value::Bool(true)) => with(output, "value", |value| value.clone().hidden()),
        _ => output.clone(),
    }
}

fn resource_hidden(resource: &Value) -> Value {
    match get(resource, "sensitive_values") {
        Some(shape) => with(resource, "values", |values| hidden_by(values, shape)),
        None => resource.clone(),
    }
}

/// The value with everything hidden that a shape marks.
fn hidden_by(value: &Value, shape: &Value) -> Value {
    match (value, shape) {
        (_, Value::Bool(true)) => value.clone().hidden(),
        (Value::Object(members), Value::Object(shapes)) if !shapes.is_empty() => {
            let member = |(name, member): &(Value, Value)| {
                let hidden = shapes.get(name).map(|shape| hidden_by(member, shape));
                (name.clone(), hidden.unwrap_or_else(|| member.clone()))
            };
            Value::object(members.iter().map(member).collect())
        }
        (Value::Array(items), Value::Array(shapes)) => {
            let item = |(at, item): (usize, &Value)| {
                shapes.get(at).map_or_else(|| item.clone(), |shape| hidden_by(item, shape))
            };
            Value::array(items.iter().enumerate().map(item).collect())
        }
        _ => value.clone(),
    }
}

/// What is written in a configuration, with sensitive texts hidden: a variable may have one as its default.
fn without(written: &Value, secrets: &SecretTexts) -> Value {
    match written {
        Value::String(text) => match secrets.without(text) {
            Some(shown) => written.clone().hidden_text(shown),
            None => written.clone(),
        },
        Value::Array(_) | Value::Object(_) => each(written, |part| without(part, secrets)),
        other => other.clone(),
    }
}
