//! Native syntax as JSON, in the form that policies on configuration text expect: blocks under type and labels as
//! lists, literals as themselves, everything else as `${text}`.

use ordain_diag::{Severity, Sources, Span};
use ordain_lang::ast::{
    Body, Expr, ExprKind, NativeBody, ObjectKey, TemplateFor, TemplateIf, TemplatePart, UnaryOp,
};
use ordain_value::Number;
use serde_json::{Map, Value as Json, json};

/// The document of a text.
///
/// # Errors
/// What is wrong with the text, and what has no form in JSON.
pub fn document(name: &str, text: &str) -> Result<Json, String> {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let (body, found) = ordain_lang::parse::parse_native(file, text);
    if let Some(error) = found.iter().find(|item| item.severity == Severity::Error) {
        return Err(format!("parse config: {}", error.summary));
    }
    match &body {
        Body::Native(body) => of_body(body, &sources).map(Json::Object),
        // A text alone is in one syntax.
        Body::Json(_) | Body::Joined(_) => Ok(Json::Null),
    }
}

fn of_body(body: &NativeBody, sources: &Sources) -> Result<Map<String, Json>, String> {
    let mut out = Map::new();
    for block in body.blocks.iter() {
        let Body::Native(inner) = &block.body else { continue };
        let mut keys = vec![block.block_type.text.to_string()];
        keys.extend(block.labels.iter().map(|label| label.text.to_string()));
        insert(&mut out, &keys, of_body(inner, sources)?)?;
    }
    for attribute in body.attributes.iter() {
        out.insert(attribute.name.text.to_string(), of_expr(&attribute.expr, sources)?);
    }
    Ok(out)
}

/// Adds a block to the list at a path of keys.
fn insert(out: &mut Map<String, Json>, keys: &[String], block: Map<String, Json>) -> Result<(), String> {
    let Some((key, rest)) = keys.split_first() else { return Ok(()) };
    let empty = || if rest.is_empty() { json!([]) } else { json!({}) };
    match out.entry(key.clone()).or_insert_with(empty) {
        Json::Array(list) if rest.is_empty() => {
            list.push(Json::Object(block));
            Ok(())
        }
        Json::Object(inner) if !rest.is_empty() => insert(inner, rest, block),
        _ => Err(format!("blocks {key:?} stand with and without more labels, which JSON has no form for")),
    }
}

fn of_expr(expr: &Expr, sources: &Sources) -> Result<Json, String> {
    Ok(match &expr.kind {
        ExprKind::Null => Json::Null,
        ExprKind::Bool(truth) => json!(truth),
        ExprKind::String(text) => json!(escaped(text)),
        ExprKind::Number(number) => numeral(number)?,
        ExprKind::Unary(operator, inner) => match (operator, &inner.kind) {
            (UnaryOp::Negate, ExprKind::Number(number)) => numeral(&number.negate())?,
            (UnaryOp::Not, ExprKind::Bool(truth)) => json!(!truth),
            (_, ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_)) => {
                return Err(format!("{} has no value", sources.text(expr.span)));
            }
            _ => wrapped(expr.span, sources),
        },
        ExprKind::Template(parts) => match &**parts {
            [TemplatePart::Interpolation(only)] => of_expr(only, sources)?,
            parts => json!(of_parts(parts, sources)?),
        },
        ExprKind::Tuple(items) => {
            items.iter().map(|item| of_expr(item, sources)).collect::<Result<_, _>>()?
        }
        ExprKind::Object(items) => {
            let mut out = Map::new();
            for item in items.iter() {
                let key = match &item.key {
                    ObjectKey::Name(name) => name.text.to_string(),
                    ObjectKey::Expr(key) if matches!(key.kind, ExprKind::Traversal(_)) => {
                        sources.text(key.span).to_owned()
                    }
                    ObjectKey::Expr(key) => as_text(key, sources)?,
                };
                out.insert(key, of_expr(&item.value, sources)?);
            }
            Json::Object(out)
        }
        _ => wrapped(expr.span, sources),
    })
}

fn numeral(number: &Number) -> Result<Json, String> {
    serde_json::from_str(&number.to_string()).map_err(|_| format!("{number} is no number of JSON"))
}

fn wrapped(span: Span, sources: &Sources) -> Json {
    json!(format!("${{{}}}", sources.text(span)))
}

/// A text in which nothing is taken for an expression.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// An expression where a text is wanted: a key, or a part of a template.
fn as_text(expr: &Expr, sources: &Sources) -> Result<String, String> {
    Ok(match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(truth) => truth.to_string(),
        ExprKind::Number(number) => number.to_string(),
        ExprKind::String(text) => escaped(text),
        ExprKind::Template(parts) => of_parts(parts, sources)?,
        ExprKind::Conditional(parts) => {
            let (then, otherwise) = (as_text(&parts.then, sources)?, as_text(&parts.otherwise, sources)?);
            choice(&parts.condition, &then, &otherwise, sources)
        }
        _ => format!("${{{}}}", sources.text(expr.span)),
    })
}

fn choice(condition: &Expr, then: &str, otherwise: &str, sources: &Sources) -> String {
    let other = if otherwise.is_empty() { String::new() } else { format!("%{{else}}{otherwise}") };
    format!("%{{if {}}}{then}{other}%{{endif}}", sources.text(condition.span))
}

fn of_parts(parts: &[TemplatePart], sources: &Sources) -> Result<String, String> {
    parts.iter().map(|part| of_part(part, sources)).collect()
}

fn of_part(part: &TemplatePart, sources: &Sources) -> Result<String, String> {
    match part {
        TemplatePart::Literal(text, _) => Ok(escaped(text)),
        TemplatePart::Interpolation(expr) => as_text(expr, sources),
        TemplatePart::If(parts) => {
            let TemplateIf { condition, then, otherwise, .. } = &**parts;
            let (then, otherwise) = (of_parts(then, sources)?, of_parts(otherwise, sources)?);
            Ok(choice(condition, &then, &otherwise, sources))
        }
        TemplatePart::For(parts) => {
            let TemplateFor { key, value, collection, body, .. } = &**parts;
            let key = key.as_ref().map(|key| format!("{}, ", key.text)).unwrap_or_default();
            let (value, from) = (&value.text, sources.text(collection.span));
            Ok(format!("%{{for {key}{value} in {from}}}{}%{{endfor}}", of_parts(body, sources)?))
        }
    }
}

#[cfg(test)]
#[path = "hcl_to_json_tests.rs"]
mod tests;
