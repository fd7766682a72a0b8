//! Timestamps of RFC 3339, read strictly: capital letters, two digits, no leap seconds.

use ordain_gostd::quote;
use ordain_gostd::time::{self, Moment, RFC3339};

/// The instant; the error says what is wrong in the words of Terraform.
pub(super) fn parse(text: &str) -> Result<Moment, String> {
    let moment =
        time::read(RFC3339, text).map_err(|error| match (error.element.as_str(), &*error.value) {
            ("15", value) if value.contains(':') => invalid("hour must be between 0 and 23 inclusive"),
            ("15", value) if !matches!(value.len(), 0 | 2) => invalid(TWO_DIGITS),
            ("04", value) if !matches!(value.len(), 0 | 2) => invalid("minute must have exactly two digits"),
            _ => said(&error),
        })?;
    // Go takes more than the standard allows.
    match text.as_bytes().get("2006-01-02T".len()..).unwrap_or_default() {
        [_, b':', ..] => return Err(invalid(TWO_DIGITS)),
        [_, _, _, _, _, _, _, _, b',', ..] => return Err(invalid("cannot use \",\" as timestamp segment")),
        _ => {}
    }
    let zone = text.len().checked_sub("+07:00".len()).and_then(|at| text.get(at..));
    if let Some(zone) = zone.filter(|zone| !zone.ends_with('Z')) {
        let number =
            |range: std::ops::Range<usize>| zone.get(range).and_then(|digits| digits.parse::<u32>().ok());
        if number(1..3) >= Some(24) || number(4..6) >= Some(60) {
            return Err(invalid(&format!("cannot use {} as UTC offset", quote(zone))));
        }
    }
    Ok(moment)
}

/// The instant of a text that only Go's rules hold for: hours of one digit, a comma before the fraction.
pub(super) fn parse_loosely(text: &str) -> Result<Moment, String> {
    time::read(RFC3339, text).map_err(|error| said(&error))
}

const TWO_DIGITS: &str = "hour must have exactly two digits";

fn invalid(why: &str) -> String {
    format!("not a valid RFC3339 timestamp: {why}")
}

/// What is wrong, with names for the parts of Go's layout.
fn said(error: &time::ParseError) -> String {
    let (element, value) = (error.element.as_str(), error.value.as_str());
    let what = match element {
        "" if value.is_empty() => return format!("not a valid RFC3339 timestamp{}", error.message),
        "2006" => "year",
        "01" => "month",
        "02" => "day of month",
        "15" => "hour",
        "04" => "minute",
        "05" => "second",
        "Z07:00" => "UTC offset",
        "T" => return invalid("missing required time introducer 'T'"),
        ":" | "-" if value.is_empty() => {
            return invalid(&format!("end of string where {} is expected", quote(element)));
        }
        ":" | "-" => return invalid(&format!("found {} where {} is expected", quote(value), quote(element))),
        _ => "timestamp segment",
    };
    invalid(&match value {
        "" => format!("end of string before {what}"),
        _ => format!("cannot use {} as {what}", quote(value)),
    })
}

/// Without fractions of a second.
pub(super) fn format(moment: &Moment) -> String {
    time::format(moment, RFC3339)
}
