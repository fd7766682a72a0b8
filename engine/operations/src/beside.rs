//! Work beside an operation, on another thread of the one runtime.

use std::sync::Arc;

use ordain_planner::Beside;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Where work runs beside the operation, if the machine has room for that.
pub fn beside() -> Option<Beside> {
    let runtime = Handle::try_current().ok()?;
    let threads = runtime.metrics().num_workers();
    if runtime.runtime_flavor() == RuntimeFlavor::CurrentThread || threads < 2 {
        return None;
    }
    // Who asked for the work waits for what it sends, not for its end.
    Some(Arc::new(move |work| drop(runtime.spawn(work))))
}
