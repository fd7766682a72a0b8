//! External provider processes (plugin protocol 5 and 6) as providers.
//!
//! A [`Plugin`] is one provider of an operation: a program that is started when it is first needed, or a
//! process that runs already. [`Plugin::provider`] gives it the face of a native provider.
//!
//! Spoken: schemas, validation, configuration, resources with private state, identities, moves, imports and upgrades, data
//! sources, functions, ephemeral resources, `provider_meta`, stopping, and answers put off (`deferral`). Not spoken:
//! `ListResource`, actions and state stores, which no block of the language reaches; a provider that offers them is told
//! nothing of it, what its schemas say of them is skipped, and `action` and `list` blocks are errors.

mod channel;
mod convert;
mod deferral;
mod external;
mod guard;
mod handshake;
mod launch;
mod log;
mod memory;
mod messages;
mod method;
mod offer;
mod plugin;
mod process;
mod renewal;
mod schema;
mod schema_cache;
mod schema_messages;
mod tls;

pub use external::External;
pub use guard::{GUARD, run as run_guard};
pub use handshake::{Address, Protocol};
pub use launch::{Launch, Patience, Program, Running};
pub use log::{Level, Log, Silent};
pub use memory::most_memory;
pub use plugin::Plugin;
