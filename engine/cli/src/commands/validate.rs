//! `ordain validate`

use clap::{ArgMatches, Command};
use ordain_diag::{Diagnostics, Sources};
use ordain_operations::{Project, testing, validating};
use serde_json::json;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, output, report, switch, text, value, variables};
use crate::render::style::Color;
use crate::render::{json_diag, reports};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["validate"], about: "Check the configuration without reaching any service", flags, run };

fn flags(command: Command) -> Command {
    output(variables(command))
        .arg(switch("json", false, "Machine-readable output"))
        .arg(report("sarif", "Findings as SARIF 2.1.0, to standard output or a file"))
        .arg(report("junit", "Findings as JUnit XML, to standard output or a file"))
        .arg(switch("no-tests", false, "Leave out test files"))
        .arg(switch("query", false, "Not supported: query files are not read"))
        .arg(value("test-directory", "Directory of tests"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    if is_on(matches, "query") {
        let detail = "-query also checks .tfquery.hcl files, which this program does not read. Leave the flag out to \
                      check the configuration.";
        return session.usage("Query files are not supported", detail);
    }
    let (project, mut found) = Project::load(&session.workdir);
    // The program ends with this command: taking a large tree apart would only take time.
    let project = std::mem::ManuallyDrop::new(project);
    if !found.has_errors() {
        let checked = session.block_on(validating::validate(&session.workdir, &project));
        found.append(checked);
    }
    let mut sources = project.sources.clone();
    if !is_on(matches, "no-tests") {
        let directory = text(matches, "test-directory").unwrap_or("tests");
        let (all, problems) = testing::check(&session.workdir, &project, directory, false);
        sources = all;
        found.append(problems);
    }
    let forms = [
        ("sarif", format!("{:#}\n", reports::sarif(&found, &sources))),
        ("junit", reports::junit(&found, &sources)),
    ];
    let mut told = false;
    for (flag, text) in forms {
        match self::text(matches, flag) {
            None => {}
            Some("-") => {
                session.ui.say(&text);
                told = true;
            }
            Some(path) => {
                if let Err(error) = std::fs::write(session.workdir.path(path), text) {
                    return session.usage("Failed to write the report", &format!("{path}: {error}."));
                }
            }
        }
    }
    if told {
        return if found.has_errors() { Exit::Failed } else { Exit::Done };
    }
    if is_on(matches, "json") {
        let document = document(&found, &sources);
        session.ui.line(&format!("{document:#}"));
        return if found.has_errors() { Exit::Failed } else { Exit::Done };
    }
    let exit = session.report(&found, &sources);
    if exit == Exit::Done {
        let style = session.ui.style();
        let extra =
            if found.is_empty() { "" } else { ", but there were some\nvalidation warnings as shown above" };
        let success = style.bold(&style.paint(Color::Green, "Success!"));
        session.ui.line(&format!("{success} The configuration is valid{extra}.\n"));
    }
    exit
}

fn document(found: &Diagnostics, sources: &Sources) -> serde_json::Value {
    let items: Vec<serde_json::Value> =
        found.iter().map(|item| json_diag::diagnostic(item, sources)).collect();
    json!({
        "format_version": "1.0",
        "valid": !found.has_errors(),
        "error_count": found.error_count(),
        "warning_count": found.warning_count(),
        "diagnostics": items,
    })
}
