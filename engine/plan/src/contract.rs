//! The changes of a plan in the form that rules read: `input.v1`, version 1.
//!
//! Unlike the JSON plan a rule cannot take what is unknown for null, or see what is sensitive: an unknown
//! value is `{"$unknown": {"type", "not_null", "prefix", "min", "max"}}` (what is not known of it is left
//! out), a sensitive one `{"$sealed": "sha256:…"}`, equal for equal values of one plan. Names of map elements that
//! begin with `$` get another one, so that no value can pass for either. Of a value that is sensitive and not
//! wholly known only the type is told. The version changes only when a field
//! goes or changes its meaning; fields may be added.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use ordain_value::{Kind, Nullness, Number, Path, Step, Unknown, Value};
use serde_json::{Map, Value as Json, json};

use crate::json::{stored_secrets, values};
use crate::secrets::SecretTexts;
use crate::serial::Broken;
use crate::{Action, Change, Mode, OutputChange, Plan, Schemas, digest};

/// Version of the contract.
pub const CONTRACT: &str = "1";

/// What rules read of a plan, and what messages must not show.
#[derive(Clone, Default, PartialEq)]
pub struct Contract {
    /// `{"plan", "outputs", "variables"}`. All changes of a plan at once would take many times the room of the plan: they
    /// are made one by one ([`change`], [`value`]) when somebody looks at them.
    pub document: Json,
    /// Texts of all sensitive values, those of objects that do not change included.
    pub secrets: SecretTexts,
    /// What is sealed in the document, by commitment: for whoever may compare it and does not show it.
    pub sealed: BTreeMap<String, Json>,
    /// Whether anything is unknown or sensitive: in the changes, in the document, or in objects of the state that no
    /// change is about.
    pub veiled: bool,
}

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contract").field("document", &self.document).finish_non_exhaustive()
    }
}

/// The contract document of a plan without its changes. `salt` is the plan's nonce.
///
/// # Errors
/// When a value is ephemeral.
pub fn contract(plan: &Plan, schemas: &Schemas, salt: &str) -> Result<Contract, Broken> {
    let mut writer = Writer { salt, secrets: SecretTexts::default(), sealed: BTreeMap::new(), veiled: false };
    let document = json!({
        "plan": {
            "effects": digest::effects(plan)?,
            "created_at": plan.timestamp,
            "mode": match plan.mode {
                Mode::Normal => "normal",
                Mode::RefreshOnly => "refresh-only",
                Mode::Destroy => "destroy",
            },
            "partial": !plan.targets.is_empty() || !plan.excludes.is_empty(),
            "complete": plan.complete,
        },
        "outputs": plan.outputs.iter().map(|output| writer.output(output)).collect::<Result<Json, _>>()?,
        "variables": plan
            .variables
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), value.as_ref()?)))
            .map(|(name, value)| Ok((name, writer.value(value)?)))
            .collect::<Result<Map<String, Json>, Broken>>()?,
    });
    for change in plan.changes.iter().chain(&plan.drift) {
        writer.look_at(change, schemas);
    }
    writer.veiled |= writer.elsewhere(plan, schemas);
    Ok(writer.done(document))
}

/// The contract form of one change, as in `changes` and `drift`, without its values: `before`, `after` and `identity` are
/// left to [`value`]. Beside it what messages must not show of it.
pub fn change(change: &Change, schemas: &Schemas) -> Contract {
    let mut writer =
        Writer { salt: "", secrets: SecretTexts::default(), sealed: BTreeMap::new(), veiled: false };
    writer.look_at(change, schemas);
    let document = frame(change, schemas);
    writer.done(document)
}

/// The contract form of a value that bears all its marks.
///
/// # Errors
/// When it is ephemeral.
pub fn value(value: &Value, salt: &str) -> Result<Contract, Broken> {
    let mut writer = Writer { salt, secrets: SecretTexts::default(), sealed: BTreeMap::new(), veiled: false };
    let document = writer.value(value)?;
    Ok(writer.done(document))
}

