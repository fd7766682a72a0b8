//! `ordain explain`

use clap::{Arg, ArgMatches, Command};
use ordain_diag::{Diagnostic, codes};
use ordain_operations::explaining::{Cause, Explainer, Link};
use ordain_operations::{Project, plan_store, sealing, snapshot};

use super::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, output, switch, text};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["explain"],
    about: "Say why an instance changes: from what forces the change back to where it came from",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("address").required(true).help("Address of the instance"))
        .arg(Arg::new("plan").required(true).help("Stored plan: a file, or the URL of a blob"))
        .arg(switch("json", false, "Machine-readable output"));
    output(command)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let given = text(matches, "address").unwrap_or_default();
    let address = ordain_addr::parse_instance(given)
        .map_err(|error| session.usage("Invalid address", &format!("{given:?}: {error}")))?;
    let path = text(matches, "plan").unwrap_or_default();
    let bytes = session.block_on(plan_store::read(&session.workdir, path));
    let bytes = bytes.map_err(|error| session.fail(error))?;
    let (file, _) = sealing::read(&session.workdir, path, &bytes).map_err(|error| session.fail(error))?;
    let (project, _) = Project::from_snapshot(snapshot::source_set(&file));
    let explainer = Explainer::new(&file.plan, &project.tree, &project.sources);
    let Some(change) = explainer.change(&address) else {
        let detail =
            format!("The plan says nothing about {address}. Run show on it to see what it is about.");
        return Err(session.fail(Diagnostic::error(
            codes::cli::USAGE,
            "No such instance in the plan",
            detail,
        )));
    };
    let cause = explainer.cause(change);
    if is_on(matches, "json") {
        let mut document = cause.json();
        if let Some(object) = document.as_object_mut() {
            object.insert("address".into(), cause.address.clone().into());
            object.insert("actions".into(), cause.actions.iter().copied().collect());
        }
        session.ui.line(&document.to_string());
    } else {
        let heading = session.ui.style().bold(&format!("{}: {}", cause.address, cause.actions.join(", ")));
        session.ui.say(&told(&cause, &heading));
    }
    Ok(Exit::Done)
}

fn told(cause: &Cause, heading: &str) -> String {
    let mut out = format!("{heading}\n{}\n", cause.because);
    if !cause.chain.is_empty() {
        out.push('\n');
        out.push_str(&way(&cause.chain));
    }
    if !cause.unknown.is_empty() {
        out.push_str("\nNot known before apply:\n");
        for (name, links) in &cause.unknown {
            match links.last() {
                Some(last) if links.len() == 1 => out.push_str(&format!("  {name}: {}\n", last.says)),
                _ => {
                    out.push_str(&format!("  {name}:\n"));
                    out.extend(way(links).lines().map(|line| format!("  {line}\n")));
                }
            }
        }
    }
    out
}

fn way(links: &[Link]) -> String {
    let lines = links.iter().enumerate().map(|(at, link)| {
        let arrow = if at == 0 { "  " } else { "  <- " };
        let place = link.place.as_ref().map(|place| format!("  ({place})")).unwrap_or_default();
        let says = if link.says.is_empty() { String::new() } else { format!(": {}", link.says) };
        format!("{arrow}{}{place}{says}\n", link.subject)
    });
    lines.collect()
}
