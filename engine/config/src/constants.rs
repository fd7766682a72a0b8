//! Arguments that must be constants: no references, no function calls.

use std::sync::Arc;

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Expr, ExprKind};
use ordain_value::{Type, Value, convert};

use crate::fields::bad_argument;
use crate::walk::each_part;

/// Value of a constant expression; `None` when it is none, which is reported.
pub fn constant(expr: &Expr, found: &mut Diagnostics) -> Option<Value> {
    let before = found.error_count();
    for traversal in crate::references(expr) {
        found.push(bad_argument(
            "Variables not allowed",
            "Variables may not be used here.",
            traversal.span(),
        ));
    }
    each_part(expr, &mut |part| {
        if let ExprKind::Call(call) = &part.kind {
            let detail = "Functions may not be called here.";
            found.push(bad_argument("Function calls not allowed", detail, call.name_span));
        }
    });
    if found.error_count() > before {
        return None;
    }
    let value = literal(expr);
    if value.is_none() {
        let detail = "A constant is required here.";
        found.push(bad_argument("Unsuitable value", detail, expr.span));
    }
    value
}

fn literal(expr: &Expr) -> Option<Value> {
    match &expr.unwrapped().kind {
        ExprKind::Tuple(items) => items.iter().map(literal).collect::<Option<Vec<_>>>().map(Value::tuple),
        ExprKind::Object(items) => {
            let member = |item: &ordain_lang::ast::ObjectItem| {
                let key: Arc<str> = match &item.key {
                    ordain_lang::ast::ObjectKey::Name(name) => name.text.clone(),
                    ordain_lang::ast::ObjectKey::Expr(key) => key.as_text()?.into(),
                };
                Some((key, literal(&item.value)?))
            };
            items.iter().map(member).collect::<Option<Vec<_>>>().map(Value::object)
        }
        _ => expr.unwrapped().literal(),
    }
}

/// A constant converted to a type.
pub(crate) fn constant_of(expr: &Expr, ty: &Type, found: &mut Diagnostics) -> Option<Value> {
    let value = constant(expr, found)?;
    match convert(value, ty) {
        Ok(value) if !value.is_null() => Some(value),
        Ok(_) => None,
        Err(error) => {
            let detail = format!("Unsuitable value: {error}");
            found.push(bad_argument("Unsuitable value type", detail, expr.span));
            None
        }
    }
}

/// A constant bool; `None` when absent, null or wrong.
pub(crate) fn bool_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<bool> {
    constant_of(&attribute?.expr, &Type::Bool, found)?.as_bool()
}

/// A constant string and where it stands; `None` when absent, null or wrong.
pub(crate) fn text_of(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<(Arc<str>, Span)> {
    let attribute = attribute?;
    let value = constant_of(&attribute.expr, &Type::String, found)?;
    Some((value.as_str()?.into(), attribute.expr.span))
}
