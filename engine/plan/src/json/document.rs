//! The shapes of the JSON documents, field by field in Terraform's order.
//!
//! Format: <https://developer.hashicorp.com/terraform/internals/json-format>, version 1.2 as the
//! program writes it in 1.11.

use std::collections::BTreeMap;

use ordain_addr::{DeposedKey, Key, ModuleInstance, ProviderAddr, ResourceInstance};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::Configuration;
use super::lazy::Each;
use super::shown::Shown;
use super::states::Leaf;
use crate::serial::Text;
use crate::{Change, RelevantAttribute};

/// The JSON plan.
#[derive(Serialize)]
pub struct PlanDocument<'a> {
    pub format_version: &'static str,
    pub terraform_version: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<&'a str, VariableDocument>,
    pub planned_values: ValuesDocument<'a>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    pub resource_drift: Each<'a, &'a Change, ResourceChange<'a>>,
    #[serde(skip_serializing_if = "Each::is_empty")]
    pub resource_changes: Each<'a, &'a Change, ResourceChange<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deferred_changes: Vec<DeferredChange<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub output_changes: BTreeMap<&'a str, ChangeDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior_state: Option<StateDocument<'a>>,
    #[serde(skip_serializing_if = "Configuration::is_absent")]
    pub configuration: &'a Configuration,
    #[serde(skip_serializing_if = "RelevantDocuments::is_empty")]
    pub relevant_attributes: RelevantDocuments<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CheckDocument>,
    pub timestamp: &'a str,
    pub applyable: bool,
    pub complete: bool,
    pub errored: bool,
}

/// A root module variable.
#[derive(Clone, Serialize)]
pub struct VariableDocument {
    pub value: Json,
}

/// A state document.
#[derive(Serialize)]
pub struct StateDocument<'a> {
    pub format_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terraform_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<ValuesDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<CheckDocument>>,
}

/// Outputs and resources of a state, present or planned.
#[derive(Default, Serialize)]
pub struct ValuesDocument<'a> {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, OutputDocument>,
    pub root_module: ModuleDocument<'a>,
}

/// An output. Type and value are absent while anything of it is unknown.
#[derive(Serialize)]
pub struct OutputDocument {
    pub sensitive: bool,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
}

/// A module instance with its resources and the modules called from it.
#[derive(Default, Serialize)]
pub struct ModuleDocument<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<Leaf<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub child_modules: Vec<ModuleDocument<'a>>,
}

/// What names a resource instance.
#[derive(Clone)]
pub struct ResourceName<'a> {
    pub mode: &'static str,
    pub type_name: &'a str,
    pub name: &'a str,
    pub index: Option<KeyDocument<'a>>,
    pub index_unknown: bool,
    pub provider_name: Text<&'a ProviderAddr>,
}

impl ResourceName<'_> {
    /// Writes the fields among those of what it names. Serde would do that through a map, whose names are looked at.
    fn write<S: SerializeStruct>(&self, out: &mut S) -> Result<(), S::Error> {
        out.serialize_field("mode", self.mode)?;
        out.serialize_field("type", self.type_name)?;
        out.serialize_field("name", self.name)?;
        optional(out, "index", self.index.as_ref())?;
        optional(out, "index_unknown", self.index_unknown.then_some(&true))?;
        out.serialize_field("provider_name", &self.provider_name)
    }
}

/// A field that is left out where there is nothing.
fn optional<S: SerializeStruct>(
    out: &mut S,
    name: &'static str,
    value: Option<&impl Serialize>,
) -> Result<(), S::Error> {
    value.map_or(Ok(()), |value| out.serialize_field(name, value))
}

/// An instance key: a number or a text.
#[derive(Clone)]
pub struct KeyDocument<'a>(pub &'a Key);

impl Serialize for KeyDocument<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Key::Int(number) => out.serialize_u64(*number),
            Key::Str(text) => out.serialize_str(text),
        }
    }
}

/// The address of an instance, or of whichever a resource has.
#[derive(Clone)]
pub struct AddressDocument<'a> {
    pub instance: &'a ResourceInstance,
    /// Whether the keys are not known.
    pub any: bool,
}

