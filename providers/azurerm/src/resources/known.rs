//! Answers of the service reduced to the properties of the API version that requests are made with: an
//! object that is sent back must hold nothing else. Names of enum values get their canonical case.

use std::sync::OnceLock;

use serde_json::{Map, Value as Json};

const FIELDS: &str = include_str!("../../data/arm_fields.json");

fn fields() -> &'static Json {
    static PARSED: OnceLock<Json> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(FIELDS).unwrap_or(Json::Null))
}

/// `value` as an object of a package's type, such as `managedclusters`, `ManagedCluster`.
pub(crate) fn known(package: &str, type_name: &str, value: &Json) -> Json {
    match fields().get(package) {
        Some(package) => reduce(package, type_name, value),
        None => value.clone(),
    }
}

fn reduce(package: &Json, type_name: &str, value: &Json) -> Json {
    let name = type_name.trim_end_matches('!');
    if let Some(element) = name.strip_prefix('[') {
        return value
            .as_array()
            .map_or(Json::Null, |items| items.iter().map(|item| reduce(package, element, item)).collect());
    }
    if let Some(element) = name.strip_prefix('{') {
        return value.as_object().map_or(Json::Null, |members| {
            let members = members.iter().map(|(key, item)| (key.clone(), reduce(package, element, item)));
            Json::Object(members.collect())
        });
    }
    if let Some(kind) = name.strip_prefix('=') {
        let allowed = package.get("enums").and_then(|enums| enums.get(kind)).and_then(Json::as_array);
        let text = value.as_str().unwrap_or_default();
        let canonical = allowed
            .into_iter()
            .flatten()
            .find(|item| item.as_str().is_some_and(|item| item.eq_ignore_ascii_case(text)));
        return canonical.cloned().unwrap_or_else(|| value.clone());
    }
    let shape = package.get("types").and_then(|types| types.get(name)).and_then(Json::as_object);
    match (shape, value.as_object()) {
        (Some(shape), Some(members)) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null()).filter_map(|(key, value)| {
                let ty = shape.get(key)?.as_str()?;
                Some((key.clone(), reduce(package, ty, value)))
            });
            Json::Object(kept.collect::<Map<_, _>>())
        }
        _ => value.clone(),
    }
}
