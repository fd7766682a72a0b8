//! `yamldecode`: YAML 1.1 with the scalars that Terraform knows. A leading zero means nothing, there are
//! no underscores, binary or sexagesimal numbers, and a date becomes a full timestamp.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_value::{Number, Type, Value, convert};
use ordain_yaml::{Kind, Limits, Node, Style, parse_documents};

use super::rfc3339;
use super::spec::{FunctionError, FunctionResult};

const PREFIX: &str = "tag:yaml.org,2002:";

/// The one document in the text as a value.
pub(super) fn decode(text: &str) -> FunctionResult {
    check_version(text)?;
    check_start(text)?;
    let limits = Limits { plain_keys: true, ..Limits::default() };
    let documents = match parse_documents(text, &limits) {
        Ok(documents) => documents,
        Err(error) => {
            // The parser takes a comment below a block for one of its lines.
            let misread = error.message.starts_with("wrongly indented line in block scalar")
                && !text.lines().skip(1).any(|line| line.starts_with("---"));
            if let Some(value) = misread.then(|| empty_block(text)).transpose()?.flatten() {
                return Ok(value);
            }
            let message = error.to_string();
            return Err(FunctionError::call(message.strip_prefix("yaml: ").unwrap_or(&message).to_owned()));
        }
    };
    match documents.as_slice() {
        [] => Err(FunctionError::call("on line 1, column 1: missing start of document")),
        [document] => {
            let lines: Vec<&str> = text.lines().collect();
            check_escapes(document, &lines)?;
            let is_block =
                matches!(&document.kind, Kind::Scalar { style: Style::Literal | Style::Folded, .. });
            match is_block.then(|| empty_block(text)).transpose()?.flatten() {
                Some(value) => Ok(value),
                None => node(document),
            }
        }
        [_, second, ..] => Err(failure(second, "unexpected extra content after value")),
    }
}

/// A directive may ask for version 1.1 only.
fn check_version(text: &str) -> Result<(), FunctionError> {
    let directives = text.lines().take_while(|line| line.starts_with(['%', '#']) || line.trim().is_empty());
    for version in directives.filter_map(|line| line.strip_prefix("%YAML")) {
        if version.split_whitespace().next() != Some("1.1") {
            return Err(FunctionError::call("found incompatible YAML document"));
        }
    }
    Ok(())
}

/// What ends a document cannot stand before any.
fn check_start(text: &str) -> Result<(), FunctionError> {
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    match first.and_then(|line| line.strip_prefix("...")) {
        Some(rest) if rest.is_empty() || rest.starts_with([' ', '\t']) => {
            Err(FunctionError::call("did not find expected node content"))
        }
        _ => Ok(()),
    }
}

/// The value of a block that is the whole document and has no text: its lines are indented by one at least in YAML
/// 1.1, and only comments may follow where the first one is not. `None` where it is read as the parser has it.
fn empty_block(text: &str) -> Result<Option<Value>, FunctionError> {
    let mut lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    let before = |line: &&str| {
        let line = line.trim_end();
        line.trim_start().is_empty()
            || line.starts_with(['#', '%'])
            || line == "---"
            || line.starts_with("--- #")
    };
    let header = lines.find(|line| !before(line)).unwrap_or_default();
    // With a number the parser knows how far its lines are indented.
    let marked = header.rsplit(['|', '>']).next().unwrap_or_default();
    let mut rest = lines.peekable();
    let mut blank = 0;
    while rest.next_if(|line| line.trim_matches(' ').is_empty()).is_some() {
        blank += 1;
    }
    match rest.peek().copied() {
        None | Some("---" | "...") => return Ok(None),
        Some(first) if first.starts_with([' ', '\t']) || first.starts_with("--- ") => return Ok(None),
        Some(first) if first.starts_with("...") => return Ok(None),
        Some(first) if !first.starts_with('#') && marked.contains(|c: char| c.is_ascii_digit()) => {
            return Ok(None);
        }
        Some(_) => {}
    }
    let open = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    match rest.take_while(|line| !line.starts_with("---") && !line.starts_with("...")).any(open) {
        true => Err(FunctionError::call("on line 1, column 1: did not find expected <document start>")),
        false if blank > 0 && marked.contains('+') => Ok(Some(Value::string("\n".repeat(blank)))),
        false => Ok(Some(Value::null(Type::String))),
    }
}

