//! `ordain policy eval`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::policy_sources;
use ordain_policy::{Question, Reply, Version, evaluate};
use serde_json::json;

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, many, switch, text, texts, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["policy", "eval"], about: "Answer a query from policies and documents", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(many("data", "Directory or file of policies and documents").short('d'))
        .arg(value("input", "JSON file with the input").short('i'))
        .arg(value("now", "What time.now_ns() gives, in nanoseconds since 1970"))
        .arg(switch("strict", false, "Unused imports, variables and arguments are errors"))
        .arg(switch("strict-builtin-errors", false, "Errors of built-in functions end the evaluation"))
        .arg(switch("v0-compatible", false, "Policies are written in version 0 of Rego"))
        .arg(value("format", "How the answer is printed: json").short('f'))
        .arg(Arg::new("query").required(true).allow_hyphen_values(true).help("The query"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    if let Some(other) = text(matches, "format").filter(|format| *format != "json") {
        return session.usage("Unknown format", &format!("-format={other} is not known; use json."));
    }
    let now_ns = match text(matches, "now").map(str::parse::<i64>) {
        None => ordain_operations::clock::now_ns(),
        Some(Ok(now)) => now,
        Some(Err(_)) => return session.usage("Invalid time", "-now takes nanoseconds since 1970."),
    };
    let reply = match question(matches, session, now_ns) {
        Ok(question) => policy_sources::with_room(|| evaluate(&question)),
        Err(message) => Some(failed(&message)),
    };
    let reply = reply.unwrap_or_else(|| failed("evaluation ended unexpectedly"));
    for line in &reply.prints {
        session.ui.complain(&format!("{line}\n"));
    }
    session.ui.line(&reply.document);
    if reply.ok { Exit::Done } else { Exit::Changes }
}

fn failed(message: &str) -> Reply {
    Reply {
        document: json!({ "errors": [{ "message": message }] }).to_string(),
        prints: Vec::new(),
        ok: false,
    }
}

fn question(matches: &ArgMatches, session: &Session, now_ns: i64) -> Result<Question, String> {
    let mut files = Vec::new();
    for given in texts(matches, "data") {
        files.extend(policy_sources::read(&session.workdir, &given)?);
    }
    let input = match text(matches, "input") {
        Some(given) => Some(policy_sources::text(&session.workdir, given)?),
        None => None,
    };
    Ok(Question {
        files,
        input,
        query: text(matches, "query").unwrap_or_default().to_owned(),
        now_ns,
        environment: session.workdir.env.clone(),
        strict: is_on(matches, "strict"),
        strict_errors: is_on(matches, "strict-builtin-errors"),
        version: if is_on(matches, "v0-compatible") { Version::V0 } else { Version::V1 },
    })
}
