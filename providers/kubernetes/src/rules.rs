//! The tables of `data/`: schema and rules of version 2.38.0 of the original, joined.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, codes};
use ordain_provider::{ProviderSchema, Schema, schema_json};
use ordain_sdk::TypeTree;
use serde_json::{Map, Value as Json};

use crate::named_rules::RULES as DIALECT;

const SCHEMA: &str = include_str!("../data/schema.json");
const RULES: &str = include_str!("../data/rules.json");

/// Schema, and the trees of resource types and data sources.
#[derive(Debug)]
pub(crate) struct Tables {
    pub(crate) schema: Arc<ProviderSchema>,
    pub(crate) resources: BTreeMap<String, TypeTree>,
    pub(crate) data: BTreeMap<String, TypeTree>,
}

/// Reads the tables.
///
/// # Errors
/// They are broken, which is a bug.
pub(crate) fn tables() -> Result<Tables, Diagnostic> {
    let broken = |why: String| {
        let detail =
            format!("The schema that is built into the provider cannot be read: {why}. This is a bug.");
        Diagnostic::error(codes::provider::PROVIDER_ERROR, "Broken built-in data", detail)
    };
    let document = serde_json::from_str(SCHEMA).map_err(|error| broken(error.to_string()))?;
    let schema = schema_json::from_json(&document).map_err(broken)?;
    let rules: Json = serde_json::from_str(RULES).map_err(|error| broken(error.to_string()))?;
    let tree = |name: &Arc<str>, schema: &Schema, key: &str| {
        (name.to_string(), TypeTree::new(name, schema, entry(&rules, key).as_ref(), &DIALECT))
    };
    let resources = schema.resources.iter().map(|(name, schema)| tree(name, schema, name)).collect();
    let data = schema.data_sources.iter().map(|(name, schema)| tree(name, schema, &format!("data.{name}")));
    let data = data.collect();
    Ok(Tables { schema: Arc::new(schema), resources, data })
}

/// The rules of one type. `as` names a type with the same ones; `parts` names, for a path, the type whose
/// rules for that path count too.
fn entry(rules: &Json, name: &str) -> Option<Json> {
    let own = rules.get(name)?;
    if let Some(other) = own.get("as").and_then(Json::as_str) {
        return rules.get(other).and_then(|_| entry(rules, other));
    }
    let mut merged = own.clone();
    let attributes = merged.get_mut("attributes").and_then(Json::as_object_mut)?;
    for (path, other) in own.get("parts").and_then(Json::as_object).into_iter().flatten() {
        let shared = other.as_str().and_then(|other| rules.get(other)?.get("attributes")?.as_object());
        let shared = shared.into_iter().flatten().filter(|(key, _)| key.starts_with(&format!("{path}.")));
        let shared: Map<String, Json> = shared.map(|(key, rule)| (key.clone(), rule.clone())).collect();
        for (key, rule) in shared {
            attributes.entry(key).or_insert(rule);
        }
    }
    Some(merged)
}
