//! The state that a command works on: backend, workspace, lock.

use std::time::Duration;

use ordain_backends::table::Backend;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_state::{LockInfo, StateStore};

use crate::locked::Locking;
use crate::{Machine, Project, Workdir, backend, clock};

/// The state that a command works on.
pub struct Stores {
    /// Where states are.
    pub backend: Backend,
    /// Selected workspace.
    pub workspace: String,
    /// State of that workspace.
    pub state: StateStore,
}

impl Stores {
    /// Opens the state of the selected workspace.
    ///
    /// # Errors
    /// The backend is not settled, or cannot be opened.
    pub fn open(workdir: &Workdir, project: &Project) -> Result<Stores, Diagnostics> {
        let backend = backend::open(workdir, project)?;
        let (workspace, _) = workdir.workspace();
        let state = state_of(workdir, &backend, &workspace)?;
        Ok(Stores { backend, workspace, state })
    }
}

/// The state of a workspace, or the files that the command line names in its place.
///
/// # Errors
/// The backend keeps no files that could be named.
pub fn state_of(workdir: &Workdir, backend: &Backend, workspace: &str) -> Result<StateStore, Diagnostic> {
    let files = &workdir.state_files;
    let Some(flag) = files.given() else { return Ok(backend.state(workspace)) };
    if !backend.keeps_backup {
        let detail = format!(
            "{flag} names a file in place of the local backend's own, and this configuration keeps its state in another \
             backend. Leave the flag out."
        );
        return Err(Diagnostic::error(codes::cli::USAGE, "Flag goes with the local backend only", detail));
    }
    let source = files.state.clone().unwrap_or_else(|| backend.names.blob(workspace));
    let name = files.out.clone().unwrap_or_else(|| source.clone());
    let backup = match files.backup.as_deref() {
        Some("-") => None,
        Some(path) => Some(path.to_owned()),
        None => Some(format!("{name}.backup")),
    };
    Ok(StateStore::new(backend.blobs.clone(), name, backup).reading(source))
}

/// How a command takes the lock. `operation` is Terraform's word, such as `OperationTypeApply`.
pub fn locking(workdir: &Workdir, path: &str, operation: &str, enabled: bool, timeout: Duration) -> Locking {
    let user = workdir.env.get("USER").or_else(|| workdir.env.get("USERNAME")).cloned();
    let host = workdir.env.get("HOSTNAME").cloned().or_else(host_name);
    let info = LockInfo {
        id: new_id(workdir),
        operation: operation.to_owned(),
        info: String::new(),
        who: format!(
            "{}@{}",
            user.unwrap_or_else(|| "unknown".to_owned()),
            host.unwrap_or_else(|| "localhost".to_owned())
        ),
        version: crate::LANGUAGE_VERSION.to_owned(),
        created: clock::rfc3339(clock::now()),
        path: path.to_owned(),
    };
    Locking { enabled, timeout, info }
}

fn host_name() -> Option<String> {
    let text = std::fs::read_to_string("/etc/hostname").ok()?;
    Some(text.trim().to_owned()).filter(|name| !name.is_empty())
}

/// A fresh UUID.
pub fn new_id(workdir: &Workdir) -> String {
    use ordain_lang::World;
    let mut bytes = [0u8; 16];
    Machine::new(workdir.dir.clone(), None).random(&mut bytes);
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let hex: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
    let (i, j) = hex.split_at(4);
    let version = (g & 0x0f) | 0x40;
    let variant = u8::from_str_radix(i.get(..2).unwrap_or("80"), 16).unwrap_or(0x80) & 0x3f | 0x80;
    let tail = i.get(2..).unwrap_or("00");
    format!("{a:02x}{b:02x}{c:02x}{d:02x}-{e:02x}{f:02x}-{version:02x}{h:02x}-{variant:02x}{tail}-{j}")
}
