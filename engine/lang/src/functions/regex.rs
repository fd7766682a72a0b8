//! Regular expressions and replacing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use ordain_gostd::regexp::{self, RegexpError};
use ordain_value::{Type, Value};
use regex::{Captures, Regex};

use super::spec::{Call, FunctionError, FunctionResult, Param, Returns, Spec, Ty};

const PARAMS: &[Param] = &[Param::new("pattern", Ty::String), Param::new("string", Ty::String)];

/// The family.
pub(super) const FUNCTIONS: &[Spec] = &[
    Spec {
        name: "regex",
        description: "What the first match of a regular expression captured: a string, a list or an object of groups.",
        params: PARAMS,
        variadic: None,
        returns: Returns::By(|args| pattern_type(args).map(|ty| ty.unwrap_or(Type::Dynamic))),
        not_null: true,
        body: first,
    },
    Spec {
        name: "regexall",
        description: "What every match of a regular expression captured, in order.",
        params: PARAMS,
        variadic: None,
        returns: Returns::By(|args| pattern_type(args).map(|ty| Type::list(ty.unwrap_or(Type::Dynamic)))),
        not_null: true,
        body: every,
    },
    Spec {
        name: "replace",
        description: "A string in which every occurrence of a search text is replaced. A search between slashes is a regular expression.",
        params: &[
            Param::new("str", Ty::String),
            Param::new("substr", Ty::String),
            Param::new("replace", Ty::String),
        ],
        variadic: None,
        returns: Returns::Type(Ty::String),
        not_null: true,
        body: replace,
    },
];

/// Most patterns that are kept compiled: loops apply one or a few to many texts.
const MOST_COMPILED: usize = 32;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Regex>> = RefCell::default();
}

/// A pattern compiled, from those that were compiled lately where it is among them.
fn compiled(pattern: &str) -> Result<Regex, RegexpError> {
    COMPILED.with_borrow_mut(|known| {
        if let Some(regex) = known.get(pattern) {
            return Ok(regex.clone());
        }
        let regex = regexp::compile(pattern)?;
        if known.len() >= MOST_COMPILED {
            known.clear();
        }
        known.insert(pattern.to_owned(), regex.clone());
        Ok(regex)
    })
}

fn compile(pattern: &str) -> Result<Regex, FunctionError> {
    compiled(pattern).map_err(|error| {
        FunctionError::arg(0, format!("invalid regexp pattern: {} in {}", error.code, error.expr))
    })
}

/// What a match is: a text, or its groups as a tuple or (named) an object. `None` while the pattern is
/// not known.
fn pattern_type(args: &[Value]) -> Result<Option<Type>, FunctionError> {
    let Some(pattern) = args.first().and_then(Value::as_str) else { return Ok(None) };
    match_type(&compile(pattern)?).map(Some)
}

fn match_type(regex: &Regex) -> Result<Type, FunctionError> {
    let groups: Vec<Option<&str>> =
        regex.capture_names().skip(1).map(|name| name.map(regexp::group_name)).collect();
    let named: Vec<&str> = groups.iter().copied().flatten().collect();
    if groups.is_empty() {
        return Ok(Type::String);
    }
    if named.is_empty() {
        return Ok(Type::tuple(groups.iter().map(|_| Type::String)));
    }
    if named.len() < groups.len() {
        let message = "invalid regexp pattern: cannot mix both named and unnamed capture groups";
        return Err(FunctionError::arg(0, message));
    }
    Ok(Type::object(named.into_iter().map(|name| (name, Type::String))))
}

fn group(captures: &Captures<'_>, index: usize) -> Value {
    captures.get(index).map_or_else(|| Value::null(Type::String), |found| Value::string(found.as_str()))
}

fn matched(regex: &Regex, captures: &Captures<'_>, ty: &Type) -> Value {
    match ty {
        Type::Tuple(groups) => Value::tuple((1..=groups.len()).map(|index| group(captures, index))),
        Type::Object(_) => {
            let names = regex.capture_names().enumerate();
            Value::object(names.filter_map(|(index, name)| {
                Some((Arc::from(regexp::group_name(name?)), group(captures, index)))
            }))
        }
        _ => group(captures, 0),
    }
}

fn first(call: &Call<'_>) -> FunctionResult {
    let regex = compile(call.text(0)?)?;
    match regex.captures(call.text(1)?) {
        Some(captures) => Ok(matched(&regex, &captures, call.returns)),
        None => Err(FunctionError::call("pattern did not match any part of the given string")),
    }
}

fn every(call: &Call<'_>) -> FunctionResult {
    let regex = compile(call.text(0)?)?;
    let ty = match_type(&regex)?;
    let found: Vec<Value> =
        regex.captures_iter(call.text(1)?).map(|captures| matched(&regex, &captures, &ty)).collect();
    Ok(Value::list(ty, found))
}

fn replace(call: &Call<'_>) -> FunctionResult {
    let (given, search, by) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let pattern = search.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else { return Ok(Value::string(given.replace(search, by))) };
    let regex = compiled(pattern).map_err(|error| FunctionError::call(error.to_string()))?;
    let replaced = regex.replace_all(given, |captures: &Captures<'_>| expand(by, captures));
    Ok(Value::string(replaced))
}

/// A replacement with `$name`, `${name}` and `$1` filled in. A bare name is as long as it can be; what
/// names no group is empty.
fn expand(template: &str, captures: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        match reference(after) {
            Some((name, after)) => {
                let found = match name.parse::<usize>() {
                    Ok(index) => captures.get(index),
                    Err(_) => regexp::group(captures, name),
                };
                out.push_str(found.map_or("", |found| found.as_str()));
                rest = after;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The name at the start of a text, in braces or not, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix('{').unwrap_or(text);
    let end = body.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(body.len());
    let (name, rest) = body.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    if text.starts_with('{') { Some((name, rest.strip_prefix('}')?)) } else { Some((name, rest)) }
}
