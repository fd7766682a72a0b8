//! The walk over an expression.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_value::{Kind, Marks, Type, Value, convert};

use super::access::{apply_steps, index};
use super::relevant::{Cause, explain_with};
use crate::ast::{Expr, ExprKind, ObjectItem, ObjectKey, Text, Traversal};
use crate::scope::{Resolution, Scope};

/// The value of an expression. Where that cannot be said because of an error it is unknown.
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> (Value, Diagnostics) {
    let mut evaluator = Evaluator::new(scope);
    let value = evaluator.value(expr);
    let value = scope.settle(expr, value, &mut evaluator.found);
    (value, evaluator.found)
}

/// One evaluation: the scope, and the names that the expression itself brings in.
pub(super) struct Evaluator<'s> {
    pub(super) scope: &'s dyn Scope,
    /// Variables of `for`, innermost last.
    pub(super) names: Vec<(Text, Value)>,
    /// Elements of splats, innermost last.
    pub(super) items: Vec<Value>,
    pub(super) found: Diagnostics,
    errors: usize,
    /// Inside `can` and `try` nobody reads what the references stood for.
    pub(super) quiet: bool,
}

/// What a key in JSON syntax that is no text is called.
const JSON_KEY: &str = "Invalid object key expression";

impl<'s> Evaluator<'s> {
    pub(super) fn new(scope: &'s dyn Scope) -> Self {
        Self {
            scope,
            names: Vec::new(),
            items: Vec::new(),
            found: Diagnostics::new(),
            errors: 0,
            quiet: false,
        }
    }

    /// Number of errors so far, to be compared later.
    pub(super) fn errors(&self) -> usize {
        self.errors
    }

    /// Reports an error about `expr`, whose lines are shown with it.
    pub(super) fn report(&mut self, expr: &Expr, mut finding: Diagnostic) {
        finding.around.get_or_insert(expr.span);
        let finding = if self.quiet { finding } else { explain_with(self, expr, finding, Cause::Plain) };
        self.push(finding);
    }

    /// Reports an error about `expr`, which stands at `span`.
    pub(super) fn error(&mut self, expr: &Expr, span: Span, summary: &str, detail: impl Into<String>) {
        let finding = Diagnostic::error(codes::lang::INVALID_EXPRESSION, summary, detail).with_span(span);
        self.report(expr, finding);
    }

    /// As [`Evaluator::error`], about a part of `whole`, whose lines are shown with it.
    pub(super) fn error_in(
        &mut self,
        whole: &Expr,
        part: &Expr,
        span: Span,
        summary: &str,
        detail: impl Into<String>,
    ) {
        let finding = Diagnostic::error(codes::lang::INVALID_EXPRESSION, summary, detail);
        self.report(part, finding.with_span(span).with_around(whole.span));
    }

    pub(super) fn push(&mut self, finding: Diagnostic) {
        if finding.is_error() {
            self.errors += 1;
        }
        self.found.push(finding);
    }

