//! What is known (state), what is in flight (journal), and the blob trait both are kept in.
//!
//! Format v4 on the outside, readable and writable by Terraform; a write-ahead journal beside it.
//! This crate does no I/O of its own: stores implement [`Blobs`].

mod blobs;
mod edit;
mod journal;
mod moves;
mod object;
mod output_json;
mod state;
mod store;
pub mod testkit;
mod upgrade;
pub mod v4;
mod workspaces;

pub use blobs::{BlobError, Blobs, Expect, LockInfo, Version};
pub use edit::Edit;
pub use journal::{Event, Header, StepStatus, fold, parse as parse_journal};
pub use moves::{Move, MoveCycles, Rebound, order_moves, rebind, rebind_instance};
pub use object::encode_object;
pub use state::{CheckObject, CheckRecord, InstanceState, Object, OutputState, ResourceState, State, Status};
pub use store::{JournalWriter, StateStore, Stored, Unfinished};
pub use workspaces::{DEFAULT_WORKSPACE, WorkspaceNames};
