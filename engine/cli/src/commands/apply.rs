//! `ordain apply`, `ordain destroy` and `ordain refresh`

use std::collections::HashSet;
use std::sync::Arc;

use clap::{Arg, ArgMatches, Command};
use ordain_apply::{Applied, Counts, Stop};
use ordain_approval::Proof;
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_operations::applying::{self, Options};
use ordain_operations::planning::{Refresh, plan, stored_form};
use ordain_operations::sealing;
use ordain_plan::file::{Digests, PlanFile};
use ordain_plan::{Mode, Plan, Reason};

use super::plan::{has_changes, show};
use super::{Entry, output};
use crate::asking;
use crate::exit::Exit;
use crate::flags::{given_variables, is_on, planning, switch, text, texts};
use crate::render::style::Color;
use crate::request;
use crate::session::Session;

/// What planning says of an assertion that cannot be judged before the apply.
const CHECK_WAITS: &str = "Check block assertion known after apply";

/// What both planning and applying say of an assertion that does not hold.
const CHECK_FAILED: &str = "Check block assertion failed";

/// Row of `apply`.
pub const APPLY: Entry = Entry {
    words: &["apply"],
    about: "Carry out a stored plan, or plan, ask and carry out",
    flags: apply_flags,
    run: |matches, session| act(matches, session).unwrap_or_else(|exit| exit),
};

/// Row of `destroy`.
pub const DESTROY: Entry = Entry {
    words: &["destroy"],
    about: "Destroy everything that the configuration manages",
    flags: destroy_flags,
    run: |matches, session| fresh(matches, session, Some(Mode::Destroy)).unwrap_or_else(|exit| exit),
};

/// Row of `refresh`: `apply -refresh-only -auto-approve` under its older name.
pub const REFRESH: Entry = Entry {
    words: &["refresh"],
    about: "Take what is there into the state, and change nothing else",
    flags: shared_flags,
    run: |matches, session| fresh(matches, session, Some(Mode::RefreshOnly)).unwrap_or_else(|exit| exit),
};

fn apply_flags(command: Command) -> Command {
    shared_flags(command).arg(Arg::new("plan").help("Stored plan: a file, or the URL of a blob")).arg(switch(
        "resume",
        false,
        "Settle an apply that did not end",
    ))
}

fn shared_flags(command: Command) -> Command {
    planning(command).arg(switch("auto-approve", false, "Do not ask"))
}

fn destroy_flags(command: Command) -> Command {
    let about = "Taken for compatibility: objects that are let go of instead of destroyed are no error here";
    shared_flags(command).arg(switch("suppress-forget-errors", false, about))
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    if is_on(matches, "resume") {
        return resume(matches, session);
    }
    match text(matches, "plan") {
        Some(path) => stored(matches, session, path),
        None => fresh(matches, session, None),
    }
}

/// A stored plan. Nobody is asked: naming the file is the yes where no signatures are demanded.
fn stored(matches: &ArgMatches, session: &mut Session, path: &str) -> Result<Exit, Exit> {
    let bytes = ordain_operations::plan_store::read(&session.workdir, path);
    let bytes = session.block_on(bytes).map_err(|error| not_loaded(session, error))?;
    let forbidden = ["destroy", "refresh-only"].iter().any(|flag| is_on(matches, flag));
    let (file, digests) =
        sealing::read(&session.workdir, path, &bytes).map_err(|error| session.fail(error))?;
    sealing::demand_open(&file).map_err(|error| session.fail(error))?;
    let narrowed = !texts(matches, "target").is_empty() || !texts(matches, "replace").is_empty();
    if forbidden || narrowed {
        let detail = "The planning options -destroy, -refresh-only, -replace and -target were decided when the plan was made; they cannot be given with a saved plan file.";
        return Err(session.usage("Can't set planning options with a saved plan", detail));
    }
    let options = options(matches, session, Some(Proof::AutoApprove), true)?;
    if let Some(machine) = session.ui.machine().filter(|_| !file.plan.errored) {
        machine.changes(&file.plan, false);
    }
    // Whatever a stored plan does, carrying it out is an apply.
    carry_out(session, file, digests, options, Purpose::Apply)
}

/// A plan file that is not there is told as two errors, as tools know it.
fn not_loaded(session: &mut Session, error: Diagnostic) -> Exit {
    if !error.detail.starts_with("stat ") {
        return session.fail(error);
    }
    let why = Diagnostic::error(error.code, error.detail.clone(), "");
    let found = [Diagnostic { detail: String::new(), ..error }, why].into_iter().collect();
    session.report(&found, &Sources::new())
}

