//! The sandbox's time, injectable so that tests and demonstrations can move it.

use chrono::{DateTime, SecondsFormat, Utc};
use std::sync::Arc;
use std::time::SystemTime;

/// A source of the current time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn real() -> Clock {
        Clock(Arc::new(SystemTime::now))
    }

    /// A clock that asks `now` each time.
    pub fn from_fn(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    /// The current time.
    pub fn now(&self) -> SystemTime {
        (self.0)()
    }

    /// Seconds since 1970.
    pub fn unix(&self) -> i64 {
        self.utc().timestamp()
    }

    /// Milliseconds since 1970.
    pub(crate) fn millis(&self) -> i64 {
        self.utc().timestamp_millis()
    }

    /// `2026-11-21T12:00:00Z`.
    pub(crate) fn rfc3339(&self) -> String {
        self.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// `Sat, 21 Nov 2026 12:00:00 GMT`, the form of HTTP headers.
    pub(crate) fn http_date(&self) -> String {
        self.utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    pub(crate) fn utc(&self) -> DateTime<Utc> {
        DateTime::<Utc>::from(self.now())
    }
}
