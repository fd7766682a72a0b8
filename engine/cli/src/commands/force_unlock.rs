//! `ordain force-unlock`

use clap::{Arg, ArgMatches, Command};

use super::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["force-unlock"], about: "Take away a lock that a dead program left behind", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("id").required(true).help("ID from the message that says who holds the lock"))
        .arg(switch("force", false, "Do not ask"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let id = text(matches, "id").unwrap_or_default().to_owned();
    let stores = state::open_to_read(session)?;
    if !is_on(matches, "force") {
        let answer = session.ui.ask("Do you really want to force-unlock?\n  Whoever holds the lock may still be at work: two writers can lose each other's results.\n  Only 'yes' will be accepted to confirm.\n\n  Enter a value: ");
        if answer.as_deref().map(str::trim) != Some("yes") {
            session.ui.line("force-unlock cancelled.");
            return Ok(Exit::Failed);
        }
    }
    session.block_on(stores.state.unlock(&id)).map_err(|error| session.fail(error))?;
    session.ui.line("Ordain state has been successfully unlocked!");
    Ok(Exit::Done)
}
