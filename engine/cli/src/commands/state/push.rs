//! `ordain state push`

use std::io::Read;

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_operations::LANGUAGE_VERSION;
use ordain_operations::state_commands::may_replace;

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["state", "push"],
    about: "Put a state document in the place of the stored one",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("path").required(true).allow_hyphen_values(true).help("File, or - for standard input"))
        .arg(switch("force", false, "Even when lineage or serial do not fit"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"));
    locking(command)
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let path = text(matches, "path").unwrap_or("-").to_owned();
    let bytes = read(session, &path).map_err(|error| {
        let detail = format!("{path}: {error}.");
        session.fail(Diagnostic::error(codes::cli::IO, "Failed to read the state to push", detail))
    })?;
    let next = ordain_state::v4::read(&bytes).map_err(|error| session.fail(error))?;
    let Some(mut next) = next else {
        return Err(session.usage("Nothing to push", &format!("{path} holds no state.")));
    };
    if next.terraform_version.is_empty() {
        LANGUAGE_VERSION.clone_into(&mut next.terraform_version);
    }
    let stores = super::open(session)?;
    let new_lineage = super::lineage(session);
    let lock = super::lock_of(matches, session, &stores, "state-push");
    let force = is_on(matches, "force");
    let pushed = session.block_on(async {
        let held = lock.acquire(&stores.state).await?;
        let outcome = async {
            let present = stores.state.read().await?;
            if !force {
                may_replace(&next, &present.state)?;
            }
            // A state that does not say whose it is is what it replaces.
            if next.lineage.is_empty() {
                let known = &present.state.lineage;
                next.lineage = if known.is_empty() { new_lineage.into() } else { known.clone() };
            }
            stores.state.replace(&present, next).await
        };
        let outcome = outcome.await;
        let released = held.release().await;
        released.into_iter().next().map_or(outcome, Err)
    });
    pushed.map(|_| Exit::Done).map_err(|error| session.fail(error))
}

fn read(session: &Session, path: &str) -> std::io::Result<Vec<u8>> {
    if path != "-" {
        return std::fs::read(session.workdir.path(path));
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    Ok(bytes)
}
