//! A plan on its way into its stored form, by threads of their own: meanwhile people are shown what is in it.

use std::sync::Arc;
use std::thread::JoinHandle;

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_plan::file::{Digests, Making, PlanFile};

use crate::sealing::Recipients;

/// The bytes of a stored plan and what names it; nothing where it cannot be made, which is reported.
pub type Stored = Option<(Vec<u8>, Digests)>;

/// A stored form that is being made, or none that is wanted.
#[derive(Default)]
pub struct Storing(Option<Begun>);

struct Begun {
    making: Arc<Making<Arc<PlanFile>, Recipients>>,
    threads: Vec<JoinHandle<()>>,
}

impl Storing {
    /// Begins. With recipients, what holds secrets is sealed to them.
    pub fn begin(file: Arc<PlanFile>, recipients: Option<Recipients>) -> Self {
        let making = Arc::new(Making::new(file, recipients));
        // One for each core but that of whoever shows the plan: more would only take turns with it.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (1..cores.clamp(2, 4)).filter_map(|_| {
            let making = making.clone();
            std::thread::Builder::new().spawn(move || making.work()).ok()
        });
        Self(Some(Begun { threads: threads.collect(), making }))
    }

    /// What came of it. Does what is left to do, and waits for the rest.
    pub fn finish(self) -> (Stored, Diagnostics) {
        let Some(Begun { making, threads }) = self.0 else { return (None, Diagnostics::new()) };
        making.work();
        // What a thread did not bring to an end is missing in what was made.
        threads.into_iter().for_each(|thread| _ = thread.join());
        Arc::into_inner(making).map(Making::done).unwrap_or_else(|| {
            let detail = "The plan cannot be stored: making its stored form did not end.";
            let broken = Diagnostic::error(codes::cli::INTERNAL, "Failed to write plan file", detail);
            (None, broken.into())
        })
    }
}
