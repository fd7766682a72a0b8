//! Expressions written in JSON: strings are templates, arrays tuples, objects objects.

use std::collections::HashMap;
use std::str::FromStr;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_value::Number;
use triomphe::Arc;

use super::{Expr, ExprKind, JsonNode, JsonString, JsonValue, ObjectItem, ObjectKey};
use crate::parse::{parse_expr_within, parse_template_part};

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
            ExprKind::Json(json) => parse_expr_within(self.span, &json.text),
            _ => (self.clone(), Diagnostics::new()),
        }
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
            let template = template(text, node.span, found);
            ExprKind::Json(Arc::new(JsonString { text: text.clone(), template }))
        }
        JsonValue::Array(items) => ExprKind::Tuple(items.iter().map(|item| lower(item, found)).collect()),
        JsonValue::Object(members) => {
            let mut seen: HashMap<&str, ()> = HashMap::new();
            let mut items = Vec::with_capacity(members.len());
            for (name, value) in members.iter() {
                if seen.insert(&name.text, ()).is_some() {
                    let detail =
                        format!("A property \"{}\" is in this object already. Write it once.", name.text);
                    found.push(
                        Diagnostic::error(codes::lang::SYNTAX, "Duplicate object attribute", detail)
                            .with_span(name.span),
                    );
                    continue;
                }
                let key = ObjectKey::Expr(template(&name.text, name.span, found));
                items.push(ObjectItem { key, value: lower(value, found) });
            }
            ExprKind::Object(items.into())
        }
    };
    Expr { span: node.span, kind }
}

/// The text of a string, which stands at `span` with its quotation marks, read as a template.
fn template(text: &str, span: Span, found: &mut Diagnostics) -> Expr {
    if !text.contains("${") && !text.contains("%{") {
        let text = crate::parse::normal_text(text);
        return Expr { span, kind: ExprKind::String(text) };
    }
    let escaped = span.len() != text.len() + 2;
    let expr = found.take(parse_template_part(span, escaped, text));
    Expr { span, ..expr }
}
