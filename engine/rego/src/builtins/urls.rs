//! Query strings and addresses, as `net/url` of Go reads them.

mod parse;

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use ordain_gostd::escape;
use std::collections::BTreeMap;

pub(super) const ROWS: &[Row] = &[
    ("urlquery.encode", "(string) -> string", |_, args| Ok(Some(escape::query(args::text(args, 1)?).into()))),
    ("urlquery.decode", "(string) -> string", |_, args| Ok(Some(unescape(args::text(args, 1)?)?.into()))),
    (
        "urlquery.encode_object",
        "(object[string: any<string, array[string], set[string]>]) -> string",
        encode_object,
    ),
    ("urlquery.decode_object", "(string) -> object[string: array[string]]", decode_object),
    ("uri.parse", "(string) -> object[string: string]", uri_parse),
    ("uri.is_valid", "(string) -> boolean", uri_is_valid),
];

/// `url.QueryUnescape`.
fn unescape(text: &str) -> Result<String, BuiltinError> {
    escape::unpercent(&text.replace('+', " ")).ok_or_else(|| BuiltinError::failed(bad_escape(text)))
}

/// `invalid URL escape "%zz"`: the first one that is wrong.
fn bad_escape(text: &str) -> String {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let escape: String = rest.get(at..).unwrap_or_default().chars().take(3).collect();
        let digits = escape.strip_prefix('%').unwrap_or_default();
        if digits.len() != 2 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return format!("invalid URL escape {}", ordain_gostd::quote(&escape));
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    format!("invalid URL escape {}", ordain_gostd::quote(text))
}

fn encode_object(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let wrong = || BuiltinError::operand_value(1, "values must be string, array[string], or set[string]");
    let mut pairs: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (key, value) in args::object(args, 1)? {
        let values = match value {
            Value::String(text) => vec![text.as_ref()],
            Value::Array(items) => {
                items.iter().map(Value::as_str).collect::<Option<_>>().ok_or_else(wrong)?
            }
            Value::Set(set) => set.iter().map(Value::as_str).collect::<Option<_>>().ok_or_else(wrong)?,
            _ => return Err(wrong()),
        };
        pairs.insert(key.json_key(), values);
    }
    let parts: Vec<String> = pairs
        .iter()
        .flat_map(|(key, values)| {
            values.iter().map(move |value| format!("{}={}", escape::query(key), escape::query(value)))
        })
        .collect();
    Ok(Some(parts.join("&").into()))
}

fn decode_object(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let mut object: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for part in args::text(args, 1)?.split('&') {
        if part.contains(';') {
            return Err(BuiltinError::failed("invalid semicolon separator in query"));
        }
        if part.is_empty() {
            continue;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        object.entry(unescape(key)?).or_default().push(unescape(value)?.into());
    }
    Ok(Some(Value::object(object.into_iter().map(|(key, values)| (key.into(), values.into())).collect())))
}

fn uri_parse(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    let url = parse::parse(text)
        .map_err(|error| BuiltinError::failed(format!("parse {}: {error}", ordain_gostd::quote(text))))?;
    let raw_path = url.raw_path();
    let fields = [
        ("scheme", url.scheme),
        ("hostname", url.hostname),
        ("port", url.port),
        ("path", url.path),
        ("raw_path", raw_path),
        ("raw_query", url.query),
        ("fragment", url.fragment),
    ];
    let present = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Ok(Some(Value::object(present.map(|(name, text)| (name.into(), text.into())).collect())))
}

/// The host of an address; the whole text when it is none.
pub(super) fn host(text: &str) -> String {
    parse::parse(text).map_or_else(|_| text.to_owned(), |url| url.hostname)
}

/// Scheme, host with port, path, query and fragment of an address; all empty when it is none.
pub(super) fn parts(text: &str) -> (String, String, String, String, String) {
    let url = parse::parse(text).unwrap_or_default();
    let host = if url.port.is_empty() { url.hostname } else { format!("{}:{}", url.hostname, url.port) };
    (url.scheme, host, url.path, url.query, url.fragment)
}

/// What of an address is signed.
pub(super) struct Signed {
    /// With the port.
    pub(super) host: String,
    /// Escaped.
    pub(super) path: String,
    /// As written.
    pub(super) query: String,
}

/// The parts of an address that are signed; the error is Go's text.
pub(super) fn signed(text: &str) -> Result<Signed, String> {
    let url = parse::parse(text)?;
    let path = url.escaped_path();
    let host = if url.port.is_empty() { url.hostname } else { format!("{}:{}", url.hostname, url.port) };
    Ok(Signed { host, path, query: url.query })
}

/// Whether a text is an absolute address or path; anything but a text is none.
fn uri_is_valid(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::any(args, 1)?.as_str().unwrap_or_default();
    Ok(Some((!text.is_empty() && parse::parse(text).is_ok()).into()))
}
