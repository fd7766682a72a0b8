//! Going through the parts of an expression.

use ordain_lang::ast::{Expr, ExprKind, ObjectKey, TemplatePart};

/// Calls a function for an expression and each expression inside it, from the outside in.
pub fn each_part(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Traversal(_)
        | ExprKind::SplatItem
        | ExprKind::Broken => {}
        ExprKind::Template(parts) => template(parts, visit),
        ExprKind::Json(json) => each_part(&json.template, visit),
        ExprKind::Relative(relative) => each_part(&relative.source, visit),
        ExprKind::Index(pair) | ExprKind::Binary(_, pair) => {
            each_part(&pair.0, visit);
            each_part(&pair.1, visit);
        }
        ExprKind::Splat(splat) => {
            each_part(&splat.source, visit);
            each_part(&splat.each, visit);
        }
        ExprKind::Call(call) => call.args.iter().for_each(|arg| each_part(arg, visit)),
        ExprKind::Conditional(conditional) => {
            each_part(&conditional.condition, visit);
            each_part(&conditional.then, visit);
            each_part(&conditional.otherwise, visit);
        }
        ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => each_part(inner, visit),
        ExprKind::Tuple(items) => items.iter().for_each(|item| each_part(item, visit)),
        ExprKind::Object(items) => {
            for item in items.iter() {
                if let ObjectKey::Expr(key) = &item.key {
                    each_part(key, visit);
                }
                each_part(&item.value, visit);
            }
        }
        ExprKind::For(each) => {
            let optional = [each.key_expr.as_ref(), each.condition.as_ref()];
            for part in [&each.collection, &each.value_expr].into_iter().chain(optional.into_iter().flatten()) {
                each_part(part, visit);
            }
        }
    }
}

fn template(parts: &[TemplatePart], visit: &mut dyn FnMut(&Expr)) {
    for part in parts {
        match part {
            TemplatePart::Literal(..) => {}
            TemplatePart::Interpolation(expr) => each_part(expr, visit),
            TemplatePart::If(branch) => {
                each_part(&branch.condition, visit);
                template(&branch.then, visit);
                template(&branch.otherwise, visit);
            }
            TemplatePart::For(each) => {
                each_part(&each.collection, visit);
                template(&each.body, visit);
            }
        }
    }
}
