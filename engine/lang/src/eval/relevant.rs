//! What the references in an expression at fault stood for.

use std::collections::BTreeMap;

use ordain_diag::Diagnostic;
use ordain_value::{Kind, Type, Value};

use super::access::apply_steps;
use super::evaluator::Evaluator;
use crate::ast::{Expr, Traversal, TraversalStep};
use crate::refs::references;
use crate::scope::{Resolution, Scope};

/// Whether the error is there because of what a value is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Neither of these.
    Plain,
    /// Because a value is not known yet.
    Unknown,
    /// Because a value is sensitive.
    Sensitive,
}

/// Adds to a finding about `expr` what the references in it stand for. Sensitive values are never shown.
pub fn explain(expr: &Expr, scope: &dyn Scope, finding: Diagnostic, cause: Cause) -> Diagnostic {
    explain_with(&Evaluator::new(scope), expr, finding, cause)
}

pub(super) fn explain_with(
    evaluator: &Evaluator<'_>,
    expr: &Expr,
    mut finding: Diagnostic,
    cause: Cause,
) -> Diagnostic {
    let mut statements = BTreeMap::new();
    for traversal in references(expr) {
        if let Some((name, statement)) = about(evaluator, &traversal, cause) {
            statements.insert(name, statement);
        }
    }
    for (name, statement) in statements {
        finding = finding.with_value(name, statement);
    }
    finding
}

/// The longest beginning of a reference that has a value, and a statement about it.
fn about(evaluator: &Evaluator<'_>, traversal: &Traversal, cause: Cause) -> Option<(String, String)> {
    let Resolution::Found { value, consumed } = evaluator.resolve(traversal) else { return None };
    let mut count = traversal.steps().len();
    let value = loop {
        let steps = traversal.steps().get(consumed..count)?;
        match apply_steps(value.clone(), steps) {
            Ok(value) => break value,
            Err(_) => count = count.checked_sub(1)?,
        }
    };
    // Of a bare name, which is one of the expression's own, nothing is told.
    if count == 0 {
        return None;
    }
    let statement = statement(&value, cause)?;
    Some((display(traversal, count), statement))
}

fn statement(value: &Value, cause: Cause) -> Option<String> {
    if value.marks().is_sensitive() {
        return (cause == Cause::Sensitive).then(|| "has a sensitive value".to_owned());
    }
    if !value.is_known() {
        let ty = value.ty();
        return match (ty == Type::Dynamic, cause == Cause::Unknown) {
            (true, true) => Some("will be known only after apply".to_owned()),
            (true, false) => None,
            (false, true) => Some(format!("is a {}, known only after apply", ty.friendly())),
            (false, false) => Some(format!("is a {}", ty.friendly())),
        };
    }
    Some(format!("is {}", compact(value)))
}

/// A value in a few words.
fn compact(value: &Value) -> String {
    let ty = value.ty().friendly();
    match value.kind() {
        Kind::Null(_) => "null".to_owned(),
        Kind::Unknown(_) => "not known yet".to_owned(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => ordain_gostd::quote(text),
        Kind::List(..) | Kind::Set(..) | Kind::Map(..) | Kind::Tuple(_) => {
            let length = value.parts().count();
            match length {
                0 => format!("empty {ty}"),
                1 => format!("{ty} with 1 element"),
                _ => format!("{ty} with {length} elements"),
            }
        }
        Kind::Object(members) => match (members.len(), members.keys().next()) {
            (1, Some(name)) => format!("object with 1 attribute \"{name}\""),
            (0, _) => "object with no attributes".to_owned(),
            (length, _) => format!("object with {length} attributes"),
        },
    }
}

/// A reference as it is written, up to a number of steps.
fn display(traversal: &Traversal, count: usize) -> String {
    let mut out = traversal.root().text.to_string();
    for step in traversal.steps().iter().take(count) {
        match step {
            TraversalStep::Attr(name) => {
                out.push('.');
                out.push_str(&name.text);
            }
            TraversalStep::Index(step) => match step.key.kind() {
                Kind::String(text) => out.push_str(&format!("[{}]", ordain_gostd::quote(text))),
                Kind::Number(number) => out.push_str(&format!("[{number}]")),
                _ => out.push_str("[...]"),
            },
        }
    }
    out
}
