//! `ordain providers`

pub mod lock;
pub mod mirror;
pub mod schema;

use clap::{ArgMatches, Command};
use ordain_diag::Diagnostics;
use ordain_install::{Event, Platform};
use ordain_operations::Project;
use ordain_operations::module_list::{CalledModule, modules, tested};

use super::Entry;
use crate::commands::state;
use crate::exit::Exit;
use crate::flags::{output, text, texts, value};
use crate::render::tree;
use crate::session::Session;
use crate::ui::Ui;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["providers"],
    about: "Show which providers the configuration and the state need",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    output(command).arg(value("test-directory", "Directory of tests"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let (project, found) = Project::load(&session.workdir);
    let exit = session.report(&found, &project.sources);
    if exit != Exit::Done {
        return exit;
    }
    if project.is_empty() {
        let detail = "This command reads the configuration of the working directory, and there are no .tf files in it.";
        return session.usage("No configuration files", detail);
    }
    let mut rows = branches(&modules(&project));
    let directory = text(matches, "test-directory").unwrap_or("tests");
    for (file, runs) in tested(&session.workdir, &project, directory) {
        let runs = runs.iter().map(|run| tree::Branch { label: run.name.clone(), inner: branches(run) });
        rows.push(tree::Branch { label: file, inner: runs.collect() });
    }
    let text = tree::draw(&rows);
    session.ui.line(&format!("\nProviders required by configuration:\n.\n{text}"));
    let held = match state::open(session) {
        Ok(stores) => session.block_on(stores.state.read()),
        Err(exit) => return exit,
    };
    match held {
        Ok(stored) => {
            let mut names: Vec<String> =
                stored.state.resources.values().map(|held| held.provider.provider.to_string()).collect();
            names.sort();
            names.dedup();
            if !names.is_empty() {
                session.ui.line("Providers required by state:\n");
                names.iter().for_each(|name| session.ui.line(&format!("    provider[{name}]\n")));
            }
            Exit::Done
        }
        Err(error) => session.fail(error),
    }
}

fn branches(module: &CalledModule) -> Vec<tree::Branch> {
    let own = module.providers.iter().map(|(address, constraints)| {
        let end = if constraints.is_empty() { String::new() } else { format!(" {constraints}") };
        tree::Branch { label: format!("provider[{address}]{end}"), inner: Vec::new() }
    });
    let called = module
        .modules
        .iter()
        .map(|called| tree::Branch { label: format!("module.{}", called.name), inner: branches(called) });
    own.chain(called).collect()
}

/// The systems that `-platform` names; this one when there is none.
fn platforms(matches: &ArgMatches, session: &mut Session) -> Result<Vec<Platform>, Exit> {
    let mut platforms = Vec::new();
    for text in texts(matches, "platform") {
        match Platform::parse(&text) {
            Some(platform) => platforms.push(platform),
            None => {
                let detail = format!(
                    "The string {text:?} given in the -platform option is not a valid target platform: it must be an operating system and an architecture with an underscore between, such as linux_amd64."
                );
                return Err(session.usage("Invalid target platform", &detail));
            }
        }
    }
    Ok(if platforms.is_empty() { vec![Platform::current()] } else { platforms })
}

/// Tells what happens to packages.
fn tell(ui: &mut Ui, platform: &Platform, event: &Event) {
    match (event, line(platform, event)) {
        (Event::Transfer(transfer), _) => ui.transfer(transfer),
        (_, Some(line)) => ui.line(&line),
        (_, None) => {}
    }
}

/// What happens to packages, as lines.
fn line(platform: &Platform, event: &Event) -> Option<String> {
    Some(match event {
        Event::Installing(address, version) => {
            format!("- Fetching {} {version} for {platform}...", address.for_display())
        }
        Event::Installed(address, version, who) => {
            format!("- Retrieved {} {version} for {platform} ({who})", address.for_display())
        }
        Event::Warned(address, words) => {
            format!(
                "- The registry has something to say about {}: {}",
                address.for_display(),
                words.join("; ")
            )
        }
        _ => return None,
    })
}

/// Reads the configuration; findings end the command.
fn project(session: &mut Session) -> Result<(Project, Diagnostics), Exit> {
    let (project, found) = Project::load(&session.workdir);
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    Ok((project, found))
}