fn options(
    matches: &ArgMatches,
    session: &mut Session,
    proof: Option<Proof>,
    from_file: bool,
) -> Result<Options, Exit> {
    let planning = request::planning(matches, session, false, "OperationTypeApply")?;
    Ok(Options {
        locking: planning.locking,
        parallelism: planning.planner.parallelism,
        given: given_variables(matches),
        policies: planning.policies,
        proof,
        from_file,
        only_reads: false,
        stop: Arc::new(Stop::new()),
    })
}

/// Plans, shows, asks, and carries out exactly the plan that was shown. `mode` is the one that the command
/// itself stands for; without it the flags say.
fn fresh(matches: &ArgMatches, session: &mut Session, mode: Option<Mode>) -> Result<Exit, Exit> {
    request::warn_of_old_flags(matches, session);
    let mut wanted = request::planning(matches, session, mode == Some(Mode::Destroy), "OperationTypeApply")?;
    let refreshing = mode == Some(Mode::RefreshOnly);
    if refreshing {
        // Flags that it shares with other commands and that mean nothing to it are taken, as in Terraform.
        wanted.planner.refresh = Refresh::All;
        wanted.planner.mode = Mode::Normal;
        wanted.planner.only_reads = true;
    }
    let destroying = wanted.planner.mode == Mode::Destroy;
    if session.ui.is_machine_only() && !refreshing && !is_on(matches, "auto-approve") {
        let detail =
            "With -json nobody can be asked for approval. Apply a stored plan, or give -auto-approve.";
        return Err(session.usage("Plan file or auto-approve required", detail));
    }
    let project = match destroying || refreshing {
        true => request::project_or_none(session)?,
        false => request::project(session)?,
    };
    asking::for_missing(session, &project, &mut wanted.given);
    let given = wanted.given.clone();
    let mut sources = project.sources.clone();
    let observer = session.ui.observer();
    let (mut planned, mut found) =
        session.block_on(plan(&session.workdir, &project, wanted, observer.clone(), &mut sources));
    drop(observer);
    // The older name of -refresh-only does not tell of changes, only of what it reads.
    if let Some(planned) = planned.as_ref().filter(|_| !refreshing) {
        // Of a plan that came to nothing the errors say enough.
        if !planned.file.plan.errored || !planned.file.plan.changes.is_empty() {
            show(planned, session, is_on(matches, "show-sensitive"));
        }
    }
    let stored = found.take(stored_form(&mut planned));
    let unasked = refreshing || is_on(matches, "auto-approve");
    let asked_again = planned.as_ref().filter(|_| unasked).map(|planned| &planned.file.plan);
    let mut found = if refreshing { found } else { answered_by_apply(found, asked_again) };
    if refreshing && planned.as_ref().is_some_and(|planned| planned.file.plan.base.resources.is_empty()) {
        let detail =
            "There are currently no remote objects tracked in the state, so there is nothing to refresh.";
        found.push(Diagnostic::warning(codes::cli::USAGE, "Empty or non-existent state", detail));
    }
    let exit = session.report(&found, &sources);
    let (Some(planned), Exit::Done) = (planned, exit) else { return Ok(Exit::Failed) };
    let changes = has_changes(&planned);
    let Some((_, digests)) = stored else { return Ok(Exit::Failed) };
    let proof = if !changes || refreshing || is_on(matches, "auto-approve") {
        Proof::AutoApprove
    } else {
        confirm(session, destroying)?
    };
    let options = Options { only_reads: refreshing, given, ..options(matches, session, Some(proof), false)? };
    let purpose = match mode {
        Some(Mode::RefreshOnly) => Purpose::Refresh,
        Some(Mode::Destroy) => Purpose::Destroy,
        _ => Purpose::Apply,
    };
    carry_out(session, Arc::unwrap_or_clone(planned.file), digests, options, purpose)
}

/// Findings of planning without those that only say that this very apply will tell; where nobody is asked
/// before it, also without what it finds again: assertions, and what is read for a check block.
fn answered_by_apply(found: Diagnostics, unasked: Option<&Plan>) -> Diagnostics {
    if found.has_errors() {
        // There will be no apply.
        return found;
    }
    let changes = unasked.into_iter().flat_map(|plan| &plan.changes);
    let read = changes.filter(|change| change.reason == Some(Reason::ReadBecauseCheckNested));
    let read: HashSet<String> = read.map(|change| change.address.to_string()).collect();
    let again = |item: &Diagnostic| {
        let read_again = item.address.as_ref().is_some_and(|address| read.contains(address));
        item.summary == CHECK_WAITS || (unasked.is_some() && (item.summary == CHECK_FAILED || read_again))
    };
    let waits = |item: &Diagnostic| !item.is_error() && again(item);
    found.into_iter().filter(|item| !waits(item)).collect()
}

