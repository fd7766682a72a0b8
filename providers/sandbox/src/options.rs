//! What a sandbox is started with.

use crate::clock::Clock;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where a log line of the sandbox goes (one line, no line end).
pub type LogSink = Arc<dyn Fn(&str) + Send + Sync>;

/// Under which name the kubeconfig of a managed cluster reaches its API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClusterHosts {
    /// `https://127.0.0.1:PORT`, a listener of the cluster's own.
    Loopback,
    /// The cluster's `*.azmk8s.io` name at port 443, reached through the sandbox's proxy, as in production.
    Fqdn,
    /// No Kubernetes API is served; credentials are placeholders. For tests of Resource Manager alone.
    Absent,
}

/// Fixed ports; 0 means any free one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    /// Resource Manager, login, metadata and OIDC (TLS).
    pub azure: u16,
    /// Blob storage (TLS; also under the account's host name through the proxy).
    pub blobs: u16,
    /// The chart repository (TLS).
    pub charts: u16,
    /// The stand-alone Kubernetes API (TLS).
    pub kubernetes: u16,
    /// The CONNECT proxy (plain HTTP).
    pub proxy: u16,
}

/// How a sandbox behaves.
#[derive(Clone)]
pub struct Options {
    /// Where certificates and the kubeconfig are written; made if absent.
    pub directory: PathBuf,
    /// Added to every request; long operations take a few multiples of it.
    pub latency: Duration,
    /// Share of requests (0.0 to 1.0) that are answered 429/503 or cut off.
    pub fault_rate: f64,
    /// Share of writing requests (0.0 to 1.0) that are carried out and whose answer is lost: the connection closes.
    pub lost_rate: f64,
    /// Requests, such as `POST /api/v1/namespaces/default/configmaps`, whose answer is lost once each.
    pub lose: Vec<String>,
    /// Seed of the fault sequence and of made-up identifiers.
    pub seed: u64,
    /// Where the world is kept between runs; none keeps it in memory.
    pub world_file: Option<PathBuf>,
    /// The time that timestamps, tokens and certificates' checks use.
    pub clock: Clock,
    /// Ports asked for.
    pub ports: Ports,
    /// How managed clusters are reached.
    pub cluster_hosts: ClusterHosts,
    /// Storage accounts that exist from the start; each has the containers `tfstate` and `terraform-plans`.
    pub storage_accounts: Vec<String>,
    /// Receives a line for each request that is unknown here and for each injected fault.
    pub log: LogSink,
}

impl Options {
    /// No latency, no faults, free ports, the real clock, a world in memory.
    pub fn new(directory: impl Into<PathBuf>) -> Options {
        Options {
            directory: directory.into(),
            latency: Duration::ZERO,
            fault_rate: 0.0,
            lost_rate: 0.0,
            lose: Vec::new(),
            seed: 1,
            world_file: None,
            clock: Clock::real(),
            ports: Ports::default(),
            cluster_hosts: ClusterHosts::Loopback,
            storage_accounts: vec!["ordainstate".into()],
            log: Arc::new(|_| {}),
        }
    }
}
