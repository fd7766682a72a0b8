//! A plan on its way into its stored form, by a thread of its own: meanwhile people are shown what is in it.

use std::sync::Arc;
use std::thread::JoinHandle;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::file::{Digests, PlanFile};

use crate::sealing::Recipients;

/// The bytes of a stored plan and what names it; nothing where it cannot be made, which is reported.
pub type Stored = Option<(Vec<u8>, Digests)>;

/// A stored form that is being made, or none that is wanted.
#[derive(Default)]
pub struct Storing(Option<JoinHandle<(Stored, Diagnostics)>>);

impl Storing {
    /// Begins. With recipients, what holds secrets is sealed to them.
    pub fn begin(file: Arc<PlanFile>, recipients: Option<Recipients>) -> Self {
        Self(Some(std::thread::spawn(move || {
            let seal = recipients.as_ref().map(|recipients| recipients as &dyn ordain_plan::file::Seal);
            ordain_plan::file::write(&file, seal)
        })))
    }

    /// What came of it. Waits until it is done.
    pub fn finish(self) -> (Stored, Diagnostics) {
        let Some(thread) = self.0 else { return (None, Diagnostics::new()) };
        thread.join().unwrap_or_else(|_| {
            // A thread that ended by itself is a defect; the plan is not stored, and nothing else is lost.
            let detail = "The plan cannot be stored: making its stored form ended unexpectedly.";
            let broken = Diagnostic::error(codes::cli::INTERNAL, "Failed to write plan file", detail);
            (None, broken.into())
        })
    }
}
