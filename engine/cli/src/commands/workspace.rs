//! `ordain workspace …`

pub mod delete;
pub mod list;
pub mod new;
pub mod select;
pub mod show;

use crate::exit::Exit;
use crate::session::Session;

/// Whether a name may be part of a path and of a blob's name as it is.
pub fn is_valid(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['/', '\\', ':', '?', '#', '%', ' ', '"', '\''])
        && name != "."
        && name != ".."
}

/// The environment fixes the workspace: selecting another would have no effect.
pub fn refuse_override(session: &mut Session) -> Result<(), Exit> {
    if session.workdir.workspace().1 {
        let detail = "The selected workspace is currently overridden using the TF_WORKSPACE environment variable. To select a new workspace, either update this environment variable or unset it and then run this command again.";
        return Err(session.usage("The workspace is fixed by the environment", detail));
    }
    Ok(())
}

/// Selects a workspace for the commands to come.
pub fn select(session: &mut Session, name: &str) -> Result<(), Exit> {
    session.workdir.select_workspace(name).map_err(|error| session.fail(error))
}

/// A name that cannot be one.
pub fn bad_name(session: &mut Session, name: &str) -> Exit {
    let detail = format!(
        "The workspace name {name:?} is not allowed. The name must contain only URL safe characters, and no path separators."
    );
    session.usage("Invalid workspace name", &detail)
}
