//! Plans and states in the shape of the recordings.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

fn list<'j>(value: &'j Json, key: &str) -> &'j [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn text<'j>(value: &'j Json, key: &str) -> &'j str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn checks(value: &Json) -> Json {
    let one = |check: &Json| {
        let mut instances: Vec<Json> = list(check, "instances")
            .iter()
            .map(|instance| {
                let mut problems: Vec<&str> =
                    list(instance, "problems").iter().map(|problem| text(problem, "message")).collect();
                problems.sort_unstable();
                json!({"address": instance["address"]["to_display"], "status": instance["status"], "problems": problems})
            })
            .collect();
        instances.sort_by_cached_key(|instance| text(instance, "address").to_owned());
        json!({"address": check["address"]["to_display"], "status": check["status"], "instances": instances})
    };
    let mut out: Vec<Json> = value.as_array().into_iter().flatten().map(one).collect();
    out.sort_by_cached_key(|check| text(check, "address").to_owned());
    Json::Array(out)
}

fn change(document: &Json) -> Json {
    let change = &document["change"];
    let mut out = Map::new();
    out.insert("address".to_owned(), document["address"].clone());
    out.insert("actions".to_owned(), change["actions"].clone());
    for key in ["previous_address", "module_address", "deposed", "action_reason"] {
        if let Some(value) = document.get(key).filter(|value| !value.is_null() && *value != "") {
            out.insert(key.to_owned(), value.clone());
        }
    }
    if text(document, "mode") == "data" {
        out.insert("mode".to_owned(), json!("data"));
    }
    for key in ["importing", "generated_config"] {
        if let Some(value) = change.get(key).filter(|value| !value.is_null() && *value != "") {
            out.insert(key.to_owned(), value.clone());
        }
    }
    if change["actions"] != json!(["no-op"]) {
        for key in ["before", "after", "after_unknown", "before_sensitive", "after_sensitive"] {
            if let Some(value) = change.get(key) {
                out.insert(key.to_owned(), value.clone());
            }
        }
        if !list(change, "replace_paths").is_empty() {
            out.insert("replace_paths".to_owned(), change["replace_paths"].clone());
        }
    }
    Json::Object(out)
}

fn changes(plan: &Json, key: &str) -> Json {
    let mut out: Vec<Json> = list(plan, key).iter().map(change).collect();
    out.sort_by_cached_key(|change| (text(change, "address").to_owned(), text(change, "deposed").to_owned()));
    Json::Array(out)
}

/// A JSON plan.
pub fn plan(plan: &Json) -> Json {
    let mut out = Map::new();
    out.insert("resource_changes".to_owned(), changes(plan, "resource_changes"));
    if !list(plan, "resource_drift").is_empty() {
        out.insert("resource_drift".to_owned(), changes(plan, "resource_drift"));
    }
    let outputs = plan.get("output_changes").filter(|outputs| outputs.is_object());
    out.insert("output_changes".to_owned(), outputs.cloned().unwrap_or_else(|| json!({})));
    out.insert("checks".to_owned(), checks(&plan["checks"]));
    if let Some(variables) = plan.get("variables").and_then(Json::as_object).filter(|v| !v.is_empty()) {
        let values = variables.iter().map(|(name, variable)| (name.clone(), variable["value"].clone()));
        out.insert("variables".to_owned(), Json::Object(values.collect()));
    }
    for key in ["applyable", "complete", "errored"] {
        if let Some(value) = plan.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    Json::Object(out)
}

/// A state file; null where there is none.
pub fn state(state: &Json) -> Json {
    if state.as_object().is_none_or(Map::is_empty) {
        return Json::Null;
    }
    let outputs = state.get("outputs").filter(|outputs| outputs.is_object()).cloned();
    let mut out = json!({"version": state["version"], "outputs": outputs.unwrap_or_else(|| json!({}))});
    let mut resources: Vec<Json> = list(state, "resources").iter().map(resource).collect();
    resources.sort_by_cached_key(|resource| {
        ["module", "mode", "type", "name"].map(|key| text(resource, key).to_owned())
    });
    out["resources"] = Json::Array(resources);
    let mut results: Vec<Json> = list(state, "check_results").to_vec();
    for result in &mut results {
        if let Some(objects) = result.get_mut("objects").and_then(Json::as_array_mut) {
            objects.sort_by_cached_key(|object| text(object, "object_addr").to_owned());
        }
    }
    if !results.is_empty() {
        results.sort_by_cached_key(|result| {
            ["object_kind", "config_addr"].map(|key| text(result, key).to_owned())
        });
        out["check_results"] = Json::Array(results);
    }
    out
}

fn resource(resource: &Json) -> Json {
    let mut out = Map::new();
    for key in ["module", "mode", "type", "name", "each", "provider"] {
        if let Some(value) = resource.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    let mut instances: Vec<Json> = list(resource, "instances").iter().map(instance).collect();
    instances.sort_by_cached_key(|instance| {
        (instance["index_key"].to_string(), text(instance, "deposed").to_owned())
    });
    out.insert("instances".to_owned(), Json::Array(instances));
    Json::Object(out)
}

fn instance(instance: &Json) -> Json {
    let mut instance = instance.clone();
    let Some(members) = instance.as_object_mut() else { return instance };
    members.remove("identity_schema_version");
    if let Some(private) = members.get_mut("private") {
        *private = decoded(private);
    }
    if let Some(dependencies) = members.get_mut("dependencies").and_then(Json::as_array_mut) {
        dependencies.sort_by_cached_key(Json::to_string);
    }
    instance
}

/// Private bytes that are JSON, as JSON.
fn decoded(private: &Json) -> Json {
    let bytes = private.as_str().and_then(|text| STANDARD.decode(text).ok());
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_else(|| private.clone())
}

/// `show -json` of a state.
pub fn shown_state(shown: &Json) -> Json {
    let mut out = json!({"values": shown["values"]});
    if !list(shown, "checks").is_empty() {
        out["checks"] = checks(&shown["checks"]);
    }
    out
}

/// The ids in a state, in its order.
pub fn state_ids(state: &Json) -> Vec<String> {
    let mut resources: Vec<&Json> = list(state, "resources").iter().collect();
    resources.sort_by_cached_key(|resource| {
        ["module", "mode", "type", "name"].map(|key| text(resource, key).to_owned())
    });
    let instances = resources.into_iter().flat_map(|resource| list(resource, "instances"));
    instances.filter_map(|instance| instance["attributes"]["id"].as_str().map(str::to_owned)).collect()
}

/// The ids in a plan's prior state, in the order of addresses.
pub fn plan_ids(plan: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut pending = vec![&plan["prior_state"]["values"]["root_module"]];
    while let Some(module) = pending.pop() {
        for resource in list(module, "resources") {
            if let Some(id) = resource["values"]["id"].as_str() {
                found.push((text(resource, "address").to_owned(), id.to_owned()));
            }
        }
        pending.extend(list(module, "child_modules"));
    }
    found.sort();
    found.into_iter().map(|(_, id)| id).collect()
}
