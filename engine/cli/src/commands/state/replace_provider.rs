//! `ordain state replace-provider`

use clap::{Arg, ArgMatches, Command};
use ordain_addr::ProviderAddr;
use ordain_operations::locked::edit;
use ordain_operations::state_commands::{refuse_absent, replace_provider};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, state_files, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["state", "replace-provider"],
    about: "Make resources of one provider belong to another",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("from").required(true).help("Present source address"))
        .arg(Arg::new("to").required(true).help("New source address"))
        .arg(switch("auto-approve", false, "Do not ask"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"));
    state_files(locking(command))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn address(matches: &ArgMatches, session: &mut Session, name: &str) -> Result<ProviderAddr, Exit> {
    let given = text(matches, name).unwrap_or_default();
    ProviderAddr::parse(given).ok_or_else(|| {
        let detail = format!("{given:?} is no source address, such as hashicorp/azurerm.");
        session.usage(&format!("Invalid {name:?} provider {given:?}"), &detail)
    })
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let [from, to] = ["from", "to"].map(|name| address(matches, session, name));
    let (from, to) = (from?, to?);
    let stores = super::open_to_edit(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    refuse_absent(&stored.state).map_err(|error| session.fail(error))?;
    let affected = replace_provider(&mut stored.state.clone(), &from, &to);
    if affected.is_empty() {
        session.ui.line("No matching resources found.");
        return Ok(Exit::Done);
    }
    session.ui.line(&format!("Ordain will perform the following actions:\n\n  ~ Updating provider:\n    - {from}\n    + {to}\n\nChanging {} resources:\n", affected.len()));
    for resource in &affected {
        session.ui.line(&format!("  {resource}"));
    }
    if !is_on(matches, "auto-approve") {
        let answer = session.ui.ask("\nDo you want to make these changes?\nOnly 'yes' will be accepted to continue.\n\nEnter a value: ");
        if answer.as_deref().map(str::trim) != Some("yes") {
            session.ui.line("Cancelled replacing providers.");
            return Ok(Exit::Failed);
        }
    }
    let lock = super::lock_of(matches, session, &stores, "state-replace-provider");
    let lineage = super::lineage(session);
    let change = |state: &mut ordain_state::State| Ok((replace_provider(state, &from, &to).len(), true));
    let count = session
        .block_on(edit(&stores.state, &lock, &lineage, change))
        .map_err(|error: ordain_diag::Diagnostic| session.fail(error))?;
    session.ui.line(&format!("\nSuccessfully replaced provider for {count} resources."));
    Ok(Exit::Done)
}
