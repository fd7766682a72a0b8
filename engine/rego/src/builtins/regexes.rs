//! `regex.*`, on Go's syntax.

mod globs;
mod template;

use super::args;
use super::{BuiltinEnv, BuiltinError, BuiltinResult, Row};
use crate::value::Value;
use ordain_gostd::regexp;
use regex::{Captures, Regex};

pub(super) const ROWS: &[Row] = &[
    ("regex.match", "(string, string) -> boolean", is_match),
    ("re_match", "(string, string) -> boolean", is_match),
    ("regex.is_valid", "(string) -> boolean", |_, args| {
        let valid = args::any(args, 1)?.as_str().is_some_and(|pattern| regexp::compile(pattern).is_ok());
        Ok(Some(valid.into()))
    }),
    ("regex.split", "(string, string) -> array[string]", split),
    ("regex.find_n", "(string, string, number) -> array[string]", find_n),
    ("regex.find_all_string_submatch_n", "(string, string, number) -> array[array[string]]", find_submatches),
    ("regex.replace", "(string, string, string) -> string", replace),
    ("regex.template_match", "(string, string, string, string) -> boolean", template::matches),
    ("regex.globs_match", "(string, string) -> boolean", globs::matches),
];

impl BuiltinEnv {
    /// The compiled pattern, kept for the rest of the query.
    pub(super) fn pattern(&mut self, pattern: &str) -> Result<Regex, BuiltinError> {
        if let Some(known) = self.patterns.get(pattern) {
            return Ok(known.clone());
        }
        let regex = regexp::compile(pattern).map_err(|error| BuiltinError::failed(error.to_string()))?;
        if self.patterns.len() >= self.limits.patterns {
            self.patterns.clear();
        }
        self.patterns.insert(pattern.into(), regex.clone());
        Ok(regex)
    }
}

fn is_match(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (pattern, text) = (args::text(args, 1)?, args::text(args, 2)?);
    Ok(Some(env.pattern(pattern)?.is_match(text).into()))
}

fn split(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (pattern, text) = (args::text(args, 1)?, args::text(args, 2)?);
    let parts = regexp::split(&env.pattern(pattern)?, text, None);
    Ok(Some(parts.into_iter().map(Value::from).collect::<Vec<_>>().into()))
}

/// A count of matches; below zero means all.
fn limit(args: &[Value]) -> Result<usize, BuiltinError> {
    Ok(usize::try_from(args::int(args, 3)?).unwrap_or(usize::MAX))
}

fn find_n(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (pattern, text) = (args::text(args, 1)?, args::text(args, 2)?);
    let limit = limit(args)?;
    let regex = env.pattern(pattern)?;
    let found = regex.find_iter(text).take(limit).map(|found| Value::from(found.as_str()));
    Ok(Some(found.collect::<Vec<_>>().into()))
}

fn find_submatches(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (pattern, text) = (args::text(args, 1)?, args::text(args, 2)?);
    let limit = limit(args)?;
    let regex = env.pattern(pattern)?;
    let groups = |captures: Captures<'_>| {
        let groups = captures.iter().map(|group| Value::from(group.map_or("", |group| group.as_str())));
        Value::array(groups.collect())
    };
    Ok(Some(regex.captures_iter(text).take(limit).map(groups).collect::<Vec<_>>().into()))
}

fn replace(env: &mut BuiltinEnv, args: &[Value]) -> BuiltinResult {
    let (text, pattern, template) = (args::text(args, 1)?, args::text(args, 2)?, args::text(args, 3)?);
    let regex = env.pattern(pattern)?;
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(text.get(end..whole.start()).unwrap_or_default());
        expand(&mut out, template, &captures);
        env.fits(out.len())?;
        end = whole.end();
    }
    out.push_str(text.get(end..).unwrap_or_default());
    Ok(Some(out.into()))
}

/// `Regexp.Expand`: `$1`, `$name`, `${name}`, `$$`; a `$` before anything else stands for itself.
fn expand(out: &mut String, template: &str, captures: &Captures<'_>) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(tail) = after.strip_prefix('$') {
            out.push('$');
            rest = tail;
            continue;
        }
        let Some((name, tail)) = group_name(after) else {
            out.push('$');
            rest = after;
            continue;
        };
        let group = match name.parse::<usize>() {
            Ok(number) => captures.get(number),
            Err(_) => regexp::group(captures, name),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
        rest = tail;
    }
    out.push_str(rest);
}

/// The name after a `$`, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let (braced, body) = text.strip_prefix('{').map_or((false, text), |body| (true, body));
    let end = body.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(body.len());
    let (name, tail) = body.split_at(end);
    if name.is_empty() {
        return None;
    }
    if braced { Some((name, tail.strip_prefix('}')?)) } else { Some((name, tail)) }
}
