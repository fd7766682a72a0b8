//! Whether a schema is one, keyword by keyword in the library's order.

use std::cell::RefCell;
use std::collections::BTreeSet;

use ordain_gostd::regexp;
use serde_json::{Map, Value as Json};

type Object = Map<String, Json>;

const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

/// Deepest nesting of schemas.
const MAX_DEPTH: usize = 128;

/// The drafts whose keywords differ; a schema that names none, or one that the library does not know, mixes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Draft {
    Four,
    Six,
    Seven,
    Mixed,
}

/// The draft that a schema names.
pub(crate) fn draft_of(schema: &Json) -> Draft {
    let named = schema.get("$schema").and_then(Json::as_str).unwrap_or_default();
    match named.strip_prefix("http://json-schema.org/draft-").map(|rest| rest.trim_end_matches('#')) {
        Some("04/schema") => Draft::Four,
        Some("06/schema") => Draft::Six,
        Some("07/schema") => Draft::Seven,
        _ => Draft::Mixed,
    }
}

/// Checks the keywords of a schema and of all schemas within it.
///
/// # Errors
/// The first thing that is wrong, in the library's words.
pub fn verify(schema: &Json) -> Result<(), String> {
    if !matches!(schema, Json::Bool(_) | Json::Object(_)) {
        return Err("schema is invalid".into());
    }
    if schema.get("$schema").is_some_and(|named| !named.is_string()) {
        return Err("$schema must be of type string".into());
    }
    let run = Run { root: schema, draft: draft_of(schema), seen: RefCell::default() };
    run.check(schema, 0)
}

struct Run<'s> {
    root: &'s Json,
    draft: Draft,
    /// References that have been followed.
    seen: RefCell<BTreeSet<String>>,
}

fn invalid_type(expected: &str, given: &str) -> String {
    format!("Invalid type. Expected: {expected}, given: {given}")
}

impl Run<'_> {
    fn check(&self, schema: &Json, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("schema is nested too deeply".into());
        }
        let object = match schema {
            Json::Bool(_) => return Ok(()),
            Json::Object(object) => object,
            _ => return Err("Expected: valid schema, given: Invalid JSON".into()),
        };
        let inner = |part: &Json| self.check(part, depth + 1);
        definitions(object, inner)?;
        for key in ["title", "description", "$ref"] {
            if object.get(key).is_some_and(|value| !value.is_string()) {
                return Err(invalid_type("string", key));
            }
        }
        if let Some(reference) = object.get("$ref").and_then(Json::as_str)
            && self.seen.borrow_mut().insert(reference.to_owned())
        {
            return self.refers(reference, depth);
        }
        self.keywords(object, inner)
    }

    fn keywords(&self, object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
        types(object)?;
        maps(object, "properties", &inner)?;
        additional(object, "additionalProperties", &inner)?;
        patterns(object, &inner)?;
        if self.draft >= Draft::Six
            && let Some(part) = object.get("propertyNames")
        {
            if !matches!(part, Json::Object(_) | Json::Bool(_)) {
                return Err(invalid_type("valid schema", "patternProperties"));
            }
            inner(part)?;
        }
        dependencies(object, &inner)?;
        items(object, &inner)?;
        additional(object, "additionalItems", &inner)?;
        numbers(object, self.draft)?;
        lengths(object, "minLength", "maxLength", true)?;
        strings(object)?;
        lengths(object, "minProperties", "maxProperties", true)?;
        required(object)?;
        lengths(object, "minItems", "maxItems", false)?;
        if object.get("uniqueItems").is_some_and(|value| !value.is_boolean()) {
            return Err("uniqueItems must be of a boolean".into());
        }
        if self.draft >= Draft::Six
            && let Some(part) = object.get("contains")
        {
            inner(part)?;
        }
        values(object)?;
        lists(object, &inner)?;
        single(object, &["not"], &inner)?;
        if self.draft >= Draft::Seven { single(object, &["if", "then", "else"], &inner) } else { Ok(()) }
    }

    /// References within the schema lead to a schema; all others are not followed.
    fn refers(&self, reference: &str, depth: usize) -> Result<(), String> {
        let Some(pointer) = reference.strip_prefix('#') else { return Ok(()) };
        if !pointer.starts_with('/') {
            return Ok(());
        }
        let target = follow(self.root, pointer)?;
        if !matches!(target, Json::Object(_) | Json::Bool(_)) {
            return Err("valid schema must be of type object".into());
        }
        self.check(target, depth + 1)
    }
}

