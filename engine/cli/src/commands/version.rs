//! `ordain version`

use std::collections::BTreeMap;

use clap::{ArgMatches, Command};
use ordain_operations::serving::Serving;

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, switch};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry { words: &["version"], about: "Show the version of this program", flags, run };

fn flags(command: Command) -> Command {
    command.arg(switch("json", false, "Machine-readable output"))
}

/// The version of the language is what tools compare, so it stands under Terraform's own key.
fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    let language = ordain_operations::LANGUAGE_VERSION;
    let platform = ordain_install::Platform::current();
    let selections: BTreeMap<String, String> = Serving::new(session.workdir.clone()).selections();
    if is_on(matches, "json") {
        let document = serde_json::json!({
            "terraform_version": language,
            "ordain_version": version,
            "platform": platform.to_string(),
            "provider_selections": selections,
            "terraform_outdated": false,
        });
        session.ui.line(&format!("{document:#}"));
    } else {
        session.ui.line(&format!("Ordain v{version}\non {platform}\nlanguage of Terraform v{language}"));
        for (address, version) in &selections {
            session.ui.line(&format!("+ provider {address} v{version}"));
        }
    }
    Exit::Done
}
