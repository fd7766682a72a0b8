//! `dynamic` blocks.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::Scope;
use ordain_lang::ast::{Block, Body, BodySchema, ExprKind};
use ordain_lang::eval::evaluate;
use ordain_lang::suggest::{did_you_mean, nearest};
use ordain_provider::Nesting;
use ordain_value::{Kind, Marks, Type, Value, convert};

use super::{Nested, Shape, problem};
use crate::scope::Named;

/// A nested block as written, or one that a `dynamic` block stands for.
pub(super) struct Made<'s> {
    /// Its type.
    pub(super) name: Arc<str>,
    /// Its label, where its kind has one.
    pub(super) label: Option<Arc<str>>,
    /// Its content.
    pub(super) body: Body,
    /// Whether it stands for an unknown number of blocks.
    pub(super) unknown: bool,
    /// Marks of the collection that it was made for.
    pub(super) marks: Marks,
    /// Where it stands.
    pub(super) span: Span,
    scope: &'s dyn Scope,
    /// Name and value of the iterator.
    iterator: Option<(Arc<str>, Value)>,
}

impl Made<'_> {
    /// What the iterator is called, where there is one.
    pub(super) fn iterator_name(&self) -> Option<&str> {
        self.iterator.as_ref().map(|(name, _)| &**name)
    }

    /// Calls a function with the scope of the block's content.
    pub(super) fn with_scope<R>(&self, call: impl FnOnce(&dyn Scope) -> R) -> R {
        match &self.iterator {
            None => call(self.scope),
            Some((name, value)) => {
                call(&Named { inner: self.scope, name: name.clone(), value: value.clone() })
            }
        }
    }
}

/// All blocks, those that `dynamic` stands for in its place.
pub(super) fn expand<'s>(
    blocks: &[Block],
    shape: &Shape<'_>,
    scope: &'s dyn Scope,
    found: &mut Diagnostics,
) -> Vec<Made<'s>> {
    let mut made = Vec::new();
    for block in blocks {
        if &*block.block_type.text == "dynamic" {
            one_dynamic(block, shape, scope, &mut made, found);
            continue;
        }
        made.push(Made {
            name: block.block_type.text.to_arc(),
            label: block.labels.first().map(|label| label.text.to_arc()),
            body: block.body.clone(),
            unknown: false,
            marks: Marks::NONE,
            span: block.header,
            scope,
            iterator: None,
        });
    }
    made
}

fn one_dynamic<'s>(
    block: &Block,
    shape: &Shape<'_>,
    scope: &'s dyn Scope,
    made: &mut Vec<Made<'s>>,
    found: &mut Diagnostics,
) {
    let Some(label) = block.labels.first() else { return };
    let Some(nested) = shape.block(&label.text) else {
        let meant = did_you_mean(nearest(&label.text, shape.nested.iter().map(|nested| &*nested.name)));
        let detail = format!("Blocks of type {:?} are not expected here.{meant}", label.text);
        let code = codes::config::INVALID_BLOCK;
        found.push(Diagnostic::error(code, "Unsupported block type", detail).with_span(label.span));
        return;
    };
    let schema =
        BodySchema::new(&[("for_each", true), ("iterator", false), ("labels", false)], &[("content", &[])]);
    let content = found.take(block.body.content(&schema));
    let Some(for_each) = content.attribute("for_each") else { return };
    let mut bodies = content.blocks_of("content");
    let Some(body) = bodies.next() else {
        let detail = "A dynamic block must have a nested block of type \"content\" to describe the body of each generated block.";
        found.push(problem("Missing dynamic content block", detail, block.body.missing_item()));
        return;
    };
    if let Some(second) = bodies.next() {
        let detail = "Only one nested content block is allowed for each dynamic block.";
        found.push(problem("Extraneous dynamic content block", detail, second.header));
    }
    let (value, problems) = evaluate(&for_each.expr, scope);
    let failed = problems.has_errors();
    found.append(problems);
    if failed {
        return;
    }
    let iterator = content.attribute("iterator").and_then(|attribute| attribute.expr.keyword());
    let iterator: Arc<str> = iterator.map_or_else(|| label.text.to_arc(), Arc::from);
    let Some(elements) = elements(value, for_each.expr.span, found) else { return };
    let one = |key: Value, value: Value, unknown: bool, marks: Marks| Made {
        name: nested.name.clone(),
        label: None,
        body: body.body.clone(),
        unknown,
        marks,
        span: body.header,
        scope,
        iterator: Some((iterator.clone(), Value::object([("key", key), ("value", value)]))),
    };
    let Elements::Known(elements, marks) = elements else {
        made.push(one(Value::unknown(Type::Dynamic), Value::unknown(Type::Dynamic), true, Marks::NONE));
        return;
    };
    for (key, value) in elements {
        let mut one = one(key, value, false, marks);
        one.label =
            dynamic_label(nested, content.attribute("labels").map(|labels| &labels.expr), &one, found);
        made.push(one);
    }
}

enum Elements {
    Unknown,
    Known(Vec<(Value, Value)>, Marks),
}

fn elements(value: Value, span: Span, found: &mut Diagnostics) -> Option<Elements> {
    let (value, marks) = value.unmark();
    let summary = "Invalid dynamic for_each value";
    let number = |at: usize| Value::number(i64::try_from(at).unwrap_or(i64::MAX));
    let pairs = match value.kind() {
        Kind::Unknown(_) => return Some(Elements::Unknown),
        Kind::Null(_) => {
            found.push(problem(summary, "Cannot use a null value in for_each.", span));
            return None;
        }
        Kind::List(_, items) | Kind::Tuple(items) => {
            items.iter().enumerate().map(|(at, item)| (number(at), item.clone())).collect()
        }
        Kind::Set(_, items) => items.iter().map(|item| (item.clone(), item.clone())).collect(),
        Kind::Map(_, members) | Kind::Object(members) => {
            members.iter().map(|(name, item)| (Value::string(name), item.clone())).collect()
        }
        _ => {
            let detail = format!(
                "Cannot use a {} value in for_each. An iterable collection is required.",
                value.ty().friendly()
            );
            found.push(problem(summary, detail, span));
            return None;
        }
    };
    Some(Elements::Known(pairs, marks))
}

/// The label of a generated block, where its kind has one.
fn dynamic_label(
    nested: &Nested<'_>,
    labels: Option<&ordain_lang::ast::Expr>,
    one: &Made<'_>,
    found: &mut Diagnostics,
) -> Option<Arc<str>> {
    if nested.nesting != Nesting::Map {
        return None;
    }
    let expr = match labels.map(|labels| (&labels.kind, labels)) {
        Some((ExprKind::Tuple(items), labels)) => match &**items {
            [one] => one,
            _ => {
                let detail = format!("Blocks of type {:?} have one label.", nested.name);
                found.push(problem("Extraneous dynamic block label", detail, labels.span));
                return None;
            }
        },
        _ => {
            let detail = format!(
                "Blocks of type {:?} have one label, which the argument \"labels\" must give as a list.",
                nested.name
            );
            found.push(problem("Insufficient dynamic block labels", detail, one.span));
            return None;
        }
    };
    let (value, problems) = one.with_scope(|scope| evaluate(expr, scope));
    found.append(problems);
    let text = convert(value.unmark().0, &Type::String).ok()?;
    match text.as_str() {
        Some(text) => Some(text.into()),
        None => {
            let detail = "Cannot use an unknown or null value as a dynamic block label.";
            found.push(problem("Invalid dynamic block label", detail, expr.span));
            None
        }
    }
}
