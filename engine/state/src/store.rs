//! State kept in a store: lineage, serial, lock, backup and journal, written once on top of [`Blobs`].

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::journal::{self, Event, Header};
use crate::{BlobError, Blobs, Expect, LockInfo, State, StepStatus, Version, v4};

/// The state of one workspace in one store.
#[derive(Clone)]
pub struct StateStore {
    blobs: Arc<dyn Blobs>,
    name: String,
    backup: Option<String>,
    /// Blob that is read as long as nothing was written, when it is another one.
    source: Option<String>,
}

/// A state as it was read, and what is needed to replace exactly this one.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The state; empty when the store holds none.
    pub state: State,
    /// Version of the blob; `None` when there is none.
    pub version: Option<Version>,
    /// Whether what was there before the operation is in the backup already.
    pub backed_up: bool,
}

/// An apply that did not end: what it was and how far it got.
#[derive(Debug)]
pub struct Unfinished {
    /// What the journal belongs to.
    pub header: Header,
    /// Status of every step that was begun.
    pub steps: std::collections::BTreeMap<u32, StepStatus>,
    /// The state with everything that is known to have happened.
    pub state: State,
}

impl StateStore {
    /// A state in the blob `name`; the state that the first write replaces is copied to `backup`.
    pub fn new(blobs: Arc<dyn Blobs>, name: impl Into<String>, backup: Option<String>) -> Self {
        Self { blobs, name: name.into(), backup, source: None }
    }

