//! `ordain policy check`

use clap::{Arg, ArgMatches, Command};
use ordain_diag::Sources;
use ordain_operations::repository::{Repository, unmentioned};
use ordain_operations::{Project, packages, plan_store, sealing};
use ordain_plan::Schemas;
use ordain_policy::Bundle;
use serde_json::json;

use crate::commands::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["policy", "check"],
    about: "Check policies without a plan: texts, types and attributes of resources, rules that can never match",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("directory").help("Directory of policies; policies/ of the repository when not given"))
        .arg(value("plan", "Stored plan whose resource types are known; else those of the working directory"))
        .arg(switch("vacuous", false, "Rules that can say nothing in any environment are errors"))
        .arg(switch("json", false, "Machine-readable output"))
        .arg(switch("no-color", false, "No colours"))
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let bundle = super::bundle(session, text(matches, "directory"), Bundle::new)?;
    let mut found = ordain_policy::odd_decisions(&bundle);
    let schemas = schemas(matches, session)?;
    if let Some(schemas) = &schemas {
        found.append(ordain_policy::check(&bundle, schemas));
    }
    if is_on(matches, "vacuous") {
        found.append(ordain_policy::vacuous(&bundle, ordain_operations::clock::now()));
        let foreign = ordain_policy::foreign_words(&bundle, schemas.as_ref());
        let unserved = unmentioned(&Repository::around(&session.workdir), foreign);
        found.append(ordain_policy::unserved_types(&bundle, &unserved));
    }
    let (rules, tests) = bundle.counts();
    if is_on(matches, "json") {
        let errors: Vec<_> =
            found.iter().map(|one| json!({ "summary": one.summary, "detail": one.detail })).collect();
        let document = json!({
            "rules": rules, "tests": tests, "schemas": schemas.is_some(), "diagnostics": errors,
        });
        session.ui.line(&document.to_string());
        return Ok(if found.has_errors() { Exit::Failed } else { Exit::Done });
    }
    let exit = session.report(&found, &Sources::new());
    if exit == Exit::Done {
        let against = match schemas {
            Some(_) => "",
            None => " Types and attributes were not checked: there is no configuration here, and no -plan.",
        };
        session.ui.line(&format!("{rules} rules that decide and {tests} tests are sound.{against}"));
    }
    Ok(exit)
}

/// Schemas of the plan that is named, or of the providers of the working directory; none where there is neither.
fn schemas(matches: &ArgMatches, session: &mut Session) -> Result<Option<Schemas>, Exit> {
    if let Some(path) = text(matches, "plan") {
        let bytes = session.block_on(plan_store::read(&session.workdir, path));
        let bytes = bytes.map_err(|error| session.fail(error))?;
        let (file, _) = sealing::read(&session.workdir, path, &bytes).map_err(|error| session.fail(error))?;
        return Ok(Some(file.schemas));
    }
    let (project, found) = Project::load(&session.workdir);
    if project.tree.root.resources.is_empty() && project.tree.root.calls.is_empty() {
        return Ok(None);
    }
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    let stores = state::open(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    let workdir = session.workdir.clone();
    let (schemas, found) = session.block_on(packages::trimmed_schemas(&workdir, &project, &stored.state));
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    Ok(Some(schemas))
}
