//! Text functions, with the meaning of Go's `strings` package.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;

const MANY: &str =
    "(any<string, array[string], set[string]>, any<string, array[string], set[string]>) -> boolean";

pub(super) const ROWS: &[Row] = &[
    ("concat", "(string, any<array[string], set[string]>) -> string", concat),
    ("contains", "(string, string) -> boolean", |_, args| test(args, |a, b| a.contains(b))),
    ("startswith", "(string, string) -> boolean", |_, args| test(args, |a, b| a.starts_with(b))),
    ("endswith", "(string, string) -> boolean", |_, args| test(args, |a, b| a.ends_with(b))),
    ("indexof", "(string, string) -> number", index_of),
    ("indexof_n", "(string, string) -> array[number]", index_of_n),
    ("substring", "(string, number, number) -> string", substring),
    ("lower", "(string) -> string", |_, args| map(args, lower)),
    ("upper", "(string) -> string", |_, args| map(args, upper)),
    ("split", "(string, string) -> array[string]", split),
    ("strings.split_n", "(string, string, number) -> array[string]", split_n),
    ("strings.count", "(string, string) -> number", count),
    ("strings.reverse", "(string) -> string", |_, args| map(args, |text| text.chars().rev().collect())),
    ("strings.any_prefix_match", MANY, |_, args| any_match(args, |text, part| text.starts_with(part))),
    ("strings.any_suffix_match", MANY, |_, args| any_match(args, |text, part| text.ends_with(part))),
    ("trim", "(string, string) -> string", |_, args| trim(args, |text, cut| text.trim_matches(cut))),
    ("trim_left", "(string, string) -> string", |_, args| {
        trim(args, |text, cut| text.trim_start_matches(cut))
    }),
    ("trim_right", "(string, string) -> string", |_, args| {
        trim(args, |text, cut| text.trim_end_matches(cut))
    }),
    ("trim_prefix", "(string, string) -> string", trim_prefix),
    ("trim_suffix", "(string, string) -> string", trim_suffix),
    ("trim_space", "(string) -> string", |_, args| map(args, |text| text.trim().to_owned())),
];

fn concat(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let joint = args::text(args, 1)?;
    let parts = args::texts(args, 2, "one of {set, array}")?;
    let length: usize = parts.iter().map(|part| part.len() + joint.len()).sum();
    env.fits(length)?;
    Ok(Some(parts.join(joint).into()))
}

fn test(args: &[Value], holds: fn(&str, &str) -> bool) -> BuiltinResult {
    Ok(Some(holds(args::text(args, 1)?, args::text(args, 2)?).into()))
}

fn map(args: &[Value], change: fn(&str) -> String) -> BuiltinResult {
    Ok(Some(change(args::text(args, 1)?).into()))
}

/// `strings.ToLower`: character by character, so that none becomes several.
fn lower(text: &str) -> String {
    text.chars().map(|c| if c == 'İ' { 'i' } else { simple(c, c.to_lowercase()) }).collect()
}

fn upper(text: &str) -> String {
    text.chars().map(|c| simple(c, c.to_uppercase())).collect()
}

/// Go maps one character to one: where the full mapping has several, there is a simple one for some.
fn simple(c: char, mapped: impl ExactSizeIterator<Item = char>) -> char {
    let mut mapped = mapped;
    match (mapped.len(), mapped.next()) {
        (1, Some(only)) => only,
        _ => title(c),
    }
}

/// The Greek letters with iota subscript have a simple upper case (their title case).
fn title(c: char) -> char {
    match u32::from(c) {
        code @ (0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7) => char::from_u32(code + 8).unwrap_or(c),
        code @ (0x1fb3 | 0x1fc3 | 0x1ff3) => char::from_u32(code + 9).unwrap_or(c),
        _ => c,
    }
}

/// Places of a text in characters, overlapping ones too.
fn places(args: &[Value]) -> Result<Vec<usize>, BuiltinError> {
    let (text, wanted) = (args::text(args, 1)?, args::text(args, 2)?);
    if wanted.is_empty() {
        return Err(BuiltinError::failed("empty search character"));
    }
    let mut found = Vec::new();
    for (at, (byte, _)) in text.char_indices().enumerate() {
        if text.get(byte..).is_some_and(|rest| rest.starts_with(wanted)) {
            found.push(at);
        }
    }
    Ok(found)
}

fn index_of(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (text, wanted) = (args::text(args, 1)?, args::text(args, 2)?);
    if wanted.is_empty() {
        return Err(BuiltinError::failed("empty search character"));
    }
    let at = text.find(wanted).and_then(|byte| text.get(..byte)).map(|before| before.chars().count());
    Ok(Some(at.map_or(Value::from(-1_i64), Value::from)))
}

fn index_of_n(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    Ok(Some(places(args)?.into_iter().map(Value::from).collect::<Vec<_>>().into()))
}

fn substring(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    let (start, length) = (args::int(args, 2)?, args::int(args, 3)?);
    let start = usize::try_from(start).map_err(|_| BuiltinError::failed("negative offset"))?;
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Ok(Some(text.chars().skip(start).take(length).collect::<String>().into()))
}

/// `strings.Split`; an empty separator splits into characters.
fn parts(text: &str, separator: &str) -> Vec<Value> {
    if separator.is_empty() {
        return text.chars().map(|c| Value::from(c.to_string())).collect();
    }
    text.split(separator).map(Value::from).collect()
}

fn split(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (text, separator) = (args::text(args, 1)?, args::text(args, 2)?);
    Ok(Some(parts(text, separator).into()))
}

/// The first parts, or the last ones when the count is below zero.
fn split_n(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (text, separator) = (args::text(args, 1)?, args::text(args, 2)?);
    let count = args::int(args, 3)?;
    let mut parts = parts(text, separator);
    let most = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    let kept = if count < 0 { parts.split_off(parts.len() - most) } else { parts.drain(..most).collect() };
    Ok(Some(kept.into()))
}

/// An empty text is found before every character and at the end.
fn count(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (text, wanted) = (args::text(args, 1)?, args::text(args, 2)?);
    let count = if wanted.is_empty() { text.chars().count() + 1 } else { text.matches(wanted).count() };
    Ok(Some(count.into()))
}

fn one_or_many(args: &[Value], at: usize) -> Result<Vec<&str>, BuiltinError> {
    match args::any(args, at)? {
        Value::String(text) => Ok(vec![text]),
        _ => args::texts(args, at, "one of {string, set, array}"),
    }
}

fn any_match(args: &[Value], holds: fn(&str, &str) -> bool) -> BuiltinResult {
    let (texts, wanted) = (one_or_many(args, 1)?, one_or_many(args, 2)?);
    Ok(Some(texts.iter().any(|text| wanted.iter().any(|part| holds(text, part))).into()))
}

fn trim(args: &[Value], change: for<'a> fn(&'a str, &[char]) -> &'a str) -> BuiltinResult {
    let text = args::text(args, 1)?;
    let cut: Vec<char> = args::text(args, 2)?.chars().collect();
    Ok(Some(change(text, &cut).into()))
}

fn trim_prefix(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    Ok(Some(text.strip_prefix(args::text(args, 2)?).unwrap_or(text).into()))
}

fn trim_suffix(_: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    Ok(Some(text.strip_suffix(args::text(args, 2)?).unwrap_or(text).into()))
}
