//! `ordain completion`

use clap::{Arg, ArgMatches, Command};
use clap_complete::{Shell, generate};

use super::{Entry, parser};
use crate::exit::Exit;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["completion"],
    about: "Print a script that lets a shell complete commands and flags",
    flags: |command: Command| {
        let shells = clap::builder::EnumValueParser::<Shell>::new();
        command.arg(Arg::new("shell").required(true).value_parser(shells).help("Which shell"))
    },
    run,
};

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let Some(shell) = matches.get_one::<Shell>("shell").copied() else { return Exit::Failed };
    let mut script = Vec::new();
    generate(shell, &mut parser(), "ordain", &mut script);
    session.ui.say(&String::from_utf8_lossy(&script));
    Exit::Done
}
