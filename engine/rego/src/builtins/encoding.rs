//! Base 64, hexadecimal, JSON and YAML texts.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ordain_gostd::bytes::{to_bytes, to_text};

pub(super) const ROWS: &[Row] = &[
    ("base64.encode", "(string) -> string", |_, args| encode(args, &STANDARD, true)),
    ("base64.decode", "(string) -> string", base64_decode),
    ("base64.is_valid", "(string) -> boolean", |_, args| valid(args, |text| decode(text, &STANDARD).is_ok())),
    ("base64url.encode", "(string) -> string", |_, args| encode(args, &URL_SAFE, true)),
    ("base64url.encode_no_pad", "(string) -> string", |_, args| encode(args, &URL_SAFE, false)),
    ("base64url.decode", "(string) -> string", |_, args| {
        Ok(Some(to_text(&url_decode(args::text(args, 1)?)?).into()))
    }),
    ("hex.encode", "(string) -> string", |_, args| Ok(Some(hex(&to_bytes(args::text(args, 1)?)).into()))),
    ("hex.decode", "(string) -> string", hex_decode),
    ("json.marshal", "(any) -> string", |_, args| Ok(Some(args::any(args, 1)?.to_json_text().into()))),
    (
        "json.marshal_with_options",
        "(any, object<indent: string, prefix: string, pretty: boolean>[string: any]) -> string",
        marshal_with_options,
    ),
    ("json.unmarshal", "(string) -> any", json_unmarshal),
    ("json.is_valid", "(string) -> boolean", |_, args| valid(args, |text| Value::parse_json(text).is_ok())),
    ("yaml.marshal", "(any) -> string", yaml_marshal),
    ("yaml.unmarshal", "(string) -> any", yaml_unmarshal),
    ("yaml.is_valid", "(string) -> boolean", |_, args| valid(args, |text| yaml(text).is_ok())),
];

/// Whether a text holds; anything but a text does not.
fn valid(args: &[Value], holds: fn(&str) -> bool) -> BuiltinResult {
    Ok(Some(args::any(args, 1)?.as_str().is_some_and(holds).into()))
}

fn engine(alphabet: &Alphabet, padding: bool) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(padding)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    GeneralPurpose::new(alphabet, config)
}

fn encode(args: &[Value], alphabet: &Alphabet, padding: bool) -> BuiltinResult {
    let bytes = to_bytes(args::text(args, 1)?);
    Ok(Some(engine(alphabet, padding).encode(bytes).into()))
}

/// As Go decodes: line breaks are skipped, padding is required.
fn decode(text: &str, alphabet: &Alphabet) -> Result<Vec<u8>, BuiltinError> {
    let clean: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    engine(alphabet, true).decode(&clean).map_err(|error| {
        let at = match error {
            base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
            _ => clean.len() / 4 * 4,
        };
        BuiltinError::failed(format!("illegal base64 data at input byte {at}"))
    })
}

pub(super) fn base64_bytes(text: &str) -> Result<Vec<u8>, BuiltinError> {
    decode(text, &STANDARD)
}

fn base64_decode(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(to_text(&base64_bytes(args::text(args, 1)?)?).into()))
}

/// The alphabet for addresses; missing padding is added (RFC 7515, appendix C).
pub(super) fn url_decode(text: &str) -> Result<Vec<u8>, BuiltinError> {
    let padding = match text.len() % 4 {
        _ if text.ends_with('=') => "",
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err(BuiltinError::failed(format!("illegal base64url string: {text}"))),
    };
    decode(&format!("{text}{padding}"), &URL_SAFE)
}

pub(super) fn url_encode(bytes: &[u8]) -> String {
    engine(&URL_SAFE, false).encode(bytes)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex_decode(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    let mut digits = Vec::with_capacity(text.len());
    for c in text.chars() {
        let digit = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        digits.push(digit.ok_or_else(|| {
            let shown = ordain_gostd::quote_char(c, false);
            BuiltinError::failed(format!("encoding/hex: invalid byte: U+{:04X} {shown}", u32::from(c)))
        })?);
    }
    if digits.len() % 2 == 1 {
        return Err(BuiltinError::failed("encoding/hex: odd length hex string"));
    }
    let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit));
    Ok(Some(to_text(&pairs.collect::<Vec<u8>>()).into()))
}

fn json_unmarshal(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let value = Value::parse_json(args::text(args, 1)?);
    Ok(Some(value.map_err(|error| BuiltinError::failed(error.message))?))
}

fn yaml(text: &str) -> Result<Value, BuiltinError> {
    // libyaml takes no tab where a document may begin.
    let mut lines = text.lines().map(|line| line.trim_start_matches(' '));
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    if first.is_some_and(|line| line.starts_with('\t') && !line.trim().is_empty()) {
        return Err(BuiltinError::failed("yaml: found character that cannot start any token"));
    }
    let document = ordain_yaml::from_str(text, &ordain_yaml::Limits::default());
    document
        .map(|document| Value::from_json(&document))
        .map_err(|error| BuiltinError::failed(error.to_string()))
}

fn yaml_unmarshal(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(yaml(args::text(args, 1)?)?))
}

fn has_control(value: &Value) -> bool {
    let control = |c: char| matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    match value {
        Value::String(text) => text.contains(control),
        Value::Array(items) => items.iter().any(has_control),
        Value::Set(set) => set.iter().any(has_control),
        Value::Object(object) => object.iter().any(|(key, value)| has_control(key) || has_control(value)),
        _ => false,
    }
}

fn yaml_marshal(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let value = args::any(args, 1)?;
    // The library goes through JSON, whose text it reads as YAML: not all that JSON leaves unescaped may stand there.
    if has_control(value) {
        return Err(BuiltinError::failed("yaml: control characters are not allowed"));
    }
    Ok(Some(ordain_yaml::to_yaml(&value.to_json()).into()))
}

fn marshal_with_options(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let value = args::any(args, 1)?;
    let (mut prefix, mut indent) = ("", "\t");
    let (mut implied, mut asked) = (false, None);
    for (key, option) in args::object(args, 2)? {
        let text = || {
            let wrong = format!("key {key} failed cast to string");
            option.as_str().ok_or_else(|| BuiltinError::operand_value(2, wrong))
        };
        match key.as_str() {
            Some("prefix") => (prefix, implied) = (text()?, true),
            Some("indent") => (indent, implied) = (text()?, true),
            Some("pretty") => match option {
                Value::Bool(pretty) => asked = Some(*pretty),
                _ => return Err(BuiltinError::operand_value(2, "key pretty failed cast to bool")),
            },
            Some(other) => {
                return Err(BuiltinError::operand_value(2, format!("object contained unknown key {other}")));
            }
            None => return Err(BuiltinError::operand_value(2, format!("failed to stringify key {key}"))),
        }
    }
    let compact = value.to_json_text();
    if !asked.unwrap_or(implied) {
        return Ok(Some(compact.into()));
    }
    Ok(Some(format!("{prefix}{}", indented(&compact, prefix, indent)).into()))
}

/// `json.Indent` over compact text: a new line after every opening and comma, empty collections on one line.
fn indented(compact: &str, prefix: &str, indent: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut chars = compact.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(prefix);
        out.push_str(&indent.repeat(depth));
    };
    while let Some(c) = chars.next() {
        if quoted {
            quoted = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
            out.push(c);
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                quoted = c == '"';
                out.push(c);
            }
        }
    }
    out
}
