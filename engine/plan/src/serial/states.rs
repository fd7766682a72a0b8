//! States in the exact form.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::{AbsResource, ConfigResource, DeposedKey, ProviderConfigAddr};
use ordain_state::{CheckRecord, InstanceState, Object, OutputState, ResourceState, State, Status};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Broken;
use super::addresses::{Bytes, KeyForm, StepForm, Text, path_form, path_of};
use super::values::Exact;

/// A state.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateForm {
    lineage: String,
    serial: u64,
    terraform_version: String,
    outputs: BTreeMap<String, OutputForm>,
    resources: Vec<ResourceForm>,
    check_results: Option<Vec<CheckRecord>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputForm {
    value: Exact,
    sensitive: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceForm {
    address: Text<AbsResource>,
    provider: Text<ProviderConfigAddr>,
    instances: Vec<InstanceForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceForm {
    key: Option<KeyForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider_key: Option<String>,
    current: Option<ObjectForm>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    deposed: BTreeMap<String, ObjectForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectForm {
    tainted: bool,
    schema_version: u64,
    attributes: Arc<RawValue>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    flat: bool,
    sensitive_paths: Vec<Vec<StepForm>>,
    identity: Option<(u64, Arc<RawValue>)>,
    private: Bytes,
    dependencies: Vec<Text<ConfigResource>>,
    create_before_destroy: bool,
}

impl StateForm {
    /// The form of a state.
    pub fn of(state: &State) -> Self {
        let output = |output: &OutputState| OutputForm {
            value: Exact(output.value.clone()),
            sensitive: output.sensitive,
        };
        Self {
            lineage: state.lineage.to_string(),
            serial: state.serial,
            terraform_version: state.terraform_version.clone(),
            outputs: state.outputs.iter().map(|(name, value)| (name.to_string(), output(value))).collect(),
            resources: state.resources.iter().map(ResourceForm::of).collect(),
            check_results: state.check_results.clone(),
        }
    }

    /// The state.
    pub fn into_state(self) -> Result<State, Broken> {
        let count = self.resources.len();
        let resources: BTreeMap<_, _> = self.resources.into_iter().map(ResourceForm::into_resource).collect();
        if resources.len() != count {
            return Err(Broken("a resource stands twice in a state".to_owned()));
        }
        let output = |form: OutputForm| OutputState { value: form.value.0, sensitive: form.sensitive };
        Ok(State {
            lineage: self.lineage.into(),
            serial: self.serial,
            terraform_version: self.terraform_version,
            outputs: self.outputs.into_iter().map(|(name, form)| (name.into(), output(form))).collect(),
            resources,
            check_results: self.check_results,
        })
    }
}

impl ResourceForm {
    fn of((address, resource): (&AbsResource, &ResourceState)) -> Self {
        let instances = resource.instances.iter().map(|(key, instance)| InstanceForm {
            key: key.as_ref().map(KeyForm::of),
            provider_key: instance.provider_key.as_ref().map(ToString::to_string),
            current: instance.current.as_deref().map(ObjectForm::of),
            deposed: instance
                .deposed
                .iter()
                .map(|(key, object)| (key.to_string(), ObjectForm::of(object)))
                .collect(),
        });
        Self {
            address: Text(address.clone()),
            provider: Text(resource.provider.clone()),
            instances: instances.collect(),
        }
    }

    fn into_resource(self) -> (AbsResource, ResourceState) {
        let instances = self.instances.into_iter().map(|form| {
            let deposed = form.deposed.into_iter();
            let instance = InstanceState {
                provider_key: form.provider_key.map(Arc::from),
                current: form.current.map(ObjectForm::into_object),
                deposed: deposed
                    .map(|(key, object)| (DeposedKey(key.into()), object.into_object()))
                    .collect(),
            };
            (form.key.map(KeyForm::into_key), instance)
        });
        (self.address.0, ResourceState { provider: self.provider.0, instances: instances.collect() })
    }
}

impl ObjectForm {
    fn of(object: &Object) -> Self {
        Self {
            tainted: object.status == Status::Tainted,
            schema_version: object.schema_version,
            attributes: object.attributes.clone(),
            flat: object.flat,
            sensitive_paths: object.sensitive_paths.iter().map(path_form).collect(),
            identity: object.identity.clone(),
            private: Bytes(object.private.clone()),
            dependencies: object.dependencies.iter().cloned().map(Text).collect(),
            create_before_destroy: object.create_before_destroy,
        }
    }

    fn into_object(self) -> Arc<Object> {
        Arc::new(Object {
            status: if self.tainted { Status::Tainted } else { Status::Ready },
            schema_version: self.schema_version,
            attributes: self.attributes,
            flat: self.flat,
            sensitive_paths: self.sensitive_paths.into_iter().map(path_of).collect(),
            identity: self.identity,
            private: self.private.0,
            dependencies: self.dependencies.into_iter().map(|text| text.0).collect(),
            create_before_destroy: self.create_before_destroy,
        })
    }
}
