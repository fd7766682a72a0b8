//! Plans, states and checks with what carries no meaning left out, and lists without order sorted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

/// Members of an object that are there.
fn picked(from: &Json, names: &[&str]) -> Map<String, Json> {
    let member = |name: &&str| Some(((*name).to_owned(), from.get(*name)?.clone()));
    names.iter().filter_map(member).collect()
}

fn items<'v>(value: &'v Json, name: &str) -> &'v [Json] {
    value.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Json, name: &str) -> String {
    value.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// JSON text as a key to sort by: everything beyond ASCII escaped, as the recordings were sorted.
fn key(value: Option<&Json>) -> String {
    let text = value.unwrap_or(&Json::Null).to_string();
    let mut units = [0u16; 2];
    text.chars()
        .flat_map(|c| match c.is_ascii() {
            true => vec![c],
            false => {
                let units = c.encode_utf16(&mut units).iter();
                units.flat_map(|unit| format!("\\u{unit:04x}").chars().collect::<Vec<_>>()).collect()
            }
        })
        .collect()
}

fn sorted(items: &[Json]) -> Json {
    let mut items = items.to_vec();
    items.sort_by_key(|item| key(Some(item)));
    Json::Array(items)
}

/// Findings of checks, in order of address.
pub fn checks(list: &[Json]) -> Json {
    let shown = |of: &Json| text(of.get("address").unwrap_or(&Json::Null), "to_display");
    let mut out: Vec<Json> = list
        .iter()
        .map(|check| {
            let mut instances: Vec<Json> = items(check, "instances")
                .iter()
                .map(|instance| {
                    let mut problems: Vec<String> =
                        items(instance, "problems").iter().map(|problem| text(problem, "message")).collect();
                    problems.sort();
                    json!({ "address": shown(instance), "status": instance.get("status"), "problems": problems })
                })
                .collect();
            instances.sort_by_key(|instance| text(instance, "address"));
            json!({ "address": shown(check), "status": check.get("status"), "instances": instances })
        })
        .collect();
    out.sort_by_key(|check| text(check, "address"));
    Json::Array(out)
}

fn change(of: &Json) -> Json {
    let inner = of.get("change").unwrap_or(&Json::Null);
    let mut out = Map::new();
    out.insert("address".to_owned(), of.get("address").cloned().unwrap_or_default());
    out.insert("actions".to_owned(), inner.get("actions").cloned().unwrap_or_default());
    let named = picked(of, &["previous_address", "module_address", "deposed", "action_reason"]);
    out.extend(named.into_iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some("")));
    if text(of, "mode") == "data" {
        out.insert("mode".to_owned(), "data".into());
    }
    let kept = picked(inner, &["importing", "generated_config"]);
    out.extend(kept.into_iter().filter(|(_, value)| !value.is_null() && value.as_str() != Some("")));
    if inner.get("actions") != Some(&json!(["no-op"])) {
        let values = ["before", "after", "after_unknown", "before_sensitive", "after_sensitive"];
        out.extend(picked(inner, &values));
        if !items(inner, "replace_paths").is_empty() {
            out.insert("replace_paths".to_owned(), sorted(items(inner, "replace_paths")));
        }
    }
    Json::Object(out)
}

/// A plan.
pub fn plan(of: &Json) -> Json {
    let changes = |name: &str| {
        let mut changes: Vec<Json> = items(of, name).iter().map(change).collect();
        changes.sort_by_key(|one| (text(one, "address"), text(one, "deposed")));
        changes
    };
    let mut out = picked(of, &["applyable", "complete", "errored"]);
    out.insert("resource_changes".to_owned(), changes("resource_changes").into());
    if !items(of, "resource_drift").is_empty() {
        out.insert("resource_drift".to_owned(), changes("resource_drift").into());
    }
    out.insert("output_changes".to_owned(), of.get("output_changes").cloned().unwrap_or_else(|| json!({})));
    out.insert("checks".to_owned(), checks(items(of, "checks")));
    if let Some(variables) = of.get("variables").and_then(Json::as_object).filter(|all| !all.is_empty()) {
        let value =
            |(name, of): (&String, &Json)| (name.clone(), of.get("value").cloned().unwrap_or_default());
        out.insert("variables".to_owned(), variables.iter().map(value).collect());
    }
    Json::Object(out)
}

