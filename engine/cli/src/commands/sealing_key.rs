//! `ordain sealing-key`

use clap::{ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["sealing-key"],
    about: "Make a key that plans are sealed to, so that only the applier reads their secrets",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    command.arg(value("out", "FILE for the private key; it must not exist yet").required(true))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let name = text(matches, "out").unwrap_or_default().to_owned();
    let path = session.workdir.path(&name);
    let failed =
        |why: String| Diagnostic::error(codes::cli::IO, "Failed to write key", format!("{name}: {why}."));
    let made = match path.exists() {
        true => Err("there is such a file already, and a key that plans may be sealed to is never replaced"
            .to_owned()),
        false => ordain_operations::sealing::new_key(),
    };
    let written = made.and_then(|(private, public)| {
        ordain_operations::write_private(&path, private.as_bytes()).map_err(|error| error.to_string())?;
        Ok(public)
    });
    match written {
        Ok(public) => {
            session.ui.line(&format!(
                "The private key is in {name}. Give it to whoever applies, as {}, and seal plans to the public \
                 one in ordain.hcl:\n\n  sealed_to = [\"{public}\"]",
                ordain_operations::sealing::VARIABLE
            ));
            Exit::Done
        }
        Err(why) => session.fail(failed(why)),
    }
}
