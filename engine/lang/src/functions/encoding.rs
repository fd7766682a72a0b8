//! Base64, URLs, JSON and CSV.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ordain_gostd::escape;
use ordain_gostd::flate::deflate;
use ordain_value::{Kind, Nullness, Type, Value, json};

use super::filesystem;
use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty, text};

const STR: Param = Param::new("str", Ty::String);

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    text("base64decode", "The UTF-8 text that a base64 text stands for.", &[STR], |call| {
        let given = call.text(0)?;
        let bytes = decode_base64(given)
            .ok_or_else(|| FunctionError::call(format!("failed to decode base64 data {given:?}")))?;
        String::from_utf8(bytes)
            .map(Value::string)
            .map_err(|_| FunctionError::call("the result of decoding the provided string is not valid UTF-8"))
    }),
    text("base64encode", "The UTF-8 bytes of a string in base64.", &[STR], |call| {
        Ok(Value::string(STANDARD.encode(call.text(0)?)))
    }),
    text(
        "filebase64",
        "The bytes of a file in base64; they need not be text.",
        &[Param::new("path", Ty::String)],
        |call| Ok(Value::string(STANDARD.encode(filesystem::read(call)?))),
    ),
    text("base64gzip", "The UTF-8 bytes of a string, compressed with gzip, in base64.", &[STR], |call| {
        Ok(Value::string(STANDARD.encode(gzip(call.text(0)?.as_bytes()))))
    }),
    text("base64gunzip", "The text that was compressed with gzip and written in base64.", &[STR], gunzip),
    text("urlencode", "A string as it may stand in the query of a URL.", &[STR], |call| {
        Ok(Value::string(escape::query(call.text(0)?)))
    }),
    text("urldecode", "The text that an encoded part of a URL stands for.", &[STR], |call| {
        let given = call.text(0)?;
        escape::unpercent(&given.replace('+', " "))
            .map(Value::string)
            .ok_or_else(|| FunctionError::call(format!("failed to decode URL {given:?}")))
    }),
    text(
        "jsonencode",
        "A value as JSON text without spaces, properties in order of their names.",
        &[Param::new("val", Ty::Any).null().unknown().dynamic()],
        json_encode,
    ),
    Spec {
        returns: Returns::By(json_type),
        not_null: false,
        ..text("jsondecode", "The value that a JSON text stands for.", &[STR], |call| {
            parse_json(call.text(0)?)
        })
    },
    Spec {
        returns: Returns::By(|args| match args.first().and_then(Value::as_str) {
            Some(given) => super::csv::decode(given).map(|table| table.ty()),
            None => Ok(Type::Dynamic),
        }),
        ..text(
            "csvdecode",
            "A list with an object a row, whose attributes are named by the first row of the CSV text.",
            &[STR],
            |call| super::csv::decode(call.text(0)?),
        )
    },
];

/// Standard alphabet with padding; line breaks are left out, and bits that no byte needs are ignored.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::RequireCanonical),
    );
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    LENIENT.decode(plain).ok()
}

/// A gzip file as Go writes one: no name, no time, unknown system.
fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    out.extend(deflate(data));
    let mut sum = flate2::Crc::new();
    sum.update(data);
    out.extend(sum.sum().to_le_bytes());
    out.extend(sum.amount().to_le_bytes());
    out
}

/// Longest text that is unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 256 << 20;

fn gunzip(call: &Call<'_>) -> FunctionResult {
    let given = call.text(0)?;
    let bytes =
        decode_base64(given).ok_or_else(|| FunctionError::call("failed to decode base64 data".to_owned()))?;
    let mut out = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(&*bytes).take(LARGEST_UNPACKED + 1).read_to_end(&mut out);
    let size = read.map_err(|error| FunctionError::call(format!("failed to gunzip bytes: {error}")))?;
    if size as u64 > LARGEST_UNPACKED {
        return Err(FunctionError::call("the unpacked text is larger than 256 MiB"));
    }
    String::from_utf8(out)
        .map(Value::string)
        .map_err(|_| FunctionError::call("the result of decoding the provided string is not valid UTF-8"))
}