    /// Takes back all findings since there were `count`, and gives them.
    pub(super) fn take_back(&mut self, count: usize) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = std::mem::take(&mut self.found).into_iter().collect();
        let taken = all.split_off(count.min(all.len()));
        self.found = all.into_iter().collect();
        self.errors = self.found.error_count();
        taken
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Null => Value::null(Type::Dynamic),
            ExprKind::Bool(value) => Value::bool(*value),
            ExprKind::Number(number) => Value::number((**number).clone()),
            ExprKind::String(text) => Value::from_kind(Kind::String(text.to_arc())),
            ExprKind::Template(parts) => self.template(expr, parts),
            ExprKind::Json(json) => {
                json.problems.iter().cloned().for_each(|problem| self.push(problem));
                match json.problems.has_errors() {
                    true => Value::unknown(Type::Dynamic),
                    false => self.value(&json.template),
                }
            }
            ExprKind::Traversal(traversal) => self.traversal(expr, traversal),
            ExprKind::Relative(relative) => {
                let source = self.value(&relative.source);
                self.steps(expr, source, &relative.steps)
            }
            ExprKind::Index(parts) => self.index(expr, &parts.0, &parts.1),
            ExprKind::Splat(splat) => self.splat(expr, splat),
            ExprKind::SplatItem => {
                self.items.last().cloned().unwrap_or_else(|| Value::unknown(Type::Dynamic))
            }
            ExprKind::Call(call) => self.call(expr, call),
            ExprKind::Conditional(conditional) => self.conditional(expr, conditional),
            ExprKind::Binary(op, operands) => self.binary(expr, *op, &operands.0, &operands.1),
            ExprKind::Unary(op, operand) => self.unary(expr, *op, operand),
            ExprKind::Tuple(items) => {
                Value::tuple(items.iter().map(|item| self.value(item)).collect::<Vec<_>>())
            }
            ExprKind::Object(items) => self.object(expr, items),
            ExprKind::For(parts) => self.for_expr(expr, parts),
            ExprKind::Parens(inner) => self.value(inner),
            ExprKind::Broken => Value::unknown(Type::Dynamic),
        }
    }

    /// The value of a reference, wherever its root name is bound.
    pub(super) fn resolve(&self, traversal: &Traversal) -> Resolution {
        match self.names.iter().rev().find(|(name, _)| *name == traversal.root().text) {
            Some((_, value)) => Resolution::Found { value: value.clone(), consumed: 0 },
            None => self.scope.resolve(traversal),
        }
    }

    fn traversal(&mut self, expr: &Expr, traversal: &Traversal) -> Value {
        match self.resolve(traversal) {
            Resolution::Found { value, consumed } => {
                self.steps(expr, value, traversal.steps().get(consumed..).unwrap_or(&[]))
            }
            Resolution::Failed(finding) => {
                let finding = *finding;
                let finding =
                    if finding.span.is_none() { finding.with_span(traversal.span()) } else { finding };
                self.push(finding);
                Value::unknown(Type::Dynamic)
            }
        }
    }

    fn steps(&mut self, expr: &Expr, source: Value, steps: &[crate::ast::TraversalStep]) -> Value {
        match apply_steps(source, steps) {
            Ok(value) => value,
            Err(finding) => {
                self.report(expr, *finding);
                Value::unknown(Type::Dynamic)
            }
        }
    }

    fn index(&mut self, expr: &Expr, source: &Expr, key: &Expr) -> Value {
        let collection = self.value(source);
        let key = self.value(key);
        match index(&collection, &key, Span { start: source.span.end, ..expr.span }) {
            Ok(value) => value,
            Err(finding) => {
                self.report(expr, *finding);
                Value::unknown(Type::Dynamic)
            }
        }
    }

    fn object(&mut self, expr: &Expr, items: &[ObjectItem]) -> Value {
        let mut members = Vec::with_capacity(items.len());
        let mut marks = Marks::NONE;
        let mut known = true;
        for item in items {
            let (key, value) = match &item.key {
                ObjectKey::Name(name) if name.text.is_ascii() => {
                    (Some(name.text.clone()), self.value(&item.value))
                }
                ObjectKey::Name(name) => {
                    (Some(crate::parse::normal_text(&name.text).to_arc()), self.value(&item.value))
                }
                ObjectKey::Expr(key) => {
                    let before = self.errors();
                    let (given, found) = self.value(key).unmark();
                    let wrong = self.errors() > before;
                    let value = self.value(&item.value);
                    marks = marks.union(found);
                    (if wrong { None } else { self.object_key(expr, key, given, &item.value) }, value)
                }
            };
            match key {
                Some(key) => members.push((key, value)),
                None => known = false,
            }
        }
        let object = if known { Value::object(members) } else { Value::unknown(Type::Dynamic) };
        object.with_marks(marks)
    }

    /// The text of a key without marks, unless it is unknown or wrong.
    fn object_key(&mut self, object: &Expr, key: &Expr, given: Value, value: &Expr) -> Option<Arc<str>> {
        if given.is_null() {
            // Terraform points at the value that the key is missing for, but for JSON syntax.
            let detail = "A key of an object cannot be null.";
            match key.kind {
                ExprKind::Json(_) => self.error_in(object, key, key.span, JSON_KEY, detail),
                _ => self.error_in(object, key, value.span, "Null value as key", detail),
            }
            return None;
        }
        match convert(given, &Type::String) {
            Ok(text) => match text.into_kind() {
                Kind::String(text) => Some(text),
                _ => None,
            },
            Err(error) => {
                let detail = format!("This value cannot be a key of an object: {error}.");
                let json = matches!(key.kind, ExprKind::Json(_));
                let summary = if json { JSON_KEY } else { "Incorrect key type" };
                self.error_in(object, key, key.span, summary, detail);
                None
            }
        }
    }
}