fn frame(change: &Change, schemas: &Schemas) -> Json {
    let address = &change.address;
    let resource = &address.resource;
    let schema = schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
    let after = schema.map_or_else(|| change.after.clone(), |schema| schema.mark(&change.after));
    let mut unknown_paths = Vec::new();
    let mut sensitive_paths = Vec::new();
    paths(&mut Vec::new(), &after, &mut unknown_paths, &mut sensitive_paths);
    json!({
        "address": address.to_string(),
        "module": address.module.to_string(),
        "mode": resource.mode.word(),
        "type": &*resource.type_name,
        "name": &*resource.name,
        "key": address.key.as_ref().map(crate::json::key_json),
        "provider": change.provider.provider.to_string(),
        "action": action_word(change.action),
        "actions": change.action.words(),
        "reasons": change.reason.iter().map(|reason| reason.word()).collect::<Vec<_>>(),
        "unknown_paths": unknown_paths,
        "sensitive_paths": sensitive_paths,
        "replace_paths": change.replace_paths.iter().map(path_text).collect::<Vec<_>>(),
        "imported": change.importing.is_some(),
        "moved_from": change.previous_address.as_ref().map(ToString::to_string),
        "deposed": change.deposed.as_ref().map(ToString::to_string),
    })
}

fn action_word(action: Action) -> &'static str {
    match action {
        Action::NoOp => "no-op",
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "delete",
        Action::Forget => "forget",
        Action::CreateThenForget => "create-forget",
    }
}

struct Writer<'a> {
    salt: &'a str,
    secrets: SecretTexts,
    sealed: BTreeMap<String, Json>,
    veiled: bool,
}

impl Writer<'_> {
    fn done(self, document: Json) -> Contract {
        Contract { document, secrets: self.secrets, sealed: self.sealed, veiled: self.veiled }
    }

    /// Remembers what is sensitive in a change, and whether anything is or is not known.
    fn look_at(&mut self, change: &Change, schemas: &Schemas) {
        let resource = &change.address.resource;
        let schema = schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
        let schema = schema.filter(|schema| !schema.sensitive.is_empty());
        for value in [&change.before, &change.after] {
            match schema {
                Some(schema) => self.look(&schema.mark(value)),
                None => self.look(value),
            }
        }
        change.identity.1.iter().for_each(|identity| self.look(identity));
    }

    fn look(&mut self, value: &Value) {
        if value.marks().is_sensitive() && !value.is_null() {
            self.veiled = true;
            return self.remember(value);
        }
        if matches!(value.kind(), Kind::Unknown(_)) {
            self.veiled = true;
        }
        value.parts().for_each(|part| self.look(part));
    }

    fn output(&mut self, output: &OutputChange) -> Result<Json, Broken> {
        let sealed = |value: &Value| match output.sensitive && !value.is_null() {
            true => value.clone().with_marks(ordain_value::Marks::SENSITIVE),
            false => value.clone(),
        };
        Ok(json!({
            "name": output.name,
            "action": action_word(output.action),
            "before": self.value(&sealed(&output.before))?,
            "after": self.value(&sealed(&output.after))?,
            "sensitive": output.sensitive,
        }))
    }

    fn value(&mut self, value: &Value) -> Result<Json, Broken> {
        if value.marks().is_sensitive() && !value.is_null() {
            self.veiled = true;
            self.remember(value);
            if !value.is_wholly_known() {
                return Ok(json!({ "$unknown": type_of(value) }));
            }
            let commitment = json!(digest::commitment(self.salt, value)?);
            if let (Some(text), Some(known)) = (commitment.as_str(), values::known(value)) {
                self.sealed.insert(text.to_owned(), known);
            }
            return Ok(json!({ "$sealed": commitment }));
        }
        Ok(match value.kind() {
            Kind::Unknown(unknown) => {
                self.veiled = true;
                json!({ "$unknown": known_of(unknown) })
            }
            Kind::List(_, items) | Kind::Set(_, items) | Kind::Tuple(items) => {
                items.iter().map(|item| self.value(item)).collect::<Result<Json, _>>()?
            }
            Kind::Map(_, members) | Kind::Object(members) => members
                .iter()
                .map(|(name, value)| Ok((escaped(name), self.value(value)?)))
                .collect::<Result<Map<String, Json>, Broken>>()?
                .into(),
            _ => values::known(value).unwrap_or(Json::Null),
        })
    }

    fn remember(&mut self, value: &Value) {
        match value.kind() {
            Kind::String(text) => self.secrets.insert(text),
            Kind::Number(number) => self.secrets.insert(&number.to_string()),
            Kind::Map(_, members) => {
                members.keys().for_each(|name| self.secrets.insert(name));
                value.parts().for_each(|part| self.remember(part));
            }
            _ => value.parts().for_each(|part| self.remember(part)),
        }
    }

    /// Remembers what is sensitive in objects of the prior state that no change is about, such as data sources and
    /// what is not targeted; whether there is any such object.
    fn elsewhere(&mut self, plan: &Plan, schemas: &Schemas) -> bool {
        let listed: HashSet<_> =
            plan.changes.iter().map(|change| (&change.address, change.deposed.as_ref())).collect();
        let mut found = plan.prior.outputs.values().any(|output| output.sensitive);
        for output in plan.prior.outputs.values().filter(|output| output.sensitive) {
            self.remember(&output.value);
        }
        for (address, resource) in &plan.prior.resources {
            let name = &address.resource;
            let schema = schemas.get(&resource.provider.provider, name.mode, &name.type_name);
            for (key, instance) in &resource.instances {
                let own = address.instance(key.clone());
                let current = instance.current.iter().map(|object| (None, object));
                let deposed = instance.deposed.iter().map(|(key, object)| (Some(key), object));
                for (deposed, object) in current.chain(deposed) {
                    if listed.contains(&(&own, deposed)) {
                        continue;
                    }
                    let mut take = |secret: &Json| self.remember_json(secret);
                    found |= stored_secrets(object, schema.map(AsRef::as_ref), &mut take);
                }
            }
        }
        found
    }

    fn remember_json(&mut self, secret: &Json) {
        match secret {
            Json::String(text) => self.secrets.insert(text),
            Json::Number(number) => self.secrets.insert(&number.to_string()),
            Json::Array(items) => items.iter().for_each(|item| self.remember_json(item)),
            Json::Object(members) => members.values().for_each(|member| self.remember_json(member)),
            Json::Null | Json::Bool(_) => {}
        }
    }
}

