//! `ordain state rm`

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_operations::locked::edit;
use ordain_operations::state_commands::{refuse_absent, remove};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, state_files, switch, texts};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["state", "rm"], about: "Forget objects without destroying them", flags, run };

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("address").required(true).num_args(1..).help("What to forget"))
        .arg(switch("dry-run", false, "Only say what would be forgotten"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"));
    state_files(locking(command))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let targets = super::targets(session, &texts(matches, "address"))?;
    let dry = is_on(matches, "dry-run");
    let stores = super::open_to_edit(session)?;
    let lock = super::lock_of(matches, session, &stores, "state-rm");
    let lineage = super::lineage(session);
    let change = |state: &mut ordain_state::State| {
        refuse_absent(state)?;
        let gone = remove(state, &targets);
        if gone.is_empty() && !dry {
            let detail = "No matching objects found. To view the available instances, use \"ordain state list\". Please modify the address to reference a specific instance.";
            return Err(Diagnostic::error(codes::cli::USAGE, "Invalid target address", detail));
        }
        Ok((gone, !dry))
    };
    let gone = session
        .block_on(edit(&stores.state, &lock, &lineage, change))
        .map_err(|error| session.fail(error))?;
    for address in &gone {
        session.ui.line(&format!("{} {address}", if dry { "Would remove" } else { "Removed" }));
    }
    if dry && gone.is_empty() {
        session.ui.line("Would have removed nothing.");
    }
    if !dry {
        session.ui.line(&format!("Successfully removed {} resource instance(s).", gone.len()));
    }
    Ok(Exit::Done)
}
