//! `resource_changes`, `resource_drift` and `deferred_changes`.

use std::cmp::Ordering;

use ordain_addr::{Key, Mode, ResourceInstance};
use ordain_value::{Path, Step, Value};
use serde_json::{Map, Value as Json};

use super::document::{ChangeDocument, DeferredChange, ImportingDocument, ResourceChange, ResourceName};
use super::shown::Shown;
use super::{Secrets, View, values};
use crate::{Change, Deferred, Importing};

/// The changes in the order in which Terraform lists them: outer modules first, data sources before
/// managed resources, present objects before those set aside.
pub fn in_order(changes: &[Change]) -> Vec<&Change> {
    let mut sorted: Vec<&Change> = changes.iter().collect();
    sorted.sort_by(|a, b| before(a, b));
    sorted
}

/// Places of the changes in the order in which they are listed.
pub fn order(changes: &[Change]) -> Vec<usize> {
    let mut sorted: Vec<(usize, &Change)> = changes.iter().enumerate().collect();
    sorted.sort_by(|(_, a), (_, b)| before(a, b));
    sorted.into_iter().map(|(at, _)| at).collect()
}

fn before(a: &Change, b: &Change) -> Ordering {
    by_address(&a.address, &b.address).then_with(|| a.deposed.cmp(&b.deposed))
}

fn by_address(a: &ResourceInstance, b: &ResourceInstance) -> Ordering {
    let rank = |mode: Mode| match mode {
        Mode::Data => 0,
        Mode::Managed => 1,
        Mode::Ephemeral => 2,
    };
    (a.module.0.len().cmp(&b.module.0.len()))
        .then_with(|| a.module.cmp(&b.module))
        .then_with(|| rank(a.resource.mode).cmp(&rank(b.resource.mode)))
        .then_with(|| a.resource.cmp(&b.resource))
        .then_with(|| a.key.cmp(&b.key))
}

/// What names an instance.
pub fn resource_name(address: &ResourceInstance, provider: &ordain_addr::ProviderAddr) -> ResourceName {
    ResourceName {
        mode: address.resource.mode.word(),
        type_name: address.resource.type_name.clone(),
        name: address.resource.name.clone(),
        index: address.key.as_ref().map(key_json),
        index_unknown: false,
        provider_name: provider.to_string(),
    }
}

/// An instance key: a number or a text.
pub fn key_json(key: &Key) -> Json {
    match key {
        Key::Int(number) => Json::from(*number),
        Key::Str(text) => Json::from(&**text),
    }
}

/// One entry of `resource_changes`.
pub fn resource_change(change: &Change, view: &View<'_>) -> ResourceChange {
    let frame = frame(change);
    ResourceChange { change: change_document(change, frame.change, view), ..frame }
}

/// The same without the values.
pub fn frame(change: &Change) -> ResourceChange {
    let address = &change.address;
    ResourceChange {
        address: address.to_string(),
        previous_address: change.previous_address.as_ref().map(ToString::to_string),
        module_address: (!address.module.is_root()).then(|| address.module.to_string()),
        name: resource_name(address, &change.provider.provider),
        deposed: change.deposed.as_ref().map(ToString::to_string),
        change: ChangeDocument {
            actions: change.action.words(),
            before: Json::Null.into(),
            after: None,
            after_unknown: Json::Null.into(),
            before_sensitive: Json::Null.into(),
            after_sensitive: Json::Null.into(),
            replace_paths: change.replace_paths.iter().map(path_json).collect(),
            importing: change.importing.as_deref().map(importing),
            generated_config: change.generated_config.clone(),
        },
        action_reason: change.reason.map(crate::Reason::word),
        ordain: None,
    }
}

/// One entry of `deferred_changes`.
pub fn deferred(deferred: &Deferred, view: &View<'_>) -> DeferredChange {
    let mut change = resource_change(&deferred.change, view);
    if deferred.index_unknown {
        change.address.push_str("[*]");
        change.name.index_unknown = true;
    }
    DeferredChange { reason: deferred.reason, resource_change: change }
}

fn change_document(change: &Change, frame: ChangeDocument, view: &View<'_>) -> ChangeDocument {
    let resource = &change.address.resource;
    let schema = view.schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
    let marked = |value: &Value| schema.map_or_else(|| value.clone(), |schema| schema.mark(value));
    let (before, after) = (marked(&change.before), marked(&change.after));
    let after_unknown = match after.is_wholly_known() {
        true => Json::Object(Map::new()).into(),
        false => Shown::Unknown(after.clone()),
    };
    ChangeDocument {
        before: shown(&before, view.secrets).unwrap_or(Json::Null.into()),
        after: shown(&after, view.secrets),
        after_unknown,
        before_sensitive: Shown::Sensitive(before),
        after_sensitive: Shown::Sensitive(after),
        ..frame
    }
}

/// What is known of a value; `None` when that is nothing at all.
pub fn shown(value: &Value, secrets: Secrets) -> Option<Shown> {
    let value = match secrets {
        Secrets::Shown => value.clone(),
        Secrets::Hidden => values::hide(value),
    };
    value.is_known().then_some(Shown::Known(value))
}

fn importing(importing: &Importing) -> ImportingDocument {
    ImportingDocument {
        id: importing.id.clone(),
        unknown: importing.unknown,
        identity: importing.identity.as_ref().and_then(values::known),
    }
}

fn path_json(path: &Path) -> Vec<Json> {
    path.0
        .iter()
        .map(|step| match step {
            Step::Attr(name) => Json::from(&**name),
            Step::Index(key) => values::known(key).unwrap_or(Json::Null),
        })
        .collect()
}
