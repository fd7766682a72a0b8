//! `ordain init`

use clap::{ArgMatches, Command};
use ordain_operations::Project;
use ordain_operations::init::{Options, Report, init, remember_modules};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, many, output, switch, texts, value, variables};
use crate::render::style::Color;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["init"], about: "Settle the backend, find modules and providers", flags, run };

fn flags(command: Command) -> Command {
    let command = command
        .arg(switch("backend", true, "Settle the backend"))
        .arg(many("backend-config", "Setting of the backend: name=value, or a file of them"))
        .arg(switch("reconfigure", false, "Use the backend as it is declared, copy nothing"))
        .arg(switch("migrate-state", false, "Copy the state to the newly declared backend"))
        .arg(switch("force-copy", false, "Copy without asking"))
        .arg(switch("upgrade", false, "Look for newer modules and providers"))
        .arg(switch("get", true, "Find modules"))
        .arg(value("lockfile", "readonly: leave the lock file as it is"))
        .arg(many("plugin-dir", "Directory of provider plugins"))
        .arg(value("test-directory", "Directory of tests"))
        .arg(switch("input", true, "Ask for what is missing"))
        .arg(switch("json", false, "Machine-readable output"));
    output(locking(variables(command)))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    if is_on(matches, "upgrade")
        && matches.get_one::<String>("lockfile").is_some_and(|mode| mode == "readonly")
    {
        return session.usage(
            "Conflicting options",
            "-upgrade changes the lock file, which -lockfile=readonly forbids.",
        );
    }
    let options = Options {
        backend_config: texts(matches, "backend-config"),
        skip_backend: !is_on(matches, "backend"),
        reconfigure: is_on(matches, "reconfigure"),
        migrate: is_on(matches, "migrate-state") || is_on(matches, "force-copy"),
        force_copy: is_on(matches, "force-copy"),
    };
    let (project, found) = Project::load_for_init(&session.workdir);
    if found.has_errors() {
        let mut found = found;
        found.extend(remember_modules(&session.workdir, &project).err());
        return session.report(&found, &project.sources);
    }
    if project.is_empty() {
        session.ui.line("Ordain initialized in an empty directory!\n\nThe directory has no configuration files. You may begin working with Ordain\nimmediately by creating configuration files.");
        return Exit::Done;
    }
    let workdir = session.workdir.clone();
    let (report, mut done) = session.drive(|ui| async {
        let mut ask = |question: &str| {
            let answer = ui.ask(&format!("{question}\n  Enter \"yes\" to copy and \"no\" to start with an empty state.\n\n  Enter a value: "));
            answer.map(|answer| answer.trim() == "yes")
        };
        init(&workdir, &project, &options, &mut ask).await
    });
    show(&report, session);
    let mut all = found;
    all.append(std::mem::take(&mut done));
    let exit = session.report(&all, &project.sources);
    if exit == Exit::Done {
        let style = session.ui.style();
        session
            .ui
            .line(&style.bold(&style.paint(Color::Green, "\nOrdain has been successfully initialized!")));
        session.ui.line("\nYou may now begin working with Ordain. Try \"ordain plan\" to see any changes that\nare required for your infrastructure.");
    }
    exit
}

fn show(report: &Report, session: &mut Session) {
    session.ui.line("Initializing the backend...");
    if let Some((kind, true)) = &report.backend {
        session.ui.line(&format!("\nSuccessfully configured the backend {kind:?}! Ordain will automatically\nuse this backend unless the backend configuration changes."));
    }
    for workspace in &report.copied {
        session.ui.line(&format!("Copied the state of workspace {workspace:?}."));
    }
    if !report.modules.is_empty() {
        session.ui.line("Initializing modules...");
        for (call, directory) in &report.modules {
            session.ui.line(&format!("- {call} in {directory}"));
        }
    }
    session.ui.line("Initializing provider plugins...");
    for selected in &report.providers {
        let name = selected.address.for_display();
        session.ui.line(&match selected.version {
            None => format!("- {name} is built in to Ordain"),
            Some(version) => format!("- {name} v{version} is served natively"),
        });
    }
}