/// What a pointer leads to.
///
/// # Errors
/// The first step that leads nowhere, in the library's words.
pub(crate) fn follow<'j>(root: &'j Json, pointer: &str) -> Result<&'j Json, String> {
    let decoded = ordain_gostd::escape::unpercent(pointer).unwrap_or_else(|| pointer.to_owned());
    let mut node = root;
    for token in decoded.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        node = match node {
            Json::Object(map) => map.get(&name).ok_or_else(|| format!("Object has no key '{name}'"))?,
            Json::Array(items) => {
                let at: i64 = token.parse().map_err(|_| format!("Invalid array index '{token}'"))?;
                let item = usize::try_from(at).ok().and_then(|at| items.get(at));
                item.ok_or_else(|| format!("Out of bound array[0,{}] index '{at}'", items.len()))?
            }
            _ => return Err(format!("Invalid token reference '{token}'")),
        };
    }
    Ok(node)
}

fn definitions(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    let refuse = || invalid_type("array of schemas", "definitions");
    match object.get("definitions") {
        None => Ok(()),
        Some(Json::Object(parts)) => parts.values().try_for_each(|part| match part {
            Json::Object(_) | Json::Bool(_) => inner(part),
            _ => Err(refuse()),
        }),
        Some(_) => Err(refuse()),
    }
}

fn types(object: &Object) -> Result<(), String> {
    let one = |value: &Json| {
        let name = value.as_str().ok_or("type must be of type string/array-of-strings")?;
        if TYPES.contains(&name) {
            return Ok(name.to_owned());
        }
        let all = TYPES.join(" ");
        Err(format!(
            "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{all}]"
        ))
    };
    match object.get("type") {
        None => Ok(()),
        Some(Json::Array(names)) => {
            let mut seen = Vec::new();
            for name in names {
                let name = one(name)?;
                if seen.contains(&name) {
                    return Err(format!("{name} type is duplicated"));
                }
                seen.push(name);
            }
            Ok(())
        }
        Some(name) => one(name).map(|_| ()),
    }
}

/// A keyword that holds schemas by name.
fn maps(object: &Object, key: &str, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    match object.get(key) {
        None => Ok(()),
        Some(Json::Object(parts)) => parts.values().try_for_each(&inner),
        Some(_) => Err(format!("{key} must be of type object")),
    }
}

/// Keywords that hold one schema.
fn single(object: &Object, keys: &[&str], inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    for key in keys {
        match object.get(*key) {
            None => {}
            Some(part @ (Json::Object(_) | Json::Bool(_))) => inner(part)?,
            Some(_) => return Err(format!("{key} must be of an object")),
        }
    }
    Ok(())
}

fn additional(object: &Object, key: &str, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    match object.get(key) {
        None => Ok(()),
        Some(part @ (Json::Object(_) | Json::Bool(_))) => inner(part),
        Some(_) => Err(invalid_type("boolean/valid schema", key)),
    }
}

fn patterns(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    match object.get("patternProperties") {
        None => Ok(()),
        Some(Json::Object(parts)) => parts.iter().try_for_each(|(pattern, part)| {
            if regexp::compile(pattern).is_err() {
                return Err(format!("Invalid regex pattern '{pattern}'"));
            }
            inner(part)
        }),
        Some(_) => Err(invalid_type("valid schema", "patternProperties")),
    }
}

fn dependencies(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    match object.get("dependencies") {
        None => Ok(()),
        Some(Json::Object(parts)) => parts.values().try_for_each(|part| match part {
            Json::Array(names) if names.iter().all(Json::is_string) => Ok(()),
            part @ (Json::Object(_) | Json::Bool(_)) => inner(part),
            _ => Err("dependency must be of type schema or array of strings".into()),
        }),
        Some(_) => Err("dependencies must be of type object".into()),
    }
}

