//! `ordain show`

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_operations::explaining::Explainer;
use ordain_operations::providers::Providers;
use ordain_operations::{LANGUAGE_VERSION, Project, plan_configuration, sealing, snapshot, trimmed};
use ordain_plan::file::PlanFile;
use ordain_plan::json::{Secrets, View};
use ordain_plan::{Action, Change};
use ordain_state::State;

use super::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, value};
use crate::render;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["show"], about: "Show a stored plan, or the state", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("path").help("Plan file or state file; the present state when not given"))
        .arg(switch("json", false, "Machine-readable, nothing redacted"))
        .arg(value("plan", "Show this stored plan"))
        .arg(switch("state", false, "Show the present state, as without any of these"))
        .arg(switch("config", false, "Show the configuration; goes with -json"))
        .arg(value("module", "Show what the module in this directory says, without init; goes with -json"))
        .arg(switch("no-color", false, "No colours"))
        .arg(switch("show-sensitive", false, "Show sensitive values"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let json = is_on(matches, "json");
    let (given, plan) = (text(matches, "path"), text(matches, "plan"));
    let (state, config) = (is_on(matches, "state"), is_on(matches, "config"));
    let module = text(matches, "module");
    let named = [given.is_some(), plan.is_some(), state, config, module.is_some()];
    let named = named.into_iter().filter(|named| *named);
    if named.count() > 1 {
        let detail = "A plan, the state or the configuration is shown, one at a time.";
        return Err(session.usage("Incompatible arguments", detail));
    }
    if config {
        return show_configuration(session, json);
    }
    if let Some(directory) = module {
        return show_module(session, directory, json);
    }
    let Some(path) = given.or(plan) else {
        let stores = state::open_to_read(session)?;
        let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
        return if stored.version.is_none() && !json {
            session.ui.line("No state.");
            Ok(Exit::Done)
        } else {
            show_state(session, &stored.state, json)
        };
    };
    let bytes = std::fs::read(session.workdir.path(path)).map_err(|error| {
        let detail = format!("{path}: {error}");
        session.fail(Diagnostic::error(
            codes::cli::IO,
            "Failed to read the given file as a state or plan file",
            detail,
        ))
    })?;
    if ordain_plan::file::is_archive(&bytes) {
        let (file, _) = sealing::read(&session.workdir, path, &bytes).map_err(|error| session.fail(error))?;
        return show_plan(session, &file, json, is_on(matches, "show-sensitive"));
    }
    match ordain_state::v4::read(&bytes) {
        Ok(state) => show_state(session, &state.unwrap_or_default(), json),
        Err(error) => Err(session.fail(error)),
    }
}

fn show_configuration(session: &mut Session, json: bool) -> Result<Exit, Exit> {
    if !json {
        return Err(session.usage("Missing required flag", "The configuration is shown with -json only."));
    }
    let project = crate::request::project(session)?;
    let providers = Providers::new(session.workdir.clone());
    let (schemas, found) = session.block_on(providers.schemas(&project.tree, &State::default()));
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    let mut document = plan_configuration::configuration(&project.tree, &schemas).to_json();
    if let Some(members) = document.as_object_mut() {
        members.insert("format_version".to_owned(), "1.0".into());
    }
    session.ui.line(&document.to_string());
    Ok(Exit::Done)
}

/// One directory alone: neither its providers nor the modules that it calls need to be there.
fn show_module(session: &mut Session, directory: &str, json: bool) -> Result<Exit, Exit> {
    if !json {
        return Err(session.usage("Missing required flag", "A module is shown with -json only."));
    }
    let mut workdir = session.workdir.clone();
    workdir.dir = workdir.path(directory);
    if !workdir.dir.is_dir() {
        let detail = format!("There is no directory {}.", workdir.dir.display());
        return Err(session.usage("Module not found", &detail));
    }
    let (project, found) = Project::load_for_init(&workdir);
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    let schemas = plan_configuration::SchemasByAddress::default();
    let mut document = plan_configuration::configuration(&project.tree, &schemas).to_json();
    if let Some(members) = document.as_object_mut() {
        members.insert("format_version".to_owned(), "1.0".into());
    }
    session.ui.line(&document.to_string());
    Ok(Exit::Done)
}

fn show_plan(session: &mut Session, file: &PlanFile, json: bool, show_sensitive: bool) -> Result<Exit, Exit> {
    if json {
        let (project, _) = Project::from_snapshot(snapshot::source_set(file));
        let explainer = Explainer::new(&file.plan, &project.tree, &project.sources);
        let cause = |change: &Change| (change.action != Action::NoOp).then(|| explainer.cause(change).json());
        let (document, found) = file.json_explained(Secrets::Shown, &cause);
        session.ui.line(&document);
        return Ok(session.report(&found, &ordain_diag::Sources::new()));
    }
    let style = session.ui.style();
    if let Some(closed) = &file.closed {
        session.ui.line(&format!("Sealed: what is sensitive cannot be shown here ({}).", closed.why));
    }
    let (plan, schemas) = (&file.plan, &file.schemas);
    render::plan::pieces(plan, schemas, style, show_sensitive, &mut |piece| session.ui.say(piece));
    if let Ok(decisions) = serde_json::from_value(file.decisions.clone()) {
        session.ui.say(&render::decisions::decisions(&decisions, style));
    }
    Ok(Exit::Done)
}

fn show_state(session: &mut Session, state: &State, json: bool) -> Result<Exit, Exit> {
    // Schemas say which attributes are sensitive; a state shows without them too.
    let providers = Providers::new(session.workdir.clone());
    let (schemas, _) = session.block_on(providers.schemas(&ordain_operations::empty_tree(), state));
    let schemas = trimmed::of_state(state, &schemas);
    if json {
        let nothing = ordain_plan::json::Configuration::default();
        let view = View {
            schemas: &schemas,
            configuration: &nothing,
            terraform_version: LANGUAGE_VERSION,
            secrets: Secrets::Shown,
        };
        let (document, found) = ordain_plan::json::state(state, &view);
        session.ui.line(&document);
        return Ok(session.report(&found, &ordain_diag::Sources::new()));
    }
    let style = session.ui.style();
    session.ui.say(&render::state::state(state, &schemas, style));
    Ok(Exit::Done)
}
