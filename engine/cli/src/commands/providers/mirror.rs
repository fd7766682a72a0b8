//! `ordain providers mirror`

use std::sync::Mutex;

use clap::{Arg, ArgMatches, Command};
use ordain_operations::packages::mirror;

use super::{Entry, platforms, project, tell};
use crate::exit::Exit;
use crate::flags::{is_on, many, output, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["providers", "mirror"],
    about: "Copy the packages of all needed providers into a directory",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    output(command)
        .arg(many("platform", "System whose packages to copy, such as linux_amd64"))
        .arg(switch("lock-file", true, "Copy the versions of the lock file, not the newest that fit"))
        .arg(Arg::new("directory").required(true).help("Directory of the mirror"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let platforms = platforms(matches, session)?;
    let directory = text(matches, "directory").unwrap_or_default().to_owned();
    let (mut project, _) = project(session)?;
    let workdir = session.workdir.clone();
    let locked = is_on(matches, "lock-file");
    let found = session.drive(|ui| async {
        let ui = Mutex::new(ui);
        let watch = |platform: &_, event| {
            if let Ok(mut ui) = ui.lock() {
                tell(&mut ui, platform, &event);
            }
        };
        mirror(&workdir, &mut project, directory.as_ref(), &platforms, locked, &watch).await
    });
    Ok(session.report(&found, &project.sources))
}