/// Ids in a plan's prior state, in order of address.
pub fn plan_ids(of: &Json) -> Vec<Json> {
    fn collect(module: &Json, found: &mut Vec<(String, Json)>) {
        for resource in items(module, "resources") {
            if let Some(id) = resource.pointer("/values/id") {
                found.push((text(resource, "address"), id.clone()));
            }
        }
        items(module, "child_modules").iter().for_each(|child| collect(child, found));
    }
    let mut found = Vec::new();
    if let Some(root) = of.pointer("/prior_state/values/root_module") {
        collect(root, &mut found);
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, id)| id).collect()
}

fn instance(of: &Json) -> Json {
    let mut out = of.as_object().cloned().unwrap_or_default();
    let bytes = out.get("private").and_then(Json::as_str).and_then(|text| STANDARD.decode(text).ok());
    if let Some(document) = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
        out.insert("private".to_owned(), document);
    }
    for name in ["dependencies", "sensitive_attributes"] {
        if let Some(list) = out.get(name).and_then(Json::as_array).cloned() {
            out.insert(name.to_owned(), sorted(&list));
        }
    }
    out.remove("identity_schema_version");
    Json::Object(out)
}

/// A state file.
pub fn state(of: &Json) -> Json {
    let mut out = picked(of, &["version"]);
    out.insert("outputs".to_owned(), of.get("outputs").cloned().unwrap_or_else(|| json!({})));
    let mut resources: Vec<Json> = items(of, "resources")
        .iter()
        .map(|resource| {
            let mut out = picked(resource, &["module", "mode", "type", "name", "each", "provider"]);
            let mut instances: Vec<Json> = items(resource, "instances").iter().map(instance).collect();
            instances.sort_by_key(|one| (key(one.get("index_key")), text(one, "deposed")));
            out.insert("instances".to_owned(), instances.into());
            Json::Object(out)
        })
        .collect();
    resources.sort_by_key(place);
    out.insert("resources".to_owned(), resources.into());
    let mut checks: Vec<Json> = items(of, "check_results").to_vec();
    for check in &mut checks {
        let mut objects = items(check, "objects").to_vec();
        objects.sort_by_key(|object| text(object, "object_addr"));
        if let Some(members) = check.as_object_mut() {
            members.insert("objects".to_owned(), objects.into());
        }
    }
    if !checks.is_empty() {
        checks.sort_by_key(|check| (text(check, "object_kind"), text(check, "config_addr")));
        out.insert("check_results".to_owned(), checks.into());
    }
    Json::Object(out)
}

fn place(resource: &Json) -> [String; 4] {
    ["module", "mode", "type", "name"].map(|name| text(resource, name))
}

/// Ids in a state file, in order of address.
pub fn state_ids(of: &Json) -> Vec<Json> {
    let mut resources: Vec<&Json> = items(of, "resources").iter().collect();
    resources.sort_by_key(|resource| place(resource));
    let ids = resources.iter().flat_map(|resource| items(resource, "instances"));
    ids.filter_map(|instance| instance.pointer("/attributes/id").cloned()).collect()
}

/// A state as `show -json` gives it.
pub fn shown_state(of: &Json) -> Json {
    let mut out = Map::new();
    out.insert("values".to_owned(), of.get("values").cloned().unwrap_or_default());
    if !items(of, "checks").is_empty() {
        out.insert("checks".to_owned(), checks(items(of, "checks")));
    }
    Json::Object(out)
}
