//! Format 3 (Terraform up to 0.11) to the document of format 4.
//!
//! Attributes stay in their flat form until a schema says what they mean. Source of the format: state
//! files that Terraform 0.11 wrote.

use std::collections::BTreeMap;

use base64::Engine as _;
use ordain_diag::{Diagnostic, codes};
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::to_raw_value;

use crate::v4::document::{Document, IndexKey, Instance, Output, Resource};

#[derive(Deserialize)]
struct V3 {
    #[serde(default)]
    terraform_version: String,
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    lineage: String,
    #[serde(default)]
    modules: Vec<V3Module>,
}

#[derive(Deserialize)]
struct V3Module {
    #[serde(default)]
    path: Vec<String>,
    #[serde(default)]
    outputs: BTreeMap<String, V3Output>,
    #[serde(default)]
    resources: BTreeMap<String, V3Resource>,
}

#[derive(Deserialize)]
struct V3Output {
    #[serde(default)]
    sensitive: bool,
    value: Json,
}

#[derive(Deserialize)]
struct V3Resource {
    #[serde(rename = "type")]
    type_name: String,
    #[serde(default)]
    depends_on: Vec<String>,
    primary: Option<V3Instance>,
    #[serde(default)]
    deposed: Vec<V3Instance>,
    #[serde(default)]
    provider: String,
}

#[derive(Deserialize)]
struct V3Instance {
    #[serde(default)]
    id: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    meta: BTreeMap<String, Json>,
    #[serde(default)]
    tainted: bool,
}

fn broken(detail: String) -> Diagnostic {
    Diagnostic::error(codes::state::STATE_FORMAT, "Invalid legacy state", detail)
}

/// Reads format 3.
pub(crate) fn from_v3(text: &str) -> Result<Document, Diagnostic> {
    let old: V3 = serde_json::from_str(text)
        .map_err(|error| broken(format!("The state is not as format 3 asks: {error}.")))?;
    let mut outputs = BTreeMap::new();
    let mut resources: BTreeMap<(String, String, String, String), Resource> = BTreeMap::new();
    for module in old.modules {
        let path: Vec<&str> = module.path.iter().map(String::as_str).skip(1).collect();
        let prefix = path.iter().map(|name| format!("module.{name}")).collect::<Vec<_>>().join(".");
        if path.is_empty() {
            for (name, output) in module.outputs {
                outputs.insert(name, output_from(output)?);
            }
        }
        for (key, resource) in module.resources {
            add(&mut resources, &prefix, &key, resource)?;
        }
    }
    Ok(Document {
        version: 4,
        terraform_version: old.terraform_version,
        serial: old.serial,
        lineage: old.lineage,
        outputs,
        resources: resources.into_values().collect(),
        check_results: None,
    })
}

fn output_from(output: V3Output) -> Result<Output, Diagnostic> {
    let raw = |json: &Json| to_raw_value(json).map_err(|error| broken(error.to_string()));
    Ok(Output {
        ty: raw(&implied_type(&output.value))?,
        value: raw(&output.value)?,
        sensitive: output.sensitive,
    })
}

/// Format 3 names only `string`, `list` and `map`; the value itself tells the rest.
fn implied_type(value: &Json) -> Json {
    match value {
        Json::Null => Json::from("dynamic"),
        Json::Bool(_) => Json::from("bool"),
        Json::Number(_) => Json::from("number"),
        Json::String(_) => Json::from("string"),
        Json::Array(items) => {
            Json::Array(vec![Json::from("tuple"), Json::Array(items.iter().map(implied_type).collect())])
        }
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), implied_type(value))).collect();
            Json::Array(vec![Json::from("object"), Json::Object(members)])
        }
    }
}

