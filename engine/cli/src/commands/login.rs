//! `ordain login` and `ordain logout`

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_install::stored_credentials;
use ordain_operations::write_private;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{output, text};
use crate::session::Session;

/// Row of `login`.
pub const LOGIN: Entry = Entry {
    words: &["login"],
    about: "Store a token for a host",
    flags,
    run: |matches, session| run(matches, session, true),
};

/// Row of `logout`.
pub const LOGOUT: Entry = Entry {
    words: &["logout"],
    about: "Forget the token of a host",
    flags,
    run: |matches, session| run(matches, session, false),
};

fn flags(command: Command) -> Command {
    output(command).arg(Arg::new("host").help("Name of the host; app.terraform.io when left out"))
}

fn run(matches: &ArgMatches, session: &mut Session, storing: bool) -> Exit {
    act(matches, session, storing).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session, storing: bool) -> Result<Exit, Exit> {
    let host = text(matches, "host").unwrap_or("app.terraform.io").to_owned();
    let fits = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    if !fits {
        let detail = format!("{host:?} is no name of a host.");
        return Err(session.usage("Invalid hostname", &detail));
    }
    let token = if storing {
        let prompt = format!(
            "Make a token on {host} and paste it here. It will be stored in plain text\nin ~/.terraform.d/credentials.tfrc.json.\n\n  Token for {host}: "
        );
        let answer = session.ui.ask(&prompt).map(|answer| answer.trim().to_owned());
        match answer.filter(|answer| !answer.is_empty()) {
            Some(token) => Some(token),
            None => {
                let detail = "No token was given. Where nobody can be asked, set TF_TOKEN_host (dots as underscores) instead.";
                return Err(session.usage("Login is not possible without input", detail));
            }
        }
    } else {
        None
    };
    let failed = |session: &mut Session, why: String| {
        let summary = "Failed to change the stored credentials";
        session.fail(Diagnostic::error(codes::cli::IO, summary, format!("{why}.")))
    };
    match stored_credentials(&session.workdir.env, &host, token.as_deref()) {
        Err(why) => Err(failed(session, why)),
        Ok(None) => {
            session.ui.line(&format!("No credentials for {host} are stored."));
            Ok(Exit::Done)
        }
        Ok(Some((path, document))) => match write_private(&path, document.as_bytes()) {
            Err(error) => Err(failed(session, format!("{} cannot be written: {error}", path.display()))),
            Ok(()) => {
                let done = if storing {
                    "Success! A token is stored for"
                } else {
                    "Success! Ordain has removed the stored token for"
                };
                session.ui.line(&format!("{done} {host}."));
                Ok(Exit::Done)
            }
        },
    }
}
