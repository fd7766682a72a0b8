//! Requests to a provider and its replies. Every reply comes with diagnostics beside it.
//!
//! Values conform to the type of the schema concerned. Marks never cross this border: the caller takes
//! them off and puts them back.

use ordain_value::{Path, Value};

/// Bytes that a provider stores with an object and nobody else reads. May hold secrets.
pub type Private = Vec<u8>;

/// Configure a provider for use.
#[derive(Clone, Debug)]
pub struct ConfigureRequest {
    /// Evaluated `provider` block; unknown parts are possible while planning.
    pub config: Value,
    /// Version of the language the engine speaks.
    pub terraform_version: String,
    /// Whether answers may be put off, as when parts of the configuration are unknown.
    pub deferral_allowed: bool,
}

/// Bring a stored object to the present schema.
#[derive(Clone, Debug)]
pub struct UpgradeRequest {
    /// Resource type.
    pub type_name: String,
    /// Schema version that the object was stored with.
    pub version: u64,
    /// The stored attributes.
    pub raw: serde_json::Value,
}

/// Read what an object is now.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// Resource type.
    pub type_name: String,
    /// What was known of it.
    pub current: Value,
    /// Bytes stored with it.
    pub private: Private,
    /// Its identity, when the type has one.
    pub identity: Option<Value>,
    /// Evaluated `provider_meta` block.
    pub provider_meta: Option<Value>,
}

/// An object as it is now.
#[derive(Clone, Debug)]
pub struct ReadReply {
    /// The object; null when it is gone.
    pub state: Value,
    /// Bytes to store with it.
    pub private: Private,
    /// Its identity, when the type has one.
    pub identity: Option<Value>,
}

/// Say what applying a configuration would give.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// Resource type.
    pub type_name: String,
    /// The object as it is; null to create.
    pub prior: Value,
    /// Configuration over prior, by the engine's rules; null to destroy.
    pub proposed: Value,
    /// The configuration itself; null to destroy.
    pub config: Value,
    /// Bytes stored with the prior object.
    pub prior_private: Private,
    /// Identity of the prior object.
    pub prior_identity: Option<Value>,
    /// Evaluated `provider_meta` block.
    pub provider_meta: Option<Value>,
}

/// What applying would give.
#[derive(Clone, Debug)]
pub struct PlanReply {
    /// The object as it will be.
    pub planned: Value,
    /// Attributes that cannot change in place.
    pub requires_replace: Vec<Path>,
    /// Bytes that travel to apply.
    pub planned_private: Private,
    /// Identity as it will be.
    pub planned_identity: Option<Value>,
    /// Whether the laws on planned values are only warnings for this provider.
    pub legacy_type_system: bool,
}

/// Make it so.
#[derive(Clone, Debug)]
pub struct ApplyRequest {
    /// Resource type.
    pub type_name: String,
    /// The object as it is; null to create.
    pub prior: Value,
    /// The object as planned; null to destroy.
    pub planned: Value,
    /// The configuration with all values known; null to destroy.
    pub config: Value,
    /// Bytes from the plan.
    pub planned_private: Private,
    /// Identity from the plan.
    pub planned_identity: Option<Value>,
    /// Evaluated `provider_meta` block.
    pub provider_meta: Option<Value>,
}

/// What came of it. With errors, `state` is what is left: null only when nothing is.
#[derive(Clone, Debug)]
pub struct ApplyReply {
    /// The object as it is now; null when destroyed.
    pub state: Value,
    /// Bytes to store with it.
    pub private: Private,
    /// Its identity, when the type has one.
    pub identity: Option<Value>,
    /// Whether the laws on new values are only warnings for this provider.
    pub legacy_type_system: bool,
}

/// Find existing objects by an id.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// Resource type.
    pub type_name: String,
    /// Id in the provider's own form.
    pub id: String,
    /// Identity instead of an id.
    pub identity: Option<Value>,
}

/// An existing object, as far as import knows it; a read completes it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// Resource type.
    pub type_name: String,
    /// The object.
    pub state: Value,
    /// Bytes to store with it.
    pub private: Private,
    /// Its identity, when the type has one.
    pub identity: Option<Value>,
}

/// Take over an object of another type or provider.
#[derive(Clone, Debug)]
pub struct MoveRequest {
    /// Type it had.
    pub source_type: String,
    /// Schema version it was stored with.
    pub source_version: u64,
    /// Source address of the provider it had.
    pub source_provider: String,
    /// The stored attributes.
    pub source_state: serde_json::Value,
    /// Bytes stored with it.
    pub source_private: Private,
    /// Type it shall have.
    pub target_type: String,
}

/// Open an ephemeral resource.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// Resource type.
    pub type_name: String,
    /// Evaluated configuration.
    pub config: Value,
}

/// An open ephemeral resource.
#[derive(Clone, Debug)]
pub struct OpenReply {
    /// Its values.
    pub result: Value,
    /// Bytes to hand back on renew and close.
    pub private: Private,
    /// When to renew, in milliseconds since 1970.
    pub renew_at: Option<i64>,
}
