//! `ordain policy test`

use clap::{Arg, ArgMatches, Command};
use ordain_operations::policy_sources;
use ordain_operations::repository::Repository;
use ordain_policy::{Bundle, Outcome, Report, TestQuestion, Version, test, test_shaped};
use serde_json::json;

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["policy", "test"], about: "Run the tests of policies", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("directory").help("Directory of policies; policies/ of the repository when not given"))
        .arg(value("run", "Only tests whose full name this regular expression is found in").short('r'))
        .arg(value("format", "json or junit: results for programs, as opa test prints them").short('f'))
        .arg(switch("coverage", false, "Which lines ran, in place of the results; JSON").short('c'))
        .arg(value("threshold", "Percentage of lines that must run"))
        .arg(switch("exit-zero-on-skipped", false, "Skipped tests are no failure").short('z'))
        .arg(switch("v0-compatible", false, "Policies are written in version 0 of Rego"))
        .arg(switch("verbose", false, "Show tests that pass, too"))
        .arg(switch("json", false, "Machine-readable output"))
        .arg(switch("no-color", false, "No colours"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let shaped = ["format", "threshold"].iter().any(|name| text(matches, name).is_some())
        || ["coverage", "v0-compatible"].iter().any(|name| is_on(matches, name));
    if shaped {
        return shapes(matches, session);
    }
    let bundle = super::bundle(session, text(matches, "directory"), Bundle::for_tests)?;
    let now = ordain_operations::clock::now();
    let (report, found) = test(&bundle, text(matches, "run").unwrap_or(""), now);
    if is_on(matches, "json") {
        session.ui.line(&document(&report).to_string());
    } else {
        show(&report, session, is_on(matches, "verbose"));
    }
    let exit = session.report(&found, &ordain_diag::Sources::new());
    Ok(if report.passed() { exit } else { Exit::Failed })
}

/// Results in the shapes of other tools.
fn shapes(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let threshold = match text(matches, "threshold").map(str::parse::<f64>) {
        None => None,
        Some(Ok(threshold)) if (0.0..=100.0).contains(&threshold) => Some(threshold),
        Some(_) => {
            let detail = "-threshold takes a percentage: a number from 0 to 100.";
            return Err(session.usage("Invalid threshold", detail));
        }
    };
    let junit = match text(matches, "format") {
        None | Some("json") => false,
        Some("junit") => true,
        Some(other) => {
            let detail = format!("-format={other} is not known; use json or junit.");
            return Err(session.usage("Unknown format", &detail));
        }
    };
    let directory = match text(matches, "directory") {
        Some(directory) => directory.to_owned(),
        None => Repository::around(&session.workdir).top.join("policies").to_string_lossy().into_owned(),
    };
    let (bounds, found) = super::bounds(session);
    let exit = session.report(&found, &ordain_diag::Sources::new());
    if found.has_errors() {
        return Err(exit);
    }
    let files = policy_sources::read(&session.workdir, &directory).map_err(|why| {
        session.ui.complain(&format!("{why}\n"));
        Exit::Failed
    })?;
    let question = TestQuestion {
        files,
        only: text(matches, "run").map(str::to_owned),
        now_ns: ordain_operations::clock::now_ns(),
        version: if is_on(matches, "v0-compatible") { Version::V0 } else { Version::V1 },
        coverage: is_on(matches, "coverage"),
        threshold,
        skipped_is_fine: is_on(matches, "exit-zero-on-skipped"),
        junit,
        bounds,
    };
    let Some(reply) = policy_sources::with_room(|| test_shaped(&question)) else {
        return Err(session.usage("Tests ended unexpectedly", "The tests could not be run."));
    };
    if !reply.output.is_empty() {
        session.ui.line(&reply.output);
    }
    session.ui.complain(&reply.complaint);
    Ok(match reply.exit {
        0 => Exit::Done,
        1 => Exit::Failed,
        _ => Exit::Changes,
    })
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "PASS",
        Outcome::Failed => "FAIL",
        Outcome::Skipped => "SKIPPED",
        Outcome::Errored(_) => "ERROR",
    }
}

fn show(report: &Report, session: &mut Session, verbose: bool) {
    for result in &report.results {
        let dull = matches!(result.outcome, Outcome::Passed);
        if verbose || !dull {
            let name = format!("{}.{}", result.package, result.name);
            session.ui.line(&format!("{}:{}: {name}: {}", result.path, result.line, word(&result.outcome)));
            if let Outcome::Errored(why) = &result.outcome {
                session.ui.line(&format!("  {why}"));
            }
            for line in &result.prints {
                session.ui.line(&format!("  {line}"));
            }
        }
    }
    let (passed, failed, skipped) = report.counts();
    let total = passed + failed + skipped;
    session.ui.line(&format!("PASS: {passed}/{total}"));
    if failed > 0 {
        session.ui.line(&format!("FAIL: {failed}/{total}"));
    }
    if skipped > 0 {
        session.ui.line(&format!("SKIPPED: {skipped}/{total}"));
    }
}

fn document(report: &Report) -> serde_json::Value {
    let rows = report.results.iter().map(|result| {
        json!({
            "location": { "file": result.path, "row": result.line },
            "package": result.package,
            "name": result.name,
            "result": word(&result.outcome).to_lowercase(),
        })
    });
    rows.collect()
}