/// JSON of a known value, with the characters escaped that HTML would misread.
pub(super) fn json_text(value: &Value) -> Result<String, FunctionError> {
    let json = json::to_plain_json(value).map_err(|error| FunctionError::call(error.to_string()))?;
    Ok(ordain_gostd::escape::json_text(&json.to_string()))
}

fn json_encode(call: &Call<'_>) -> FunctionResult {
    let value = call.arg(0)?;
    if value.is_wholly_known() {
        return json_text(value).map(Value::string);
    }
    let null = matches!(value.kind(), Kind::Unknown(unknown) if unknown.nullness == Nullness::Maybe);
    let prefix = match value.ty() {
        _ if null => "",
        Type::String => "\"",
        Type::Object(_) | Type::Map(_) => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
        _ => "",
    };
    Ok(call.unknown().refine().prefix_full(prefix).finish())
}

fn json_type(args: &[Value]) -> Result<Type, FunctionError> {
    let Some(arg) = args.first() else { return Ok(Type::Dynamic) };
    if let Some(text) = arg.as_str() {
        return parse_json(text).map(|value| value.ty());
    }
    let prefix = match arg.kind() {
        Kind::Unknown(unknown) => unknown.prefix.as_deref().unwrap_or("").trim_start(),
        _ => "",
    };
    match prefix.chars().next() {
        None | Some('{' | '[' | 'n') => Ok(Type::Dynamic),
        Some('"') => Ok(Type::String),
        Some('t' | 'f') => Ok(Type::Bool),
        Some('-' | '.' | '0'..='9') => Ok(Type::Number),
        Some(c) => {
            Err(FunctionError::arg(0, format!("a JSON document cannot begin with the character {c:?}")))
        }
    }
}

/// A JSON document as a value. Names that are not normalised are refused, because two of them could
/// become one.
fn parse_json(text: &str) -> FunctionResult {
    let replaced = without_lone_surrogates(text);
    let mut documents = serde_json::Deserializer::from_str(&replaced).into_iter::<serde_json::Value>();
    let document = documents.next().unwrap_or_else(|| serde_json::from_str(&replaced));
    let document = document.map_err(|error| FunctionError::call(json_error(&error, text)))?;
    // Go looks for a further value only, and a closing bracket does not begin one.
    let rest = replaced.get(documents.byte_offset()..).unwrap_or("").trim_start();
    if !rest.is_empty() && !rest.starts_with([']', '}']) {
        return Err(FunctionError::call("extraneous data after JSON object"));
    }
    check_names(&document)?;
    json::from_plain_json(&document).map_err(|error| FunctionError::call(error.message))
}

fn json_error(error: &serde_json::Error, text: &str) -> String {
    if error.is_eof() || text.trim().is_empty() {
        return "EOF".to_owned();
    }
    let message = error.to_string();
    if message.starts_with("trailing characters") {
        return "extraneous data after JSON object".to_owned();
    }
    message
}

fn check_names(document: &serde_json::Value) -> Result<(), FunctionError> {
    match document {
        serde_json::Value::Array(items) => items.iter().try_for_each(check_names),
        serde_json::Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            if ordain_value::nfc(name) == name.as_str() {
                check_names(member)
            } else {
                Err(FunctionError::call(format!("unsupported attribute {name:?}")))
            }
        }),
        _ => Ok(()),
    }
}

/// Half a surrogate pair stands for no character; U+FFFD takes its place.
fn without_lone_surrogates(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("\\u") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let unit = |text: &str| -> Option<u32> {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u32::from_str_radix(digits, 16).ok()
        };
        let width = match unit(escape) {
            Some(0xd800..=0xdbff) if matches!(escape.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or("");
                continue;
            }
            Some(_) => 6,
            None => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (escape, after) = escape.split_at_checked(width).unwrap_or((escape, ""));
        out.push_str(escape);
        rest = after;
    }
    out.push_str(rest);
    out.into()
}
