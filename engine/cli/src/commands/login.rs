//! `ordain login` and `ordain logout`

mod open;

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_install::{BrowserLogin, LoginOffer, LoginService, Settings, login_offer, stored_credentials};
use ordain_operations::write_private;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{output, text};
use crate::session::Session;

/// Row of `login`.
pub const LOGIN: Entry = Entry {
    words: &["login"],
    about: "Get a token for a host with the browser, or take one, and store it",
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

const PLACE: &str = "It will be stored in plain text\nin ~/.terraform.d/credentials.tfrc.json.";

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
    let token = if storing { Some(token(session, &host)?) } else { None };
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

/// A new token for a host: from the host itself where it offers that, else from whoever is asked.
fn token(session: &mut Session, host: &str) -> Result<String, Exit> {
    let (settings, problems) = Settings::load(&session.workdir.env, &session.workdir.dir);
    if problems.has_errors() {
        return Err(session.report(&problems, &ordain_diag::Sources::new()));
    }
    match session.block_on(login_offer(&settings, &session.workdir.env, host)) {
        LoginOffer::Browser(service) => browser(session, &settings, host, service),
        LoginOffer::Paste(why) => {
            session.ui.line(&format!("The browser is of no use here: {why}.\n"));
            pasted(session, host)
        }
    }
}

fn pasted(session: &mut Session, host: &str) -> Result<String, Exit> {
    let prompt = format!("Make a token on {host} and paste it here. {PLACE}\n\n  Token for {host}: ");
    let answer = session.ui.ask_hidden(&prompt).map(|answer| answer.trim().to_owned());
    answer.filter(|answer| !answer.is_empty()).ok_or_else(|| {
        let detail =
            "No token was given. Where nobody can be asked, set TF_TOKEN_host (dots as underscores) instead.";
        session.usage("Login is not possible without input", detail)
    })
}

fn browser(
    session: &mut Session,
    settings: &Settings,
    host: &str,
    service: LoginService,
) -> Result<String, Exit> {
    let prompt = format!(
        "Ordain will ask {host} for a token, with your browser. {PLACE}\n\nDo you want to proceed?\n  Only \"yes\" will be accepted to confirm.\n\n  Enter a value: "
    );
    if session.ui.ask(&prompt).is_none_or(|answer| answer.trim() != "yes") {
        let detail = "Nobody said \"yes\", so nothing was asked for. Where nobody can be asked, set TF_TOKEN_host (dots as underscores) instead.";
        return Err(session.usage("Login cancelled", detail));
    }
    let failed = |session: &mut Session, why: String| {
        session.fail(Diagnostic::error(codes::cli::IO, "Failed to obtain a token", format!("{why}.")))
    };
    let waiting = session.block_on(BrowserLogin::begin(service)).map_err(|why| failed(session, why))?;
    let url = waiting.url().to_owned();
    let opened = open::open(&session.workdir.env, &url);
    session.ui.line(&match opened {
        true => format!("\nThe browser is opened for {host}. If it does not show anything, open this address:\n    {url}\n"),
        false => format!("\nOpen this address in a browser on this machine to log in to {host}:\n    {url}\n"),
    });
    session.ui.line("Waiting until you are logged in...\n");
    let env = session.workdir.env.clone();
    session.block_on(waiting.finish(settings, &env)).map_err(|why| failed(session, why))
}
