//! TOML as Conftest gives it: integers keep their digits, and times are texts with an offset.

use ordain_policy::{FileKind, RegoValue, float_document};
use serde_json::{Map, Value as Json};
use toml::Value;
use toml::value::{Datetime, Offset};

/// A document.
///
/// # Errors
/// What is wrong with it.
pub(super) fn document(text: &str) -> Result<RegoValue, String> {
    let document: Value = toml::from_str(text).map_err(|error| error.to_string())?;
    value(&document)
}

fn value(of: &Value) -> Result<RegoValue, String> {
    Ok(match of {
        Value::Integer(number) => RegoValue::from_json(&Json::from(*number)),
        Value::Float(number) if !number.is_finite() => {
            return Err(format!("the number {number} has no place in a document"));
        }
        Value::Float(number) => float_document(&number.to_string(), FileKind::Json)?,
        Value::String(text) => RegoValue::from(text.as_str()),
        Value::Boolean(truth) => RegoValue::from_json(&Json::Bool(*truth)),
        Value::Datetime(time) => RegoValue::from(instant(time).as_str()),
        Value::Array(items) => RegoValue::array(items.iter().map(value).collect::<Result<_, _>>()?),
        Value::Table(table) if table.is_empty() => RegoValue::from_json(&Json::Object(Map::new())),
        Value::Table(table) => {
            let member = |(name, inner): (&String, &Value)| Ok((name.as_str().into(), value(inner)?));
            RegoValue::object(table.iter().map(member).collect::<Result<_, String>>()?)
        }
    })
}

/// What has no date is on the first day of the year 0, what has no time at midnight, and what has no offset in UTC.
fn instant(time: &Datetime) -> String {
    let date = time.date.map_or("0000-01-01".to_owned(), |date| date.to_string());
    let (clock, fraction) = time.time.map_or(("00:00:00".to_owned(), 0), |time| {
        (format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second), time.nanosecond)
    });
    let fraction = match fraction {
        0 => String::new(),
        some => format!(".{}", format!("{some:09}").trim_end_matches('0')),
    };
    let offset = match time.offset {
        None | Some(Offset::Z | Offset::Custom { minutes: 0 }) => "Z".to_owned(),
        Some(Offset::Custom { minutes }) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
        }
    };
    format!("{date}T{clock}{fraction}{offset}")
}

#[cfg(test)]
#[path = "toml_form_tests.rs"]
mod tests;
