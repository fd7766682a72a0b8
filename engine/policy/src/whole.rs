//! The JSON plan as rules see it, made of the plan itself, where rules look: no text and no document in between.

use std::sync::Arc;

use ordain_diag::Diagnostics;
use ordain_plan::file::PlanFile;
use ordain_plan::json::{self, Secrets};
use ordain_plan::{Change, TypeSchema};
use ordain_rego::{Number, SerializeError, Value, ValueSerializer};
use ordain_value::{Kind, Value as Known};
use serde_json::Value as Json;

/// The JSON plan of a stored plan. What does not grow with the number of objects is made at once, and so is all of
/// a plan whose secrets are closed.
///
/// # Errors
///
/// What cannot be put into the form.
pub fn plan_document(file: &Arc<PlanFile>) -> (Result<Value, SerializeError>, Diagnostics) {
    if file.closed.is_some() {
        return file.json_to(Secrets::Shown, ValueSerializer);
    }
    let (outline, found) = json::outline_to(&file.plan, &file.view(Secrets::Shown), ValueSerializer);
    let outline = match outline {
        Ok(outline) => outline,
        Err(error) => return (Err(error), found),
    };
    let mut pairs = outline.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
    for (key, value) in &mut pairs {
        match key.as_str() {
            Some("planned_values") => *value = later(file, json::planned_values_to),
            Some("prior_state") => *value = later(file, json::prior_state_to),
            _ => {}
        }
    }
    for (name, changes) in [("resource_changes", &file.plan.changes), ("resource_drift", &file.plan.drift)] {
        if !changes.is_empty() {
            pairs.push((Value::from(name), rows(file, name == "resource_drift")));
        }
    }
    (Ok(Value::object(pairs)), found)
}

type Part = fn(&ordain_plan::Plan, &json::View<'_>, ValueSerializer) -> Result<Value, SerializeError>;

/// A part that is an object.
fn later(file: &Arc<PlanFile>, part: Part) -> Value {
    let file = Arc::clone(file);
    Value::later_object(move || {
        // The outline was made of the same, so there is nothing that could be wrong.
        let made = part(&file.plan, &file.view(Secrets::Shown), ValueSerializer);
        made.ok().and_then(|made| Some(made.as_object()?.pairs().to_vec())).unwrap_or_default()
    })
}

/// `resource_changes` or `resource_drift`
fn rows(file: &Arc<PlanFile>, drift: bool) -> Value {
    let file = Arc::clone(file);
    Value::later_array(move || {
        let changes = if drift { &file.plan.drift } else { &file.plan.changes };
        json::order(changes).into_iter().map(|at| row(&file, at, drift)).collect()
    })
}

/// The entry of the change that stands at a place of the plan.
fn row(file: &Arc<PlanFile>, at: usize, drift: bool) -> Value {
    let file = Arc::clone(file);
    Value::later_object(move || {
        let changes = if drift { &file.plan.drift } else { &file.plan.changes };
        changes.get(at).map(|change| members_of(&file, change)).unwrap_or_default()
    })
}

fn members_of(file: &PlanFile, change: &Change) -> Vec<(Value, Value)> {
    let resource = &change.address.resource;
    let schema = file.schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
    let frame = json::frame_to(change, ValueSerializer).unwrap_or(Value::Null);
    let mut pairs = frame.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
    for (key, value) in &mut pairs {
        if key.as_str() == Some("change") {
            *value = ends(change, value, schema);
        }
    }
    pairs
}

/// `change` with what the frame has no values for.
fn ends(change: &Change, frame: &Value, schema: Option<&Arc<TypeSchema>>) -> Value {
    let mut pairs = frame.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
    for (key, value) in &mut pairs {
        match key.as_str() {
            Some("before") => *value = known(&change.before).unwrap_or(Value::Null),
            Some("before_sensitive") => *value = sensitive(&change.before, schema),
            Some("after_sensitive") => *value = sensitive(&change.after, schema),
            Some("after_unknown") => *value = unknown(&change.after),
            _ => {}
        }
    }
    pairs.extend(known(&change.after).map(|after| (Value::from("after"), after)));
    Value::object(pairs)
}

/// The known part of a value: unknown members are left out, unknown elements are null.
fn known(value: &Known) -> Option<Value> {
    Some(match value.kind() {
        Kind::Unknown(_) => return None,
        Kind::Null(_) => Value::Null,
        Kind::Bool(truth) => Value::Bool(*truth),
        Kind::Number(number) => match number.as_i64() {
            Some(int) => Value::from(int),
            None => Number::parse(&number.to_string()).map_or(Value::Null, Value::Number),
        },
        Kind::String(text) => Value::String(Arc::clone(text)),
        Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
            let items = Arc::clone(items);
            let each = |item: &Known| known(item).unwrap_or(Value::Null);
            Value::later_array(move || items.iter().map(each).collect())
        }
        Kind::Map(_, members) | Kind::Object(members) => {
            let members = Arc::clone(members);
            Value::later_object(move || {
                let pairs = members.iter();
                pairs
                    .filter_map(|(name, value)| Some((Value::String(Arc::clone(name)), known(value)?)))
                    .collect()
            })
        }
    })
}

/// `after_unknown`: where a value is unknown.
fn unknown(value: &Known) -> Value {
    if !matches!(value.kind(), Kind::Object(_) | Kind::Map(..)) {
        return if value.is_wholly_known() {
            Value::object(Vec::new())
        } else {
            Value::from_json(&json::unknown_shape(value))
        };
    }
    let value = value.clone();
    Value::later_object(move || members(&json::unknown_shape(&value)))
}

/// Where a value must not be shown.
fn sensitive(value: &Known, schema: Option<&Arc<TypeSchema>>) -> Value {
    let schema = schema.cloned();
    let whole = schema.as_ref().is_some_and(|schema| schema.sensitive.iter().any(Vec::is_empty));
    let marked = move |value: &Known| {
        json::sensitive_shape(&schema.as_ref().map_or_else(|| value.clone(), |schema| schema.mark(value)))
    };
    let is_object = matches!(value.kind(), Kind::Object(_) | Kind::Map(..));
    if whole || value.marks().is_sensitive() || !is_object {
        return Value::from_json(&marked(value));
    }
    let value = value.clone();
    Value::later_object(move || members(&marked(&value)))
}

fn members(shape: &Json) -> Vec<(Value, Value)> {
    let members = shape.as_object().into_iter().flatten();
    members.map(|(name, value)| (Value::from(name.as_str()), Value::from_json(value))).collect()
}

#[cfg(test)]
#[path = "whole_tests.rs"]
mod tests;
