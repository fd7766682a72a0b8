//! One change: an object before and after, exactly.

use std::sync::Arc;

use ordain_addr::{DeposedKey, ProviderConfigAddr, ResourceInstance};
use ordain_value::{Path, Value};

use crate::{Action, Reason};

/// What a plan does to one object.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which instance.
    pub address: ResourceInstance,
    /// Address it had, when it was moved.
    pub previous_address: Option<Box<ResourceInstance>>,
    /// Which object set aside, when it is not the present one.
    pub deposed: Option<DeposedKey>,
    /// Provider configuration that carries it out.
    pub provider: Arc<ProviderConfigAddr>,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Option<Reason>,
    /// The object before, marks included; null when there is none.
    pub before: Value,
    /// The object after, unknowns and marks included; null when there is none.
    pub after: Value,
    /// Whether a replacement of the object creates first, by its own block or because something that
    /// depends on it does. Kept in state.
    pub create_before_destroy: bool,
    /// Attributes that cannot change in place.
    pub replace_paths: Vec<Path>,
    /// Import that this change carries out.
    pub importing: Option<Box<Importing>>,
    /// Configuration generated for an import, as text.
    pub generated_config: Option<String>,
    /// Bytes from the provider's plan, needed by apply. May hold secrets.
    pub planned_private: Vec<u8>,
    /// Identity before and after, when the type has one.
    pub identity: (Option<Box<Value>>, Option<Box<Value>>),
}

/// Where an imported object comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Importing {
    /// Id in the provider's own form; `None` while unknown or when an identity is used.
    pub id: Option<String>,
    /// Whether id or identity are unknown.
    pub unknown: bool,
    /// Identity, when given instead of an id.
    pub identity: Option<Value>,
}

/// What a plan does to a root module output.
#[derive(Clone, Debug)]
pub struct OutputChange {
    /// Name of the output.
    pub name: String,
    /// What is done: create, update, delete or nothing.
    pub action: Action,
    /// Value before; null when there was none.
    pub before: Value,
    /// Value after, unknowns included.
    pub after: Value,
    /// Whether the declaration says sensitive, or said so.
    pub sensitive: bool,
}
