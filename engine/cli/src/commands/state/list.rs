//! `ordain state list`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::state_commands::{list, selects_nothing};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{text, texts, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["state", "list"], about: "List the objects of the state", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("address").num_args(0..).help("Only these addresses"))
        .arg(value("id", "Only objects with this id"))
        .arg(value("state", "State file of the local backend (legacy)"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let targets = super::targets(session, &texts(matches, "address"))?;
    let stores = super::open_to_read(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    if stored.version.is_none() {
        return Err(session.usage("No state file was found!", "State management commands require a state file. Run this command in a directory where Ordain has been run, or use the -state flag to point the command to a specific state location."));
    }
    for target in &targets {
        if let Some(summary) = selects_nothing(&stored.state, target) {
            let detail = format!(
                "The state has nothing at {target}. If it was just added to the configuration, \"ordain apply\" makes \
                 it first; \"ordain state list\" without an address shows what there is."
            );
            return Err(session.usage(summary, &detail));
        }
    }
    for address in list(&stored.state, &targets, text(matches, "id")) {
        session.ui.line(&address.to_string());
    }
    Ok(Exit::Done)
}
