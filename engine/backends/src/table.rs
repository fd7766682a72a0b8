//! The table of backends: name in configuration, settings, constructor.

use std::path::PathBuf;
use std::sync::Arc;

use ordain_diag::{Diagnostic, codes};
use ordain_http::Environment;
use ordain_state::{Blobs, DEFAULT_WORKSPACE, Expect, State, StateStore, Stored, WorkspaceNames};

use crate::{Local, azurerm};

/// Settings of a backend as texts: argument to value, of block, `-backend-config` and environment merged.
pub type Settings = std::collections::BTreeMap<String, String>;

/// A store and the names of states in it.
#[derive(Clone)]
pub struct Backend {
    /// The store.
    pub blobs: Arc<dyn Blobs>,
    /// Which blob holds which workspace.
    pub names: WorkspaceNames,
    /// Whether a copy of the state that a write replaces is kept beside it, in `NAME.backup`.
    pub keeps_backup: bool,
    /// Whether a workspace exists as a folder before it has a state.
    pub folders: bool,
}

impl Backend {
    /// The state of one workspace.
    pub fn state(&self, workspace: &str) -> StateStore {
        let name = self.names.blob(workspace);
        let backup = self.keeps_backup.then(|| format!("{name}.backup"));
        StateStore::new(self.blobs.clone(), name, backup)
    }

    /// Makes a workspace that has no state yet.
    pub async fn create(&self, workspace: &str, lineage: &str) -> Result<(), Diagnostic> {
        let store = self.state(workspace);
        if self.folders {
            let folder = store.name().rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
            let made = self.blobs.put(&folder.unwrap_or_default(), Vec::new(), Expect::Anything).await;
            return made.map(|_| ()).map_err(|error| {
                let summary = "Failed to create workspace";
                Diagnostic::error(codes::state::STATE_STORE, summary, format!("{error}."))
            });
        }
        let first = State { lineage: lineage.into(), ..State::default() };
        let nothing = Stored { state: State::default(), version: None, backed_up: false };
        store.replace(&nothing, first).await.map(|_| ())
    }

    /// All workspaces: `default` first, the others sorted.
    pub async fn workspaces(&self) -> Result<Vec<String>, Diagnostic> {
        let listed = self.blobs.list(&self.names.prefix).await.map_err(|error| {
            let summary = "Failed to list workspaces";
            Diagnostic::error(codes::state::STATE_STORE, summary, format!("{error}."))
        })?;
        let mut names: Vec<String> = listed
            .iter()
            .filter_map(|blob| self.names.workspace(blob))
            .filter(|name| *name != DEFAULT_WORKSPACE)
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names.insert(0, DEFAULT_WORKSPACE.to_owned());
        Ok(names)
    }
}

/// Opens a backend by its name in configuration. `directory` is the working directory, `env` what stands in
/// for settings (`ARM_*`) and says how to connect (proxies, trusted certificates).
pub fn open(
    name: &str,
    settings: &Settings,
    directory: PathBuf,
    env: &Environment,
) -> Result<Backend, Diagnostic> {
    match name {
        "azurerm" => azurerm::open(settings, env),
        "local" => local(settings, directory),
        other => Err(Diagnostic::error(
            codes::state::STATE_STORE,
            "Unsupported backend type",
            format!("There is no backend type named {other:?}. Known ones: {}.", NAMES.join(", ")),
        )),
    }
}

/// Whether a backend has an argument of this name; of a backend that is not known, any.
pub fn has_argument(backend: &str, name: &str) -> bool {
    match backend {
        "azurerm" => azurerm::has_argument(name),
        "local" => LOCAL.contains(&name),
        _ => true,
    }
}

const LOCAL: [&str; 2] = ["path", "workspace_dir"];

/// Names of all backends.
pub const NAMES: &[&str] = &["azurerm", "local"];

fn local(settings: &Settings, directory: PathBuf) -> Result<Backend, Diagnostic> {
    if let Some(unknown) = settings.keys().find(|key| !LOCAL.contains(&key.as_str())) {
        return Err(Diagnostic::error(
            codes::config::INVALID_ARGUMENT,
            "Unsupported argument",
            format!("The backend \"local\" has no argument {unknown:?}; it has path and workspace_dir."),
        ));
    }
    let set = |key: &str, default: &str| match settings.get(key) {
        Some(text) if !text.is_empty() => text.clone(),
        _ => default.to_owned(),
    };
    let folder = set("workspace_dir", "terraform.tfstate.d");
    Ok(Backend {
        blobs: Arc::new(Local::new(directory)),
        names: WorkspaceNames {
            default: set("path", "terraform.tfstate"),
            prefix: format!("{}/", folder.trim_end_matches('/')),
            suffix: "/terraform.tfstate".to_owned(),
        },
        keeps_backup: true,
        folders: true,
    })
}
