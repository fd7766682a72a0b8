//! `ordain state …`: look at the state and change it by hand.

pub mod identities;
pub mod list;
pub mod mv;
pub mod pull;
pub mod push;
pub mod replace_provider;
pub mod rm;
pub mod show;

use std::time::Duration;

use clap::ArgMatches;
use ordain_addr::Target;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_operations::locked::Locking;
use ordain_operations::stores::{Stores, locking};
use ordain_operations::{Project, clock, stores};

use crate::exit::Exit;
use crate::flags::{is_on, seconds, text};
use crate::session::Session;

/// Opens the state of the working directory; what is wrong with it is shown.
pub fn open(session: &mut Session) -> Result<Stores, Exit> {
    let loaded = Project::load(&session.workdir);
    open_by(loaded, session)
}

/// The same for those who change it by hand: each time what it was is kept in a file of its own, so that no later
/// command overwrites it.
pub fn open_to_edit(session: &mut Session) -> Result<Stores, Exit> {
    let mut stores = open(session)?;
    if stores.backend.keeps_backup && session.workdir.state_files.backup.is_none() {
        let backup = free_backup(session, &stores).map_err(|error| session.fail(error))?;
        stores.state = stores.state.backing_up_to(backup);
    }
    Ok(stores)
}

/// A name for a backup with the second of now, or the next one that has none.
fn free_backup(session: &Session, stores: &Stores) -> Result<String, Diagnostic> {
    let names = (clock::now()..).map(|second| format!("{}.{second}.backup", stores.state.name()));
    for name in names {
        let there = session.block_on(stores.backend.blobs.get(&name)).map_err(|error| {
            let detail = format!("Whether there is a backup {name} cannot be told: {error}.");
            Diagnostic::error(codes::state::STATE_STORE, "Failed to look for backups", detail)
        })?;
        if there.is_none() {
            return Ok(name);
        }
    }
    Ok(format!("{}.backup", stores.state.name()))
}

/// The same for those who change no object in the state: modules need not be installed.
pub fn open_to_read(session: &mut Session) -> Result<Stores, Exit> {
    let loaded = Project::load_root(&session.workdir);
    open_by(loaded, session)
}

fn open_by((project, found): (Project, Diagnostics), session: &mut Session) -> Result<Stores, Exit> {
    if found.has_errors() {
        return Err(session.report(&found, &project.sources));
    }
    Stores::open(&session.workdir, &project).map_err(|errors| session.report(&errors, &project.sources))
}

/// How this command takes the lock.
pub fn lock_of(matches: &ArgMatches, session: &Session, stores: &Stores, operation: &str) -> Locking {
    let timeout = text(matches, "lock-timeout").and_then(seconds).unwrap_or(0.0);
    let enabled = is_on(matches, "lock") || matches.try_get_one::<bool>("lock").is_err();
    locking(&session.workdir, stores.state.name(), operation, enabled, Duration::from_secs_f64(timeout))
}

/// A fresh lineage for a state that has none.
pub fn lineage(session: &Session) -> String {
    stores::new_id(&session.workdir)
}

/// Reads an address; what is wrong with it is shown.
pub fn target(session: &mut Session, text: &str) -> Result<Target, Exit> {
    Target::parse(text).map_err(|error| {
        let detail = format!("{text:?}: {error}");
        session.usage(error.summary, &detail)
    })
}

/// Reads several addresses; what is wrong with any of them is shown.
pub fn targets(session: &mut Session, texts: &[String]) -> Result<Vec<Target>, Exit> {
    let read: Vec<_> = texts.iter().map(|text| target(session, text)).collect();
    read.into_iter().collect()
}
