//! What is needed to reach a provider: a program to start, or a process that runs already.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ordain_addr::ProviderAddr;

use crate::handshake::{Address, Protocol};
use crate::log::Log;

/// How a provider is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// An executable file, started when it is first needed.
    File(PathBuf),
    /// A process that somebody else started and will end.
    Running(Running),
}

/// A process that somebody else started: a row of `TF_REATTACH_PROVIDERS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// Version of the protocol that it speaks.
    pub protocol: Protocol,
    /// Where it listens. It speaks in the clear.
    pub address: Address,
}

/// Everything about how one provider is run.
#[derive(Clone)]
pub struct Launch {
    /// Which provider, for messages.
    pub source: ProviderAddr,
    /// How it is reached.
    pub program: Program,
    /// Digest of the package that its program is from, where that was checked.
    pub digest: Option<String>,
    /// Its environment, whole.
    pub env: BTreeMap<String, String>,
    /// The directory it runs in.
    pub dir: PathBuf,
    /// Directory where schemas are kept between runs; `None` to keep none.
    pub cache: Option<PathBuf>,
    /// Our own program, if it knows [`crate::GUARD`]: the provider is started through it and ends with us.
    pub guard: Option<PathBuf>,
    /// Takes what it logs.
    pub log: Arc<dyn Log>,
    /// How patient we are.
    pub patience: Patience,
    /// Bytes that it may have in memory, where the system tells how many it has.
    pub memory: Option<u64>,
}

/// How long is waited for a process before it counts as dead.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From its start to its handshake.
    pub start: Duration,
    /// Between questions whether it is still alive. Providers made with Go's gRPC end a connection that asks
    /// more often than every five minutes.
    pub quiet: Duration,
    /// From asking it to end to ending it.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { start: Duration::from_secs(60), quiet: Duration::from_secs(330), end: Duration::from_secs(2) }
    }
}

impl Launch {
    /// Name of the process in log lines and messages: that of the file.
    pub(crate) fn name(&self) -> String {
        match &self.program {
            Program::File(path) => {
                path.file_name().map_or_else(|| "provider".into(), |name| name.to_string_lossy()).into_owned()
            }
            Program::Running(_) => format!("terraform-provider-{}", self.source.name),
        }
    }
}
