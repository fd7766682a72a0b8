//! `ordain plan`

use clap::{ArgMatches, Command};
use ordain_operations::plan_store;
use ordain_operations::planning::{Planned, plan, stored_form};
use ordain_plan::file::Digests;
use ordain_plan::{Action, Mode};

use super::Entry;
use crate::asking;
use crate::exit::Exit;
use crate::flags::{is_on, planning, switch, text, value};
use crate::render;
use crate::request;
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["plan"], about: "Show what would change, and store it as a plan", flags, run };

fn flags(command: Command) -> Command {
    planning(command)
        .arg(value("out", "Store the plan here: a file, or the URL of a container or blob"))
        .arg(switch("detailed-exitcode", false, "0 no changes, 1 error, 2 changes"))
        .arg(value("generate-config-out", "Write configuration for import blocks that have none"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    request::warn_of_old_flags(matches, session);
    let mut options = request::planning(matches, session, false, "OperationTypePlan")?;
    options.store = text(matches, "out").is_some();
    let project = match options.planner.mode {
        Mode::Destroy => request::project_or_none(session)?,
        _ => request::project(session)?,
    };
    asking::for_missing(session, &project, &mut options.given);
    let mut sources = project.sources.clone();
    let observer = session.ui.observer();
    let (mut planned, mut found) =
        session.block_on(plan(&session.workdir, &project, options, observer.clone(), &mut sources));
    drop(observer);
    if let Some(planned) = &planned {
        show(planned, session, is_on(matches, "show-sensitive"));
    }
    let stored = found.take(stored_form(&mut planned));
    let exit = session.report(&found, &sources);
    let Some(planned) = planned else { return Ok(exit) };
    let place = match (text(matches, "out"), &stored) {
        (Some(place), Some(stored)) => Some(store(session, &planned, stored, place)?),
        _ => None,
    };
    if exit == Exit::Failed || session.report(&denials(&planned), &sources) == Exit::Failed {
        return Ok(Exit::Failed);
    }
    if let Some(path) = text(matches, "generate-config-out").filter(|_| planned.generated) {
        let rule = "─".repeat(77);
        session.ui.line(&format!(
            "\n{rule}\n\nOrdain has generated configuration and written it to {path}. Please review\nthe configuration and edit it as necessary before adding it to version\ncontrol."
        ));
    }
    let digests = stored.as_ref().map(|(_, digests)| *digests);
    hint(&planned, session, place.as_deref().zip(digests));
    let changes = is_on(matches, "detailed-exitcode") && planned.file.plan.applyable;
    // The process ends here: what a large plan holds is given back as a whole, not piece by piece.
    std::mem::forget((planned, project));
    Ok(if changes { Exit::Changes } else { Exit::Done })
}

/// What policies deny. The plan is stored all the same, so that it can be looked at; it cannot be applied.
fn denials(planned: &Planned) -> ordain_diag::Diagnostics {
    let found = planned.decisions.as_ref().map(ordain_policy::report).unwrap_or_default();
    found.into_iter().filter(ordain_diag::Diagnostic::is_error).collect()
}

/// Shows the plan and what policies say of it.
pub fn show(planned: &Planned, session: &mut Session, show_sensitive: bool) {
    if !planned.begun {
        return;
    }
    let plan = &planned.file.plan;
    let style = session.ui.style();
    if let Some(machine) = session.ui.machine() {
        machine.plan(plan);
        if let Some(decisions) = &planned.decisions {
            machine.decisions(decisions);
        }
    }
    if session.ui.is_machine_only() {
        return;
    }
    let schemas = &planned.file.schemas;
    render::plan::pieces(plan, schemas, style, show_sensitive, &mut |piece| session.ui.say(piece));
    if let Some(decisions) = &planned.decisions {
        session.ui.say(&render::decisions::decisions(decisions, style));
    }
}

/// Whether applying the plan would do anything.
pub fn has_changes(planned: &Planned) -> bool {
    let plan = &planned.file.plan;
    plan.changes.iter().any(|change| {
        change.action != Action::NoOp || change.previous_address.is_some() || change.importing.is_some()
    }) || plan.outputs.iter().any(|output| output.action != Action::NoOp)
}

/// Stores the plan; gives the place where it is.
fn store(
    session: &mut Session,
    planned: &Planned,
    (bytes, digests): &(Vec<u8>, Digests),
    place: &str,
) -> Result<String, Exit> {
    let written = plan_store::write(&session.workdir, place, bytes, &planned.file, digests);
    session.block_on(written).map_err(|error| session.fail(error))
}

fn hint(planned: &Planned, session: &mut Session, out: Option<(&str, Digests)>) {
    if let (Some(machine), Some((path, _))) = (session.ui.machine(), out) {
        machine.log(&format!("Saved the plan to: {path}"));
    }
    let rule = "─".repeat(77);
    // Whoever runs this from a program knows what to do next.
    let automated = session.workdir.setting("IN_AUTOMATION").is_some();
    match out {
        Some((path, digests)) if automated => {
            session.ui.line(&format!("\n{rule}\n\nSaved the plan to: {path}\nRoot: {}", digests.root));
        }
        _ if automated => {}
        Some((path, digests)) => session.ui.line(&format!(
            "\n{rule}\n\nSaved the plan to: {path}\nRoot: {}\n\nTo perform exactly these actions, run the following command to apply:\n    ordain apply {path:?}",
            digests.root
        )),
        _ if planned.file.plan.applyable => session.ui.line(&format!(
            "\n{rule}\n\nNote: You didn't use the -out option to save this plan, so Ordain can't\nguarantee to take exactly these actions if you run \"ordain apply\" now."
        )),
        _ => {}
    }
}
