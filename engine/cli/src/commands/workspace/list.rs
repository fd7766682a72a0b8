//! `ordain workspace list`

use clap::{ArgMatches, Command};
use serde_json::json;

use crate::commands::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, switch};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["workspace", "list"], about: "List the workspaces", flags, run };

fn flags(command: Command) -> Command {
    command.arg(switch("json", false, "Machine-readable output"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let stores = state::open_to_read(session)?;
    let names = session.block_on(stores.backend.workspaces()).map_err(|error| session.fail(error))?;
    if is_on(matches, "json") {
        let row = |name: &String| json!({ "name": name, "is_current": *name == stores.workspace });
        let rows: Vec<serde_json::Value> = names.iter().map(row).collect();
        let document = json!({ "format_version": "1.0", "workspaces": rows, "diagnostics": [] });
        session.ui.line(&document.to_string());
        return Ok(Exit::Done);
    }
    for name in &names {
        session.ui.line(&format!("{} {name}", if *name == stores.workspace { "*" } else { " " }));
    }
    session.ui.line("");
    if session.workdir.setting("WORKSPACE").is_some() {
        let note = "The active workspace is being overridden using the TF_WORKSPACE environment\nvariable.\n";
        session.ui.line(note);
    }
    Ok(Exit::Done)
}
