//! A release as the object of a `helm_release`.

use ordain_value::{Type, Value, json as value_json};
use serde_json::{Value as Json, json};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::release::{Release, unix};

/// The object: arguments as they are known, and what the release says.
pub(crate) fn object(arguments: &Arguments, release: &Release, ty: &Type) -> Result<Value, Failure> {
    let mut object = arguments.0.clone();
    let Some(members) = object.as_object_mut() else {
        return Err(Failure::new("Broken state", "The object in the state is no object."));
    };
    let version = release.chart_metadata("version");
    members.insert("id".to_owned(), json!(release.name()));
    members.insert("name".to_owned(), json!(release.name()));
    members.insert("namespace".to_owned(), json!(release.namespace()));
    members.insert("status".to_owned(), json!(release.status()));
    let spelled = members.get("version").and_then(Json::as_str).unwrap_or_default();
    if spelled.strip_prefix('v').unwrap_or(spelled) != version.strip_prefix('v').unwrap_or(version) {
        members.insert("version".to_owned(), json!(version));
    }
    for name in ["manifest", "resources", "set_wo"] {
        members.insert(name.to_owned(), Json::Null);
    }
    members.insert("metadata".to_owned(), metadata(arguments, release));
    value_json::from_json(&object, ty).map_err(|e| Failure::new("Broken state", e.to_string()))
}

fn metadata(arguments: &Arguments, release: &Release) -> Json {
    // Which of the values are write-only nobody can tell any more, so that none is kept.
    let written = arguments.number("set_wo_revision") > 0;
    let values = if written { "{}".to_owned() } else { arguments.cloaked(&release.config()) };
    json!({
        "app_version": release.chart_metadata("appVersion"), "chart": release.chart_metadata("name"),
        "first_deployed": unix(release.first_deployed()), "last_deployed": unix(release.last_deployed()),
        "name": release.name(), "namespace": release.namespace(), "notes": release.notes(),
        "revision": release.version(), "values": values,
        "version": release.chart_metadata("version"),
    })
}

/// A wholly known object as arguments.
pub(crate) fn arguments(value: &Value) -> Result<Arguments, Failure> {
    let (plain, _) = value.clone().unmark_deep();
    let json = value_json::to_plain_json(&plain);
    json.map(Arguments)
        .map_err(|e| Failure::new("Value is not known", format!("An argument is not known yet: {e}")))
}

/// Objects of older schema versions: one-element lists became objects, sets became lists.
pub(crate) fn upgraded(mut raw: Json) -> Json {
    if let Some(members) = raw.as_object_mut() {
        for name in ["metadata", "postrender"] {
            if let Some(Json::Array(items)) = members.get(name) {
                let first = items.first().cloned().unwrap_or(Json::Null);
                members.insert(name.to_owned(), first);
            }
        }
        for name in ["set", "set_list", "set_sensitive", "values"] {
            if members.get(name).and_then(Json::as_array).is_some_and(Vec::is_empty) {
                members.insert(name.to_owned(), Json::Null);
            }
        }
        for name in ["manifest", "resources"] {
            members.insert(name.to_owned(), Json::Null);
        }
    }
    raw
}

/// Keeps what the type knows: attributes that no longer exist are dropped.
pub(crate) fn trimmed(raw: Json, ty: &Type) -> Json {
    match (raw, ty.attributes()) {
        (Json::Object(members), Some(attributes)) => {
            let kept = members.into_iter().filter_map(|(name, value)| {
                let ty = attributes.get(name.as_str())?;
                Some((name, trimmed(value, ty)))
            });
            Json::Object(kept.collect())
        }
        (Json::Array(items), None) => match ty.element() {
            Some(element) => Json::Array(items.into_iter().map(|item| trimmed(item, element)).collect()),
            None => Json::Array(items),
        },
        (other, _) => other,
    }
}
