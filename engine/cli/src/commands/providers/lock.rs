//! `ordain providers lock`

use std::sync::Mutex;

use clap::{Arg, ArgAction, ArgMatches, Command};
use ordain_addr::ProviderAddr;
use ordain_operations::packages::{Origin, Source, lock};

use super::{Entry, platforms, project, tell};
use crate::exit::Exit;
use crate::flags::{is_on, many, output, switch, text, texts, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["providers", "lock"],
    about: "Add checksums of providers for more systems to the lock file",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    output(command)
        .arg(many("platform", "System to add checksums for, such as linux_amd64"))
        .arg(value("fs-mirror", "Take packages from this directory only"))
        .arg(value("net-mirror", "Take packages from the mirror at this URL only"))
        .arg(switch("enable-plugin-cache", false, "Take packages from the shared cache where they are there"))
        .arg(value("test-directory", "Directory of tests"))
        .arg(Arg::new("providers").action(ArgAction::Append).help("Only these providers"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let use_cache = is_on(matches, "enable-plugin-cache");
    let test_directory = text(matches, "test-directory").unwrap_or("tests").to_owned();
    let platforms = platforms(matches, session)?;
    let origin = match (text(matches, "fs-mirror"), text(matches, "net-mirror")) {
        (Some(_), Some(_)) => {
            let detail = "The -fs-mirror and -net-mirror options are mutually exclusive.";
            return Err(session.usage("Invalid installation method options", detail));
        }
        (Some(path), None) => Origin::Directory(path.into()),
        (None, Some(url)) => Origin::Mirror(url.to_owned()),
        (None, None) => Origin::Registries,
    };
    let from = Source { origin, use_cache, test_directory };
    let mut only = Vec::new();
    for text in texts(matches, "providers") {
        match ProviderAddr::parse(&text) {
            Some(address) => only.push(address),
            None => {
                let detail = format!("{text:?} is no source address of a provider.");
                return Err(session.usage("Invalid provider argument", &detail));
            }
        }
    }
    let (mut project, _) = project(session)?;
    let workdir = session.workdir.clone();
    let (rows, found) = session.drive(|ui| async {
        let ui = Mutex::new(ui);
        let watch = |platform: &_, event| {
            if let Ok(mut ui) = ui.lock() {
                tell(&mut ui, platform, &event);
            }
        };
        lock(&workdir, &mut project, (&only, &platforms), &from, &watch).await
    });
    for row in &rows {
        let what = if row.new {
            "Additional checksums for this platform are now tracked in the lock file"
        } else {
            "All checksums for this platform were already tracked in the lock file"
        };
        let name = row.address.for_display();
        session.ui.line(&format!("- Obtained {name} checksums for {}; {what}", row.platform));
    }
    let exit = session.report(&found, &project.sources);
    if exit == Exit::Done {
        session.ui.line(if rows.iter().any(|row| row.new) {
            "\nSuccess! Ordain has updated the lock file.\n\nReview the changes in .terraform.lock.hcl and then commit to your\nversion control system to retain the new checksums.\n"
        } else {
            "\nSuccess! Ordain has validated the lock file and found no need for changes."
        });
    }
    Ok(exit)
}
