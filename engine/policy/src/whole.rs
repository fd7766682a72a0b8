//! The JSON plan as rules see it, made of the plan itself, where rules look: no text and no document in between.

use std::collections::HashMap;
use std::sync::Arc;

use ordain_addr::{Mode, ProviderAddr};
use ordain_diag::Diagnostics;
use ordain_plan::file::PlanFile;
use ordain_plan::json::{self, Secrets};
use ordain_plan::{Action, Change, TypeSchema};
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
    let shared = Arc::new(Shared::of(file));
    for (name, changes) in [("resource_changes", &file.plan.changes), ("resource_drift", &file.plan.drift)] {
        if !changes.is_empty() {
            pairs.push((Value::from(name), rows(&shared, name == "resource_drift")));
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

/// What all entries are made of: names of members and words are there once.
struct Shared {
    file: Arc<PlanFile>,
    keys: Keys,
    /// `actions` by action, as they occur.
    actions: Vec<(Action, Value)>,
    modes: [(Mode, Value); 2],
    /// `provider_name`
    providers: HashMap<ProviderAddr, Value>,
    /// What a null says about where it must not be shown.
    null_shape: Value,
}

/// Names of the members of an entry and of its `change`.
struct Keys {
    action_reason: Value,
    actions: Value,
    address: Value,
    after: Value,
    after_sensitive: Value,
    after_unknown: Value,
    before: Value,
    before_sensitive: Value,
    change: Value,
    index: Value,
    mode: Value,
    module_address: Value,
    name: Value,
    provider_name: Value,
    kind: Value,
}

impl Keys {
    fn new() -> Self {
        let key = |name: &str| Value::from(name);
        Self {
            action_reason: key("action_reason"),
            actions: key("actions"),
            address: key("address"),
            after: key("after"),
            after_sensitive: key("after_sensitive"),
            after_unknown: key("after_unknown"),
            before: key("before"),
            before_sensitive: key("before_sensitive"),
            change: key("change"),
            index: key("index"),
            mode: key("mode"),
            module_address: key("module_address"),
            name: key("name"),
            provider_name: key("provider_name"),
            kind: key("type"),
        }
    }
}

impl Shared {
    fn of(file: &Arc<PlanFile>) -> Self {
        let mut actions: Vec<(Action, Value)> = Vec::new();
        let mut providers = HashMap::new();
        for change in file.plan.changes.iter().chain(&file.plan.drift) {
            if !actions.iter().any(|(action, _)| *action == change.action) {
                let words = change.action.words().iter().map(|word| Value::from(*word)).collect();
                actions.push((change.action, Value::array(words)));
            }
            let provider = &change.provider.provider;
            if !providers.contains_key(provider) {
                providers.insert(provider.clone(), Value::string(provider.to_string()));
            }
        }
        let mode = |mode: Mode| (mode, Value::from(mode.word()));
        Self {
            file: Arc::clone(file),
            keys: Keys::new(),
            actions,
            modes: [mode(Mode::Managed), mode(Mode::Data)],
            providers,
            null_shape: Value::from_json(&json::sensitive_shape(&Known::null(ordain_value::Type::Dynamic))),
        }
    }

    fn change(&self, at: usize, drift: bool) -> Option<&Change> {
        let changes = if drift { &self.file.plan.drift } else { &self.file.plan.changes };
        changes.get(at)
    }
}

/// `resource_changes` or `resource_drift`
fn rows(shared: &Arc<Shared>, drift: bool) -> Value {
    let shared = Arc::clone(shared);
    Value::later_array(move || {
        let changes = if drift { &shared.file.plan.drift } else { &shared.file.plan.changes };
        json::order(changes).into_iter().map(|at| row(&shared, at, drift)).collect()
    })
}

/// The entry of the change that stands at a place of the plan.
fn row(shared: &Arc<Shared>, at: usize, drift: bool) -> Value {
    let shared = Arc::clone(shared);
    Value::later_object(move || {
        let Some(change) = shared.change(at, drift) else { return Vec::new() };
        if is_plain(change) {
            plain_members(&shared, change, at, drift)
        } else {
            members_of(&shared.file, change)
        }
    })
}

/// Whether an entry has only those members that most have.
fn is_plain(change: &Change) -> bool {
    change.previous_address.is_none()
        && change.deposed.is_none()
        && change.replace_paths.is_empty()
        && change.importing.is_none()
        && change.generated_config.is_none()
}

fn plain_members(shared: &Arc<Shared>, change: &Change, at: usize, drift: bool) -> Vec<(Value, Value)> {
    let (keys, address) = (&shared.keys, &change.address);
    let more = [change.reason.is_some(), address.key.is_some(), !address.module.is_root()];
    let mut pairs = Vec::with_capacity(6 + more.iter().filter(|there| **there).count());
    let mut put = |key: &Value, value: Value| pairs.push((key.clone(), value));
    if let Some(reason) = change.reason {
        put(&keys.action_reason, Value::from(reason.word()));
    }
    put(&keys.address, Value::string(address.to_string()));
    let ends = Arc::clone(shared);
    let made = move || ends.change(at, drift).map(|change| plain_change(&ends, change)).unwrap_or_default();
    put(&keys.change, Value::later_object(made));
    if let Some(key) = &address.key {
        put(&keys.index, Value::from_json(&json::key_json(key)));
    }
    let mode = shared.modes.iter().find(|(mode, _)| *mode == address.resource.mode);
    put(&keys.mode, mode.map_or_else(|| Value::from(address.resource.mode.word()), |(_, word)| word.clone()));
    if !address.module.is_root() {
        put(&keys.module_address, Value::string(address.module.to_string()));
    }
    put(&keys.name, Value::String(Arc::clone(&address.resource.name)));
    let provider = &change.provider.provider;
    let named = shared.providers.get(provider).cloned();
    put(&keys.provider_name, named.unwrap_or_else(|| Value::string(provider.to_string())));
    put(&keys.kind, Value::String(Arc::clone(&address.resource.type_name)));
    pairs
}

fn plain_change(shared: &Shared, change: &Change) -> Vec<(Value, Value)> {
    let (keys, resource) = (&shared.keys, &change.address.resource);
    let schema = shared.file.schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
    let mut pairs = Vec::with_capacity(6);
    let mut put = |key: &Value, value: Value| pairs.push((key.clone(), value));
    let actions = shared.actions.iter().find(|(action, _)| *action == change.action);
    put(&keys.actions, actions.map_or(Value::Null, |(_, words)| words.clone()));
    if let Some(after) = known(&change.after) {
        put(&keys.after, after);
    }
    put(&keys.after_sensitive, shape(shared, &change.after, schema));
    put(&keys.after_unknown, unknown(&change.after));
    put(&keys.before, known(&change.before).unwrap_or(Value::Null));
    put(&keys.before_sensitive, shape(shared, &change.before, schema));
    pairs
}

/// Where a value must not be shown; of what is not there, the same everywhere.
fn shape(shared: &Shared, value: &Known, schema: Option<&Arc<TypeSchema>>) -> Value {
    let whole = schema.is_some_and(|schema| schema.sensitive.iter().any(Vec::is_empty));
    if matches!(value.kind(), Kind::Null(_)) && !whole && !value.marks().is_sensitive() {
        return shared.null_shape.clone();
    }
    sensitive(value, schema)
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
pub(crate) fn known(value: &Known) -> Option<Value> {
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
                let mut pairs = Vec::with_capacity(members.len());
                for (name, value) in members.iter() {
                    if let Some(value) = known(value) {
                        pairs.push((Value::String(Arc::clone(name)), value));
                    }
                }
                pairs
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
pub(crate) mod tests;
