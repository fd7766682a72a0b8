//! States that move between a native provider and the plugin that it stands for.
//!
//! A recorded state came from the plugin. Where it holds a token, the value of this run takes its place; the result is what the
//! plugin would have written for the objects that exist now.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::engine::Engine;
use super::shapes;

/// Puts what the plugin wrote in the place of the native state, and checks that both mean the same.
///
/// # Errors
/// The native state is not what the plugin's schema (`schemas`: as `providers schema -json` prints it) describes, or a plan with
/// the plugin's state differs from one with the native state.
pub fn moved(engine: &Engine, recorded: &Json, schemas: &[Json]) -> Result<(), String> {
    let native = engine.state();
    for resource in native["resources"].as_array().into_iter().flatten() {
        accepted(resource, schemas)?;
    }
    let own = plan(engine);
    let mut plugin = native.clone();
    let shape = shapes::state(&native);
    plugin["resources"] = with_values(&recorded["resources"], &shape["resources"])?;
    for resource in plugin["resources"].as_array_mut().into_iter().flatten() {
        let managed = resource["mode"] == "managed";
        for instance in resource["instances"].as_array_mut().into_iter().flatten() {
            if managed {
                // As Terraform writes it since 1.12, where the plugin has identities.
                instance["identity_schema_version"] = json!(1);
                instance["identity"] = json!({"name": "kept"});
            }
            if let Some(private) = instance.get_mut("private").filter(|private| !private.is_string()) {
                *private = json!(STANDARD.encode(private.to_string()));
            }
        }
    }
    plugin["serial"] = json!(native["serial"].as_u64().unwrap_or(0) + 1);
    let file = engine.work.join("terraform.tfstate");
    std::fs::write(&file, plugin.to_string()).map_err(|error| error.to_string())?;
    let theirs = plan(engine);
    if own == theirs {
        Ok(())
    } else {
        Err(format!("plan with the native state: {own:?}\nwith the plugin's: {theirs:?}"))
    }
}

/// Whether a step left something that can be moved: an apply that went well.
pub fn is_movable(step: &Json) -> bool {
    let state = &step["expect"]["state"];
    step["cmd"] == "apply"
        && step["expect"]["exit"] == json!(0)
        && state["resources"].as_array().is_some_and(|resources| !resources.is_empty())
}

/// Exit code of a plan, and its summary if it is not empty.
fn plan(engine: &Engine) -> (i32, String) {
    let words = ["plan", "-input=false", "-no-color", "-detailed-exitcode"].map(str::to_owned);
    let outcome = engine.run(&words, &Json::Null);
    let changes = outcome.out.lines().filter(|line| line.trim_start().starts_with(['#', '+', '-', '~']));
    (outcome.exit, changes.chain(outcome.err.lines()).collect::<Vec<_>>().join("\n"))
}

/// A recorded document with the values of this run where it has tokens.
fn with_values(recorded: &Json, now: &Json) -> Result<Json, String> {
    Ok(match (recorded, now) {
        (Json::Object(wanted), Json::Object(have)) => {
            // A name may have been a token too; of those there is one at most.
            let spare = have.keys().find(|name| !wanted.contains_key(*name));
            let member = |(name, value): (&String, &Json)| {
                let name = spare.filter(|_| name.starts_with('<')).unwrap_or(name);
                let value = with_values(value, have.get(name).unwrap_or(&Json::Null))?;
                Ok::<_, String>((name.clone(), value))
            };
            Json::Object(wanted.iter().map(member).collect::<Result<Map<_, _>, _>>()?)
        }
        (Json::Array(wanted), Json::Array(have)) if wanted.len() == have.len() => wanted
            .iter()
            .zip(have)
            .map(|(wanted, have)| with_values(wanted, have))
            .collect::<Result<_, _>>()?,
        (Json::String(text), now) if text.contains('<') && text.contains('>') => now.clone(),
        (Json::String(_) | Json::Number(_) | Json::Bool(_) | Json::Null, _) => recorded.clone(),
        _ => return Err(format!("recorded {recorded}, now {now}")),
    })
}

