//! `ordain workspace delete`

use clap::{Arg, ArgMatches, Command};

use crate::commands::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, locking, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["workspace", "delete"], about: "Delete a workspace", flags, run };

fn flags(command: Command) -> Command {
    let command = command.arg(Arg::new("name").required(true).help("Name of the workspace")).arg(switch(
        "force",
        false,
        "Even when its state holds objects, which are then no longer managed",
    ));
    locking(command)
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let name = text(matches, "name").unwrap_or_default().to_owned();
    let stores = state::open_to_read(session)?;
    let names = session.block_on(stores.backend.workspaces()).map_err(|error| session.fail(error))?;
    if !names.contains(&name) {
        return Err(session.usage(
            &format!("Workspace {name:?} doesn't exist."),
            "Run workspace list to see which there are.",
        ));
    }
    if name == "default" {
        return Err(
            session.usage("Cannot delete the default workspace", "The workspace \"default\" always exists.")
        );
    }
    if name == stores.workspace {
        let detail = format!(
            "Workspace {name:?} is your active workspace. You cannot delete the currently active workspace. Please switch to another workspace and try again."
        );
        return Err(session.usage("Workspace is active", &detail));
    }
    let store = stores.backend.state(&name);
    let stored = session.block_on(store.read()).map_err(|error| session.fail(error))?;
    let held = ordain_operations::state_commands::list(&stored.state, &[], None);
    if !held.is_empty() && !is_on(matches, "force") {
        let list: String = held.iter().take(10).map(|address| format!("\n  - {address}")).collect();
        let detail = format!(
            "Workspace {name:?} is currently tracking the following resource instances:{list}\n\nDeleting this workspace would cause Ordain to lose track of any associated remote objects, which would then require you to delete them manually outside of Ordain. Destroy them first, or use -force."
        );
        return Err(session.usage("Workspace is not empty", &detail));
    }
    session.block_on(store.delete()).map_err(|error| session.fail(error))?;
    session.ui.line(&format!("Deleted workspace {name:?}!"));
    if !held.is_empty() {
        session.ui.line(&format!(
            "WARNING: {name:?} was non-empty.\nThe resources managed by the deleted workspace may still exist,\nbut are no longer manageable by Ordain since the state has\nbeen deleted.\n"
        ));
    }
    Ok(Exit::Done)
}
