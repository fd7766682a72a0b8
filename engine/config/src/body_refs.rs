//! References anywhere in a body whose schema is not at hand.

use std::sync::Arc;

use crate::references;
use ordain_diag::Diagnostics;
use ordain_lang::ast::{Block, Body, Expr, ExprKind, ObjectKey, Traversal};

/// All references in a body: arguments, nested blocks, and `dynamic` blocks, whose iterators are no
/// references. Names that `for` expressions bind are none either.
pub fn body_references(body: &Body) -> Vec<Arc<Traversal>> {
    let mut found = Vec::new();
    collect(body, &mut Vec::new(), &mut found);
    found
}

fn collect(body: &Body, bound: &mut Vec<Arc<str>>, found: &mut Vec<Arc<Traversal>>) {
    match body {
        Body::Native(native) => {
            native.attributes.iter().for_each(|attribute| free(&attribute.expr, bound, found));
            for block in native.blocks.iter() {
                match &*block.block_type.text {
                    "dynamic" => dynamic(block, bound, found),
                    _ => collect(&block.body, bound, found),
                }
            }
        }
        // Blocks of JSON syntax look like arguments, so that reading all as arguments finds everything.
        Body::Json(_) => {
            let mut ignored = Diagnostics::new();
            for attribute in ignored.take(body.just_attributes()) {
                let before = bound.len();
                if &*attribute.name.text == "dynamic" {
                    json_iterators(&attribute.expr, bound);
                }
                free(&attribute.expr, bound, found);
                bound.truncate(before);
            }
        }
    }
}

fn free(expr: &Expr, bound: &[Arc<str>], found: &mut Vec<Arc<Traversal>>) {
    let all = references(expr).into_iter();
    found.extend(all.filter(|traversal| !bound.contains(&traversal.root.text)));
}

fn dynamic(block: &Block, bound: &mut Vec<Arc<str>>, found: &mut Vec<Arc<Traversal>>) {
    let Body::Native(native) = &block.body else { return collect(&block.body, bound, found) };
    let mut iterator = block.labels.first().map(|label| label.text.clone());
    for attribute in native.attributes.iter() {
        match &*attribute.name.text {
            "iterator" => iterator = attribute.expr.keyword().map(Arc::from).or(iterator),
            "for_each" => free(&attribute.expr, bound, found),
            _ => {}
        }
    }
    let before = bound.len();
    bound.extend(iterator);
    let labels = native.attributes.iter().filter(|attribute| &*attribute.name.text == "labels");
    labels.for_each(|attribute| free(&attribute.expr, bound, found));
    native.blocks.iter().for_each(|inner| collect(&inner.body, bound, found));
    bound.truncate(before);
}

/// Names of iterators in `"dynamic": {"tag": {"for_each": …, "iterator": …}}`.
fn json_iterators(expr: &Expr, bound: &mut Vec<Arc<str>>) {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().for_each(|item| json_iterators(item, bound)),
        ExprKind::Object(items) => {
            for item in items.iter() {
                let key = match &item.key {
                    ObjectKey::Name(name) => Some(name.text.clone()),
                    ObjectKey::Expr(key) => key.as_text().map(Arc::from),
                };
                match key.as_deref() {
                    Some("iterator") => bound.extend(item.value.as_text().map(Arc::from)),
                    _ => bound.extend(key),
                }
                json_iterators(&item.value, bound);
            }
        }
        _ => {}
    }
}
