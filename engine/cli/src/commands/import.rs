//! `ordain import`

use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};
use ordain_operations::importing;
use ordain_operations::planning::Refresh;
use ordain_plan::{Event, Mode, Observer, Work};

use super::Entry;
use crate::asking;
use crate::exit::Exit;
use crate::flags::{locking, output, state_files, switch, text, value, variables};
use crate::render::style::Color;
use crate::request;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["import"],
    about: "Take an object that is there into the state",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("address").required(true).help("Address of the instance; its block must exist"))
        .arg(
            Arg::new("id")
                .required(true)
                .allow_hyphen_values(true)
                .help("Id of the object, as its provider knows it"),
        )
        .arg(value("config", "Directory of the configuration, instead of the working directory"))
        .arg(switch("input", true, "Ask for what is missing"))
        .arg(value("parallelism", "How many provider calls run at the same time").default_value("10"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"));
    output(state_files(locking(variables(command))))
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let given = text(matches, "address").unwrap_or_default();
    let address = ordain_addr::parse_instance(given)
        .map_err(|error| session.usage(error.summary, &format!("{given:?}: {error}")))?;
    importing::importable(&address).map_err(|error| session.fail(error))?;
    let id = text(matches, "id").unwrap_or_default().to_owned();
    let mut options = request::work(matches, session, "OperationTypeImport")?;
    options.planner.mode = Mode::RefreshOnly;
    options.planner.refresh = Refresh::Nothing;
    options.planner.import = Some((address, id.clone()));
    // The state is that of the working directory, wherever the configuration stands.
    let here = session.workdir.dir.clone();
    if let Some(directory) = text(matches, "config") {
        session.workdir.dir = session.workdir.path(directory);
    }
    let project = request::project_or_none(session);
    session.workdir.dir = here;
    let project = project?;
    if project.is_empty() {
        let detail = "An object is imported for a resource that the configuration declares, and there are no .tf files in the \
                      directory. -config=DIR names another one.";
        return Err(session.usage("No Terraform configuration files", detail));
    }
    asking::for_missing(session, &project, &mut options.given);
    let mut sources = project.sources.clone();
    let observer = Arc::new(Watch { inner: session.ui.observer(), id });
    let done = importing::import(&session.workdir, &project, &options, observer, &mut sources);
    let found = session.block_on(done);
    if !found.has_errors() {
        let style = session.ui.style();
        let line = style.bold(&style.paint(Color::Green, "Import successful!"));
        session.ui.line(&format!(
            "\n{line}\n\nThe resources that were imported are shown above. These resources are now in\nyour state and are managed from here on.\n"
        ));
    }
    Ok(session.report(&found, &sources))
}

/// Says of the import what Terraform says of it, and of all else what is always said.
struct Watch {
    inner: Arc<dyn Observer>,
    id: String,
}

impl Observer for Watch {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Started { address, work: Work::Import, .. } => {
                crate::ui::plain_line(&format!("{address}: Importing from ID {:?}...", self.id));
            }
            Event::Ended { address, work: Work::Import, .. } => {
                let kind = &address.resource.type_name;
                crate::ui::plain_line(&format!("{address}: Import prepared!\n  Prepared {kind} for import"));
            }
            other => self.inner.event(other),
        }
    }
}