fn add(
    resources: &mut BTreeMap<(String, String, String, String), Resource>,
    module: &str,
    key: &str,
    old: V3Resource,
) -> Result<(), Diagnostic> {
    let (mode, rest) = match key.strip_prefix("data.") {
        Some(rest) => ("data", rest),
        None => ("managed", key),
    };
    let parts: Vec<&str> = rest.split('.').collect();
    let (type_name, name, index) = match parts.as_slice() {
        [type_name, name] => (*type_name, *name, None),
        [type_name, name, index] => {
            let index = index.parse().map_err(|_| broken(format!("{key:?} is no resource of format 3.")))?;
            (*type_name, *name, Some(index))
        }
        _ => return Err(broken(format!("{key:?} is no resource of format 3."))),
    };
    let provider = provider_address(&old.provider, &old.type_name)?;
    let id = (module.to_owned(), mode.to_owned(), type_name.to_owned(), name.to_owned());
    let entry = resources.entry(id).or_insert_with(|| Resource {
        module: module.to_owned(),
        mode: mode.to_owned(),
        type_name: type_name.to_owned(),
        name: name.to_owned(),
        each: None,
        provider,
        instances: Vec::new(),
    });
    let prefix = if module.is_empty() { String::new() } else { format!("{module}.") };
    // `type.name.*` and `type.name.0` both mean the resource; modules are only ever calls from here.
    let dependencies: Vec<String> = old
        .depends_on
        .iter()
        .filter(|text| !text.starts_with("module."))
        .map(|text| {
            let take = if text.starts_with("data.") { 3 } else { 2 };
            format!("{prefix}{}", text.split('.').take(take).collect::<Vec<_>>().join("."))
        })
        .collect();
    if let Some(primary) = old.primary {
        entry.instances.push(instance(primary, index, String::new(), &dependencies)?);
    }
    for (at, object) in old.deposed.into_iter().enumerate() {
        // Format 3 numbers them; format 4 names each with eight hexadecimal digits.
        entry.instances.push(instance(object, index, format!("{:08x}", at + 1), &dependencies)?);
    }
    Ok(())
}

fn instance(
    old: V3Instance,
    index: Option<u64>,
    deposed: String,
    dependencies: &[String],
) -> Result<Instance, Diagnostic> {
    let mut meta = old.meta;
    let schema_version = match meta.remove("schema_version") {
        Some(Json::String(text)) => text.parse().unwrap_or(0),
        Some(Json::Number(number)) => number.as_u64().unwrap_or(0),
        _ => 0,
    };
    let private = if meta.is_empty() {
        String::new()
    } else {
        let json = serde_json::to_vec(&meta).map_err(|error| broken(error.to_string()))?;
        base64::engine::general_purpose::STANDARD.encode(json)
    };
    let mut attributes = old.attributes;
    if !old.id.is_empty() {
        attributes.entry("id".to_owned()).or_insert(old.id);
    }
    Ok(Instance {
        provider_key: None,
        index_key: index.map(IndexKey::Int),
        status: if old.tainted { "tainted".to_owned() } else { String::new() },
        deposed,
        schema_version,
        attributes: None,
        attributes_flat: Some(attributes),
        sensitive_attributes: None,
        identity_schema_version: None,
        identity: None,
        private,
        dependencies: dependencies.to_vec(),
        create_before_destroy: false,
    })
}

/// `provider.aws`, `module.a.provider.aws.east` or nothing to the form of format 4. Providers of that
/// time lived in one namespace.
fn provider_address(old: &str, type_name: &str) -> Result<String, Diagnostic> {
    let (module, rest) = match old.find("provider.") {
        Some(at) => (old.get(..at).unwrap_or(""), old.get(at + "provider.".len()..).unwrap_or("")),
        None => ("", type_name.split('_').next().unwrap_or(type_name)),
    };
    let (name, alias) = match rest.split_once('.') {
        Some((name, alias)) => (name, format!(".{alias}")),
        None => (rest, String::new()),
    };
    if name.is_empty() {
        return Err(broken(format!("{old:?} is no provider of format 3.")));
    }
    let source = if name == "terraform" {
        "terraform.io/builtin/terraform".to_owned()
    } else {
        format!("registry.terraform.io/hashicorp/{name}")
    };
    Ok(format!("{module}provider[\"{source}\"]{alias}"))
}
