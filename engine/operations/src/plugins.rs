//! External providers of a command: where their programs are, and their processes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, codes};
use ordain_plugin::{Address, Launch, Patience, Plugin, Program, Protocol, Running};
use serde_json::Value as Json;

use crate::{Workdir, log};

/// External providers of a command by their addresses. Nothing is started before it is needed.
#[derive(Default)]
pub struct Plugins {
    known: Mutex<BTreeMap<ProviderAddr, Arc<Plugin>>>,
}

impl std::fmt::Debug for Plugins {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        out.debug_set().entries(known.keys()).finish()
    }
}

impl Plugins {
    /// The external provider of an address, reached in this way.
    pub fn get(
        &self,
        workdir: &Workdir,
        address: &ProviderAddr,
        program: Program,
        digest: Option<String>,
    ) -> Arc<Plugin> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let plugin = known.entry(address.clone()).or_insert_with(|| {
            Plugin::new(Launch {
                source: address.clone(),
                program,
                digest,
                env: workdir.env.clone(),
                dir: workdir.dir.clone(),
                cache: Some(cache(workdir)),
                guard: workdir.guard.clone(),
                log: log::open(workdir),
                patience: patience(workdir),
                memory: memory(workdir),
            })
        });
        Arc::clone(plugin)
    }
}

/// How long a provider may give no sign of life: `ORDAIN_PLUGIN_PATIENCE` seconds, as for one that is looked at in a
/// debugger. Far below five minutes, providers made with Go take the questions for an attack.
fn patience(workdir: &Workdir) -> Patience {
    let seconds = workdir.setting("PLUGIN_PATIENCE").and_then(|text| text.parse().ok());
    match seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs) {
        Some(given) => Patience { start: given, quiet: given, ..Patience::default() },
        None => Patience::default(),
    }
}

/// How many bytes a provider may have in memory: `ORDAIN_PLUGIN_MEMORY` MiB, else nearly all that there are.
fn memory(workdir: &Workdir) -> Option<u64> {
    let mebibytes = workdir.setting("PLUGIN_MEMORY").and_then(|text| text.parse::<u64>().ok());
    match mebibytes.filter(|number| *number > 0) {
        Some(given) => Some(given.saturating_mul(1 << 20)),
        None => ordain_plugin::most_memory(),
    }
}

/// Where schemas are kept between commands: in the user's cache, else in the data directory.
fn cache(workdir: &Workdir) -> PathBuf {
    let var = |name: &str| workdir.env.get(name).filter(|value| value.starts_with('/'));
    match (var("XDG_CACHE_HOME"), var("HOME")) {
        (Some(cache), _) => Path::new(cache).join("ordain/schemas"),
        (None, Some(home)) => Path::new(home).join(".cache/ordain/schemas"),
        (None, None) => workdir.data_dir().join("ordain/schemas"),
    }
}

/// The row of `TF_REATTACH_PROVIDERS` for a provider: what its author started in a debugger.
///
/// # Errors
/// The variable cannot be read.
pub fn running(workdir: &Workdir, address: &ProviderAddr) -> Result<Option<Running>, Diagnostic> {
    let Some(text) = workdir.setting("REATTACH_PROVIDERS") else { return Ok(None) };
    let fail = |why: String| {
        let detail = format!(
            "TF_REATTACH_PROVIDERS cannot be read: {why}. It holds what a provider that was started for debugging \
             prints: a JSON object of source addresses with Protocol, ProtocolVersion and Addr."
        );
        Diagnostic::error(codes::provider::PLUGIN, "Invalid TF_REATTACH_PROVIDERS", detail)
    };
    let rows: Json = serde_json::from_str(text).map_err(|error| fail(error.to_string()))?;
    let rows = rows.as_object().ok_or_else(|| fail("it is not a JSON object".to_owned()))?;
    let row = rows.iter().find(|(name, _)| ProviderAddr::parse(name).as_ref() == Some(address));
    let Some((name, row)) = row else { return Ok(None) };
    let kind = row.get("Protocol").and_then(Json::as_str).unwrap_or("");
    if kind != "grpc" {
        return Err(fail(format!("{name} speaks {kind:?} where \"grpc\" is needed")));
    }
    let version = row.get("ProtocolVersion").and_then(Json::as_u64).unwrap_or(5);
    let protocol = Protocol::numbered(version);
    let protocol = protocol.ok_or_else(|| fail(format!("{name} speaks protocol version {version}")))?;
    let at = |key: &str| row.get("Addr").and_then(|addr| addr.get(key)).and_then(Json::as_str);
    let text = at("String").ok_or_else(|| fail(format!("{name} has no Addr.String")))?.to_owned();
    let listens = match at("Network") {
        Some("unix") => Address::Unix(text),
        Some("tcp") => Address::Tcp(text),
        other => return Err(fail(format!("{name} has the Addr.Network {other:?}"))),
    };
    Ok(Some(Running { protocol, address: listens }))
}
