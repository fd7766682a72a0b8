//! Work on a state under its lock.

use std::time::Duration;

use ordain_diag::{Diagnostic, Diagnostics};
use ordain_state::{LockInfo, State, StateStore, Stored};

/// How the lock is taken.
#[derive(Clone, Debug)]
pub struct Locking {
    /// Whether it is taken at all (`-lock=false`).
    pub enabled: bool,
    /// How long to wait for somebody else's.
    pub timeout: Duration,
    /// Who takes it and what for.
    pub info: LockInfo,
}

impl Locking {
    /// Takes the lock; gives what to give back later.
    ///
    /// # Errors
    /// Somebody else holds it until the timeout ends, or the store fails.
    pub async fn acquire(&self, store: &StateStore) -> Result<Held, Diagnostic> {
        if !self.enabled {
            return Ok(Held { store: None, id: String::new() });
        }
        let deadline = tokio::time::Instant::now() + self.timeout;
        let mut info = self.info.clone();
        if info.path.is_empty() {
            store.name().clone_into(&mut info.path);
        }
        let mut pause = Duration::from_millis(250);
        loop {
            match store.lock(&info).await {
                Ok(()) => return Ok(Held { store: Some(store.clone()), id: self.info.id.clone() }),
                Err(error) if tokio::time::Instant::now() + pause > deadline => return Err(error),
                Err(_) => tokio::time::sleep(pause).await,
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
    }
}

/// A lock that is held. Give it back with [`Held::release`]; a program that dies leaves it to
/// `force-unlock`.
#[must_use]
pub struct Held {
    store: Option<StateStore>,
    id: String,
}

impl Held {
    /// Gives the lock back.
    pub async fn release(self) -> Diagnostics {
        match self.store {
            Some(store) => store.unlock(&self.id).await.err().map(Diagnostics::from).unwrap_or_default(),
            None => Diagnostics::new(),
        }
    }
}

/// Reads a state, changes it, and writes it back, all under the lock. Nothing is written when `change`
/// fails or says that nothing is to be written.
///
/// # Errors
/// The lock, the store, or `change`.
pub async fn edit<T, E: From<Diagnostic>>(
    store: &StateStore,
    locking: &Locking,
    new_lineage: &str,
    change: impl FnOnce(&mut State) -> Result<(T, bool), E>,
) -> Result<T, E> {
    let held = locking.acquire(store).await?;
    let done = edit_locked(store, new_lineage, change).await;
    let released = held.release().await;
    match released.into_iter().next() {
        Some(error) if done.is_ok() => Err(error.into()),
        _ => done,
    }
}

async fn edit_locked<T, E: From<Diagnostic>>(
    store: &StateStore,
    new_lineage: &str,
    change: impl FnOnce(&mut State) -> Result<(T, bool), E>,
) -> Result<T, E> {
    let stored: Stored = store.read().await?;
    refuse_unfinished(store, &stored).await?;
    let mut next = stored.state.clone();
    let (answer, write) = change(&mut next)?;
    if write {
        store.write(&stored, next, new_lineage).await?;
    }
    Ok(answer)
}

/// A state beside which an apply left a journal is not whole: it must be settled first.
pub async fn refuse_unfinished(store: &StateStore, stored: &Stored) -> Result<(), Diagnostic> {
    match store.unfinished(stored).await? {
        None => Ok(()),
        Some(left) => Err(Diagnostic::error(
            ordain_diag::codes::apply::IN_DOUBT,
            "Unfinished apply",
            format!(
                "An apply of plan {} did not end. Nothing it made is lost: run apply with -resume, which settles \
                 what it left open and writes the state.",
                left.header.plan
            ),
        )),
    }
}
