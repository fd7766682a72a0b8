//! Going through the parts of an expression.

use std::sync::Arc;

use ordain_lang::ast::{Expr, ExprKind, ObjectKey, TemplatePart, Traversal};

/// Calls a function for an expression and each expression inside it, from the outside in.
pub fn each_part(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    Walk { bound: Vec::new(), visit: &mut |expr, _| visit(expr) }.expr(expr);
}

/// All references in an expression, in order of appearance. Names that `for` binds are none.
pub fn references(expr: &Expr) -> Vec<Arc<Traversal>> {
    let mut found = Vec::new();
    let mut visit = |expr: &Expr, bound: &[Arc<str>]| {
        if let ExprKind::Traversal(traversal) = &expr.kind
            && !bound.contains(&traversal.root.text)
        {
            found.push(traversal.clone());
        }
    };
    Walk { bound: Vec::new(), visit: &mut visit }.expr(expr);
    found
}

struct Walk<'v> {
    /// Names that `for` binds around here.
    bound: Vec<Arc<str>>,
    visit: &'v mut dyn FnMut(&Expr, &[Arc<str>]),
}

impl Walk<'_> {
    fn expr(&mut self, expr: &Expr) {
        (self.visit)(expr, &self.bound);
        match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Traversal(_)
            | ExprKind::SplatItem
            | ExprKind::Broken => {}
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Json(json) => self.expr(&json.template),
            ExprKind::Relative(relative) => self.expr(&relative.source),
            ExprKind::Index(pair) | ExprKind::Binary(_, pair) => {
                self.expr(&pair.0);
                self.expr(&pair.1);
            }
            ExprKind::Splat(splat) => {
                self.expr(&splat.source);
                self.expr(&splat.each);
            }
            ExprKind::Call(call) => call.args.iter().for_each(|arg| self.expr(arg)),
            ExprKind::Conditional(conditional) => {
                self.expr(&conditional.condition);
                self.expr(&conditional.then);
                self.expr(&conditional.otherwise);
            }
            ExprKind::Unary(_, inner) | ExprKind::Parens(inner) => self.expr(inner),
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
            ExprKind::Object(items) => {
                for item in items.iter() {
                    if let ObjectKey::Expr(key) = &item.key {
                        self.expr(key);
                    }
                    self.expr(&item.value);
                }
            }
            ExprKind::For(each) => {
                self.expr(&each.collection);
                let before = self.bound.len();
                self.bound.extend(each.key.iter().chain([&each.value]).map(|name| name.text.clone()));
                each.key_expr.iter().for_each(|key| self.expr(key));
                self.expr(&each.value_expr);
                each.condition.iter().for_each(|condition| self.expr(condition));
                self.bound.truncate(before);
            }
        }
    }

    fn template(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If(branch) => {
                    self.expr(&branch.condition);
                    self.template(&branch.then);
                    self.template(&branch.otherwise);
                }
                TemplatePart::For(each) => {
                    self.expr(&each.collection);
                    let before = self.bound.len();
                    self.bound.extend(each.key.iter().chain([&each.value]).map(|name| name.text.clone()));
                    self.template(&each.body);
                    self.bound.truncate(before);
                }
            }
        }
    }
}
