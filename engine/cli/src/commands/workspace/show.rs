//! `ordain workspace show`

use clap::{ArgMatches, Command};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["workspace", "show"], about: "Print the name of the selected workspace", flags, run };

fn flags(command: Command) -> Command {
    command
}

fn run(_matches: &ArgMatches, session: &mut Session) -> Exit {
    let (name, _) = session.workdir.workspace();
    session.ui.line(&name);
    Exit::Done
}
