//! `ordain state mv`

use clap::{Arg, ArgMatches, Command};
use ordain_addr::Target;
use ordain_diag::{Diagnostics, Sources};
use ordain_operations::StateFiles;
use ordain_operations::locked::edit;
use ordain_operations::moving::{move_objects, transfer};
use ordain_operations::state_commands::refuse_absent;
use ordain_operations::stores::Stores;

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, locking, state_files, switch, text, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry =
    Entry { words: &["state", "mv"], about: "Give objects of the state another address", flags, run };

fn flags(command: Command) -> Command {
    let command = command
        .arg(Arg::new("from").required(true).help("Present address"))
        .arg(Arg::new("to").required(true).help("New address"))
        .arg(switch("dry-run", false, "Only say what would be moved"))
        .arg(value("backup-out", "Keep what -state-out held before here (legacy)"))
        .arg(switch("ignore-remote-version", false, "Accepted for compatibility"));
    state_files(locking(command))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    act(matches, session).unwrap_or_else(|exit| exit)
}

fn act(matches: &ArgMatches, session: &mut Session) -> Result<Exit, Exit> {
    let [from, to] =
        ["from", "to"].map(|name| super::target(session, text(matches, name).unwrap_or_default()));
    let (from, to) = (from?, to?);
    let dry = is_on(matches, "dry-run");
    if let Some(other) = session.workdir.state_files.out.take() {
        return between(matches, session, (&from, &to), &other);
    }
    let stores = super::open_to_edit(session)?;
    let lock = super::lock_of(matches, session, &stores, "state-mv");
    let lineage = super::lineage(session);
    let change = |state: &mut ordain_state::State| -> Result<_, Diagnostics> {
        refuse_absent(state)?;
        Ok((move_objects(state, &from, &to)?, !dry))
    };
    session.block_on(edit(&stores.state, &lock, &lineage, change)).map_err(|error| session.fail(error))?;
    Ok(tell(session, (&from, &to), dry))
}

fn tell(session: &mut Session, (from, to): (&Target, &Target), dry: bool) -> Exit {
    let (from, to) = (from.to_string(), to.to_string());
    session.ui.line(&format!("{} {from:?} to {to:?}", if dry { "Would move" } else { "Move" }));
    if !dry {
        session.ui.line("Successfully moved 1 object(s).");
    }
    Exit::Done
}

/// Moves objects to the state in another file. That one is written first: if the second write fails, an object
/// is known twice rather than not at all.
fn between(
    matches: &ArgMatches,
    session: &mut Session,
    (from, to): (&Target, &Target),
    other: &str,
) -> Result<Exit, Exit> {
    let dry = is_on(matches, "dry-run");
    let source = super::open_to_edit(session)?;
    let backup = text(matches, "backup-out").map(str::to_owned);
    let files = StateFiles { state: Some(other.to_owned()), backup, ..StateFiles::default() };
    let own = std::mem::replace(&mut session.workdir.state_files, files);
    let target = super::open(session);
    session.workdir.state_files = own;
    let target = target?;
    let (lineage, locks) = (
        super::lineage(session),
        [&source, &target].map(|stores| super::lock_of(matches, session, stores, "state-mv")),
    );
    let [source_lock, target_lock] = &locks;
    let (done, left) = session.block_on(async {
        let mut left = Diagnostics::new();
        let held = match source_lock.acquire(&source.state).await {
            Ok(held) => held,
            Err(error) => return (Err(error.into()), left),
        };
        let also_held = target_lock.acquire(&target.state).await;
        let moved = match &also_held {
            Ok(_) => transfer_locked((&source, &target), (from, to), &lineage, dry).await,
            Err(error) => Err(error.clone().into()),
        };
        if let Ok(also_held) = also_held {
            left.append(also_held.release().await);
        }
        left.append(held.release().await);
        (moved, left)
    });
    session.report(&left, &Sources::new());
    done.map_err(|error| session.fail(error))?;
    Ok(tell(session, (from, to), dry))
}

async fn transfer_locked(
    (source, target): (&Stores, &Stores),
    (from, to): (&Target, &Target),
    lineage: &str,
    dry: bool,
) -> Result<(), Diagnostics> {
    let (stored, other) = (source.state.read().await?, target.state.read().await?);
    let (mut here, mut there) = (stored.state.clone(), other.state.clone());
    transfer(&mut here, &mut there, from, to)?;
    if !dry {
        target.state.write(&other, there, lineage).await?;
        source.state.write(&stored, here, lineage).await?;
    }
    Ok(())
}