fn confirm(session: &mut Session, destroying: bool) -> Result<Proof, Exit> {
    let (question, note) = if destroying {
        (
            "Do you really want to destroy all resources?",
            "Ordain will destroy all your managed infrastructure, as shown above.\n  There is no undo. Only 'yes' will be accepted to confirm.",
        )
    } else {
        (
            "Do you want to perform these actions?",
            "Ordain will perform the actions described above.\n  Only 'yes' will be accepted to approve.",
        )
    };
    let question = session.ui.style().bold(question);
    let answer = session.ui.ask_anyway(&format!("\n{question}\n  {note}\n\n  Enter a value: "));
    match answer.as_deref().map(str::trim) {
        Some("yes") => Ok(Proof::Prompt),
        Some(_) => {
            session.ui.line(if destroying { "\nDestroy cancelled." } else { "\nApply cancelled." });
            Err(Exit::Failed)
        }
        None => {
            let detail = "The plan has changes, and nobody can be asked to approve them. Store the plan with plan -out and apply the file, or give -auto-approve.";
            Err(session.fail(Diagnostic::error(
                codes::approval::NOT_APPROVED,
                "Apply needs approval",
                detail,
            )))
        }
    }
}

/// What the whole command is for; it decides what is said at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Apply,
    Destroy,
    Refresh,
}

fn carry_out(
    session: &mut Session,
    file: PlanFile,
    digests: Digests,
    options: Options,
    purpose: Purpose,
) -> Result<Exit, Exit> {
    let observer = session.ui.observer();
    let stop = options.stop.clone();
    let workdir = session.workdir.clone();
    let watcher = observer.clone();
    let (applied, sources, found) = session.block_on(async move {
        let interrupts = tokio::spawn(interrupts(stop));
        let done = applying::apply(&workdir, file, digests, options, watcher).await;
        interrupts.abort();
        done
    });
    drop(observer);
    Ok(finish(session, applied, &sources, &found, purpose))
}

/// The first Ctrl-C asks to stop and waits for results; the second ends the process at once. The journal
/// then says what was begun.
async fn interrupts(stop: Arc<Stop>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.ask();
        crate::ui::interrupted(
            "\nInterrupt received. Waiting for what is under way, and starting nothing new.\nInterrupt again to stop at once; what is under way is then in doubt until apply -resume settles it.\n",
        );
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(1);
    }
}

fn finish(
    session: &mut Session,
    applied: Option<Applied>,
    sources: &Sources,
    found: &Diagnostics,
    purpose: Purpose,
) -> Exit {
    let done = applied.filter(|_| !found.has_errors());
    let destroying = purpose == Purpose::Destroy;
    let exit = session.report(found, sources);
    if let Some(applied) = done.as_ref().filter(|_| purpose != Purpose::Refresh) {
        let style = session.ui.style();
        let text = summary(&applied.counts, destroying);
        let line = style.bold(&style.paint(Color::Green, &text));
        session.ui.line(&format!("\n{line}"));
        if let Some(machine) = session.ui.machine() {
            machine.applied(&text, &applied.counts, destroying);
        }
    }
    if let Some(applied) = done.filter(|_| !destroying) {
        let outputs = &applied.stored.state.outputs;
        if let Some(machine) = session.ui.machine() {
            machine.outputs(outputs);
        }
        if !outputs.is_empty() {
            session.ui.line("\nOutputs:\n");
            session.ui.say(&output::list(outputs, false));
        }
    }
    exit
}

/// The line that other tools parse.
fn summary(counts: &Counts, destroying: bool) -> String {
    if destroying {
        return format!("Destroy complete! Resources: {} destroyed.", counts.destroyed);
    }
    let import = if counts.imported > 0 { format!("{} imported, ", counts.imported) } else { String::new() };
    format!(
        "Apply complete! Resources: {import}{} added, {} changed, {} destroyed.",
        counts.added, counts.changed, counts.destroyed
    )
}

fn resume(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let options = request::planning(matches, session, false, "OperationTypeApply")?;
    let (settled, found) = session.block_on(applying::resume(&session.workdir, &options.locking));
    let exit = session.report(&found, &Sources::new());
    match settled {
        Some(settled) => session.ui.line(&format!(
            "Settled: {} steps had ended and are in the state, {} were in doubt. Run plan to see what is left.",
            settled.done,
            settled.in_doubt.len()
        )),
        None if exit == Exit::Done => session.ui.line("There is nothing to settle."),
        None => {}
    }
    Ok(exit)
}