/// YAML 1.1 does not know the escape `\/` that the reader accepts.
fn check_escapes(node: &Node, lines: &[&str]) -> Result<(), FunctionError> {
    match &node.kind {
        Kind::Scalar { style: Style::DoubleQuoted, .. } => {
            let first = lines.get(node.at.line.saturating_sub(1)).copied().unwrap_or("");
            let mut rest = first.chars().skip(node.at.column.saturating_sub(1)).chain(
                lines.iter().skip(node.at.line).flat_map(|line| std::iter::once('\n').chain(line.chars())),
            );
            if rest.next() != Some('"') {
                return Ok(());
            }
            while let Some(c) = rest.next() {
                match c {
                    '"' => return Ok(()),
                    '\\' if rest.next() == Some('/') => {
                        return Err(failure(node, "found unknown escape character"));
                    }
                    _ => {}
                }
            }
            Ok(())
        }
        Kind::Scalar { .. } => Ok(()),
        Kind::Sequence(items) => items.iter().try_for_each(|item| check_escapes(item, lines)),
        Kind::Mapping(pairs) => pairs.iter().try_for_each(|(key, value)| {
            check_escapes(key, lines)?;
            check_escapes(value, lines)
        }),
    }
}

fn failure(node: &Node, message: impl std::fmt::Display) -> FunctionError {
    FunctionError::call(format!("on line {}, column {}: {message}", node.at.line, node.at.column))
}

/// The tag without the prefix of the standard; `None` for no tag.
fn tag(node: &Node) -> Result<Option<&str>, FunctionError> {
    let Some(tag) = node.tag.as_deref() else { return Ok(None) };
    match tag.strip_prefix(PREFIX) {
        Some(name) => Ok(Some(name)),
        None => Err(failure(node, format!("unsupported tag {tag:?}"))),
    }
}

fn node(node: &Node) -> FunctionResult {
    match &node.kind {
        Kind::Scalar { text, style } => scalar(node, text, *style),
        Kind::Sequence(items) => {
            match tag(node)? {
                None | Some("seq") => {}
                Some(other) => {
                    return Err(failure(node, format!("can't interpret sequence as {PREFIX}{other}")));
                }
            }
            let items: Result<Vec<Value>, FunctionError> = items.iter().map(self::node).collect();
            Ok(Value::tuple(items?))
        }
        Kind::Mapping(pairs) => {
            match tag(node)? {
                None | Some("map") => {}
                Some(other) => {
                    return Err(failure(node, format!("can't interpret mapping as {PREFIX}{other}")));
                }
            }
            mapping(pairs)
        }
    }
}

/// Later pairs win, those merged in by `<<` included.
fn mapping(pairs: &[(Node, Node)]) -> FunctionResult {
    let mut members: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (key, value) in pairs {
        if is_merge(key) {
            let merged = node(value)?;
            if !matches!(merged.ty(), Type::Object(_)) {
                return Err(failure(key, format!("cannot merge {} into mapping", merged.ty().friendly())));
            }
            members.extend(
                merged.as_members().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())),
            );
            continue;
        }
        let name = node(key)?;
        if name.is_null() {
            return Err(failure(key, "mapping key cannot be null"));
        }
        let name = convert(name, &Type::String)
            .map_err(|_| failure(key, "only strings are allowed as mapping keys"))?;
        members.insert(name.as_str().unwrap_or_default().into(), node(value)?);
    }
    Ok(Value::object(members))
}

fn is_merge(key: &Node) -> bool {
    let Kind::Scalar { text, style: Style::Plain } = &key.kind else { return false };
    text == "<<" && matches!(key.tag.as_deref(), None | Some("tag:yaml.org,2002:merge"))
}

