//! `ordain workspace list`

use clap::{ArgMatches, Command};

use crate::commands::{Entry, state};
use crate::exit::Exit;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["workspace", "list"], about: "List the workspaces", flags, run };

fn flags(command: Command) -> Command {
    command
}

fn run(_matches: &ArgMatches, session: &mut Session) -> Exit {
    act(session).unwrap_or_else(|exit| exit)
}

fn act(session: &mut Session) -> Result<Exit, Exit> {
    let stores = state::open(session)?;
    let names = session.block_on(stores.backend.workspaces()).map_err(|error| session.fail(error))?;
    for name in &names {
        session.ui.line(&format!("{} {name}", if *name == stores.workspace { "*" } else { " " }));
    }
    session.ui.line("");
    Ok(Exit::Done)
}
