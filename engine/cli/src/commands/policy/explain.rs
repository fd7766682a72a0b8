//! `ordain policy explain`

use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};
use ordain_operations::repository::Repository;
use ordain_operations::{judging, plan_store, sealing};
use ordain_policy::{Bundle, Explained, Fate};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, output, switch, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["policy", "explain"],
    about: "Say why policies decide what they decide of a stored plan",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("plan").required(true).help("Stored plan: a file, or the URL of a blob"))
        .arg(Arg::new("rule").help("Only rules of this name, package or path; all when not given"))
        .arg(value("policies", "Directory of policies; policies/ of the repository when not given"))
        .arg(switch("json", false, "Machine-readable output"));
    output(command)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let path = text(matches, "plan").unwrap_or_default();
    let bytes = session.block_on(plan_store::read(&session.workdir, path));
    let bytes = bytes.map_err(|error| session.fail(error))?;
    let (file, _) = sealing::read(&session.workdir, path, &bytes).map_err(|error| session.fail(error))?;
    let bundle = super::bundle(session, text(matches, "policies"), Bundle::new)?;
    let repository = Repository::around(&session.workdir);
    let (explained, found) = judging::explain(&repository, &bundle, &Arc::new(file), text(matches, "rule"));
    if is_on(matches, "json") {
        let rows: serde_json::Value = explained.iter().map(Explained::json).collect();
        session.ui.line(&rows.to_string());
    } else {
        for one in &explained {
            let heading = session.ui.style().bold(&format!("{} ({}:{})", one.rule, one.place.0, one.place.1));
            session.ui.say(&format!("{heading}\n{}\n", told(&one.fate)));
        }
    }
    Ok(session.report(&found, &ordain_diag::Sources::new()))
}

fn told(fate: &Fate) -> String {
    let mut out = String::new();
    let named = |out: &mut String, pairs: &[(String, String)]| {
        for (name, value) in pairs {
            out.push_str(&format!("    where {name} = {value}\n"));
        }
    };
    match fate {
        Fate::Lacks(path) => out.push_str(&format!("  does not apply: the input has no {path}\n")),
        Fate::Fails(at, variables) => {
            out.push_str(&format!("  does not apply: it got as far as {at}\n"));
            named(&mut out, variables);
        }
        Fate::Says(sayings, left) => {
            for saying in sayings {
                let word = if saying.open.is_empty() { "says" } else { "may say" };
                out.push_str(&format!("  {word} {}\n", saying.value));
                named(&mut out, &saying.variables);
                for (condition, waits) in &saying.open {
                    out.push_str(&format!("    if {condition} (known with {})\n", waits.join(", ")));
                }
            }
            if *left > 0 {
                out.push_str(&format!("  and {left} more\n"));
            }
        }
    }
    out
}
