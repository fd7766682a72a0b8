//! A case: a directory with `case.toml`, the files it starts from, and what its commands say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// What `case.toml` holds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case shows, one sentence.
    pub about: String,
    /// Variables for all steps.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Services of the sandbox that run beside the case and whose variables are set.
    #[serde(default)]
    pub sandbox: bool,
    /// Flags for it, such as `-lose` with a request whose answer is lost.
    #[serde(default)]
    pub sandbox_flags: Vec<String>,
    /// Subdirectory that commands run in.
    #[serde(default)]
    pub dir: Option<PathBuf>,
    /// Whether a plan after the last successful apply must be empty. On unless the case says why not.
    #[serde(default)]
    pub unsettled: Option<String>,
    /// What is done, in order.
    pub step: Vec<Step>,
}

/// One step: changes to files, then a command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Command line as a user types it; the first word is `ordain` or a program of the system.
    #[serde(default)]
    pub run: Option<String>,
    /// Files to write first: path to text.
    #[serde(default)]
    pub write: BTreeMap<String, String>,
    /// Texts to replace in files first: path to pairs of old and new.
    #[serde(default)]
    pub replace: BTreeMap<String, Vec<(String, String)>>,
    /// Files to delete first.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Changes in the sandbox's Azure first, behind the program's back: a list of operations as JSON.
    #[serde(default)]
    pub azure: String,
    /// Text for standard input.
    #[serde(default)]
    pub stdin: String,
    /// Variables for this step.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Exit code.
    #[serde(default)]
    pub exit: i32,
    /// Texts that standard output must hold, in this order.
    #[serde(default)]
    pub stdout: Vec<String>,
    /// Texts that standard error must hold, in this order.
    #[serde(default)]
    pub stderr: Vec<String>,
    /// Texts that neither may hold.
    #[serde(default)]
    pub never: Vec<String>,
    /// File of the case directory that standard output must equal, after ids and times are replaced.
    #[serde(default)]
    pub golden: Option<String>,
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// The file is missing or not as this type says.
    pub fn read(directory: &Path) -> Result<Case, String> {
        let path = directory.join("case.toml");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }
}
