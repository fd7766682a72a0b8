//! `ordain modules`

use clap::{ArgMatches, Command};
use ordain_operations::Project;
use ordain_operations::module_list::{CalledModule, modules};
use serde_json::{Value as Json, json};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, output, switch};
use crate::render::tree;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["modules"], about: "List the modules that the configuration calls", flags, run };

fn flags(command: Command) -> Command {
    output(command).arg(switch("json", false, "Machine-readable output"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let (project, found) = Project::load(&session.workdir);
    let exit = session.report(&found, &project.sources);
    if exit != Exit::Done {
        return exit;
    }
    let root = modules(&project);
    if is_on(matches, "json") {
        let mut rows = Vec::new();
        collect(&root, &mut rows);
        session.ui.line(&json!({ "format_version": "1.0", "modules": rows }).to_string());
    } else if root.modules.is_empty() {
        session.ui.line("No modules found in configuration.");
    } else {
        let text = tree::draw(&root.modules.iter().map(branch).collect::<Vec<_>>());
        session.ui.line(&format!("\nModules declared by configuration:\n.\n{text}"));
    }
    exit
}

fn collect(module: &CalledModule, rows: &mut Vec<Json>) {
    for called in &module.modules {
        rows.push(json!({ "key": called.name, "source": called.source, "version": called.version }));
        collect(called, rows);
    }
}

fn branch(module: &CalledModule) -> tree::Branch {
    let mut label = format!("\"{}\"[{}]", module.name, module.source);
    if !module.version.is_empty() {
        label.push_str(&format!(" {}", module.version));
    }
    if !module.constraint.is_empty() {
        label.push_str(&format!(" ({})", module.constraint));
    }
    tree::Branch { label, inner: module.modules.iter().map(branch).collect() }
}
