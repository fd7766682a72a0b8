//! `ordain state pull`

use clap::{ArgMatches, Command};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["state", "pull"], about: "Print the state document", flags, run };

fn flags(command: Command) -> Command {
    command
}

fn run(_matches: &ArgMatches, session: &mut Session) -> Exit {
    act(session).unwrap_or_else(|exit| exit)
}

fn act(session: &mut Session) -> Result<Exit, Exit> {
    let stores = super::open(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    if stored.version.is_some() {
        let bytes = ordain_state::v4::write(&stored.state).map_err(|error| session.fail(error))?;
        session.ui.line(String::from_utf8_lossy(&bytes).trim_end());
    }
    Ok(Exit::Done)
}
