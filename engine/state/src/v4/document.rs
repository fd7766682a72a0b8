//! The shape of the document. Order of fields is the order of keys in the file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::CheckRecord;

/// What all formats since 3 have at the top.
#[derive(Deserialize)]
pub(crate) struct Probe {
    pub(crate) version: Option<u64>,
}

/// The whole file.
#[derive(Deserialize, Serialize)]
pub(crate) struct Document {
    pub(crate) version: u64,
    #[serde(default)]
    pub(crate) terraform_version: String,
    pub(crate) serial: u64,
    #[serde(default)]
    pub(crate) lineage: String,
    #[serde(default)]
    pub(crate) outputs: BTreeMap<String, Output>,
    #[serde(default)]
    pub(crate) resources: Vec<Resource>,
    #[serde(default)]
    pub(crate) check_results: Option<Vec<CheckRecord>>,
}

/// A root module output.
#[derive(Deserialize, Serialize)]
pub(crate) struct Output {
    pub(crate) value: Box<RawValue>,
    #[serde(rename = "type")]
    pub(crate) ty: Box<RawValue>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sensitive: bool,
}

/// All instances of a resource.
#[derive(Deserialize, Serialize)]
pub(crate) struct Resource {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) module: String,
    pub(crate) mode: String,
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) each: Option<String>,
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) instances: Vec<Instance>,
}

/// One object of an instance.
#[derive(Deserialize, Serialize)]
pub(crate) struct Instance {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) index_key: Option<IndexKey>,
    /// Key of the provider configuration, of OpenTofu.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider_key: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) deposed: String,
    #[serde(default)]
    pub(crate) schema_version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attributes_flat: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) sensitive_attributes: Option<Vec<Vec<PathStep>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity_schema_version: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) identity: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) private: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) dependencies: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) create_before_destroy: bool,
}

/// Key of an instance.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum IndexKey {
    Int(u64),
    Text(String),
}

/// One step of a path to a sensitive attribute.
#[derive(Deserialize, Serialize)]
pub(crate) struct PathStep {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) value: serde_json::Value,
}