fn items(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    let refuse = || invalid_type("valid schema/array of schemas", "items");
    match object.get("items") {
        None => Ok(()),
        Some(Json::Array(parts)) => parts.iter().try_for_each(|part| match part {
            Json::Object(_) | Json::Bool(_) => inner(part),
            _ => Err(refuse()),
        }),
        Some(part @ (Json::Object(_) | Json::Bool(_))) => inner(part),
        Some(_) => Err(refuse()),
    }
}

fn numbers(object: &Object, draft: Draft) -> Result<(), String> {
    if let Some(value) = object.get("multipleOf") {
        let number = value.as_f64().ok_or_else(|| invalid_type("number", "multipleOf"))?;
        if number <= 0.0 {
            return Err("multipleOf must be strictly greater than 0".into());
        }
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if object.get(bound).is_some_and(|value| !value.is_number()) {
            return Err(format!("{bound} must be of a number"));
        }
        match (object.get(exclusive), draft) {
            (None, _) => {}
            (Some(Json::Bool(_)), Draft::Four | Draft::Mixed) if !object.contains_key(bound) => {
                return Err(format!("{exclusive} cannot be used without {bound}"));
            }
            (Some(Json::Bool(_)), Draft::Four | Draft::Mixed) => {}
            (Some(Json::Number(_)), Draft::Six | Draft::Seven | Draft::Mixed) => {}
            (Some(_), Draft::Four) => return Err(invalid_type("boolean", exclusive)),
            (Some(_), Draft::Mixed) => return Err(invalid_type("boolean/number", exclusive)),
            (Some(_), Draft::Six | Draft::Seven) => return Err(invalid_type("number", exclusive)),
        }
    }
    Ok(())
}

/// Lengths and counts: whole, not below zero, and where the library looks the least is not above the most.
fn lengths(object: &Object, least: &str, most: &str, ordered: bool) -> Result<(), String> {
    let mut bounds = [None, None];
    for (key, bound) in [least, most].into_iter().zip(&mut bounds) {
        let Some(value) = object.get(key) else { continue };
        let number = value.as_f64().filter(|number| number.fract() == 0.0);
        let number = number.ok_or_else(|| format!("{key} must be of an integer"))?;
        if number < 0.0 {
            return Err(format!("{key} must be greater than or equal to 0"));
        }
        *bound = Some(number);
    }
    match bounds {
        [Some(low), Some(high)] if ordered && low > high => {
            Err(format!("{least} cannot be greater than {most}"))
        }
        _ => Ok(()),
    }
}

fn strings(object: &Object) -> Result<(), String> {
    if let Some(value) = object.get("pattern") {
        let pattern = value.as_str().ok_or("pattern must be of a string")?;
        if regexp::compile(pattern).is_err() {
            return Err("pattern must be a valid regex".into());
        }
    }
    if object.get("format").is_some_and(|value| !value.is_string()) {
        return Err("format must be of type string".into());
    }
    Ok(())
}

fn required(object: &Object) -> Result<(), String> {
    match object.get("required") {
        None => Ok(()),
        Some(Json::Array(names)) => {
            for (at, name) in names.iter().enumerate() {
                if !name.is_string() {
                    return Err("required items must be string".into());
                }
                if names.iter().take(at).any(|earlier| earlier == name) {
                    return Err("required items must be unique".into());
                }
            }
            Ok(())
        }
        Some(_) => Err("required must be of an array".into()),
    }
}

fn values(object: &Object) -> Result<(), String> {
    match object.get("enum") {
        None => Ok(()),
        Some(Json::Array(values)) => {
            let repeated =
                values.iter().enumerate().any(|(at, value)| values.iter().take(at).any(|v| v == value));
            if repeated { Err("enum items must be unique".into()) } else { Ok(()) }
        }
        Some(_) => Err("enum must be of an array".into()),
    }
}

fn lists(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    for key in ["oneOf", "anyOf", "allOf"] {
        match object.get(key) {
            None => {}
            Some(Json::Array(parts)) => parts.iter().try_for_each(&inner)?,
            Some(_) => {
                // The library names the wrong keyword for one of them.
                let key = if key == "allOf" { "anyOf" } else { key };
                return Err(format!("{key} must be of an array"));
            }
        }
    }
    Ok(())
}
