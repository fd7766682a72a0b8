//! `ordain console`

use std::io::{BufRead, IsTerminal};

use clap::{ArgMatches, Command};
use ordain_addr::parse_module;
use ordain_diag::{Diagnostic, codes};
use ordain_lang::console::Answer;
use ordain_operations::Project;
use ordain_operations::consoling::Console;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, planning, switch, text, value};
use crate::request;
use crate::session::Session;
use crate::typing::{Typed, Typing};

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["console"], about: "Evaluate expressions of the configuration", flags, run };

fn flags(command: Command) -> Command {
    planning(command)
        .arg(switch("plan", false, "Show what a plan would make of objects"))
        .arg(value("scope", "See the names of this module instance, such as module.network[0]"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let mut options = request::planning(matches, session, false, "OperationTypePlan")?;
    // A console changes nothing, so it neither waits for a lock nor keeps others from theirs.
    options.locking.enabled = false;
    let (project, found) = Project::load(&session.workdir);
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    let opened = session.block_on(Console::open(&session.workdir, &project, options, is_on(matches, "plan")));
    let (console, found) = opened;
    let Some(mut console) = console else { return Err(session.report(&found, &project.sources)) };
    if let Some(scope) = text(matches, "scope") {
        let module = parse_module(scope).map_err(|error| session.usage("Invalid scope", &error.message))?;
        if !console.enter(module) {
            let detail = format!("There is no module instance {scope} in the configuration.");
            return Err(session.usage("Invalid scope", &detail));
        }
    }
    let broken = found.has_errors();
    session.ui.complain_all(&found, &console.sources);
    if broken {
        // On standard error, so that what reads the answers never takes it for one.
        let summary = "Due to the problems above, some expressions may produce unexpected results.";
        session
            .ui
            .complain_all(&Diagnostic::warning(codes::cli::USAGE, summary, "").into(), &console.sources);
    }
    if std::io::stdin().is_terminal() {
        interactive(session, &mut console)
    } else {
        piped(session, &mut console)
    }
}

fn piped(session: &mut Session, console: &mut Console) -> Result<Exit, Exit> {
    let lines: Result<Vec<String>, std::io::Error> = std::io::stdin().lock().lines().collect();
    let lines =
        lines.map_err(|error| session.usage("Failed to read standard input", &format!("{error}.")))?;
    let (answer, found) = console.piped(&lines);
    let exit = session.report(&found, &console.sources);
    if let Some(text) = answer.filter(|_| exit == Exit::Done) {
        session.ui.line(&text);
    }
    Ok(exit)
}

fn interactive(session: &mut Session, console: &mut Console) -> Result<Exit, Exit> {
    let refused = |session: &mut Session, why: String| session.usage("Failed to read the terminal", &why);
    let mut typing = Typing::new(console.names()).map_err(|why| refused(session, why))?;
    while let Typed::Text(line) = typing.next().map_err(|why| refused(session, why))? {
        let (answer, found) = console.line(&line);
        session.report(&found, &console.sources);
        match answer {
            Answer::Exit => break,
            Answer::Text(text) if !text.is_empty() => session.ui.line(&text),
            Answer::Text(_) => {}
        }
    }
    Ok(Exit::Done)
}
