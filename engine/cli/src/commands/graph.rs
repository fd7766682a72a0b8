//! `ordain graph`

use clap::{ArgMatches, Command};
use ordain_operations::graphing::{self, Drawn};
use ordain_operations::{plan_store, sealing};

use super::Entry;
use super::state::open_to_read;
use crate::exit::Exit;
use crate::flags::{output, switch, text, value, variables};
use crate::render::graph::{Operations, Resources};
use crate::request;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["graph"],
    about: "Draw what depends on what, in DOT or Mermaid",
    flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

fn kind_of(word: &str) -> Option<Drawn> {
    match word {
        "plan" | "plan-refresh-only" => Some(Drawn::Plan),
        "plan-destroy" => Some(Drawn::PlanDestroy),
        "apply" => Some(Drawn::Apply),
        _ => None,
    }
}

fn flags(command: Command) -> Command {
    let command = command
        .arg(value(
            "type",
            "plan, plan-refresh-only, plan-destroy or apply; only the resources when not given",
        ))
        .arg(value("plan", "Draw the steps of this stored plan"))
        .arg(value("format", "dot or mermaid").default_value("dot"))
        .arg(switch("draw-cycles", false, "Cycles are reported with the nodes on them, drawn or not"))
        .arg(value("module-depth", "Accepted for compatibility"));
    output(variables(command))
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let kind = text(matches, "type").filter(|kind| !kind.is_empty());
    if kind.is_some_and(|kind| kind_of(kind).is_none()) {
        let detail = "The -type=... argument must be either \"plan\", \"plan-refresh-only\", \"plan-destroy\", or \"apply\".";
        return Err(session.usage("Unsupported graph type", detail));
    }
    let mermaid = match text(matches, "format").unwrap_or("dot") {
        "dot" => false,
        "mermaid" => true,
        other => {
            let detail = format!("-format={other}: the formats are dot and mermaid.");
            return Err(session.usage("Unsupported graph format", &detail));
        }
    };
    let drawn = match text(matches, "plan") {
        Some(path) => {
            let bytes = session.block_on(plan_store::read(&session.workdir, path));
            let bytes = bytes.map_err(|error| session.fail(error))?;
            let (file, _) =
                sealing::read(&session.workdir, path, &bytes).map_err(|error| session.fail(error))?;
            draw(&Operations::of_plan(&file.plan), mermaid)
        }
        None => {
            let project = request::project_or_none(session)?;
            let (outline, found) = session.block_on(graphing::outline(&session.workdir, &project));
            if session.report(&found, &project.sources) == Exit::Failed {
                return Err(Exit::Failed);
            }
            match kind.and_then(kind_of) {
                Some(drawn) => {
                    let stores = open_to_read(session)?;
                    let state =
                        session.block_on(stores.state.read()).map_err(|error| session.fail(error))?.state;
                    let outline = graphing::drawn(outline, drawn, &project.tree, &state);
                    draw(&Operations::of_outline(&outline, drawn == Drawn::Plan), mermaid)
                }
                None if mermaid => Resources::of(&outline).mermaid(),
                None => Resources::of(&outline).dot(),
            }
        }
    };
    session.ui.say(&drawn);
    Ok(Exit::Done)
}

fn draw(graph: &Operations, mermaid: bool) -> String {
    if mermaid { graph.mermaid() } else { graph.dot() }
}
