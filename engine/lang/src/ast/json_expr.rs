//! Expressions written in JSON: strings are templates, arrays tuples, objects objects.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::str::FromStr;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_value::Number;
use triomphe::Arc;

use super::{Expr, ExprKind, Ident, JsonNode, JsonString, JsonValue, ObjectItem, ObjectKey};
use crate::parse::{parse_json_text, parse_template_part};

impl JsonNode {
    /// The node as an expression.
    pub fn to_expr(&self) -> (Expr, Diagnostics) {
        let mut found = Diagnostics::new();
        let expr = lower(self, &mut found);
        (expr, found)
    }
}

impl Expr {
    /// The expression that is meant where a reference or a type is expected and no value: in JSON
    /// syntax the text of a string, read as native syntax. Everything else stands for itself.
    pub fn native(&self) -> (Expr, Diagnostics) {
        match &self.kind {
            ExprKind::Json(json) => parse_json_text(self.span, &json.text),
            _ => (self.clone(), Diagnostics::new()),
        }
    }

    /// The expression with the strings of JSON syntax as they are, where only constants can stand: without names there
    /// are no templates.
    pub fn constant(&self) -> Expr {
        let kind = match &self.kind {
            ExprKind::Json(json) => ExprKind::String(json.text.clone()),
            ExprKind::Tuple(items) => ExprKind::Tuple(items.iter().map(Expr::constant).collect()),
            ExprKind::Object(items) => {
                let item = |item: &ObjectItem| {
                    let key = match &item.key {
                        ObjectKey::Expr(key) => ObjectKey::Expr(key.constant()),
                        ObjectKey::Name(name) => ObjectKey::Name(name.clone()),
                    };
                    ObjectItem { key, value: item.value.constant() }
                };
                ExprKind::Object(items.iter().map(item).collect::<Vec<_>>().into())
            }
            _ => return self.clone(),
        };
        Expr { span: self.span, kind }
    }
}

fn lower(node: &JsonNode, found: &mut Diagnostics) -> Expr {
    let kind = match &node.value {
        JsonValue::Null => ExprKind::Null,
        JsonValue::Broken => ExprKind::Broken,
        JsonValue::Bool(value) => ExprKind::Bool(*value),
        JsonValue::Number(text) => match Number::from_str(text) {
            Ok(number) => number.into(),
            Err(_) => {
                let detail = "This number cannot be represented.";
                found.push(
                    Diagnostic::error(codes::lang::SYNTAX, "Invalid JSON number", detail)
                        .with_span(node.span),
                );
                ExprKind::Broken
            }
        },
        JsonValue::String(text) => {
            let (template, problems) = template(text, node.span);
            ExprKind::Json(Arc::new(JsonString { text: text.clone(), template, problems }))
        }
        JsonValue::Array(items) => ExprKind::Tuple(items.iter().map(|item| lower(item, found)).collect()),
        JsonValue::Object(members) => {
            // Names given twice are told when the first of them is evaluated.
            let mut again: HashMap<&str, Diagnostics> = HashMap::with_capacity(members.len());
            for (name, _) in members.iter() {
                match again.entry(&name.text) {
                    Entry::Vacant(free) => drop(free.insert(Diagnostics::new())),
                    Entry::Occupied(mut known) => known.get_mut().push(given_twice(name)),
                }
            }
            let mut items = Vec::with_capacity(again.len());
            for (name, value) in members.iter() {
                let Some(twice) = again.remove(&*name.text) else { continue };
                let (template, mut problems) = template(&name.text, name.span);
                problems.append(twice);
                let key = JsonString { text: name.text.clone(), template, problems };
                let key = ObjectKey::Expr(Expr { span: name.span, kind: ExprKind::Json(Arc::new(key)) });
                items.push(ObjectItem { key, value: lower(value, found) });
            }
            ExprKind::Object(items.into())
        }
    };
    Expr { span: node.span, kind }
}

fn given_twice(name: &Ident) -> Diagnostic {
    let detail = format!("A property \"{}\" is in this object already. Write it once.", name.text);
    Diagnostic::error(codes::lang::SYNTAX, "Duplicate object attribute", detail).with_span(name.span)
}

/// The text of a string, which stands at `span` with its quotation marks, read as a template.
fn template(text: &str, span: Span) -> (Expr, Diagnostics) {
    if !text.contains("${") && !text.contains("%{") {
        let text = crate::parse::normal_text(text);
        return (Expr { span, kind: ExprKind::String(text) }, Diagnostics::new());
    }
    let escaped = span.len() != text.len() + 2;
    let (expr, problems) = parse_template_part(span, escaped, text);
    (Expr { span, ..expr }, problems)
}
