//! `ordain workspace new`

use clap::{Arg, ArgMatches, Command};
use ordain_state::Stored;

use crate::commands::{Entry, state};
use crate::exit::Exit;
use crate::flags::{locking, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["workspace", "new"], about: "Make a workspace and select it", flags, run };

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("name").required(true).help("Name of the workspace"))
        .arg(value("state", "State to begin with"));
    locking(command)
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let name = text(matches, "name").unwrap_or_default().to_owned();
    if !super::is_valid(&name) {
        return Err(super::bad_name(session, &name));
    }
    super::refuse_override(session)?;
    let stores = state::open_to_read(session)?;
    let names = session.block_on(stores.backend.workspaces()).map_err(|error| session.fail(error))?;
    if names.contains(&name) {
        return Err(session
            .usage(&format!("Workspace {name:?} already exists"), "Select it, or choose another name."));
    }
    create(session, &stores, &name, text(matches, "state"))?;
    super::select(session, &name)?;
    tell(session, &name);
    Ok(Exit::Done)
}

/// Says that a workspace was created and is selected now.
pub fn tell(session: &mut Session, name: &str) {
    session.ui.line(&format!("Created and switched to workspace {name:?}!\n\nYou're now on a new, empty workspace. Workspaces isolate their state,\nso if you run \"ordain plan\" Ordain will not see any existing state\nfor this configuration."));
}

/// Writes the first state of a workspace, which is what makes it exist.
pub fn create(
    session: &mut Session,
    stores: &ordain_operations::stores::Stores,
    name: &str,
    from: Option<&str>,
) -> Result<(), Exit> {
    let Some(path) = from else {
        let lineage = state::lineage(session);
        return session.block_on(stores.backend.create(name, &lineage)).map_err(|error| session.fail(error));
    };
    let bytes = std::fs::read(session.workdir.path(path)).map_err(|error| {
        session.usage("Failed to read the state to begin with", &format!("{path}: {error}."))
    })?;
    let first = ordain_state::v4::read(&bytes).map_err(|error| session.fail(error))?.unwrap_or_default();
    let nothing = Stored { state: ordain_state::State::default(), version: None, backed_up: false };
    let store = stores.backend.state(name);
    session.block_on(store.replace(&nothing, first)).map(|_| ()).map_err(|error| session.fail(error))
}
