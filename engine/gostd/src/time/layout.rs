//! Cutting a layout into literal text and fields (`nextStdChunk` of Go's `time/format.go`).

/// One field of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    LongYear,
    Year,
    LongMonth,
    Month,
    NumMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    UpperPm,
    LowerPm,
    ZoneName,
    Zone(Zone),
    /// Digits; always shown with this separator.
    Fraction0(usize, char),
    /// Most digits; trailing zeros dropped.
    Fraction9(usize, char),
}

/// A numeric zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Zone {
    /// UTC is written `Z`.
    pub(super) z: bool,
    pub(super) colons: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(super) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Fields with fixed spelling; of two with the same start the longer stands first.
const TABLE: [(&str, Field); 30] = [
    ("January", Field::LongMonth),
    ("Monday", Field::LongWeekday),
    ("MST", Field::ZoneName),
    ("002", Field::ZeroYearDay),
    ("01", Field::ZeroMonth),
    ("02", Field::ZeroDay),
    ("03", Field::ZeroHour12),
    ("04", Field::ZeroMinute),
    ("05", Field::ZeroSecond),
    ("06", Field::Year),
    ("15", Field::Hour),
    ("1", Field::NumMonth),
    ("2006", Field::LongYear),
    ("2", Field::Day),
    ("__2", Field::UnderYearDay),
    ("_2", Field::UnderDay),
    ("3", Field::Hour12),
    ("4", Field::Minute),
    ("5", Field::Second),
    ("PM", Field::UpperPm),
    ("pm", Field::LowerPm),
    ("-070000", Field::Zone(Zone { z: false, colons: false, minutes: true, seconds: true })),
    ("-07:00:00", Field::Zone(Zone { z: false, colons: true, minutes: true, seconds: true })),
    ("-0700", Field::Zone(Zone { z: false, colons: false, minutes: true, seconds: false })),
    ("-07:00", Field::Zone(Zone { z: false, colons: true, minutes: true, seconds: false })),
    ("-07", Field::Zone(Zone { z: false, colons: false, minutes: false, seconds: false })),
    ("Z070000", Field::Zone(Zone { z: true, colons: false, minutes: true, seconds: true })),
    ("Z07:00:00", Field::Zone(Zone { z: true, colons: true, minutes: true, seconds: true })),
    ("Z0700", Field::Zone(Zone { z: true, colons: false, minutes: true, seconds: false })),
    ("Z07:00", Field::Zone(Zone { z: true, colons: true, minutes: true, seconds: false })),
];

/// Text before the next field, the field with its spelling, and the rest of the layout.
pub(super) fn next_field(layout: &str) -> (&str, Option<(Field, &str)>, &str) {
    for (i, _) in layout.char_indices() {
        let (before, rest) = layout.split_at(i);
        if rest.starts_with("_2006") {
            let (under, year) = layout.split_at(i + 1);
            let (spelling, after) = year.split_at(4);
            return (under, Some((Field::LongYear, spelling)), after);
        }
        if let Some((field, len)) = field_at(rest) {
            let (spelling, after) = rest.split_at(len);
            return (before, Some((field, spelling)), after);
        }
    }
    (layout, None, "")
}

fn field_at(rest: &str) -> Option<(Field, usize)> {
    if let Some((name, field)) = TABLE.iter().find(|(name, _)| rest.starts_with(name)) {
        return Some((*field, name.len()));
    }
    for (name, field) in [("Jan", Field::Month), ("Mon", Field::Weekday)] {
        if let Some(after) = rest.strip_prefix(name) {
            return (!after.starts_with(|c: char| c.is_ascii_lowercase())).then_some((field, 3));
        }
    }
    if rest.starts_with("Z07") {
        return Some((Field::Zone(Zone { z: true, colons: false, minutes: false, seconds: false }), 3));
    }
    fraction_at(rest)
}

fn fraction_at(rest: &str) -> Option<(Field, usize)> {
    let mut chars = rest.chars();
    let mark = chars.next().filter(|c| matches!(c, '.' | ','))?;
    let digit = chars.next().filter(|c| matches!(c, '0' | '9'))?;
    let count = 1 + chars.by_ref().take_while(|c| *c == digit).count();
    let after = rest.get(1 + count..).unwrap_or_default();
    if after.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let field = if digit == '0' { Field::Fraction0(count, mark) } else { Field::Fraction9(count, mark) };
    Some((field, 1 + count))
}
