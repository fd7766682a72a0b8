//! Timestamps of RFC 3339, read strictly: capital letters, two digits, no leap seconds.

use ordain_gostd::quote;
use ordain_gostd::time::{Moment, RFC3339, days_from_civil, days_in_month};

/// The instant; the error says what is wrong in the words of Terraform.
pub(super) fn parse(text: &str) -> Result<Moment, String> {
    let invalid = |why: String| format!("not a valid RFC3339 timestamp: {why}");
    let mut rest = text;
    let year = field(&mut rest, 4, 0, 9999, "year").map_err(invalid)?;
    expect(&mut rest, '-').map_err(invalid)?;
    let month = field(&mut rest, 2, 1, 12, "month").map_err(invalid)?;
    expect(&mut rest, '-').map_err(invalid)?;
    let day = field(&mut rest, 2, 1, 99, "day of month").map_err(invalid)?;
    expect(&mut rest, 'T').map_err(invalid)?;
    let hour = field(&mut rest, 2, 0, 23, "hour").map_err(invalid)?;
    expect(&mut rest, ':').map_err(invalid)?;
    let minute = field(&mut rest, 2, 0, 59, "minute").map_err(invalid)?;
    expect(&mut rest, ':').map_err(invalid)?;
    let second = field(&mut rest, 2, 0, 59, "second").map_err(invalid)?;
    let nanos = fraction(&mut rest);
    let offset = zone(rest).ok_or_else(|| {
        invalid(if rest.is_empty() {
            "end of string before UTC offset".to_owned()
        } else {
            format!("cannot use {} as UTC offset", quote(rest))
        })
    })?;
    if day > i64::from(days_in_month(year, u32::try_from(month).unwrap_or(1))) {
        return Err(invalid("day out of range".to_owned()));
    }
    let days = days_from_civil(year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1));
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - i64::from(offset);
    let name = if offset == 0 { "UTC" } else { "" };
    Ok(Moment { seconds, nanos, offset, zone: name.to_owned() })
}

/// Without fractions of a second.
pub(super) fn format(moment: &Moment) -> String {
    ordain_gostd::time::format(moment, RFC3339)
}

fn field(rest: &mut &str, width: usize, low: i64, high: i64, what: &str) -> Result<i64, String> {
    let given = *rest;
    if given.is_empty() {
        return Err(format!("end of string before {what}"));
    }
    let digits = given.get(..width).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits.and_then(|digits| digits.parse::<i64>().ok());
    match number.filter(|number| (low..=high).contains(number)) {
        Some(number) => {
            *rest = given.get(width..).unwrap_or("");
            Ok(number)
        }
        None => Err(match (what, number) {
            ("hour", Some(_)) => "hour must be between 0 and 23 inclusive".to_owned(),
            ("hour", None) => "hour must have exactly two digits".to_owned(),
            ("minute", _) => "minute must have exactly two digits".to_owned(),
            // What comes after the field that was out of range is shown.
            (_, Some(_)) => format!("cannot use {} as {what}", quote(given.get(width..).unwrap_or(""))),
            _ => format!("cannot use {} as {what}", quote(given)),
        }),
    }
}

fn expect(rest: &mut &str, mark: char) -> Result<(), String> {
    match rest.strip_prefix(mark) {
        Some(after) => {
            *rest = after;
            Ok(())
        }
        None if mark == 'T' => Err("missing required time introducer 'T'".to_owned()),
        None if rest.is_empty() => Err(format!("end of string where \"{mark}\" is expected")),
        None => Err(format!("found {} where \"{mark}\" is expected", quote(rest))),
    }
}

/// `.123`, cut after nanoseconds.
fn fraction(rest: &mut &str) -> u32 {
    let Some(after) = rest.strip_prefix('.') else { return 0 };
    let count = after.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return 0;
    }
    let (digits, after) = after.split_at_checked(count).unwrap_or((after, ""));
    *rest = after;
    let nanos: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nanos.parse().unwrap_or(0)
}

/// Seconds east of UTC.
fn zone(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let east = text.starts_with('+');
    let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
    let two = |part: &str, most: i32| -> Option<i32> {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<i32>().ok().filter(|number| plain && *number <= most)
    };
    let seconds = (two(hours, 23)? * 60 + two(minutes, 59)?) * 60;
    Some(if east { seconds } else { -seconds })
}
