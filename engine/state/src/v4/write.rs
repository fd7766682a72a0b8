//! State to document.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_addr::{AbsResource, DeposedKey, Key};
use ordain_diag::{Diagnostic, codes};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::document::{IndexKey, Instance, Output, Resource};
use super::{attribute_paths, layout};
use crate::{CheckRecord, Object, ResourceState, State, Status, output_json};

/// Writes format 4. Resources are ordered by module, mode, type and name, instances by key.
pub fn write(state: &State) -> Result<Vec<u8>, Diagnostic> {
    let mut outputs = BTreeMap::new();
    for (name, output) in &state.outputs {
        outputs.insert(name.to_string(), output_json::to_document(output).map_err(unwritable)?);
    }
    let mut resources: Vec<(&AbsResource, &ResourceState)> = state.resources.iter().collect();
    resources.sort_by_cached_key(|(address, _)| {
        let resource = &address.resource;
        (address.module.to_string(), resource.mode.word(), resource.type_name.clone(), resource.name.clone())
    });
    let document = Written {
        version: 4,
        terraform_version: &state.terraform_version,
        serial: state.serial,
        lineage: &state.lineage,
        outputs,
        resources: Resources(resources),
        check_results: &state.check_results,
    };
    let mut out = layout::LaidOut::new();
    serde_json::to_writer(&mut out, &document).map_err(|error| unwritable(error.to_string()))?;
    Ok(out.done())
}

/// The whole file, field by field as [`super::document::Document`] reads it.
#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    terraform_version: &'a str,
    serial: u64,
    lineage: &'a str,
    outputs: BTreeMap<String, Output>,
    resources: Resources<'a>,
    check_results: &'a Option<Vec<CheckRecord>>,
}

/// Resources whose documents are made one by one while they are written.
struct Resources<'a>(Vec<(&'a AbsResource, &'a ResourceState)>);

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut out = out.serialize_seq(Some(self.0.len()))?;
        for (address, resource) in &self.0 {
            let document = resource_document(address, resource);
            out.serialize_element(
                &document.map_err(|why| S::Error::custom(why.detail.trim_end_matches('.')))?,
            )?;
        }
        out.end()
    }
}

/// Any part of the document on one line.
pub(crate) fn compact<T: serde::Serialize>(value: &T) -> Result<String, Diagnostic> {
    serde_json::to_string(value).map_err(|error| unwritable(error.to_string()))
}

fn unwritable(why: String) -> Diagnostic {
    Diagnostic::error(codes::state::STATE_FORMAT, "State cannot be written", format!("{why}."))
}

fn resource_document(address: &AbsResource, resource: &ResourceState) -> Result<Resource, Diagnostic> {
    let mut instances = Vec::new();
    for (key, instance) in &resource.instances {
        let provider_key = || instance.provider_key.as_ref().map(ToString::to_string);
        if let Some(object) = &instance.current {
            let document = instance_document(key.as_ref(), None, object)?;
            instances.push(Instance { provider_key: provider_key(), ..document });
        }
        for (deposed, object) in &instance.deposed {
            let document = instance_document(key.as_ref(), Some(deposed), object)?;
            instances.push(Instance { provider_key: provider_key(), ..document });
        }
    }
    Ok(Resource {
        module: address.module.to_string(),
        mode: address.resource.mode.word().to_owned(),
        type_name: address.resource.type_name.to_string(),
        name: address.resource.name.to_string(),
        each: None,
        provider: resource.provider.to_string(),
        instances,
    })
}

/// One object of an instance.
pub(crate) fn instance_document(
    key: Option<&Key>,
    deposed: Option<&DeposedKey>,
    object: &Object,
) -> Result<Instance, Diagnostic> {
    let copy = |raw: &RawValue| raw.to_owned();
    let (attributes, attributes_flat) = if object.flat {
        let flat = serde_json::from_str(object.attributes.get());
        (None, Some(flat.map_err(|error| unwritable(error.to_string()))?))
    } else {
        (Some(copy(&object.attributes)), None)
    };
    let mut dependencies: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
    dependencies.sort();
    dependencies.dedup();
    Ok(Instance {
        index_key: key.map(|key| match key {
            Key::Int(number) => IndexKey::Int(*number),
            Key::Str(text) => IndexKey::Text(text.to_string()),
        }),
        provider_key: None,
        status: if object.status == Status::Tainted { "tainted".to_owned() } else { String::new() },
        deposed: deposed.map_or_else(String::new, ToString::to_string),
        schema_version: object.schema_version,
        attributes,
        attributes_flat,
        sensitive_attributes: Some(
            object.sensitive_paths.iter().filter_map(attribute_paths::to_document).collect(),
        ),
        identity_schema_version: object.identity.as_ref().map(|(version, _)| *version),
        identity: object.identity.as_ref().map(|(_, raw)| copy(raw)),
        private: STANDARD.encode(&object.private),
        dependencies,
        create_before_destroy: object.create_before_destroy,
    })
}
