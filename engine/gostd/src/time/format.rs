//! Moments to text.

use super::Moment;
use super::civil::Wall;
use super::layout::{DAYS, Field, MONTHS, Zone, next_field};

/// `Time.Format(layout)`.
#[must_use]
pub fn format(moment: &Moment, layout: &str) -> String {
    let wall = moment.wall();
    let mut out = String::new();
    let mut rest = layout;
    loop {
        let (before, field, after) = next_field(rest);
        out.push_str(before);
        let Some((field, _)) = field else { return out };
        out.push_str(&field_text(moment, &wall, field));
        rest = after;
    }
}

fn name(table: &[&'static str], index: usize) -> &'static str {
    table.get(index).copied().unwrap_or("?")
}

fn field_text(moment: &Moment, wall: &Wall, field: Field) -> String {
    let month = usize::try_from(wall.month).unwrap_or(1).saturating_sub(1);
    let (hour, minute, second) = (wall.clock / 3600, wall.clock / 60 % 60, wall.clock % 60);
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    match field {
        Field::LongYear if wall.year < 0 => format!("-{:04}", -wall.year),
        Field::LongYear => format!("{:04}", wall.year),
        Field::Year => format!("{:02}", wall.year.rem_euclid(100)),
        Field::LongMonth => name(&MONTHS, month).to_owned(),
        Field::Month => name(&MONTHS, month).chars().take(3).collect(),
        Field::NumMonth => wall.month.to_string(),
        Field::ZeroMonth => format!("{:02}", wall.month),
        Field::LongWeekday => name(&DAYS, wall.weekday()).to_owned(),
        Field::Weekday => name(&DAYS, wall.weekday()).chars().take(3).collect(),
        Field::Day => wall.day.to_string(),
        Field::UnderDay => format!("{:>2}", wall.day),
        Field::ZeroDay => format!("{:02}", wall.day),
        Field::UnderYearDay => format!("{:>3}", wall.year_day()),
        Field::ZeroYearDay => format!("{:03}", wall.year_day()),
        Field::Hour => format!("{hour:02}"),
        Field::Hour12 => hour12.to_string(),
        Field::ZeroHour12 => format!("{hour12:02}"),
        Field::Minute => minute.to_string(),
        Field::ZeroMinute => format!("{minute:02}"),
        Field::Second => second.to_string(),
        Field::ZeroSecond => format!("{second:02}"),
        Field::UpperPm => if hour >= 12 { "PM" } else { "AM" }.into(),
        Field::LowerPm => if hour >= 12 { "pm" } else { "am" }.into(),
        Field::ZoneName if moment.zone.is_empty() => numeric_name(moment.offset),
        Field::ZoneName => moment.zone.clone(),
        Field::Zone(zone) => zone_text(moment.offset, zone),
        Field::Fraction0(digits, mark) => format!("{mark}{}", fraction(moment.nanos, digits)),
        Field::Fraction9(digits, mark) => match fraction(moment.nanos, digits).trim_end_matches('0') {
            "" => String::new(),
            text => format!("{mark}{text}"),
        },
    }
}

fn fraction(nanos: u32, digits: usize) -> String {
    format!("{nanos:09}").chars().chain(std::iter::repeat('0')).take(digits.min(9)).collect()
}

/// A zone without a name shows its offset: `+05` or `+0530`.
fn numeric_name(offset: i32) -> String {
    let minutes = offset / 60;
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    if minutes % 60 == 0 {
        format!("{sign}{:02}", minutes / 60)
    } else {
        format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
    }
}

fn zone_text(offset: i32, zone: Zone) -> String {
    if zone.z && offset == 0 {
        return "Z".into();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let total = offset.abs();
    let colon = if zone.colons { ":" } else { "" };
    let mut out = format!("{sign}{:02}", total / 3600);
    if zone.minutes {
        out.push_str(&format!("{colon}{:02}", total / 60 % 60));
    }
    if zone.seconds {
        out.push_str(&format!("{colon}{:02}", total % 60));
    }
    out
}
