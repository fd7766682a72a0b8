//! `regex.template_match`: text with regular expressions between delimiters (`urn:foo:{.*}`).

use super::{BuiltinEnv, BuiltinError, BuiltinResult, args, regexp};
use crate::value::Value;

pub(super) fn matches(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (template, text) = (args::text(args, 1)?, args::text(args, 2)?);
    let (start, end) = (args::text(args, 3)?, args::text(args, 4)?);
    let (start, end) = (delimiter(start, "start")?, delimiter(end, "end")?);
    let pattern = translate(template, start, end)?;
    Ok(Some(env.pattern(&pattern)?.is_match(text).into()))
}

fn delimiter(text: &str, which: &str) -> Result<char, BuiltinError> {
    match (text.len(), text.chars().next()) {
        (1, Some(c)) => Ok(c),
        (length, _) => Err(BuiltinError::failed(format!(
            "{which} delimiter has to be exactly one character long but is {length} long"
        ))),
    }
}

fn translate(template: &str, start: char, end: char) -> Result<String, BuiltinError> {
    let unbalanced =
        || BuiltinError::failed(format!("unbalanced braces in {}", ordain_gostd::quote(template)));
    let mut pattern = String::from("^");
    let (mut depth, mut from) = (0_usize, 0);
    for (at, c) in template.char_indices() {
        if c == start {
            depth += 1;
            if depth == 1 {
                pattern.push_str(&regexp::quote_meta(template.get(from..at).unwrap_or_default()));
                from = at + c.len_utf8();
            }
        } else if c == end {
            depth = depth.checked_sub(1).ok_or_else(unbalanced)?;
            if depth == 0 {
                let part = template.get(from..at).unwrap_or_default();
                regexp::compile(&format!("^{part}$"))
                    .map_err(|error| BuiltinError::failed(error.to_string()))?;
                pattern.push_str(&format!("({part})"));
                from = at + c.len_utf8();
            }
        }
    }
    if depth > 0 {
        return Err(unbalanced());
    }
    pattern.push_str(&regexp::quote_meta(template.get(from..).unwrap_or_default()));
    pattern.push('$');
    Ok(pattern)
}
