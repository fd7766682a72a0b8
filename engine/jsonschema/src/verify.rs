//! Whether a schema is one, keyword by keyword in the library's order.

use ordain_gostd::regexp;
use serde_json::{Map, Value as Json};

type Object = Map<String, Json>;

const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

/// Deepest nesting of schemas.
const MAX_DEPTH: usize = 128;

/// Checks the keywords of a schema and of all schemas within it.
///
/// # Errors
/// The first thing that is wrong, in the library's words.
pub fn verify(schema: &Json) -> Result<(), String> {
    check(schema, schema, 0)
}

fn check(root: &Json, schema: &Json, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err("schema is nested too deeply".into());
    }
    let object = match schema {
        Json::Bool(_) => return Ok(()),
        Json::Object(object) => object,
        _ => return Err("schema is invalid".into()),
    };
    let inner = |part: &Json| check(root, part, depth + 1);
    if let Some(reference) = object.get("$ref") {
        let text = reference.as_str().ok_or("$ref must be of type string")?;
        return refers(root, text);
    }
    maps(object, &["definitions"], inner)?;
    for key in ["title", "description"] {
        if object.get(key).is_some_and(|value| !value.is_string()) {
            return Err(format!("{key} must be of type string"));
        }
    }
    types(object)?;
    maps(object, &["properties"], inner)?;
    additional(object, "additionalProperties", "boolean/object", inner)?;
    patterns(object, inner)?;
    single(object, &["propertyNames"], inner)?;
    dependencies(object, inner)?;
    items(object, inner)?;
    additional(object, "additionalItems", "boolean/object", inner)?;
    numbers(object)?;
    counts(object)?;
    strings(object)?;
    required(object)?;
    if object.get("uniqueItems").is_some_and(|value| !value.is_boolean()) {
        return Err("uniqueItems must be of an boolean".into());
    }
    single(object, &["contains"], inner)?;
    values(object)?;
    lists(object, inner)?;
    single(object, &["not", "if", "then", "else"], inner)
}

/// References within the schema lead somewhere; all others are not followed.
fn refers(root: &Json, reference: &str) -> Result<(), String> {
    let Some(pointer) = reference.strip_prefix('#') else { return Ok(()) };
    if pointer.is_empty() || !pointer.starts_with('/') || root.pointer(pointer).is_some() {
        return Ok(());
    }
    Err(format!("Object has no key '{}'", reference.rsplit('/').next().unwrap_or_default()))
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

/// Keywords that hold schemas by name.
fn maps(object: &Object, keys: &[&str], inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    for key in keys {
        match object.get(*key) {
            None => {}
            Some(Json::Object(parts)) => parts.values().try_for_each(&inner)?,
            Some(_) => return Err(format!("{key} must be of type object")),
        }
    }
    Ok(())
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

fn additional(
    object: &Object,
    key: &str,
    kinds: &str,
    inner: impl Fn(&Json) -> Result<(), String>,
) -> Result<(), String> {
    match object.get(key) {
        None => Ok(()),
        Some(part @ (Json::Object(_) | Json::Bool(_))) => inner(part),
        Some(_) => Err(format!("Invalid type. Expected: {kinds}, given: {key}")),
    }
}

fn patterns(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    if let Some(Json::Object(parts)) = object.get("patternProperties") {
        for pattern in parts.keys() {
            if regexp::compile(pattern).is_err() {
                return Err(format!("Invalid regex pattern '{pattern}'"));
            }
        }
    }
    maps(object, &["patternProperties"], inner)
}

fn dependencies(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    match object.get("dependencies") {
        None => Ok(()),
        Some(Json::Object(parts)) => parts.values().try_for_each(|part| match part {
            Json::Array(names) if names.iter().all(Json::is_string) => Ok(()),
            Json::Array(_) => Err("dependency must be of type string".into()),
            part => inner(part),
        }),
        Some(_) => Err("dependencies must be of type object".into()),
    }
}

fn items(object: &Object, inner: impl Fn(&Json) -> Result<(), String>) -> Result<(), String> {
    match object.get("items") {
        None => Ok(()),
        Some(Json::Array(parts)) => parts.iter().try_for_each(inner),
        Some(part @ (Json::Object(_) | Json::Bool(_))) => inner(part),
        Some(_) => Err("items must be of type array/object".into()),
    }
}

fn numbers(object: &Object) -> Result<(), String> {
    if let Some(value) = object.get("multipleOf") {
        let number = value.as_f64().ok_or("Invalid type. Expected: number, given: multipleOf")?;
        if number <= 0.0 {
            return Err("multipleOf must be strictly greater than 0".into());
        }
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if object.get(bound).is_some_and(|value| !value.is_number()) {
            return Err(format!("{bound} must be of an number"));
        }
        match object.get(exclusive) {
            Some(Json::Bool(_)) if !object.contains_key(bound) => {
                return Err(format!("{exclusive} cannot be used without {bound}"));
            }
            None | Some(Json::Bool(_) | Json::Number(_)) => {}
            Some(_) => return Err(format!("Invalid type. Expected: boolean/number, given: {exclusive}")),
        }
    }
    Ok(())
}

/// Lengths and counts: whole, not below zero, the least not above the most.
fn counts(object: &Object) -> Result<(), String> {
    let pairs = [("minLength", "maxLength"), ("minProperties", "maxProperties"), ("minItems", "maxItems")];
    for (least, most) in pairs {
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
        if let [Some(low), Some(high)] = bounds
            && low > high
        {
            return Err(format!("{least} cannot be greater than {most}"));
        }
    }
    Ok(())
}

fn strings(object: &Object) -> Result<(), String> {
    if let Some(value) = object.get("pattern") {
        let pattern = value.as_str().ok_or("pattern must be of an string")?;
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
            Some(_) => return Err(format!("{key} must be of an array")),
        }
    }
    Ok(())
}
