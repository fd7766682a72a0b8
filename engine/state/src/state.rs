//! The state as data: which objects exist, and what was last known of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::{AbsResource, ConfigResource, DeposedKey, Key, ProviderConfigAddr, ResourceInstance};
use ordain_value::{Path, Value};

/// Everything that one state document holds.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Names the line of descent; a state never takes the place of one of another lineage.
    pub lineage: Arc<str>,
    /// Grows with every write.
    pub serial: u64,
    /// Version of the language that wrote it.
    pub terraform_version: String,
    /// Root module outputs.
    pub outputs: BTreeMap<Arc<str>, OutputState>,
    /// Resources that have objects.
    pub resources: BTreeMap<AbsResource, ResourceState>,
    /// Results of checks and conditions at the last apply.
    pub check_results: Option<Vec<CheckRecord>>,
}

/// Result of the checks of one declared object, with the words of the state file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct CheckRecord {
    /// `resource`, `output`, `check` or `var`.
    pub object_kind: String,
    /// Address in the configuration.
    pub config_addr: String,
    /// `pass`, `fail`, `error` or `unknown`.
    pub status: String,
    /// Its instances; `None` when it has not been expanded.
    pub objects: Option<Vec<CheckObject>>,
}

/// Result of one instance.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub struct CheckObject {
    /// Address of the instance.
    pub object_addr: String,
    /// `pass`, `fail`, `error` or `unknown`.
    pub status: String,
    /// What failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failure_messages: Vec<String>,
}

/// A root module output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputState {
    /// Its value, without marks.
    pub value: Value,
    /// Whether it must not be shown.
    pub sensitive: bool,
}

/// All instances of one resource.
#[derive(Clone, Debug)]
pub struct ResourceState {
    /// Provider configuration that last managed it.
    pub provider: ProviderConfigAddr,
    /// Its instances.
    pub instances: BTreeMap<Option<Key>, InstanceState>,
}

impl ResourceState {
    /// Provider configuration that manages one of its instances.
    pub fn provider_of(&self, instance: &InstanceState) -> ProviderConfigAddr {
        self.provider.instance(instance.provider_key.clone())
    }
}

/// One instance: its present object and those set aside.
#[derive(Clone, Debug, Default)]
pub struct InstanceState {
    /// The present object.
    pub current: Option<Arc<Object>>,
    /// Objects set aside by a create-first replacement and not destroyed yet.
    pub deposed: BTreeMap<DeposedKey, Arc<Object>>,
    /// Which instance of the resource's provider configuration manages it, where that has `for_each`.
    pub provider_key: Option<Arc<str>>,
}

/// Whether an object is fit for use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Fit.
    Ready,
    /// Its creation did not end well; it will be replaced.
    Tainted,
}

/// What was last known of one object. Attributes stay JSON text until a schema says what they mean.
#[derive(Clone, Debug)]
pub struct Object {
    /// Whether it is fit for use.
    pub status: Status,
    /// Schema version the attributes were stored with.
    pub schema_version: u64,
    /// Attributes as one JSON object.
    pub attributes: Arc<serde_json::value::RawValue>,
    /// Whether the attributes are in the flat form of Terraform 0.11: one object of texts with dotted keys.
    pub flat: bool,
    /// Attributes that configuration marked sensitive.
    pub sensitive_paths: Vec<Path>,
    /// Identity's schema version and attributes, when the type has one.
    pub identity: Option<(u64, Arc<serde_json::value::RawValue>)>,
    /// Bytes that the provider stored with it.
    pub private: Vec<u8>,
    /// Resources that it depends on, for destroy order.
    pub dependencies: Vec<ConfigResource>,
    /// Whether a replacement creates first.
    pub create_before_destroy: bool,
}

impl State {
    /// What is known of one instance.
    pub fn instance(&self, address: &ResourceInstance) -> Option<&InstanceState> {
        self.resources.get(address.abs_resource())?.instances.get(&address.key)
    }

    /// The provider configurations that manage its resources, each once, in order.
    pub fn providers(&self) -> Vec<ProviderConfigAddr> {
        let providers: BTreeSet<_> = self.resources.values().map(|resource| &resource.provider).collect();
        providers.into_iter().cloned().collect()
    }

    /// Whether no objects and no outputs are known.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }
}
