//! Work beside an operation, on a thread of its own.

use std::sync::{Arc, Mutex, PoisonError};

use ordain_planner::Beside;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Where work runs beside the operation, if the machine has room for that.
pub fn beside() -> Option<Beside> {
    let runtime = Handle::try_current().ok()?;
    let threads = runtime.metrics().num_workers();
    if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread || threads < 2 {
        return None;
    }
    // A new thread starts where the machine has a core free, and stays there. Those of the runtime wake up where they
    // ran last, which may be the core of the operation: the two would take turns.
    Some(Arc::new(move |work| {
        let work = Arc::new(Mutex::new(Some(work)));
        let take = |work: &Mutex<Option<_>>| work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (there, within) = (Arc::clone(&work), runtime.clone());
        // Who asked for the work waits for what it sends, not for its end.
        let begun = std::thread::Builder::new().spawn(move || take(&there).map(|work| within.block_on(work)));
        // Where the machine gives no more threads, those that there are do it.
        if begun.is_err()
            && let Some(work) = take(&work)
        {
            runtime.spawn(work);
        }
    }))
}

#[cfg(test)]
#[path = "beside_tests.rs"]
mod tests;