fn scalar(node: &Node, text: &str, style: Style) -> FunctionResult {
    let wanted = tag(node)?;
    let block = matches!(style, Style::Literal | Style::Folded);
    if block && text.is_empty() && wanted.is_none() {
        return Ok(Value::null(Type::String));
    }
    let impossible =
        |what: &str, why: &str| failure(node, format!("cannot parse {text:?} as {PREFIX}{what}{why}"));
    match wanted {
        None if style == Style::Plain => plain(text).map_err(|message| failure(node, message)),
        None | Some("str") => Ok(Value::string(text)),
        Some("binary") if is_base64(text) => Ok(Value::string(text)),
        Some("binary") => Err(impossible("binary", ": not valid base64")),
        Some(wanted @ ("int" | "float" | "bool" | "null" | "timestamp")) => {
            match tagged(text, style, wanted == "timestamp") {
                Ok(Some(value)) => Ok(value),
                Ok(None) | Err(_) if wanted == "null" => Ok(Value::null(Type::Dynamic)),
                Ok(None) => Err(impossible(wanted, "")),
                Err(message) => Err(failure(node, message)),
            }
        }
        Some(other) => Err(failure(node, format!("unsupported tag {other:?}"))),
    }
}

/// What a scalar with a tag of something simple means: a text that begins as one of those is what it looks like,
/// whichever tag it has, and stays a text in quotes.
fn tagged(text: &str, style: Style, moments: bool) -> Result<Option<Value>, String> {
    let begins = |c: char| c.is_ascii_digit() || "+-.~yYnNtTfFoO".contains(c);
    if !text.is_empty() && !text.starts_with(begins) {
        return Ok(None);
    }
    if matches!(style, Style::SingleQuoted | Style::DoubleQuoted) {
        return Ok(Some(Value::string(text)));
    }
    let value = plain(text)?;
    let is_moment = timestamp(text).is_some();
    Ok(Some(value).filter(|value| value.as_str().is_none() || (moments && is_moment)))
}

/// Whether a text is padded base64, line breaks aside.
fn is_base64(text: &str) -> bool {
    use base64::Engine as _;
    let letters: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    base64::engine::general_purpose::STANDARD.decode(letters).is_ok()
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// What a scalar without quotes and tag means.
fn plain(text: &str) -> Result<Value, String> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Ok(Value::null(Type::Dynamic));
    }
    if let Some(flag) = boolean(text) {
        return Ok(Value::bool(flag));
    }
    if let Some(number) = number(text)? {
        return Ok(Value::number(number));
    }
    Ok(Value::string(timestamp(text).unwrap_or_else(|| text.to_owned())))
}

/// `None` for what is no number.
fn number(text: &str) -> Result<Option<Number>, String> {
    match text {
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Ok(Some(Number::infinity(false))),
        "-.inf" | "-.Inf" | "-.INF" => return Ok(Some(Number::infinity(true))),
        ".nan" | ".NaN" | ".NAN" => return Err("floating point NaN is not supported".to_owned()),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            if !plain {
                return Ok(None);
            }
            let number =
                u64::from_str_radix(digits, radix).map_err(|_| format!("{text} is too large a number"))?;
            return Ok(Some(Number::from_u64(number)));
        }
    }
    // Only digits, sign, point and a decimal exponent make a number here; the words do not.
    let numeric = text.chars().all(|c| matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
        && text.starts_with(|c| matches!(c, '0'..='9' | '+' | '-' | '.'));
    Ok(if numeric { text.parse().ok() } else { None })
}

/// A date, with or without a time, as a timestamp of RFC 3339 without fractions.
fn timestamp(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '-');
    let (year, month, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(2);
    let (day, rest) = rest.split_at_checked(digits)?;
    let two = |part: &str| -> Option<String> {
        let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Some(format!("{part:0>2}")) } else { None }
    };
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let date = format!("{year}-{}-{}", two(month)?, two(day)?);
    let full = match rest.as_bytes().first() {
        None => format!("{date}T00:00:00Z"),
        Some(b' ') => format!("{date}T{}Z", clock(rest.get(1..)?, false)?),
        Some(b'T' | b't') => format!("{date}T{}", clock(rest.get(1..)?, true)?),
        _ => return None,
    };
    rfc3339::parse(&full).ok().map(|moment| rfc3339::format(&moment))
}

/// `1:2:3.4` with two digits each, followed by a zone if that is `zoned`.
fn clock(text: &str, zoned: bool) -> Option<String> {
    let end = text.find(['Z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at_checked(end)?;
    if zone.is_empty() == zoned {
        return None;
    }
    let (time, fraction) =
        time.split_once('.').map_or((time, String::new()), |(time, rest)| (time, format!(".{rest}")));
    let parts: Vec<String> = time.split(':').map(|part| format!("{part:0>2}")).collect();
    if parts.len() != 3 { None } else { Some(format!("{}{fraction}{zone}", parts.join(":"))) }
}