/// A name that cannot be taken for one of ours.
fn escaped(name: &str) -> String {
    if name.starts_with('$') { format!("${name}") } else { name.to_owned() }
}

/// What may be told of a sensitive value that is not wholly known.
fn type_of(value: &Value) -> Json {
    let null = matches!(value.kind(), Kind::Unknown(unknown) if unknown.nullness != Nullness::Never);
    let mut members = Map::new();
    members.insert("type".to_owned(), values::type_json(&value.ty()));
    if !null {
        members.insert("not_null".to_owned(), true.into());
    }
    Json::Object(members)
}

fn known_of(unknown: &Unknown) -> Json {
    let mut members = Map::new();
    members.insert("type".to_owned(), values::type_json(&unknown.ty));
    if unknown.nullness == Nullness::Never {
        members.insert("not_null".to_owned(), true.into());
    }
    if let Some(prefix) = &unknown.prefix {
        members.insert("prefix".to_owned(), (**prefix).into());
    }
    let bound =
        |bound: &Option<(Number, bool)>| bound.as_ref().map(|(number, _)| values::number_json(number));
    let length = |bound: Option<(u64, bool)>| bound.map(|(length, _)| Json::from(length));
    let lower = bound(&unknown.bounds.lower).or_else(|| length(unknown.length.lower));
    let upper = bound(&unknown.bounds.upper).or_else(|| length(unknown.length.upper));
    members.extend(lower.map(|lower| ("min".to_owned(), lower)));
    members.extend(upper.map(|upper| ("max".to_owned(), upper)));
    Json::Object(members)
}

/// `default_node_pool[0].vm_size`
fn path_text(path: &Path) -> String {
    let text = path.to_string();
    text.strip_prefix('.').unwrap_or(&text).to_owned()
}

/// Where a value is unknown and where it is sensitive. What stands in something sensitive is not told: keys are
/// sensitive too.
fn paths(at: &mut Vec<Step>, value: &Value, unknown: &mut Vec<String>, sensitive: &mut Vec<String>) {
    if value.marks().is_sensitive() {
        let path = path_text(&Path(at.clone()));
        if !value.is_wholly_known() {
            unknown.push(path.clone());
        }
        return sensitive.push(path);
    }
    let mut inside = |step: Step, part: &Value| {
        at.push(step);
        paths(at, part, unknown, sensitive);
        at.pop();
    };
    match value.kind() {
        Kind::Unknown(_) => unknown.push(path_text(&Path(at.clone()))),
        Kind::List(_, items) | Kind::Tuple(items) => {
            for (index, item) in items.iter().enumerate() {
                inside(Step::Index(Value::number(i64::try_from(index).unwrap_or(i64::MAX))), item);
            }
        }
        Kind::Set(_, items) => items.iter().for_each(|item| inside(Step::Index(item.clone()), item)),
        Kind::Map(_, members) => {
            members.iter().for_each(|(name, item)| inside(Step::Index(Value::string(&**name)), item));
        }
        Kind::Object(members) => {
            members.iter().for_each(|(name, item)| inside(Step::Attr(name.clone()), item));
        }
        Kind::Null(_) | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {}
    }
}

#[cfg(test)]
#[path = "contract_tests.rs"]
mod tests;
