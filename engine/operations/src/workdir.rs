//! Where a command works: directory, environment, data directory, workspace.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_diag::{Diagnostic, codes};

use crate::plugins::Plugins;

/// A directory with a root module, and the environment a command sees. Read once, at the start.
#[derive(Clone, Debug)]
pub struct Workdir {
    /// Directory of the root module, as relative paths are meant.
    pub dir: PathBuf,
    /// Directory that the program was started in: another one with `-chdir`.
    pub started: PathBuf,
    /// Environment variables. `ORDAIN_X` wins over `TF_X`.
    pub env: BTreeMap<String, String>,
    /// Files that stand in for the state of the local backend.
    pub state_files: StateFiles,
    /// Values of variables that the command line gives. What is read before anything is planned may use them.
    pub given: Vec<crate::Given>,
    /// Our own program, where provider processes are to be started through it (`ordain_plugin::GUARD`).
    pub guard: Option<PathBuf>,
    /// Provider processes of this command, shared by all its parts.
    pub(crate) plugins: Arc<Plugins>,
}

/// `-state`, `-state-out` and `-backup`: files of the local backend instead of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateFiles {
    /// Where the state is read, and written unless `out` says otherwise.
    pub state: Option<String>,
    /// Where the new state is written.
    pub out: Option<String>,
    /// Where the replaced state is kept; `-` for nowhere.
    pub backup: Option<String>,
}

impl StateFiles {
    /// The flag that was given, if any was.
    pub fn given(&self) -> Option<&'static str> {
        let flags = [("-state", &self.state), ("-state-out", &self.out), ("-backup", &self.backup)];
        flags.into_iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag)
    }
}

impl Workdir {
    /// A working directory.
    pub fn new(dir: PathBuf, env: BTreeMap<String, String>) -> Self {
        let state_files = StateFiles::default();
        let started = dir.clone();
        Self { dir, started, env, state_files, given: Vec::new(), guard: None, plugins: Arc::default() }
    }

    /// Value of `ORDAIN_NAME`, else of `TF_NAME`; empty ones count as not set.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let own = self.env.get(&format!("ORDAIN_{name}"));
        own.or_else(|| self.env.get(&format!("TF_{name}")))
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Absolute form of a path that a user gave.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.dir.join(relative)
    }

    /// Directory for what `init` keeps: `.terraform`, or what `TF_DATA_DIR` names.
    pub fn data_dir(&self) -> PathBuf {
        self.path(self.setting("DATA_DIR").unwrap_or(".terraform"))
    }

    /// Name of the selected workspace and whether the environment selects it.
    pub fn workspace(&self) -> (String, bool) {
        if let Some(name) = self.setting("WORKSPACE") {
            return (name.to_owned(), true);
        }
        let stored = std::fs::read_to_string(self.data_dir().join("environment")).unwrap_or_default();
        let name = stored.trim();
        (if name.is_empty() { "default" } else { name }.to_owned(), false)
    }

    /// Selects a workspace for the commands to come.
    ///
    /// # Errors
    /// The data directory cannot be written.
    pub fn select_workspace(&self, name: &str) -> Result<(), Diagnostic> {
        let directory = self.data_dir();
        let write = || {
            std::fs::create_dir_all(&directory)?;
            std::fs::write(directory.join("environment"), name)
        };
        write().map_err(|error| {
            let detail = format!("{} cannot be written: {error}.", directory.join("environment").display());
            Diagnostic::error(codes::cli::IO, "Failed to select workspace", detail)
        })
    }
}
