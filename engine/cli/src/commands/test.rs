//! `ordain test`

use std::sync::Arc;

use clap::{ArgMatches, Command};
use ordain_apply::Stop;
use ordain_diag::{Diagnostic, codes};
use ordain_operations::testing::{self, Options, Reporter};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{given_variables, is_on, many, output, switch, text, texts, value, variables};
use crate::session::Session;
use crate::testing::{All, Human, Junit, Lines};
use crate::ui::Ui;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["test"],
    about: "Run the tests of the configuration, and destroy what they made",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    output(variables(command))
        .arg(many("filter", "Run only this test file"))
        .arg(switch("json", false, "Machine-readable output"))
        .arg(value("json-into", "Write machine-readable output to this file, beside that for people"))
        .arg(value("junit-xml", "Write results to this file in JUnit's form"))
        .arg(switch("verbose", false, "Show the plan or state of each run"))
        .arg(value("test-directory", "Directory of tests").default_value("tests"))
        .arg(value("cloud-run", "Not supported: tests run here"))
        .arg(value("parallelism", "How many provider calls run at the same time").default_value("10"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    if text(matches, "cloud-run").is_some() {
        let detail = "-cloud-run hands tests over to HCP Terraform, with the credentials that are stored there. \
                      This program runs them itself: leave the flag out and give it credentials here.";
        return session.usage("Tests do not run in HCP Terraform", detail);
    }
    let stop = Arc::new(Stop::new());
    let Some(parallelism) =
        text(matches, "parallelism").and_then(|text| text.parse().ok()).filter(|n| *n > 0)
    else {
        return session.usage("Invalid -parallelism", "It must be a whole number greater than zero.");
    };
    let options = Options {
        given: given_variables(matches),
        directory: text(matches, "test-directory").unwrap_or("tests").to_owned(),
        filter: texts(matches, "filter"),
        parallelism,
        verbose: is_on(matches, "verbose"),
        stop: stop.clone(),
    };
    let junit = Junit::default();
    let mut reporters: Vec<Box<dyn Reporter>> = Vec::new();
    if !session.ui.is_machine_only() {
        reporters.push(Box::new(Human::new(Ui::terminal(
            is_on(matches, "no-color"),
            false,
            ordain_operations::log::Log::silent(),
        ))));
    }
    if let Some(machine) = session.ui.machine() {
        reporters.push(Box::new(Lines::new(machine.clone())));
    }
    if text(matches, "junit-xml").is_some() {
        reporters.push(Box::new(junit.clone()));
    }
    let reporter = All(reporters);
    let workdir = session.workdir.clone();
    let (counts, sources, found) = session.block_on(async {
        let interrupts = tokio::spawn(interrupts(stop));
        let done = testing::test(&workdir, &options, &reporter).await;
        interrupts.abort();
        done
    });
    let exit = session.report(&found, &sources);
    if let Some(path) = text(matches, "junit-xml")
        && let Err(error) = std::fs::write(session.workdir.path(path), junit.document())
    {
        let summary = format!("error saving JUnit XML to file {path:?}");
        return session.fail(Diagnostic::error(codes::cli::IO, summary, error.to_string()));
    }
    match counts {
        Some(counts) if counts.failed + counts.errored + counts.bad_files == 0 => exit,
        _ => Exit::Failed,
    }
}

/// The first Ctrl-C ends the tests early and has what they made destroyed; the second ends the process at
/// once, and what is there then stays.
async fn interrupts(stop: Arc<Stop>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.ask();
        crate::ui::interrupted(
            "\nInterrupt received. Beginning no further run, and destroying what the tests made.\nInterrupt again to stop at once; what was made then stays and must be cleaned up by hand.\n",
        );
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(1);
    }
}
