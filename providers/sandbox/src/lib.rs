//! Strict emulations on loopback of the services the reference systems talk to.
//!
//! One [`Sandbox`] serves, over real HTTP and TLS on 127.0.0.1: Azure Resource Manager with its metadata and token
//! endpoints, blob storage with leases, the GitHub OIDC token endpoint, a chart repository, and a Kubernetes API per
//! managed cluster. It refuses what the real services refuse; what it does not know is 501 with a log line, never an
//! invented success. A client needs other endpoints and another certificate authority, nothing else.
//!
//! In-process (for `ordain demo` and tests):
//!
//! ```no_run
//! # async fn f() -> Result<(), ordain_sandbox::SandboxError> {
//! use ordain_sandbox::{Options, Sandbox};
//! let running = Sandbox::start(Options::new("/tmp/sandbox")).await?;
//! for (name, value) in &running.env {
//!     // ARM_METADATA_HOSTNAME, SSL_CERT_FILE, ARM_* credentials, HTTPS_PROXY, NO_PROXY, KUBE_CONFIG_PATH, …
//!     let _ = (name, value);
//! }
//! let account = running.storage.account.clone(); // "ordainstate", containers "tfstate" and "terraform-plans"
//! // … run plan and apply with that environment …
//! for request in running.record.requests() {
//!     let _ = (request.service, request.method, request.path, request.status);
//! }
//! let samples = running.record.ready_pods("default", "mlflow"); // (time, ready pods) at every change
//! running.stop().await; // listeners closed, world file written
//! # let _ = (account, samples); Ok(()) }
//! ```
//!
//! A client that honours `HTTPS_PROXY` reaches the public names (`*.blob.core.windows.net`,
//! `community-charts.github.io`, …) through the sandbox's CONNECT proxy, which ends TLS with the sandbox's own
//! certificate and never opens a connection to another machine.

#![allow(
    clippy::indexing_slicing,
    reason = "reading an absent member of a serde_json::Value gives null; slices are read with get"
)]

mod azure;
mod charts;
mod clock;
mod clusters;
mod fault;
mod ids;
mod json;
mod kube;
mod message;
mod options;
mod proxy;
mod record;
mod run;
mod sandbox;
mod serve;
mod storage;
mod tls;
mod world;

pub use clock::Clock;
pub use options::{ClusterHosts, Options, Ports};
pub use record::{ReadySample, Record, RequestEntry};
pub use run::run;
pub use sandbox::{Endpoints, Running, Sandbox, SandboxError, StorageAccount};