/// Whether a resource is what the plugin's schema of its type describes: version, every attribute, every type.
fn accepted(resource: &Json, schemas: &[Json]) -> Result<(), String> {
    let kind = if resource["mode"] == "data" { "data_source_schemas" } else { "resource_schemas" };
    let name = resource["type"].as_str().unwrap_or_default();
    let Some(schema) = schemas.iter().find_map(|document| document[kind].get(name)) else {
        return Ok(()); // of a provider that is built in
    };
    for instance in resource["instances"].as_array().into_iter().flatten() {
        if instance["schema_version"] != schema["version"] {
            return Err(format!("{name}: version {}, not {}", instance["schema_version"], schema["version"]));
        }
        block(&schema["block"], &instance["attributes"], name)?;
    }
    Ok(())
}

fn block(schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    let Some(members) = value.as_object() else { return Err(format!("{path}: no object: {value}")) };
    let (empty, none) = (Map::new(), Map::new());
    let attributes = schema["attributes"].as_object().unwrap_or(&empty);
    let blocks = schema["block_types"].as_object().unwrap_or(&none);
    for name in attributes.keys().chain(blocks.keys()) {
        if !members.contains_key(name) {
            return Err(format!("{path}.{name} is missing"));
        }
    }
    for (name, value) in members {
        let path = format!("{path}.{name}");
        match (attributes.get(name), blocks.get(name)) {
            (Some(attribute), _) if attribute.get("nested_type").is_some() => {
                nested(&attribute["nested_type"], value, &path)?;
            }
            (Some(attribute), _) => of_type(&attribute["type"], value, &path)?,
            (None, Some(inner)) => match (inner["nesting_mode"].as_str(), value) {
                (Some("single" | "group"), Json::Null) => {}
                (Some("single" | "group"), value) => block(&inner["block"], value, &path)?,
                (_, value) => {
                    let items = value.as_array().ok_or_else(|| format!("{path}: no list: {value}"))?;
                    items.iter().try_for_each(|item| block(&inner["block"], item, &path))?;
                }
            },
            (None, None) => return Err(format!("{path} is not in the schema")),
        }
    }
    Ok(())
}

fn nested(schema: &Json, value: &Json, path: &str) -> Result<(), String> {
    match (schema["nesting_mode"].as_str(), value) {
        (_, Json::Null) => Ok(()),
        (Some("single"), value) => block(schema, value, path),
        (Some("map"), Json::Object(members)) => {
            members.values().try_for_each(|item| block(schema, item, path))
        }
        (_, Json::Array(items)) => items.iter().try_for_each(|item| block(schema, item, path)),
        _ => Err(format!("{path}: {value} does not fit")),
    }
}

/// Whether a value is of a type in its JSON form.
fn of_type(ty: &Json, value: &Json, path: &str) -> Result<(), String> {
    let fits = match (ty.as_str(), value) {
        (_, Json::Null) | (Some("dynamic"), _) => true,
        (Some("string"), value) => value.is_string(),
        (Some("number"), value) => value.is_number(),
        (Some("bool"), value) => value.is_boolean(),
        _ => match (ty[0].as_str(), value) {
            (Some("list" | "set"), Json::Array(items)) => {
                return items.iter().try_for_each(|item| of_type(&ty[1], item, path));
            }
            (Some("map"), Json::Object(members)) => {
                return members.values().try_for_each(|item| of_type(&ty[1], item, path));
            }
            (Some("object"), Json::Object(members)) => {
                let known = ty[1].as_object().is_some_and(|types| types.len() == members.len());
                let mut types = ty[1].as_object().into_iter().flatten();
                return match known {
                    true => types.try_for_each(|(name, ty)| {
                        of_type(
                            ty,
                            members.get(name).unwrap_or(&Json::Bool(false)),
                            &format!("{path}.{name}"),
                        )
                    }),
                    false => Err(format!("{path}: other attributes than the schema's")),
                };
            }
            (Some("tuple"), Json::Array(_)) => true,
            _ => false,
        },
    };
    if fits { Ok(()) } else { Err(format!("{path}: {value} is no {ty}")) }
}
