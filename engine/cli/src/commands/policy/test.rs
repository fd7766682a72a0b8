//! `ordain policy test`

use clap::{Arg, ArgMatches, Command};
use ordain_policy::{Outcome, Report, test};
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
        .arg(value("run", "Only tests whose full name holds this text"))
        .arg(switch("verbose", false, "Show tests that pass, too"))
        .arg(switch("json", false, "Machine-readable output"))
        .arg(switch("no-color", false, "No colours"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let bundle = super::bundle(session, text(matches, "directory"))?;
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
