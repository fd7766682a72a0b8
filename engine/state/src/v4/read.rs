//! Document to state.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_addr::{
    AbsResource, ConfigResource, DeposedKey, Key, Mode, ProviderConfigAddr, Resource, Target, parse_module,
};
use ordain_diag::{Diagnostic, codes};

use super::attribute_paths;
use super::document::{self, Document, IndexKey, Probe};
use crate::{InstanceState, Object, ResourceState, State, Status, output_json, upgrade};

/// Reads a state file of version 3 or 4. Texts without content give `None`, as a file that was only
/// created means no state.
pub fn read(bytes: &[u8]) -> Result<Option<State>, Diagnostic> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| broken("Unsupported state file format", "The state is not text in UTF-8.".to_owned()))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    let probe: Probe = serde_json::from_str(text).map_err(|error| {
        broken("Unsupported state file format", format!("The state is not valid JSON: {error}."))
    })?;
    match probe.version {
        Some(4) => {
            let document: Document = serde_json::from_str(text).map_err(|error| {
                broken(
                    "Unsupported state file format",
                    format!("The state is not as format 4 asks: {error}."),
                )
            })?;
            state_from(document).map(Some)
        }
        Some(3) => upgrade::from_v3(text).and_then(state_from).map(Some),
        Some(old @ 0..=2) => Err(broken(
            "Unsupported state file format",
            format!(
                "The state has format {old}, which is too old to read. Upgrade it with Terraform 0.11 first."
            ),
        )),
        Some(new) => Err(broken(
            "Unsupported state file format",
            format!("The state has format {new}, but this program knows formats up to 4. Use a newer one."),
        )),
        None => Err(broken(
            "Unsupported state file format",
            "The state lacks the number \"version\", so it is no state file.".to_owned(),
        )),
    }
}

fn broken(summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(codes::state::STATE_FORMAT, summary, detail)
}

fn malformed(what: &str, text: &str) -> Diagnostic {
    broken("Invalid state file", format!("The state holds {text:?} where {what} is needed."))
}

fn state_from(document: Document) -> Result<State, Diagnostic> {
    let mut state = State {
        lineage: document.lineage.into(),
        serial: document.serial,
        terraform_version: document.terraform_version,
        outputs: BTreeMap::new(),
        resources: BTreeMap::new(),
        check_results: document.check_results.filter(|results| !results.is_empty()),
    };
    for (name, output) in document.outputs {
        let read = output_json::from_document(&output).map_err(|why| {
            broken("Invalid state file", format!("The output {name:?} cannot be read: {why}."))
        })?;
        state.outputs.insert(name.into(), read);
    }
    let mut names = Dependencies::default();
    for resource in document.resources {
        add_resource(&mut state, resource, &mut names)?;
    }
    Ok(state)
}

/// Dependencies that were read before: states name the same few thousands many times.
pub(crate) type Dependencies = std::collections::HashMap<String, Option<ConfigResource>>;

fn add_resource(
    state: &mut State,
    resource: document::Resource,
    names: &mut Dependencies,
) -> Result<(), Diagnostic> {
    let address = resource_address(&resource)?;
    let provider = ProviderConfigAddr::parse(&resource.provider)
        .ok_or_else(|| malformed("a provider address", &resource.provider))?;
    let mut instances: BTreeMap<Option<Key>, InstanceState> = BTreeMap::new();
    for mut instance in resource.instances {
        let key = instance.index_key.take().map(|key| match key {
            IndexKey::Int(number) => Key::Int(number),
            IndexKey::Text(text) => Key::Str(text.into()),
        });
        let deposed = std::mem::take(&mut instance.deposed);
        let provider_key = instance.provider_key.take();
        let object = Arc::new(object_from(instance, names)?);
        let slot = instances.entry(key).or_default();
        slot.provider_key = provider_key.map(Arc::from);
        let taken = if deposed.is_empty() {
            slot.current.replace(object).is_some()
        } else {
            slot.deposed.insert(DeposedKey(deposed.into()), object).is_some()
        };
        if taken {
            return Err(broken(
                "Duplicate resource instance in state",
                format!("The state holds an instance of {address} twice."),
            ));
        }
    }
    // Other programs may write the key once for all instances.
    for instance in instances.values_mut().filter(|instance| instance.provider_key.is_none()) {
        instance.provider_key.clone_from(&provider.key);
    }
    let entry = ResourceState { provider: provider.block(), instances };
    if state.resources.insert(address.clone(), entry).is_some() {
        return Err(broken("Duplicate resource in state", format!("The state holds {address} twice.")));
    }
    Ok(())
}

fn resource_address(resource: &document::Resource) -> Result<AbsResource, Diagnostic> {
    let module =
        parse_module(&resource.module).map_err(|_| malformed("a module address", &resource.module))?;
    let mode = match resource.mode.as_str() {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        other => return Err(malformed("the mode \"managed\" or \"data\"", other)),
    };
    let resource = Resource::new(mode, resource.type_name.as_str(), resource.name.as_str());
    Ok(AbsResource { module, resource })
}

/// One object; index key and deposed key are the caller's.
pub(crate) fn object_from(
    instance: document::Instance,
    names: &mut Dependencies,
) -> Result<Object, Diagnostic> {
    let status = match instance.status.as_str() {
        "" => Status::Ready,
        "tainted" => Status::Tainted,
        other => return Err(malformed("the status \"tainted\" or none", other)),
    };
    let private = STANDARD.decode(instance.private.as_bytes()).map_err(|_| {
        broken("Invalid state file", "Private data of an object is not in base64.".to_owned())
    })?;
    let (attributes, flat) = match (instance.attributes, instance.attributes_flat) {
        (Some(attributes), _) => (attributes, false),
        (None, Some(flat)) => (raw(&flat)?, true),
        (None, None) => (raw(&serde_json::Value::Null)?, false),
    };
    let mut dependencies = Vec::with_capacity(instance.dependencies.len());
    for text in instance.dependencies {
        match names.get(&text) {
            Some(known) => dependencies.extend(known.clone()),
            None => {
                let read = dependency(&text);
                dependencies.extend(read.clone());
                names.insert(text, read);
            }
        }
    }
    let sensitive = instance.sensitive_attributes.unwrap_or_default();
    Ok(Object {
        status,
        schema_version: instance.schema_version,
        attributes: attributes.into(),
        flat,
        sensitive_paths: sensitive.iter().filter_map(|steps| attribute_paths::from_document(steps)).collect(),
        identity: instance.identity.map(|raw| (instance.identity_schema_version.unwrap_or(0), raw.into())),
        private,
        dependencies,
        create_before_destroy: instance.create_before_destroy,
    })
}

fn raw<T: serde::Serialize>(value: &T) -> Result<Box<serde_json::value::RawValue>, Diagnostic> {
    serde_json::value::to_raw_value(value).map_err(|error| broken("Invalid state file", error.to_string()))
}

/// Older programs wrote dependencies in other forms; what cannot be read is left out, as it only
/// orders destruction.
fn dependency(text: &str) -> Option<ConfigResource> {
    match Target::parse(text).ok()? {
        Target::Resource(resource) => Some(resource.config()),
        Target::Instance(instance) => Some(instance.config()),
        Target::Module(_) => None,
    }
}

/// An instance address out of a document of ours.
pub(crate) fn parse_address(text: &str) -> Result<ordain_addr::ResourceInstance, Diagnostic> {
    ordain_addr::parse_instance(text).map_err(|_| malformed("the address of an instance", text))
}
