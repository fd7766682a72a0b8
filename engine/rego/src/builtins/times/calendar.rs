//! `time.add_date` and `time.diff`: years, months and days are not all of one length.

use super::{BuiltinEnv, BuiltinError, BuiltinResult, args, instant, nanos, numbers};
use crate::value::Value;
use ordain_gostd::time::{Moment, Wall, days_from_civil, days_in_month};

/// Go's `AddDate`: the parts are added and carried over (31 January and a month is 2 or 3 March).
pub(super) fn add_date(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let start = instant(args, 1)?;
    let (years, months, days) = (args::int(args, 2)?, args::int(args, 3)?, args::int(args, 4)?);
    let outside = || BuiltinError::failed("time outside of valid range");
    if [years, months, days].iter().any(|part| part.unsigned_abs() > 1 << 40) {
        return Err(outside());
    }
    let wall = start.moment.wall();
    let month = i64::from(wall.month) - 1 + months;
    let year = wall.year + years + month.div_euclid(12);
    let first = days_from_civil(year, u32::try_from(month.rem_euclid(12) + 1).unwrap_or(1), 1);
    let date = first + i64::from(wall.day) - 1 + days;
    let local = date.checked_mul(86_400).ok_or_else(outside)? + i64::from(wall.clock);
    nanos(&Moment::utc(to_utc(local, start.zone), start.moment.nanos))
}

/// The instant of a clock on the wall of a zone, chosen as Go chooses it where it is ambiguous or absent.
fn to_utc(local: i64, zone: &str) -> i64 {
    let offset =
        |seconds: i64| Moment::utc(seconds, 0).in_zone(zone).map_or(0, |moment| i64::from(moment.offset));
    let guess = local - offset(local);
    local - offset(guess)
}

/// Years, months, days, hours, minutes and seconds between two moments, in the zone of the first.
pub(super) fn diff(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (first, second) = (instant(args, 1)?, instant(args, 2)?);
    let moved = second.moment.in_zone(first.zone).unwrap_or(second.moment);
    let key = |moment: &Moment| (moment.seconds, moment.nanos);
    let (early, late) =
        if key(&first.moment) > key(&moved) { (moved, first.moment) } else { (first.moment, moved) };
    let (a, b) = (early.wall(), late.wall());
    let clock = |wall: &Wall| {
        let clock = i64::from(wall.clock);
        (clock / 3600, clock / 60 % 60, clock % 60)
    };
    let ((h1, m1, s1), (h2, m2, s2)) = (clock(&a), clock(&b));
    let mut parts = [
        b.year - a.year,
        i64::from(b.month) - i64::from(a.month),
        i64::from(b.day) - i64::from(a.day),
        h2 - h1,
        m2 - m1,
        s2 - s1,
    ];
    let sizes = [0, 12, i64::from(days_in_month(a.year, a.month)), 24, 60, 60];
    for at in (1..parts.len()).rev() {
        let borrowed = parts.get(at).is_some_and(|part| *part < 0);
        if let (true, Some([above, part]), Some(size)) = (borrowed, parts.get_mut(at - 1..=at), sizes.get(at))
        {
            *part += size;
            *above -= 1;
        }
    }
    numbers(&parts)
}
