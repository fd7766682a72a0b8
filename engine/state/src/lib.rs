//! What is known (state), what is in flight (journal), and the blob trait both are kept in.
//!
//! Format v4 on the outside, readable and writable by Terraform; a write-ahead journal beside it.
//! This crate does no I/O of its own: stores implement [`Blobs`].

mod blobs;
mod state;

pub use blobs::{BlobError, Blobs, Expect, LockInfo, Version};
pub use state::{InstanceState, Object, OutputState, ResourceState, State, Status};
