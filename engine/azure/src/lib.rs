//! Azure over HTTP: cloud endpoints, credentials, tokens and long-running operations.
//!
//! [`Azure::connect`] turns [`Settings`] (what a configuration says, completed from environment values) into a client: it
//! finds the cloud's endpoints, chooses a way to sign in and gets a first token. [`Azure::call`] makes one
//! request to Azure Resource Manager; [`Azure::write`] and [`Azure::delete`] follow long-running
//! operations to their end.
//!
//! Why tokens are our own code: the crate `azure_identity` offers neither a custom authority read from
//! the metadata document nor a transport with our trust roots and proxies without replacing its whole
//! pipeline, and what is left of it is three small requests. The managed-identity address
//! 169.254.169.254 is never contacted.

mod arm;
mod cloud;
mod credential;
mod error;
mod guid;
mod poll;
mod scope;
mod settings;
mod tokens;

pub use arm::{Answer, Azure, Call};
pub use cloud::Cloud;
pub use error::AzureError;
pub use guid::random_guid;
pub use poll::Polling;
pub use scope::Scope;
pub use settings::{SETTINGS, Setting, Settings};
pub use tokens::Claims;
