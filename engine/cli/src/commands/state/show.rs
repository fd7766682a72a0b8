//! `ordain state show`

use clap::{Arg, ArgMatches, Command};
use ordain_addr::parse_instance;
use ordain_operations::providers::Providers;
use ordain_operations::trimmed;

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{switch, text, value};
use crate::render;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["state", "show"], about: "Show one object of the state", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("address").required(true).help("Address of the instance"))
        .arg(switch("no-color", false, "No colours"))
        .arg(value("state", "State file of the local backend (legacy)"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let given = text(matches, "address").unwrap_or_default();
    let address = parse_instance(given).map_err(|error| {
        session.usage(&format!("Error parsing instance address: {given}"), &format!("{error}"))
    })?;
    let stores = super::open(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    let state = stored.state;
    let held = state.resources.get(&address.abs_resource());
    let object = held.and_then(|held| held.instances.get(&address.key)).and_then(|held| held.current.clone());
    let (Some(held), Some(object)) = (held, object) else {
        let detail = format!(
            "The state has no object at {address}. Run \"ordain state list\" to see which there are."
        );
        return Err(session.usage("No instance found for the given address!", &detail));
    };
    let providers = Providers::new(session.workdir.clone());
    let (schemas, _) = session.block_on(providers.schemas(&ordain_operations::empty_tree(), &state));
    let schemas = trimmed::of_state(&state, &schemas);
    let style = session.ui.style();
    let shown = render::state::one(&address.to_string(), &address.resource, held, &object, &schemas, style);
    session.ui.line(shown.trim_end());
    Ok(Exit::Done)
}
