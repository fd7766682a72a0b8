//! `ordain man`

use std::path::Path;

use clap::{Arg, ArgMatches, Command};
use clap_mangen::Man;

use super::{Entry, parser};
use crate::exit::Exit;
use crate::flags::text;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["man"],
    about: "Write the manual pages, one a command",
    flags: |command: Command| {
        command.arg(
            Arg::new("directory").required(true).help("Where they go, such as /usr/local/share/man/man1"),
        )
    },
    run,
};

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let directory = session.workdir.path(text(matches, "directory").unwrap_or("."));
    let mut root = parser();
    root.build();
    match write(&directory, &root, "ordain") {
        Ok(number) => {
            session.ui.line(&format!("Wrote {number} pages to {}.", directory.display()));
            Exit::Done
        }
        Err(error) => {
            session.usage("Manual pages cannot be written", &format!("{}: {error}.", directory.display()))
        }
    }
}

/// Writes the page of a command and those of the commands in it; gives their number.
fn write(directory: &Path, command: &Command, name: &str) -> std::io::Result<usize> {
    std::fs::create_dir_all(directory)?;
    let mut page = Vec::new();
    Man::new(command.clone().display_name(name.to_owned())).title(name).render(&mut page)?;
    std::fs::write(directory.join(format!("{name}.1")), page)?;
    let mut written = 1;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        written += write(directory, inner, &format!("{name}-{}", inner.get_name()))?;
    }
    Ok(written)
}
