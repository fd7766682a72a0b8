//! Go's time layouts (https://pkg.go.dev/time#pkg-constants): `2006-01-02T15:04:05Z07:00` and its relatives.

mod civil;
mod format;
mod layout;
mod parse;

pub use format::format;
pub use parse::{ParseError, parse, read};

use jiff::Timestamp;
use jiff::tz::TimeZoneDatabase;

/// `time.RFC3339`.
pub const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
/// `time.RFC3339Nano`.
pub const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";
/// What `Time.String` prints.
pub const STRING: &str = "2006-01-02 15:04:05.999999999 -0700 MST";

/// An instant and the offset it is shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01 UTC.
    pub seconds: i64,
    /// Nanoseconds within the second, below 10^9.
    pub nanos: u32,
    /// Seconds east of UTC.
    pub offset: i32,
    /// Abbreviation of the zone, such as `UTC` or `CET`; empty when only the offset is known.
    pub zone: String,
}

impl Moment {
    /// An instant shown in UTC.
    #[must_use]
    pub fn utc(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos, offset: 0, zone: "UTC".into() }
    }

    /// Nanoseconds since 1970, saturating.
    #[must_use]
    pub fn unix_nanos(&self) -> i64 {
        self.seconds.saturating_mul(1_000_000_000).saturating_add(i64::from(self.nanos))
    }

    /// The same zone, `nanos` later.
    #[must_use]
    pub fn plus_nanos(&self, nanos: i64) -> Self {
        let total = i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos) + i128::from(nanos);
        let seconds = i64::try_from(total.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let nanos = u32::try_from(total.rem_euclid(1_000_000_000)).unwrap_or(0);
        Self { seconds, nanos, offset: self.offset, zone: self.zone.clone() }
    }

    /// The same instant in a zone of the IANA database; `None` when there is no such zone. `""` and `UTC` are UTC.
    #[must_use]
    pub fn in_zone(&self, name: &str) -> Option<Self> {
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Self::utc(self.seconds, self.nanos));
        }
        // The database knows names in any case, Go only as they are written.
        let zone =
            TimeZoneDatabase::bundled().get(name).ok().filter(|zone| zone.iana_name() == Some(name))?;
        let last = if self.seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let instant = Timestamp::new(self.seconds, 0).unwrap_or(last);
        let shown = zone.to_offset_info(instant);
        let label = shown.abbreviation().to_owned();
        Some(Self { seconds: self.seconds, nanos: self.nanos, offset: shown.offset().seconds(), zone: label })
    }

    /// Year, month, day, hour, minute, second and days since 1970, as the clock on the wall of the zone shows them.
    #[must_use]
    pub fn wall(&self) -> Wall {
        Wall::of(self.seconds.saturating_add(i64::from(self.offset)))
    }
}

pub use civil::{Wall, days_from_civil, days_in_month};

#[cfg(test)]
#[path = "time_tests.rs"]
mod tests;
