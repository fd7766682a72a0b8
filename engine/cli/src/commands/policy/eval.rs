//! `ordain policy eval`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::policy_sources;
use ordain_policy::{Limits, Question, Reply, Version, evaluate};
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
        .arg(value("max-steps", "Operations after which the evaluation ends; 2000000000 when not given"))
        .arg(value("max-depth", "Rules and closures inside of each other; 1500 when not given"))
        .arg(value("max-items", "Items of collections made on the way; 200000000 when not given"))
        .arg(value("timeout", "Seconds after which the evaluation ends; 120 when not given"))
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
    let bounds = match bounds(matches) {
        Ok(bounds) => bounds,
        Err(name) => return session.usage("Invalid bound", &format!("-{name} takes a whole number.")),
    };
    let reply = match question(matches, session, now_ns, bounds) {
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

/// Bounds of the evaluation, and its seconds; the name of a flag that is no number.
fn bounds(matches: &ArgMatches) -> Result<(Limits, u64), &'static str> {
    let number = |name: &'static str, usual: u64| match text(matches, name) {
        None => Ok(usual),
        Some(text) => text.parse().map_err(|_| name),
    };
    let usual = Limits::default();
    let depth = number("max-depth", u64::try_from(usual.depth).unwrap_or(u64::MAX))?;
    let limits = Limits {
        steps: number("max-steps", usual.steps)?,
        // Deeper than this there is no stack for.
        depth: usize::try_from(depth).unwrap_or(usize::MAX).min(usual.depth),
        items: number("max-items", usual.items)?,
    };
    Ok((limits, number("timeout", 120)?))
}

fn question(
    matches: &ArgMatches,
    session: &Session,
    now_ns: i64,
    (limits, seconds): (Limits, u64),
) -> Result<Question, String> {
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
        limits,
        seconds,
        strict: is_on(matches, "strict"),
        strict_errors: is_on(matches, "strict-builtin-errors"),
        version: if is_on(matches, "v0-compatible") { Version::V0 } else { Version::V1 },
    })
}
