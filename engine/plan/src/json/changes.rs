//! `resource_changes`, `resource_drift` and `deferred_changes`.

use std::borrow::Cow;
use std::cmp::Ordering;

use ordain_addr::{Key, Mode, ProviderAddr, ResourceInstance};
use ordain_value::{Path, Step, Value};
use serde_json::{Map, Value as Json};

use super::document::{
    AddressDocument, ChangeDocument, DeferredChange, ImportingDocument, KeyDocument, ResourceChange,
    ResourceName,
};
use super::shown::Shown;
use super::{Secrets, View, values};
use crate::serial::Text;
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
pub fn resource_name<'a>(address: &'a ResourceInstance, provider: &'a ProviderAddr) -> ResourceName<'a> {
    ResourceName {
        mode: address.resource.mode.word(),
        type_name: &address.resource.type_name,
        name: &address.resource.name,
        index: address.key.as_ref().map(KeyDocument),
        index_unknown: false,
        provider_name: Text(provider),
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
pub fn resource_change<'a>(change: &'a Change, view: &View<'a>) -> ResourceChange<'a> {
    let frame = frame(change);
    ResourceChange { change: change_document(change, frame.change, view), ..frame }
}

/// The same without the values.
pub fn frame(change: &Change) -> ResourceChange<'_> {
    let address = &change.address;
    ResourceChange {
        address: AddressDocument { instance: address, any: false },
        previous_address: change.previous_address.as_deref().map(Text),
        module_address: (!address.module.is_root()).then_some(Text(&address.module)),
        name: resource_name(address, &change.provider.provider),
        deposed: change.deposed.as_ref().map(Text),
        change: ChangeDocument {
            actions: change.action.words(),
            before: Json::Null.into(),
            after: None,
            after_unknown: Json::Null.into(),
            before_sensitive: Json::Null.into(),
            after_sensitive: Json::Null.into(),
            replace_paths: change.replace_paths.iter().map(path_json).collect(),
            importing: change.importing.as_deref().map(importing),
            generated_config: change.generated_config.as_deref(),
        },
        action_reason: change.reason.map(crate::Reason::word),
        ordain: None,
    }
}

/// One entry of `deferred_changes`.
pub fn deferred<'a>(deferred: &'a Deferred, view: &View<'a>) -> DeferredChange<'a> {
    let mut change = resource_change(&deferred.change, view);
    if deferred.index_unknown {
        change.address.any = true;
        change.name.index_unknown = true;
    }
    DeferredChange { reason: deferred.reason, resource_change: change }
}

fn change_document<'a>(change: &'a Change, frame: ChangeDocument<'a>, view: &View<'a>) -> ChangeDocument<'a> {
    let resource = &change.address.resource;
    let schema = view.schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
    let marked = |value: &'a Value| schema.map_or(Cow::Borrowed(value), |schema| schema.marked(value));
    let (before, after) = (marked(&change.before), marked(&change.after));
    let after_unknown = match after.is_wholly_known() {
        true => Json::Object(Map::new()).into(),
        false => Shown::Unknown(after.clone()),
    };
    ChangeDocument {
        before: shown(before.clone(), view.secrets).unwrap_or(Json::Null.into()),
        after: shown(after.clone(), view.secrets),
        after_unknown,
        before_sensitive: Shown::Sensitive(before),
        after_sensitive: Shown::Sensitive(after),
        ..frame
    }
}

/// What is known of a value; `None` when that is nothing at all.
pub fn shown(value: Cow<'_, Value>, secrets: Secrets) -> Option<Shown<'_>> {
    let value = match secrets {
        Secrets::Shown => value,
        Secrets::Hidden => values::hidden(value),
    };
    value.is_known().then_some(Shown::Known(value))
}

fn importing(importing: &Importing) -> ImportingDocument<'_> {
    ImportingDocument {
        id: importing.id.as_deref(),
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
