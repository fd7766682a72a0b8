//! METADATA comments: YAML about the rule or package that follows.

use super::state::Fault;
use crate::ast::{Annotation, Comment, Expr, Kind, Module, Node, Scope, Span};
use crate::load::{FileKind, document};
use crate::value::{Object, Value};
use std::sync::Arc;

/// Reads the blocks among comments; each with the place that faults of it are told at.
pub(crate) fn read_all(comments: &[Comment], faults: &mut Vec<Fault>) -> Vec<(Annotation, Span)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(comment) = comments.get(at) {
        at += 1;
        if !starts(comment) {
            continue;
        }
        let mut text = String::new();
        let mut before = comment;
        while let Some(next) = comments.get(at) {
            if next.at.col() != 1 || next.at.row() != before.at.row() + 1 || starts(next) {
                break;
            }
            text.push_str(next.text.strip_prefix(' ').unwrap_or(&next.text));
            text.push('\n');
            before = next;
            at += 1;
        }
        match read(&text, comment.at) {
            Ok(annotation) => found.push((annotation, comment.at)),
            Err(message) => faults.push(Fault { message, at: comment.at }),
        }
    }
    found
}

/// Finds what each annotation is about.
pub(crate) fn attach(module: &mut Module, annotations: Vec<(Annotation, Span)>, faults: &mut Vec<Fault>) {
    for (annotation, at) in annotations {
        match placed(annotation, module) {
            Ok(annotation) => module.annotations.push(annotation),
            Err(message) => faults.push(Fault { message, at }),
        }
    }
}

fn starts(comment: &Comment) -> bool {
    comment.at.col() == 1 && comment.text.trim().starts_with("METADATA")
}

fn read(text: &str, at: Span) -> Result<Annotation, String> {
    if text.trim().is_empty() {
        return Err("expected METADATA block, found whitespace".to_owned());
    }
    let limits = ordain_yaml::Limits::default();
    if let Ok(Some(tree)) = ordain_yaml::parse_one(text, &limits) {
        unrepeated(&tree, at.row())?;
    }
    let Value::Object(raw) = document(text, FileKind::Yaml)? else {
        return Err("METADATA is no mapping".to_owned());
    };
    let mut out = Vec::new();
    for name in ["title", "description"] {
        if let Some(text) = scalar(&raw, name)?.filter(|text| !text.is_empty()) {
            out.push((Value::from(name), Value::string(text)));
        }
    }
    let entrypoint = match raw.get_str("entrypoint") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(given)) => *given,
        Some(_) => return Err("entrypoint is no boolean".to_owned()),
    };
    if entrypoint {
        out.push((Value::from("entrypoint"), Value::Bool(true)));
    }
    for (name, each) in
        [("organizations", organization as Reader), ("related_resources", resource), ("authors", author)]
    {
        let items = list(&raw, name)?.iter().map(each).collect::<Result<Vec<_>, _>>()?;
        if !items.is_empty() {
            out.push((Value::from(name), Value::array(items)));
        }
    }
    for name in ["custom", "labels"] {
        match raw.get_str(name) {
            None | Some(Value::Null) => {}
            Some(value @ Value::Object(object)) => {
                if !object.is_empty() {
                    out.push((Value::from(name), value.clone()));
                }
            }
            Some(_) => return Err(format!("{name} is no mapping")),
        }
    }
    let schemas = schemas(&raw)?;
    if !schemas.is_empty() {
        out.push((Value::from("schemas"), Value::array(schemas.iter().map(shown_schema).collect())));
    }
    let scope = scalar(&raw, "scope")?.unwrap_or_default();
    Ok(Annotation {
        scope: scope_named(&scope)?,
        value: Value::object(out),
        schemas,
        entrypoint,
        rule: None,
        at,
    })
}

/// No mapping may give a key twice. `row` is the row before the text.
fn unrepeated(node: &ordain_yaml::Node, row: u32) -> Result<(), String> {
    match &node.kind {
        ordain_yaml::Kind::Scalar { .. } => Ok(()),
        ordain_yaml::Kind::Sequence(items) => items.iter().try_for_each(|item| unrepeated(item, row)),
        ordain_yaml::Kind::Mapping(pairs) => {
            let mut seen = std::collections::HashMap::new();
            for (key, value) in pairs {
                if let ordain_yaml::Kind::Scalar { text, .. } = &key.kind
                    && let Some(before) = seen.insert(text.as_str(), key.at.line)
                {
                    let (here, before) = (key.at.line + row as usize, before + row as usize);
                    return Err(format!(
                        "yaml: unmarshal errors:\n  line {here}: mapping key \"{text}\" already defined at line {before}"
                    ));
                }
                unrepeated(value, row)?;
            }
            Ok(())
        }
    }
}

type Reader = fn(&Value) -> Result<Value, String>;

fn scope_named(name: &str) -> Result<Option<Scope>, String> {
    Ok(Some(match name {
        "" => return Ok(None),
        "rule" => Scope::Rule,
        "document" => Scope::Document,
        "package" => Scope::Package,
        "subpackages" => Scope::Subpackages,
        other => return Err(unknown_scope(other)),
    }))
}

fn unknown_scope(name: &str) -> String {
    format!("invalid annotation scope '{name}'. Use one of 'rule', 'document', 'package', or 'subpackages'")
}

/// Text of a member; numbers and booleans are read as text.
fn scalar(raw: &Object, name: &str) -> Result<Option<String>, String> {
    match raw.get_str(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(crate::print::constant(value))),
        Some(_) => Err(format!("{name} is no text")),
    }
}

fn list<'r>(raw: &'r Object, name: &str) -> Result<&'r [Value], String> {
    match raw.get_str(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("{name} is no list")),
    }
}

