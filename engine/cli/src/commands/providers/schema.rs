//! `ordain providers schema`

use clap::{ArgMatches, Command};
use ordain_operations::packages::schemas;

use super::{Entry, project};
use crate::commands::state;
use crate::exit::Exit;
use crate::flags::{is_on, output, switch};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["providers", "schema"],
    about: "Print the schemas of all needed providers (-json)",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    output(command).arg(switch("json", false, "Machine-readable output"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    if !is_on(matches, "json") {
        let detail = "The \"providers schema\" command requires the -json flag: schemas have no other form.";
        return Err(session.usage("The -json flag is required", detail));
    }
    let (project, _) = project(session)?;
    let stores = state::open(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    let workdir = session.workdir.clone();
    let (document, found) = session.block_on(schemas(&workdir, &project, &stored.state));
    let exit = if found.has_errors() { Exit::Failed } else { Exit::Done };
    session.ui.complain_all(&found, &project.sources);
    if exit == Exit::Done {
        session.ui.line(&document.to_string());
    }
    Ok(exit)
}
