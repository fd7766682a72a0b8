//! `replace` and `strings.replace_n`: Go's `strings.Replacer`.

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    ("replace", "(string, string, string) -> string", replace),
    ("strings.replace_n", "(object[string: string], string) -> string", replace_n),
];

fn replace(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let text = args::text(args, 1)?;
    let pair = (args::text(args, 2)?, args::text(args, 3)?);
    Ok(Some(replacer(env, &[pair], text)?.into()))
}

fn replace_n(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let object = args::object(args, 1)?;
    let text = args::text(args, 2)?;
    let wrong = |what| BuiltinError::operand_value(1, format!("non-string {what} found in pattern object"));
    let pairs = object
        .iter()
        .map(|(key, value)| {
            let key = key.as_str().ok_or_else(|| wrong("key"))?;
            Ok((key, value.as_str().ok_or_else(|| wrong("value"))?))
        })
        .collect::<Result<Vec<_>, BuiltinError>>()?;
    Ok(Some(replacer(env, &pairs, text)?.into()))
}

/// At every place the first pair (in order) that matches is replaced; an empty one matches wherever the step before
/// was not an empty match too.
fn replacer(env: &BuiltinEnv, pairs: &[(&str, &str)], text: &str) -> Result<String, BuiltinError> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut after_empty = false;
    loop {
        let mut matching = pairs.iter().filter(|(old, _)| rest.starts_with(old.as_bytes()));
        let found = matching.find(|(old, _)| !(old.is_empty() && after_empty));
        if let Some((old, new)) = found {
            out.extend_from_slice(new.as_bytes());
            env.fits(out.len())?;
            after_empty = old.is_empty();
            rest = rest.get(old.len()..).unwrap_or_default();
            continue;
        }
        after_empty = false;
        let Some((byte, left)) = rest.split_first() else { break };
        out.push(*byte);
        rest = left;
    }
    Ok(escaped(&out))
}

/// Bytes as text; each byte that is none becomes U+FFFD, as where Go writes JSON.
fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    out
}
