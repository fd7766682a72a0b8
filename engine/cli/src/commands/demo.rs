//! `ordain demo`: the main job, stage by stage, on an embedded sandbox.
//!
//! Runs this very program with the commands that a user types, in a copy of the repository. Nothing but
//! endpoints and certificates differs from a real subscription.

mod portal;
mod script;

use clap::{ArgMatches, Command};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{switch, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["demo"],
    about: "Show plan, policies, approval, apply, change, drift and refusals on an embedded sandbox",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    command
        .arg(value("environment", "Environment of the repository to use").default_value("staging"))
        .arg(value("latency", "Delay of every answer of the sandbox, such as 50ms").default_value("0s"))
        .arg(switch("quiet", false, "Show the stages only, not what the commands print"))
        .arg(switch("keep", false, "Leave the copy of the repository for a look"))
        .arg(switch("no-color", false, "No colours"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    match script::play(matches, session) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}
