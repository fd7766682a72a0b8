//! Settles the backend: what is declared, what was settled before, and the states that have to come along.

use std::collections::BTreeMap;

use ordain_backends::table::Backend;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_state::{Blobs, DEFAULT_WORKSPACE, Expect, State};

use super::{Dialogue, News, Options};
use crate::backend::{self, Choice, Saved};
use crate::locked::refuse_unfinished;
use crate::{Project, Workdir};

/// What becomes of the backend.
enum Turn {
    /// It is what it was.
    Same(Choice),
    /// One is declared where none was settled.
    First(Choice),
    /// Another one than was settled, or with other settings.
    Changed(Choice, Choice),
    /// None is declared any more.
    Gone(Choice),
    /// There is none, and was none.
    Never,
}

pub async fn settle(
    workdir: &Workdir,
    project: &mut Project,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Result<Diagnostics, Diagnostics> {
    let (block, mut found) = backend::declared(project);
    if found.has_errors() {
        return Err(found);
    }
    let mut wanted = block.clone();
    if let Some(choice) = &mut wanted {
        let sources = &mut project.sources;
        found.append(backend::add_arguments(choice, workdir, &options.backend_config, sources));
    } else if !options.backend_config.is_empty() {
        let detail = "-backend-config was used without a \"backend\" block in the configuration: there is no backend to configure.";
        found.push(Diagnostic::warning(
            codes::config::INVALID_BLOCK,
            "Missing backend configuration",
            detail,
        ));
    }
    if found.has_errors() {
        return Err(found);
    }
    let saved = backend::saved(workdir);
    let given = !options.backend_config.is_empty();
    let turn = turn(block.as_ref(), wanted, saved.filter(|_| !options.reconfigure), given);
    let settled = carry_out(workdir, turn, options, talk).await?;
    backend::save(workdir, settled.as_ref(), block.as_ref())?;
    Ok(found)
}

fn turn(block: Option<&Choice>, wanted: Option<Choice>, saved: Option<Saved>, given: bool) -> Turn {
    match (block, wanted, saved) {
        (None, _, None) | (_, None, None) => Turn::Never,
        (None, _, Some(saved)) | (_, None, Some(saved)) => Turn::Gone(saved.choice),
        (Some(_), Some(wanted), None) => Turn::First(wanted),
        (Some(block), Some(_), Some(saved)) if !given && saved.is_of(block) => Turn::Same(saved.choice),
        (Some(_), Some(wanted), Some(saved)) if saved.choice == wanted => Turn::Same(wanted),
        (Some(_), Some(wanted), Some(saved)) => Turn::Changed(saved.choice, wanted),
    }
}

/// What is settled then.
async fn carry_out(
    workdir: &Workdir,
    turn: Turn,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Result<Option<Choice>, Diagnostic> {
    let (old, new) = match &turn {
        Turn::Never => return Ok(None),
        Turn::Same(choice) => {
            backend::connect(workdir, choice)?;
            return Ok(Some(choice.clone()));
        }
        Turn::First(new) => (Choice::local(), new.clone()),
        Turn::Changed(old, new) => (old.clone(), new.clone()),
        Turn::Gone(old) => (old.clone(), Choice::local()),
    };
    let first = matches!(turn, Turn::First(_));
    if !first && !options.migrate {
        return Err(changed());
    }
    let target = backend::connect(workdir, &new)?;
    match &turn {
        Turn::Changed(..) => talk.tell(&News::Changed),
        Turn::Gone(old) => talk.tell(&News::Unsetting(old.kind.clone())),
        _ => {}
    }
    let source = backend::connect(workdir, &old)?;
    // Where nothing was settled, there may be states of the time before.
    for workspace in migrate(&source, &target, options, talk).await? {
        if first && workspace == DEFAULT_WORKSPACE {
            set_aside(&source, &target).await?;
        }
        talk.tell(&News::Copied(workspace));
    }
    match turn {
        Turn::Gone(old) => {
            talk.tell(&News::Unset(old.kind));
            Ok(None)
        }
        _ => {
            talk.tell(&News::Configured(new.kind.clone()));
            Ok(Some(new))
        }
    }
}

fn changed() -> Diagnostic {
    Diagnostic::error(
        codes::state::STATE_STORE,
        "Backend configuration changed",
        "The backend that is declared is not the one that was settled here before, and states may have to come along. \
         Run \"init -migrate-state\" to copy them, or \"init -reconfigure\" to leave them where they are.",
    )
}

/// Copies the states of all workspaces, if there are any and the user agrees.
async fn migrate(
    source: &Backend,
    target: &Backend,
    options: &Options,
    talk: &mut dyn Dialogue,
) -> Result<Vec<String>, Diagnostic> {
    let mut states: BTreeMap<String, State> = BTreeMap::new();
    let mut replaced = Vec::new();
    for workspace in source.workspaces().await? {
        let store = source.state(&workspace);
        let stored = store.read().await?;
        // What an apply left open is beside this state, and would not come along.
        refuse_unfinished(&store, &stored).await?;
        let present = target.state(&workspace).read().await?;
        // The same blob under another name of its place, or one that was copied before.
        let same =
            (&stored.state.lineage, stored.state.serial) == (&present.state.lineage, present.state.serial);
        if stored.state.is_empty() || same {
            continue;
        }
        if !present.state.is_empty() {
            replaced.push(format!("{workspace:?}"));
        }
        states.insert(workspace, stored.state);
    }
    if states.is_empty() {
        return Ok(Vec::new());
    }
    if !options.force_copy {
        let mut question = "Do you want to copy existing state to the new backend?".to_owned();
        if !replaced.is_empty() {
            question
                .push_str(&format!("\n  It has one already for {}, which is replaced.", replaced.join(", ")));
        }
        match talk.confirm(&question) {
            Some(true) => {}
            Some(false) => return Ok(Vec::new()),
            None => {
                return Err(Diagnostic::error(
                    codes::state::STATE_STORE,
                    "Can't ask approval for state migration when interactive input is disabled.",
                    "Please remove the \"-input=false\" option and try again, or give -force-copy to copy the state without \
                     being asked.",
                ));
            }
        }
    }
    let mut copied = Vec::new();
    for (workspace, state) in states {
        let store = target.state(&workspace);
        let present = store.read().await?;
        store.replace(&present, state).await?;
        copied.push(workspace);
    }
    Ok(copied)
}

/// The state of a directory that had no backend stays as a backup only: nobody is to go on with it by mistake.
async fn set_aside(source: &Backend, target: &Backend) -> Result<(), Diagnostic> {
    let name = source.names.blob(DEFAULT_WORKSPACE);
    if source.keeps_backup && target.keeps_backup && name == target.names.blob(DEFAULT_WORKSPACE) {
        return Ok(());
    }
    let failed = |error: ordain_state::BlobError| {
        let detail = format!("{name} was copied, but cannot be set aside as {name}.backup: {error}.");
        Diagnostic::error(codes::state::STATE_STORE, "Failed to set the local state aside", detail)
    };
    let blobs: &dyn Blobs = &*source.blobs;
    let Some((bytes, _)) = blobs.get(&name).await.map_err(failed)? else { return Ok(()) };
    blobs.put(&format!("{name}.backup"), bytes, Expect::Anything).await.map_err(failed)?;
    blobs.delete(&name).await.map_err(failed)
}
