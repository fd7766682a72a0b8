//! What is written down, and when: intent before effects, results before anything that waits for them.

use ordain_diag::Diagnostic;
use ordain_plan::{Change, StepKind};
use ordain_state::{Edit, Event as JournalEvent, Header, JournalWriter};

use super::Drive;

impl Drive<'_> {
    /// A step is about to begin. Where it has effects outside the state, gives what must be durable before.
    pub(super) async fn intend(
        &mut self,
        step: u32,
        what: &str,
        change: &Change,
        effects: bool,
    ) -> Option<JournalEvent> {
        self.ledger.begin(step);
        if !effects || self.halted {
            return None;
        }
        if self.journal.is_none() {
            match self.begin_journal().await {
                Ok(journal) => self.journal = Some(journal),
                Err(error) => self.halt(error),
            }
        }
        Some(JournalEvent::Started { step, what: format!("{what} {}", change.address) })
    }

    /// A journal is folded over a snapshot, so what is known so far is written first.
    async fn begin_journal(&mut self) -> Result<JournalWriter, Diagnostic> {
        let session = self.session;
        let state = self.state.clone();
        self.snapshot = session.store.write(&self.snapshot, state, &session.host.new_lineage).await?;
        let stored = &self.snapshot.state.lineage;
        let lineage =
            if stored.is_empty() { session.host.new_lineage.as_str().into() } else { stored.clone() };
        self.state.lineage = lineage;
        let header = Header {
            journal: 1,
            lineage: self.state.lineage.to_string(),
            serial: self.snapshot.state.serial,
            plan: session.journal.0.clone(),
            permit: session.journal.1.clone(),
        };
        session.store.begin_journal(&header).await
    }

    pub(super) async fn note(&mut self, event: &JournalEvent) {
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.buffer(event).await
        {
            self.halt(error);
        }
    }

    pub(super) async fn save(&mut self) {
        if !std::mem::take(&mut self.unsaved) {
            return;
        }
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.flush().await
        {
            self.halt(error);
        }
    }

    /// Without a journal nothing more may begin.
    pub(super) fn halt(&mut self, error: Diagnostic) {
        if !std::mem::replace(&mut self.halted, true) {
            self.found.push(error);
        }
    }

    /// Notes the end of a step. `why` says that it failed.
    pub(super) async fn end(&mut self, step: u32, edits: Vec<Edit>, why: Option<String>) {
        let well = why.is_none();
        self.write_down(step, edits, why).await;
        self.ledger.finish(step, well);
    }

    /// Notes that nobody knows whether a step took effect: the service took the request, and its end was not seen.
    pub(super) async fn doubt(&mut self, step: u32, kind: StepKind, change: &Change) {
        let what = match kind {
            StepKind::Create(_) => "create",
            StepKind::Update(_) => "update",
            _ => "destroy",
        };
        let event = JournalEvent::Started { step, what: format!("{what} {}", change.address) };
        self.note(&event).await;
        self.doubts.push(event);
    }

    /// Notes what a step left, before anything that waits for it may begin.
    pub(super) async fn write_down(&mut self, step: u32, edits: Vec<Edit>, why: Option<String>) {
        for edit in &edits {
            self.state.edit(edit.clone());
        }
        if self.journal.is_some() {
            self.unsaved = true;
            let event = match why {
                Some(why) => JournalEvent::Failed { step, why, edits },
                None => JournalEvent::Finished { step, edits },
            };
            self.note(&event).await;
        }
    }
}
