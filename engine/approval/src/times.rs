//! Points in time for people.

use chrono::{DateTime, SecondsFormat};

/// Seconds since 1970 as RFC 3339 in UTC.
pub fn show(seconds: i64) -> String {
    match DateTime::from_timestamp(seconds, 0) {
        Some(time) => time.to_rfc3339_opts(SecondsFormat::Secs, true),
        None => format!("{seconds} s after 1970"),
    }
}