    /// The same, begun from the state in another blob, which is left as it is.
    #[must_use]
    pub fn reading(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into()).filter(|source| *source != self.name);
        self
    }

    /// The same, with the copy of what is replaced in another blob. A store that makes no copies goes on making none.
    #[must_use]
    pub fn backing_up_to(mut self, backup: impl Into<String>) -> Self {
        self.backup = self.backup.map(|_| backup.into());
        self
    }

    /// Name of the blob.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes the lock.
    pub async fn lock(&self, info: &LockInfo) -> Result<(), Diagnostic> {
        self.blobs.lock(&self.name, info).await.map_err(|error| lock_error(&error))
    }

    /// Gives the lock back.
    pub async fn unlock(&self, id: &str) -> Result<(), Diagnostic> {
        self.blobs.unlock(&self.name, id).await.map_err(|error| {
            let detail =
                format!("The lock {id} could not be given back: {error}. Use force-unlock if it stays.");
            Diagnostic::error(codes::state::STATE_LOCK, "Error releasing the state lock", detail)
        })
    }

    /// Reads the state.
    pub async fn read(&self) -> Result<Stored, Diagnostic> {
        let Some(source) = &self.source else { return self.read_own().await };
        let begun = Self::new(self.blobs.clone(), source.clone(), None).read_own().await?;
        // What is overwritten is backed up by nobody: it is not the state that was read.
        let replaced = self.blobs.get(&self.name).await.map_err(|error| self.failed("read", &error))?;
        Ok(Stored { version: replaced.map(|(_, version)| version), backed_up: true, ..begun })
    }

    async fn read_own(&self) -> Result<Stored, Diagnostic> {
        match self.blobs.get(&self.name).await.map_err(|error| self.failed("read", &error))? {
            None => Ok(Stored { state: State::default(), version: None, backed_up: false }),
            Some((bytes, version)) => {
                let state = match v4::read(&bytes) {
                    Ok(state) => state.unwrap_or_default(),
                    Err(error) => return Err(self.with_way_out(error).await),
                };
                Ok(Stored { state, version: Some(version), backed_up: false })
            }
        }
    }

    /// An error about a state that cannot be read says that nothing changed, and which backup can be.
    async fn with_way_out(&self, mut error: Diagnostic) -> Diagnostic {
        let mut kept = None;
        if let Some(backup) = &self.backup
            && let Ok(Some((bytes, _))) = self.blobs.get(backup).await
            && v4::read(&bytes).is_ok()
        {
            kept = Some(backup);
        }
        error.detail.push_str("\n\nThe state was left as it is.");
        if let Some(backup) = kept {
            let way = format!(
                " {backup} holds the state before the last change and can be read: look at it with \"show {backup}\", and \
                 put it in the place of {} if it is the better one.",
                self.name
            );
            error.detail.push_str(&way);
        }
        error
    }

    /// Writes `next` in place of what was read, unless both are the same but for their serial, or there
    /// was no state and there is nothing to keep. The
    /// serial grows by one; a state without lineage takes the one that was read, or `new_lineage`.
    pub async fn write(
        &self,
        previous: &Stored,
        next: State,
        new_lineage: &str,
    ) -> Result<Stored, Diagnostic> {
        let mut next = next;
        let old = &previous.state;
        if !old.lineage.is_empty() {
            if !next.lineage.is_empty() && next.lineage != old.lineage {
                return Err(mismatch(&next, old));
            }
            next.lineage = old.lineage.clone();
        } else if next.lineage.is_empty() {
            next.lineage = new_lineage.into();
        }
        if previous.version.is_none() && next.is_empty() && next.check_results.is_none() {
            return Ok(previous.clone());
        }
        if previous.version.is_some() {
            next.serial = old.serial;
            if v4::write(&next)? == v4::write(old)? {
                return Ok(previous.clone());
            }
        }
        next.serial = old.serial.max(next.serial) + 1;
        self.replace(previous, next).await
    }

    /// Writes `next` exactly as it is in place of what was read (`state push`, migrations).
    pub async fn replace(&self, previous: &Stored, next: State) -> Result<Stored, Diagnostic> {
        let bytes = v4::write(&next)?;
        if let (Some(backup), true) = (&self.backup, previous.version.is_some() && !previous.backed_up) {
            let old = v4::write(&previous.state)?;
            self.blobs
                .put(backup, old, Expect::Anything)
                .await
                .map_err(|error| self.failed("back up", &error))?;
        }
        let expect = previous.version.clone().map_or(Expect::Absent, Expect::Version);
        let version =
            self.blobs.put(&self.name, bytes, expect).await.map_err(|error| self.failed("write", &error))?;
        Ok(Stored { state: next, version: Some(version), backed_up: true })
    }

    /// Removes the state (`workspace delete`).
    pub async fn delete(&self) -> Result<(), Diagnostic> {
        for name in self.backup.iter().chain([&self.name]) {
            self.blobs.delete(name).await.map_err(|error| self.failed("delete", &error))?;
        }
        Ok(())
    }

    /// Begins a journal, which is durable when this returns. Fails when one is there: an apply did not
    /// end, see [`StateStore::unfinished`].
    pub async fn begin_journal(&self, header: &Header) -> Result<JournalWriter, Diagnostic> {
        let first = journal::header_line(header)?;
        let name = journal_name(&self.name);
        match self.blobs.put(&name, first, Expect::Absent).await {
            Ok(_) => Ok(JournalWriter { store: self.clone(), name, chunk: 0, buffer: Vec::new() }),
            Err(BlobError::Precondition) => Err(Diagnostic::error(
                codes::apply::IN_DOUBT,
                "Unfinished apply",
                "An earlier apply of this state did not end. Run apply with -resume first, which settles what \
                 it left open.",
            )),
            Err(error) => Err(self.failed("write the journal of", &error)),
        }
    }

    /// What an apply left that did not end; `None` when there is no journal. `stored` is the snapshot.
    pub async fn unfinished(&self, stored: &Stored) -> Result<Option<Unfinished>, Diagnostic> {
        let name = journal_name(&self.name);
        let Some((mut bytes, _)) = self.blobs.get(&name).await.map_err(|e| self.failed("read", &e))? else {
            return Ok(None);
        };
        for chunk in self.blobs.list(&chunk_prefix(&name)).await.map_err(|e| self.failed("read", &e))? {
            if let Some((more, _)) = self.blobs.get(&chunk).await.map_err(|e| self.failed("read", &e))? {
                bytes.extend(more);
            }
        }
        let Some((header, events)) = journal::parse(&bytes)? else { return Ok(None) };
        let mut state = stored.state.clone();
        if stored.version.is_none() {
            state.lineage = header.lineage.as_str().into();
        }
        if *header.lineage != *state.lineage || state.serial < header.serial {
            return Err(Diagnostic::error(
                codes::state::STATE_MISMATCH,
                "Journal of another state",
                format!(
                    "The journal beside the state belongs to lineage {} serial {}, the state is lineage {} \
                     serial {}. Restore the state that fits.",
                    header.lineage, header.serial, state.lineage, state.serial
                ),
            ));
        }
        let steps = journal::fold(&mut state, events);
        Ok(Some(Unfinished { header, steps, state }))
    }

    /// Removes the journal, after the snapshot that contains it is durable.
    pub async fn end_journal(&self) -> Diagnostics {
        let name = journal_name(&self.name);
        let mut names = self.blobs.list(&chunk_prefix(&name)).await.unwrap_or_default();
        // The header goes last: as long as it is there, the journal is.
        names.push(name);
        let mut diagnostics = Diagnostics::new();
        for name in names {
            if let Err(error) = self.blobs.delete(&name).await {
                diagnostics.push(self.failed("remove the journal of", &error));
            }
        }
        diagnostics
    }

    fn failed(&self, verb: &str, error: &BlobError) -> Diagnostic {
        let (code, summary) = match error {
            BlobError::Precondition => {
                (codes::state::STATE_MISMATCH, "State was changed meanwhile".to_owned())
            }
            _ => (codes::state::STATE_STORE, format!("Failed to {verb} the state")),
        };
        Diagnostic::error(code, summary, format!("{}: {error}.", self.name))
    }
}

