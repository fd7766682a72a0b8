//! `ordain state list`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::state_commands::{list, refuse_absent, selects_nothing};

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
    refuse_absent(&stored.state).map_err(|error| session.fail(error))?;
    let unknown = targets.iter().filter_map(|target| Some((target, selects_nothing(&stored.state, target)?)));
    let unknown: Vec<Exit> = unknown
        .map(|(target, summary)| {
            let detail = format!(
                "The state has nothing at {target}. If it was just added to the configuration, \"ordain apply\" makes \
                 it first; \"ordain state list\" without an address shows what there is."
            );
            session.usage(summary, &detail)
        })
        .collect();
    if let Some(exit) = unknown.into_iter().next() {
        return Err(exit);
    }
    for address in list(&stored.state, &targets, text(matches, "id")) {
        session.ui.line(&address.to_string());
    }
    Ok(Exit::Done)
}