fn organization(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(_) => Ok(value.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(Value::string(crate::print::constant(value))),
        _ => Err("an organization is no text".to_owned()),
    }
}

fn member(object: &Object, name: &str) -> String {
    object.get_str(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned()
}

fn pairs(of: &[(&str, String)]) -> Value {
    let given = of.iter().filter(|(_, text)| !text.is_empty());
    Value::object(given.map(|(name, text)| (Value::from(*name), Value::from(text.as_str()))).collect())
}

fn resource(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) if !text.is_empty() => Ok(pairs(&[("ref", text.to_string())])),
        Value::Object(object) if !member(object, "ref").is_empty() => {
            Ok(pairs(&[("ref", member(object, "ref")), ("description", member(object, "description"))]))
        }
        Value::String(_) => Err("ref URL may not be empty string".to_owned()),
        Value::Object(_) => Err("'ref' value required in object".to_owned()),
        _ => Err("invalid value type, must be string or map".to_owned()),
    }
}

/// `Name Name <email>`, or an object of both.
fn author(value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) if text.trim().is_empty() => Err("author is an empty string".to_owned()),
        Value::String(text) => {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            let mut email = String::new();
            if let Some(last) = words.last().and_then(|last| last.strip_prefix('<')?.strip_suffix('>')) {
                email = last.to_owned();
                words.pop();
            }
            Ok(pairs(&[("name", words.join(" ")), ("email", email)]))
        }
        Value::Object(object) => {
            let (name, email) = (member(object, "name"), member(object, "email"));
            if name.is_empty() && email.is_empty() {
                return Err("'name' and/or 'email' values required in object".to_owned());
            }
            Ok(pairs(&[("name", name), ("email", email)]))
        }
        _ => Err("invalid value type, must be string or map".to_owned()),
    }
}

/// Path of a document, and the schema that it has.
fn schemas(raw: &Object) -> Result<Vec<(Vec<Value>, Value)>, String> {
    let mut out = Vec::new();
    for item in list(raw, "schemas")? {
        let Some((key, schema)) = item.as_object().and_then(|object| object.pairs().first()) else {
            return Err("invalid document reference".to_owned());
        };
        let path = reference(key.as_str().unwrap_or_default())
            .filter(|path| matches!(path.first().and_then(Value::as_str), Some("input" | "data")))
            .ok_or("invalid document reference")?;
        match schema {
            Value::Object(_) => out.push((path, schema.clone())),
            // Schemas by name come from files that the caller would have to hand over: of them only the name is kept.
            Value::String(name) => {
                let name = reference(name)
                    .filter(|path| path.first().and_then(Value::as_str) == Some("schema"))
                    .ok_or("invalid schema reference")?;
                out.push((path, Value::array(name)));
            }
            _ => return Err("invalid schema declaration".to_owned()),
        }
    }
    Ok(out)
}

/// The parts of `a.b["c"]`.
fn reference(text: &str) -> Option<Vec<Value>> {
    let body = super::query(text, 0, super::Version::V1).ok()?;
    let [Expr { kind: Kind::Term(term), .. }] = body.as_slice() else { return None };
    let path = match &term.node {
        Node::Ref(path) => path.as_slice(),
        _ => std::slice::from_ref(&**term),
    };
    let (head, rest) = path.split_first()?;
    let head = Value::from(&**head.as_var()?);
    let rest = rest.iter().map(|part| part.as_constant().cloned());
    std::iter::once(Some(head)).chain(rest).collect()
}

fn shown_schema((path, schema): &(Vec<Value>, Value)) -> Value {
    Value::object(vec![
        (Value::from("path"), Value::array(path.clone())),
        (Value::from(if schema.as_array().is_some() { "schema" } else { "definition" }), schema.clone()),
    ])
}

/// Finds the statement after an annotation, and whether its scope fits.
fn placed(mut annotation: Annotation, module: &Module) -> Result<Annotation, String> {
    let row = annotation.at.row();
    let after = |at: Span| at.row() > row;
    let rule = module.rules.iter().position(|rule| after(rule.at));
    let rule_row = rule.and_then(|rule| module.rules.get(rule)).map_or(u32::MAX, |rule| rule.at.row());
    let import = module.imports.iter().any(|import| after(import.at) && import.at.row() < rule_row);
    let package = after(module.package_at);
    let found = match (package, import, rule) {
        (true, ..) => Some("package"),
        (_, true, _) => Some("import"),
        (.., Some(_)) => Some("rule"),
        _ => None,
    };
    let scope = match (annotation.scope, found) {
        (Some(scope), _) => scope,
        (None, Some("rule")) if annotation.entrypoint => Scope::Document,
        (None, Some("rule")) => Scope::Rule,
        (None, Some("package")) => Scope::Package,
        (None, Some(other)) => return Err(unknown_scope(other)),
        (None, None) => return Err(unknown_scope("")),
    };
    let wanted = if matches!(scope, Scope::Rule | Scope::Document) { "rule" } else { "package" };
    if found != Some(wanted) {
        let have = found.map_or(String::new(), |found| format!(" (have {found})"));
        let name = scope.name();
        return Err(format!("annotation scope '{name}' must be applied to {wanted}{have}"));
    }
    if annotation.entrypoint && !matches!(scope, Scope::Document | Scope::Package) {
        let name = scope.name();
        return Err(format!("annotation entrypoint applied to non-document or package scope '{name}'"));
    }
    annotation.scope = Some(scope);
    annotation.rule = if wanted == "rule" { rule } else { None };
    if let Value::Object(object) = &mut annotation.value {
        Arc::make_mut(object).insert(Value::from("scope"), Value::from(scope.name()));
    }
    Ok(annotation)
}
