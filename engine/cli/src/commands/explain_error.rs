//! `ordain explain-error CODE`

use clap::{Arg, ArgMatches, Command};

use super::Entry;
use crate::exit::Exit;
use crate::flags::text;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["explain-error"], about: "Show the long text of a diagnostic's code", flags, run };

fn flags(command: Command) -> Command {
    command.arg(Arg::new("code").required(true).help("The code, such as LANG001"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let wanted = text(matches, "code").unwrap_or_default();
    match ordain_diag::codes::all().find(|code| code.id.eq_ignore_ascii_case(wanted)) {
        Some(code) => {
            session.ui.line(&format!("{}: {}\n\n{}", code.id, code.text, code.explained.trim_end()));
            Exit::Done
        }
        None => session.usage("Unknown code", &format!("There is no diagnostic with the code {wanted:?}.")),
    }
}