impl Serialize for AddressDocument<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.any {
            true => out.collect_str(&format_args!("{}[*]", self.instance)),
            false => out.collect_str(self.instance),
        }
    }
}

/// A resource instance in a state, present or planned.
pub struct ResourceDocument<'a> {
    pub address: AddressDocument<'a>,
    pub name: ResourceName<'a>,
    pub schema_version: u64,
    pub values: Option<Shown<'a>>,
    pub sensitive_values: Shown<'a>,
    pub depends_on: Vec<String>,
    pub tainted: bool,
    pub deposed_key: Option<Text<&'a DeposedKey>>,
}

impl Serialize for ResourceDocument<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut out = out.serialize_struct("ResourceDocument", 13)?;
        out.serialize_field("address", &self.address)?;
        self.name.write(&mut out)?;
        out.serialize_field("schema_version", &self.schema_version)?;
        optional(&mut out, "values", self.values.as_ref())?;
        out.serialize_field("sensitive_values", &self.sensitive_values)?;
        optional(&mut out, "depends_on", Some(&self.depends_on).filter(|list| !list.is_empty()))?;
        optional(&mut out, "tainted", self.tainted.then_some(&true))?;
        optional(&mut out, "deposed_key", self.deposed_key.as_ref())?;
        out.end()
    }
}

/// What happens to one resource instance.
#[derive(Clone)]
pub struct ResourceChange<'a> {
    pub address: AddressDocument<'a>,
    pub previous_address: Option<Text<&'a ResourceInstance>>,
    pub module_address: Option<Text<&'a ModuleInstance>>,
    pub name: ResourceName<'a>,
    pub deposed: Option<Text<&'a DeposedKey>>,
    pub change: ChangeDocument<'a>,
    pub action_reason: Option<&'static str>,
    pub ordain: Option<Json>,
}

impl Serialize for ResourceChange<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut out = out.serialize_struct("ResourceChange", 13)?;
        out.serialize_field("address", &self.address)?;
        optional(&mut out, "previous_address", self.previous_address.as_ref())?;
        optional(&mut out, "module_address", self.module_address.as_ref())?;
        self.name.write(&mut out)?;
        optional(&mut out, "deposed", self.deposed.as_ref())?;
        out.serialize_field("change", &self.change)?;
        optional(&mut out, "action_reason", self.action_reason.as_ref())?;
        optional(&mut out, "ordain", self.ordain.as_ref())?;
        out.end()
    }
}

/// A change that cannot be planned yet.
#[derive(Clone, Serialize)]
pub struct DeferredChange<'a> {
    pub reason: &'static str,
    pub resource_change: ResourceChange<'a>,
}

/// Before and after.
#[derive(Clone, Serialize)]
pub struct ChangeDocument<'a> {
    pub actions: &'static [&'static str],
    pub before: Shown<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Shown<'a>>,
    pub after_unknown: Shown<'a>,
    pub before_sensitive: Shown<'a>,
    pub after_sensitive: Shown<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replace_paths: Vec<Vec<Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importing: Option<ImportingDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_config: Option<&'a str>,
}

/// The import that a change carries out.
#[derive(Clone, Serialize)]
pub struct ImportingDocument<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Json>,
}

/// Attributes that the configuration reads.
#[derive(Clone, Copy)]
pub struct RelevantDocuments<'a>(pub &'a [RelevantAttribute]);

impl RelevantDocuments<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for RelevantDocuments<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(self.0.iter().map(|relevant| RelevantDocument {
            resource: &relevant.resource,
            attribute: relevant.attribute.iter().filter_map(super::values::known).collect(),
        }))
    }
}

#[derive(Serialize)]
struct RelevantDocument<'a> {
    resource: &'a str,
    attribute: Vec<Json>,
}

/// What the checks of one declared object say.
#[derive(Clone, Serialize)]
pub struct CheckDocument {
    pub address: Json,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<CheckInstance>,
}

/// What the checks of one instance say.
#[derive(Clone, Serialize)]
pub struct CheckInstance {
    pub address: Json,
    pub status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<CheckProblem>,
}

/// A check that does not hold.
#[derive(Clone, Serialize)]
pub struct CheckProblem {
    pub message: String,
}
