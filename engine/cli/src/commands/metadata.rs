//! `ordain metadata functions`

use clap::{ArgMatches, Command};
use ordain_lang::functions::{self, Param, Spec};
use ordain_value::json::type_to_json;
use serde_json::{Map, Value, json};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch};
use crate::session::Session;

/// Row of `metadata functions`.
pub const FUNCTIONS: Entry = Entry {
    words: &["metadata", "functions"],
    about: "Names, parameters and results of all functions",
    flags: |command: Command| command.arg(switch("json", false, "Needed: there is no other form")),
    run,
};

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    if !is_on(matches, "json") {
        return session.usage(
            "The `ordain metadata functions` command requires the `-json` flag.",
            "The list is for programs; there is no other form of it.",
        );
    }
    session.ui.line(&document().to_string());
    Exit::Done
}

/// Format 1.0: each function under its plain name and under `core::`.
fn document() -> Value {
    let mut signatures = Map::new();
    for spec in functions::all() {
        let row = signature(spec);
        signatures.insert(format!("core::{}", spec.name), row.clone());
        signatures.insert(spec.name.to_owned(), row);
    }
    json!({ "format_version": "1.0", "function_signatures": signatures })
}

fn signature(spec: &Spec) -> Value {
    let mut row = Map::new();
    row.insert("description".into(), spec.description.into());
    row.insert("return_type".into(), type_to_json(&spec.result_type()));
    if !spec.params.is_empty() {
        row.insert("parameters".into(), spec.params.iter().map(parameter).collect());
    }
    if let Some(variadic) = &spec.variadic {
        row.insert("variadic_parameter".into(), parameter(variadic));
    }
    row.into()
}

fn parameter(param: &Param) -> Value {
    let mut row = Map::new();
    row.insert("name".into(), param.name.into());
    if !param.description.is_empty() {
        row.insert("description".into(), param.description.into());
    }
    if param.null {
        row.insert("is_nullable".into(), true.into());
    }
    row.insert("type".into(), type_to_json(&param.ty.to_type()));
    row.into()
}
