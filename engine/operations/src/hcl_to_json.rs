//! Native syntax as JSON, in the form that policies on configuration text expect: blocks under type and labels as
//! lists, literals as themselves, everything else as `${text}`.

use ordain_diag::{Diagnostics, Sources, Span};
use ordain_lang::ast::{Body, Expr, ExprKind, NativeBody, ObjectKey, TemplatePart};
use serde_json::{Map, Value as Json, json};

/// The document of a text; the findings say what is wrong with the text.
pub fn document(name: &str, text: &str) -> (Json, Diagnostics) {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let (body, found) = ordain_lang::parse::parse_native(file, text);
    let document = match &body {
        Body::Native(body) => of_body(body, &sources),
        // A text alone is in one syntax.
        Body::Json(_) | Body::Joined(_) => Json::Null,
    };
    (document, found)
}

fn of_body(body: &NativeBody, sources: &Sources) -> Json {
    let mut out = Map::new();
    for attribute in body.attributes.iter() {
        out.insert(attribute.name.text.to_string(), of_expr(&attribute.expr, sources));
    }
    for block in body.blocks.iter() {
        let Body::Native(inner) = &block.body else { continue };
        let mut keys = vec![block.block_type.text.to_string()];
        keys.extend(block.labels.iter().map(|label| label.text.to_string()));
        insert(&mut out, &keys, of_body(inner, sources));
    }
    Json::Object(out)
}

/// Adds a block to the list at a path of keys.
fn insert(out: &mut Map<String, Json>, keys: &[String], block: Json) {
    let Some((key, rest)) = keys.split_first() else { return };
    if rest.is_empty() {
        match out.get_mut(key) {
            Some(Json::Array(list)) => list.push(block),
            _ => {
                out.insert(key.clone(), Json::Array(vec![block]));
            }
        }
        return;
    }
    let entry = out.entry(key.clone()).or_insert_with(|| Json::Object(Map::new()));
    if let Json::Object(inner) = entry {
        insert(inner, rest, block);
    }
}

fn of_expr(expr: &Expr, sources: &Sources) -> Json {
    match &expr.kind {
        ExprKind::Null => Json::Null,
        ExprKind::Bool(truth) => json!(truth),
        ExprKind::String(text) => json!(&**text),
        ExprKind::Number(_) => {
            serde_json::from_str(sources.text(expr.span)).unwrap_or_else(|_| wrapped(expr.span, sources))
        }
        ExprKind::Template(parts) => {
            json!(parts.iter().map(|part| of_part(part, sources)).collect::<String>())
        }
        ExprKind::Tuple(items) => items.iter().map(|item| of_expr(item, sources)).collect(),
        ExprKind::Object(items) => {
            let mut out = Map::new();
            for item in items.iter() {
                let key = match &item.key {
                    ObjectKey::Name(name) => name.text.to_string(),
                    ObjectKey::Expr(key) => match of_expr(key, sources) {
                        Json::String(text) => text,
                        other => other.to_string(),
                    },
                };
                out.insert(key, of_expr(&item.value, sources));
            }
            Json::Object(out)
        }
        _ => wrapped(expr.span, sources),
    }
}

fn wrapped(span: Span, sources: &Sources) -> Json {
    json!(format!("${{{}}}", sources.text(span)))
}

fn of_part(part: &TemplatePart, sources: &Sources) -> String {
    match part {
        TemplatePart::Literal(text, _) => text.to_string(),
        TemplatePart::Interpolation(expr) => match &expr.kind {
            ExprKind::String(text) => text.to_string(),
            _ => format!("${{{}}}", sources.text(expr.span)),
        },
        TemplatePart::If(inner) => sources.text(inner.span).to_owned(),
        TemplatePart::For(inner) => sources.text(inner.span).to_owned(),
    }
}
