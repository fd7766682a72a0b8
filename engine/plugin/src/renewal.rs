//! Ephemeral resources that must be renewed while they are open. The engine opens and closes them; that they stay
//! open in between is seen to here.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ordain_diag::Diagnostics;
use ordain_provider::Private;
use tokio::task::AbortHandle;

use crate::convert::findings;
use crate::messages::{self as wire, Timestamp};
use crate::method::Method;
use crate::process::Process;

/// Shortest time between two renewals, whatever a provider says.
const SHORTEST: Duration = Duration::from_secs(1);

/// What is open and is being renewed.
#[derive(Default)]
pub(crate) struct Renewals(Mutex<Vec<Renewal>>);

struct Renewal {
    type_name: String,
    /// What the engine knows it by: the bytes of its opening.
    opened: Private,
    state: Arc<Mutex<State>>,
    task: AbortHandle,
}

#[derive(Default)]
struct State {
    private: Private,
    found: Diagnostics,
}

impl Renewals {
    /// Renews what was opened, from its time on until it is closed.
    pub(crate) fn begin(&self, process: Arc<Process>, type_name: &str, private: &Private, at: Timestamp) {
        let state = Arc::new(Mutex::new(State { private: private.clone(), found: Diagnostics::new() }));
        let task = tokio::spawn(keep(process, type_name.to_owned(), Arc::clone(&state), at)).abort_handle();
        let renewal = Renewal { type_name: type_name.to_owned(), opened: private.clone(), state, task };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(renewal);
    }

    /// Ends renewing: the bytes to close with, and what went wrong meanwhile.
    pub(crate) fn end(&self, type_name: &str, private: Private) -> (Private, Diagnostics) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = open.iter().position(|held| held.type_name == type_name && held.opened == private);
        let Some(at) = at else { return (private, Diagnostics::new()) };
        let renewal = open.swap_remove(at);
        renewal.task.abort();
        let mut state = renewal.state.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut state.private), std::mem::take(&mut state.found))
    }
}

impl Drop for Renewals {
    fn drop(&mut self) {
        let open = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        open.iter().for_each(|renewal| renewal.task.abort());
    }
}

/// How long to wait: until shortly before the time.
fn until(at: Timestamp, now: SystemTime) -> Duration {
    let seconds = u64::try_from(at.seconds).unwrap_or(0);
    let left = (UNIX_EPOCH + Duration::from_secs(seconds)).duration_since(now).unwrap_or_default();
    (left - left / 10).max(SHORTEST)
}

async fn keep(process: Arc<Process>, type_name: String, state: Arc<Mutex<State>>, first: Timestamp) {
    let mut next = Some(first);
    while let Some(at) = next {
        tokio::time::sleep(until(at, SystemTime::now())).await;
        let private = state.lock().unwrap_or_else(PoisonError::into_inner).private.clone();
        let message = wire::Held { type_name: type_name.clone(), private: Some(private) };
        let reply: Result<wire::RenewReply, _> = process.call(Method::Renew, &message).await;
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        match reply {
            Ok(reply) => {
                let found = findings(reply.diagnostics);
                next = reply.renew_at.filter(|_| !found.has_errors());
                state.found.append(found);
                if let Some(private) = reply.private {
                    state.private = private;
                }
            }
            Err(error) => {
                state.found.push(error);
                next = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewals_come_before_their_time() {
        let now = UNIX_EPOCH + Duration::from_secs(1000);
        let at = |seconds| Timestamp { seconds, nanos: 0 };
        assert_eq!(until(at(1100), now), Duration::from_secs(90));
        assert_eq!(until(at(900), now), SHORTEST);
        assert_eq!(until(at(-5), now), SHORTEST);
    }
}
