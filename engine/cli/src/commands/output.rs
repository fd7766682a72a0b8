//! `ordain output`

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Command};
use ordain_gostd::escape::json_text;
use ordain_state::OutputState;
use ordain_value::{Kind, json};

use super::{Entry, state};
use crate::exit::Exit;
use crate::flags::{is_on, switch, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["output"], about: "Print outputs of the root module", flags, run };

fn flags(command: Command) -> Command {
    command
        .arg(Arg::new("name").help("Only this output"))
        .arg(switch("json", false, "Machine-readable, sensitive values included"))
        .arg(switch("raw", false, "The value alone, without quotes and line break"))
        .arg(switch("no-color", false, "No colours"))
        .arg(switch("show-sensitive", false, "Show sensitive values"))
        .arg(value("state", "State file of the local backend (legacy)"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    if is_on(matches, "json") && is_on(matches, "raw") {
        let detail = "The -raw and -json options are mutually-exclusive.";
        return Err(session.usage("Invalid output format", detail));
    }
    let stores = state::open_to_read(session)?;
    let stored = session.block_on(stores.state.read()).map_err(|error| session.fail(error))?;
    let outputs = stored.state.outputs;
    match text(matches, "name") {
        // As in Terraform: only JSON is expected to be of the one output.
        Some(_) if outputs.is_empty() && !is_on(matches, "json") => Ok(none(session)),
        Some(name) => one(matches, session, name, outputs.get(name)),
        None if is_on(matches, "raw") => {
            Err(session
                .usage("Output name required", "The -raw option shows a single output: give its name."))
        }
        None => all(matches, session, &outputs),
    }
}

fn all(
    matches: &ArgMatches,
    session: &mut Session,
    outputs: &BTreeMap<std::sync::Arc<str>, OutputState>,
) -> Result<Exit, Exit> {
    if is_on(matches, "json") {
        let rows = outputs.iter().map(|(name, output)| (name.to_string(), document(output)));
        let rows: serde_json::Map<String, serde_json::Value> = rows.collect();
        session.ui.line(&json_text(&format!("{:#}", serde_json::Value::Object(rows))));
        return Ok(Exit::Done);
    }
    if outputs.is_empty() {
        return Ok(none(session));
    }
    let shown = is_on(matches, "show-sensitive");
    session.ui.say(&list(outputs, shown));
    Ok(Exit::Done)
}

/// Says that the state has no outputs.
fn none(session: &mut Session) -> Exit {
    let detail = "The state file either has no outputs defined, or all the defined outputs are empty. Please define an output in your configuration with the `output` keyword and run `ordain refresh` for it to become available.";
    let warning =
        ordain_diag::Diagnostic::warning(ordain_diag::codes::cli::USAGE, "No outputs found", detail);
    session.fail(warning)
}

/// Lines of `name = value`.
pub fn list(outputs: &BTreeMap<std::sync::Arc<str>, OutputState>, show_sensitive: bool) -> String {
    outputs
        .iter()
        .map(|(name, output)| {
            let hidden = output.sensitive && !show_sensitive;
            let value =
                if hidden { "<sensitive>".to_owned() } else { ordain_lang::render::value(&output.value) };
            format!("{name} = {value}\n")
        })
        .collect()
}

/// `{sensitive, type, value}` of an output.
fn document(output: &OutputState) -> serde_json::Value {
    let ty = output.value.ty();
    serde_json::json!({
        "sensitive": output.sensitive,
        "type": json::type_to_json(&ty),
        "value": json::to_json(&output.value, &ty).unwrap_or_default(),
    })
}

fn one(
    matches: &ArgMatches,
    session: &mut Session,
    name: &str,
    output: Option<&OutputState>,
) -> Result<Exit, Exit> {
    let Some(output) = output else {
        let detail = format!(
            "The output variable requested could not be found in the state file. If you recently added this to your configuration, be sure to run `ordain apply`, since the state won't be updated with new output variables until that command is run. Asked for: {name}."
        );
        return Err(session.usage(&format!("Output {name:?} not found"), &detail));
    };
    if is_on(matches, "json") {
        let value = json::to_json(&output.value, &output.value.ty()).unwrap_or_default();
        session.ui.line(&json_text(&value.to_string()));
        return Ok(Exit::Done);
    }
    if !is_on(matches, "raw") {
        session.ui.line(&ordain_lang::render::value(&output.value));
        return Ok(Exit::Done);
    }
    let raw = match output.value.kind() {
        Kind::String(text) => text.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::Bool(value) => value.to_string(),
        _ => {
            let detail = format!(
                "The -raw option only supports strings, numbers, and boolean values, but output value {name:?} is {}.\n\nUse the -json option for machine-readable representations of output values that have complex types.",
                output.value.ty().friendly()
            );
            return Err(session.usage("Unsupported value for raw output", &detail));
        }
    };
    session.ui.say(&raw);
    Ok(Exit::Done)
}
