//! `ordain state identities`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::state_commands::{identities, list, refuse_absent};
use serde_json::{Map, Value as Json};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, texts, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["state", "identities"],
    about: "Show by what providers know the objects of the state",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("address").num_args(0..).help("Only these addresses"))
        .arg(switch("json", false, "Machine-readable output; the only one there is"))
        .arg(value("id", "Only objects with this id"))
        .arg(value("state", "State file of the local backend (legacy)"))
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    if !is_on(matches, "json") {
        let detail = "The `ordain state identities` command requires the `-json` flag.";
        return Err(session.usage("Missing required flag", detail));
    }
    let given = texts(matches, "address");
    let targets = super::targets(session, &given)?;
    let stores = super::open(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    refuse_absent(&stored.state).map_err(|error| session.fail(error))?;
    for (target, given) in targets.iter().zip(&given) {
        if list(&stored.state, std::slice::from_ref(target), None).is_empty() {
            let detail = format!("The state holds nothing at {given}.");
            return Err(session.usage("Unknown resource", &detail));
        }
    }
    let found = identities(&stored.state, &targets, text(matches, "id"));
    let found: Map<String, Json> = found.into_iter().map(|(address, at)| (address.to_string(), at)).collect();
    session.ui.line(&Json::Object(found).to_string());
    Ok(Exit::Done)
}
