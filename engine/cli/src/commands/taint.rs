//! `ordain taint` and `ordain untaint`

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_operations::locked::edit;
use ordain_operations::state_commands::taint;

use super::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, locking, state_files, switch, text};
use crate::session::Session;

/// Row of `taint`.
pub const TAINT: Entry = Entry {
    words: &["taint"],
    about: "Mark an object so that it is replaced",
    flags,
    run: |matches, session| run(matches, session, true),
};

/// Row of `untaint`.
pub const UNTAINT: Entry = Entry {
    words: &["untaint"],
    about: "Take such a mark off",
    flags,
    run: |matches, session| run(matches, session, false),
};

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("address").required(true).help("Address of the instance"))
        .arg(switch("allow-missing", false, "An absent object is no error"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"));
    state_files(locking(command))
}

fn run(matches: &ArgMatches, session: &mut Session, tainted: bool) -> Exit {
    act(matches, session, tainted).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session, tainted: bool) -> Result<Exit, Exit> {
    let given = text(matches, "address").unwrap_or_default();
    let address = ordain_addr::parse_instance(given).map_err(|error| {
        let detail = format!("{given:?}: {error}");
        session.usage(error.summary, &detail)
    })?;
    // As in Terraform, a mark comes off whatever the modules say.
    let stores = if tainted { state::open(session)? } else { state::open_to_read(session)? };
    let lock = state::lock_of(matches, session, &stores, if tainted { "taint" } else { "untaint" });
    let lineage = state::lineage(session);
    let change = |held: &mut ordain_state::State| {
        let changed = taint(held, &address, tainted)?;
        if !changed && !tainted {
            let detail = format!("{address} is not marked as tainted, so there is no mark to take off.");
            return Err(Diagnostic::error(codes::cli::USAGE, "Resource instance is not tainted", detail));
        }
        Ok(((), changed))
    };
    match session.block_on(edit(&stores.state, &lock, &lineage, change)) {
        Ok(()) => {
            let words =
                if tainted { "has been marked as tainted" } else { "has been successfully untainted" };
            session.ui.line(&format!("Resource instance {address} {words}."));
            Ok(Exit::Done)
        }
        Err(error) if is_on(matches, "allow-missing") && error.summary == "No such resource instance" => {
            let detail = format!(
                "Resource instance {address} was not found, but this is not an error because -allow-missing was set."
            );
            Ok(session.fail(Diagnostic::warning(error.code, error.summary, detail)))
        }
        Err(error) => Err(session.fail(error)),
    }
}
