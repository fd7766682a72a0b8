//! A Kubernetes API client: credentials, discovery, objects, patches, waiting.
//!
//! Objects are plain JSON. This crate knows nothing of Terraform's types: the `kubernetes` and `helm`
//! providers translate. Credentials come from explicit [`Settings`] or from a kubeconfig text; files and
//! environment are handed over by the caller.

mod client;
mod credentials;
mod discovery;
mod error;
mod exec;
mod kubeconfig;
mod object;
mod ready;

pub use client::{Client, Patch, PatchKind};
pub use credentials::{ExecPlugin, Settings};
pub use discovery::{Kind, KindNames};
pub use error::{KubeError, Status};
pub use kubeconfig::{Selection, from_kubeconfig, merged_kubeconfigs};
pub use object::{ObjectRef, field, name_of, namespace_of};
pub use ready::{Readiness, readiness};
