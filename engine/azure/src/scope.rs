//! How long work may go on.

use std::time::{Duration, Instant};

use ordain_http::Cancel;

/// What bounds a piece of work: a flag and a deadline.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Ends waits when set.
    pub cancel: Cancel,
    /// When to give up.
    pub deadline: Option<Instant>,
}

impl Scope {
    /// Work that may take this long.
    pub fn within(duration: Duration) -> Self {
        Self { cancel: Cancel::new(), deadline: Instant::now().checked_add(duration) }
    }

    /// Time left; a day when there is no deadline.
    pub fn left(&self) -> Duration {
        match self.deadline {
            Some(deadline) => deadline.saturating_duration_since(Instant::now()),
            None => Duration::from_secs(86_400),
        }
    }

    /// Whether the deadline has passed.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// Sleeps, but not past the deadline; `false` when work must end.
    pub async fn pause(&self, duration: Duration) -> bool {
        let left = self.left();
        if duration >= left {
            self.cancel.sleep(left).await;
            return false;
        }
        self.cancel.sleep(duration).await
    }
}
