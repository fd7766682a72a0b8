//! What a crash left open: the journal is folded into the state, and what is in doubt is named.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_state::{StateStore, StepStatus, Stored};

/// What was settled.
pub struct Settled {
    /// The state as it is stored now.
    pub stored: Stored,
    /// Steps that ended before the crash.
    pub done: usize,
    /// What was begun and is not known to have ended: the action and the address.
    pub in_doubt: Vec<String>,
}

/// Folds the journal of an apply that did not end into the state and removes it. Objects that were being
/// changed or destroyed are in state, so the next plan reads them and says what is left to do. Of those
/// that were being made the state knows nothing: each is a warning. `None` without a journal. The caller
/// holds the lock.
pub async fn resume(store: &StateStore, stored: Stored) -> (Option<Settled>, Diagnostics) {
    let mut found = Diagnostics::new();
    let unfinished = match store.unfinished(&stored).await {
        Ok(Some(unfinished)) => unfinished,
        Ok(None) => return (None, found),
        Err(error) => return (None, error.into()),
    };
    let done = unfinished.steps.values().filter(|status| **status == StepStatus::Done).count();
    let in_doubt: Vec<String> = unfinished
        .steps
        .values()
        .filter_map(|status| match status {
            StepStatus::InDoubt(what) => Some(what.clone()),
            _ => None,
        })
        .collect();
    let lineage = stored.state.lineage.to_string();
    let stored = match store.write(&stored, unfinished.state, &lineage).await {
        Ok(stored) => stored,
        Err(error) => return (None, error.into()),
    };
    found.append(store.end_journal().await);
    for what in &in_doubt {
        let detail = match what.strip_prefix("create ") {
            Some(address) => format!(
                "{address} was being created when the apply ended, and nobody knows whether it was. Look for it; if \
                 it is there, import it or remove it before you apply again."
            ),
            None => format!(
                "It was about to {what} when the apply ended. The next plan reads the object and says what is left \
                 to do."
            ),
        };
        found.push(Diagnostic::warning(codes::apply::IN_DOUBT, "Step in doubt", detail));
    }
    (Some(Settled { stored, done, in_doubt }), found)
}
