//! `ordain state mv`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::locked::edit;
use ordain_operations::state_commands::move_objects;

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, switch, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["state", "mv"], about: "Give objects of the state another address", flags, run };

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("from").required(true).help("Present address"))
        .arg(Arg::new("to").required(true).help("New address"))
        .arg(switch("dry-run", false, "Only say what would be moved"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"))
        .arg(value("backup", "Path of the backup (legacy)"))
        .arg(value("state", "State file of the local backend (legacy)"));
    locking(command)
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let from = super::target(session, text(matches, "from").unwrap_or_default())?;
    let to = super::target(session, text(matches, "to").unwrap_or_default())?;
    let dry = is_on(matches, "dry-run");
    let stores = super::open(session)?;
    let lock = super::lock_of(matches, session, &stores, "state-mv");
    let lineage = super::lineage(session);
    let change = |state: &mut ordain_state::State| Ok((move_objects(state, &from, &to)?, !dry));
    let moved = session
        .block_on(edit(&stores.state, &lock, &lineage, change))
        .map_err(|error| session.fail(error))?;
    for (old, new) in &moved {
        session.ui.line(&format!("{} \"{old}\" to \"{new}\"", if dry { "Would move" } else { "Move" }));
    }
    if !dry {
        session.ui.line(&format!("Successfully moved {} object(s).", moved.len()));
    }
    Ok(Exit::Done)
}
