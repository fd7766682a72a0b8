//! `ordain workspace select`

use clap::{Arg, ArgMatches, Command};

use crate::commands::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, locking, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["workspace", "select"], about: "Select a workspace", flags, run };

fn flags(command: Command) -> Command {
    let command = command.arg(Arg::new("name").required(true).help("Name of the workspace")).arg(switch(
        "or-create",
        false,
        "Make it if it does not exist",
    ));
    locking(command)
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let name = text(matches, "name").unwrap_or_default().to_owned();
    if !super::is_valid(&name) {
        return Err(super::bad_name(session, &name));
    }
    super::refuse_override(session)?;
    let stores = state::open_to_read(session)?;
    let names = session.block_on(stores.backend.workspaces()).map_err(|error| session.fail(error))?;
    if name == stores.workspace {
        return Ok(Exit::Done);
    }
    let created = !names.contains(&name);
    if created {
        if !is_on(matches, "or-create") {
            let detail = "You can create this workspace with the \"new\" subcommand or include the \"-or-create\" flag with the \"select\" subcommand.";
            return Err(session.usage(&format!("Workspace {name:?} doesn't exist."), detail));
        }
        super::new::create(session, &stores, &name, None)?;
    }
    super::select(session, &name)?;
    if created {
        super::new::tell(session, &name);
    } else {
        session.ui.line(&format!("Switched to workspace {name:?}."));
    }
    Ok(Exit::Done)
}
