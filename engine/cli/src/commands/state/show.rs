//! `ordain state show`

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Command};
use ordain_addr::{ResourceInstance, parse_instance};
use ordain_diag::Sources;
use ordain_operations::providers::Providers;
use ordain_operations::state_commands::refuse_absent;
use ordain_operations::{LANGUAGE_VERSION, trimmed};
use ordain_plan::Schemas;
use ordain_plan::json::{Secrets, View};
use ordain_state::State;
use serde_json::{Value as Json, json};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, value};
use crate::render;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["state", "show"], about: "Show one object of the state", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("address").required(true).help("Address of the instance"))
        .arg(switch("json", false, "Machine-readable, nothing redacted"))
        .arg(switch("no-color", false, "No colours"))
        .arg(value("state", "State file of the local backend (legacy)"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let given = text(matches, "address").unwrap_or_default();
    let address = parse_instance(given).map_err(|error| {
        session.usage(&format!("Error parsing instance address: {given}"), &format!("{error}"))
    })?;
    let stores = super::open(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    let state = stored.state;
    refuse_absent(&state).map_err(|error| session.fail(error))?;
    let held = state.resources.get(address.abs_resource());
    let object = held.and_then(|held| held.instances.get(&address.key)).and_then(|held| held.current.clone());
    let (Some(held), Some(object)) = (held, object) else {
        let detail = format!(
            "The state has no object at {address}. Run \"ordain state list\" to see which there are."
        );
        return Err(session.usage("No instance found for the given address!", &detail));
    };
    let providers = Providers::new(session.workdir.clone());
    let (schemas, _) = session.block_on(providers.schemas(&ordain_operations::empty_tree(), &state));
    let schemas = trimmed::of_state(&state, &schemas);
    if is_on(matches, "json") {
        return document(session, &state, &address, &schemas);
    }
    let style = session.ui.style();
    let shown = render::state::one(&address.to_string(), &address.resource, held, &object, &schemas, style);
    session.ui.line(shown.trim_end());
    Ok(Exit::Done)
}

/// The object as `show -json` has it, in a document of its own.
fn document(
    session: &mut Session,
    state: &State,
    address: &ResourceInstance,
    schemas: &Schemas,
) -> Result<Exit, Exit> {
    let mut alone = State { resources: BTreeMap::new(), outputs: BTreeMap::new(), ..state.clone() };
    if let Some(held) = state.resources.get(address.abs_resource()) {
        let mut held = held.clone();
        held.instances.retain(|key, _| *key == address.key);
        held.instances.values_mut().for_each(|instance| instance.deposed.clear());
        alone.resources.insert(address.abs_resource().clone(), held);
    }
    let nothing = ordain_plan::json::Configuration::default();
    let view = View {
        schemas,
        configuration: &nothing,
        terraform_version: LANGUAGE_VERSION,
        secrets: Secrets::Shown,
    };
    let (text, found) = ordain_plan::json::state(&alone, &view);
    let whole: Json = serde_json::from_str(&text).unwrap_or_default();
    let resource = whole.pointer("/values/root_module").and_then(only_resource);
    let document = json!({ "format_version": "1.0", "resource": resource, "diagnostics": [] });
    session.ui.line(&document.to_string());
    Ok(session.report(&found, &Sources::new()))
}

fn only_resource(module: &Json) -> Option<Json> {
    let own = module.get("resources").and_then(Json::as_array).and_then(|resources| resources.first());
    let children = module.get("child_modules").and_then(Json::as_array).into_iter().flatten();
    own.cloned().or_else(|| children.filter_map(only_resource).next())
}