fn mismatch(next: &State, old: &State) -> Diagnostic {
    Diagnostic::error(
        codes::state::STATE_MISMATCH,
        "State of another lineage",
        format!("The state to write has lineage {}, the stored one has {}.", next.lineage, old.lineage),
    )
}

fn lock_error(error: &BlobError) -> Diagnostic {
    let detail = match error {
        BlobError::Locked(info) => format!(
            "Error message: the state is locked\nLock Info:\n  ID:        {}\n  Path:      {}\n  Operation: {}\n  \
             Who:       {}\n  Version:   {}\n  Created:   {}\n  Info:      {}\n\nSomebody else is working on this \
             state. Wait for them, or use -lock-timeout. If the lock was left behind by a program that died, use \
             force-unlock with the ID above.",
            info.id, info.path, info.operation, info.who, info.version, info.created, info.info
        ),
        other => format!("Error message: {other}."),
    };
    Diagnostic::error(codes::state::STATE_LOCK, "Error acquiring the state lock", detail)
}

/// Beside the state, hidden where names with a dot are.
fn journal_name(state: &str) -> String {
    match state.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/.{file}.journal"),
        None => format!(".{state}.journal"),
    }
}

fn chunk_prefix(journal: &str) -> String {
    format!("{journal}.")
}

/// Writes events. Made by [`StateStore::begin_journal`].
pub struct JournalWriter {
    store: StateStore,
    name: String,
    chunk: u32,
    buffer: Vec<u8>,
}

/// Buffered events are written at the latest when they are this many bytes.
const BUFFER_LIMIT: usize = 1 << 20;

impl JournalWriter {
    /// Takes events that need not be durable yet: those of steps without effect outside the state.
    pub async fn buffer(&mut self, event: &Event) -> Result<(), Diagnostic> {
        self.buffer.extend(journal::event_line(event)?);
        if self.buffer.len() >= BUFFER_LIMIT { self.flush().await } else { Ok(()) }
    }

    /// Makes everything durable that was buffered, in one write.
    pub async fn flush(&mut self) -> Result<(), Diagnostic> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.buffer);
        let appended = match self.chunk {
            0 => self.store.blobs.append(&self.name, &bytes).await,
            _ => Err(BlobError::Unsupported("append")),
        };
        match appended {
            Err(BlobError::Unsupported(_)) => {
                self.chunk += 1;
                let name = format!("{}{:08}", chunk_prefix(&self.name), self.chunk);
                let put = self.store.blobs.put(&name, bytes, Expect::Absent).await;
                put.map(|_| ()).map_err(|error| self.store.failed("write the journal of", &error))
            }
            other => other.map_err(|error| self.store.failed("write the journal of", &error)),
        }
    }
}
