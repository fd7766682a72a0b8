//! What callers of modules are asked not to use any more: `deprecated` in `variable` and `output` blocks, which OpenTofu
//! 1.10 and Terraform 1.15 brought.
//!
//! The author's words are told here where a caller gives such a variable a value, whether or not there are values yet.
//! What is made from such an output, the evaluator tells.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Attribute, Expr, ExprKind};
use ordain_lang::refs::{Named, visit};

use crate::blocks::ModuleCall;
use crate::constants::text_of;
use crate::fields::bad_argument;
use crate::{Module, ModuleTree, Reference, Subject};

/// `deprecated` of a block; an empty text helps nobody.
pub(crate) fn deprecation(attribute: Option<&Attribute>, found: &mut Diagnostics) -> Option<Arc<str>> {
    let (text, span) = text_of(attribute, found)?;
    if text.trim().is_empty() {
        let detail = "The text of \"deprecated\" is shown to callers: say what they should use in its place.";
        found.push(bad_argument("Invalid deprecation message", detail, span));
        return None;
    }
    Some(text)
}

/// Warnings about values given to what is deprecated, and about what has nobody to warn.
pub(crate) fn deprecations(tree: &ModuleTree) -> Diagnostics {
    let mut found = Diagnostics::new();
    for output in tree.root.outputs.values().filter(|output| output.deprecated.is_some()) {
        let detail = "An output of the root module has no caller whom its deprecation could be told.";
        found.push(bad_argument("Root module output deprecated", detail, output.name.span));
    }
    of_module(&tree.root, false, &mut found);
    found
}

/// `remote`: the module came from elsewhere, or was called by one that did.
fn of_module(module: &Module, remote: bool, found: &mut Diagnostics) {
    for call in module.calls.values() {
        let Some(child) = &call.child else { continue };
        let remote = remote || call.is_remote();
        arguments(call, child, remote, found);
        of_module(child, remote, found);
    }
}

fn arguments(call: &ModuleCall, child: &Module, remote: bool, found: &mut Diagnostics) {
    for (name, argument) in &call.arguments {
        let message = child.variables.get(name).and_then(|variable| variable.deprecated.as_ref());
        // Null is no value: the variable keeps its default.
        let Some(message) = message.filter(|_| !matches!(argument.expr.unwrapped().kind, ExprKind::Null))
        else {
            continue;
        };
        let detail =
            format!("Variable {name:?} is marked as deprecated with the following message:\n{message}");
        let summary = "Variable marked as deprecated by the module author";
        let code = if remote { codes::config::DEPRECATED_REMOTE } else { codes::config::DEPRECATED };
        found.push(Diagnostic::warning(code, summary, detail).with_span(argument.expr.span));
    }
}

/// Outputs of called modules that an expression names: call, output and place.
pub fn named_outputs(expr: &Expr) -> Vec<(Arc<str>, Arc<str>, Span)> {
    let mut named = Vec::new();
    visit(expr, &mut |one| named.extend(named_output(&one)));
    named
}

/// Call, output and place of what names an output of a module.
fn named_output(named: &Named<'_>) -> Option<(Arc<str>, Arc<str>, Span)> {
    match named {
        Named::Reference(traversal) => match Reference::parse(traversal) {
            Ok(Reference { subject: Subject::Module(call, _, Some(output)), span, .. }) => {
                Some((call.into(), output.into(), span))
            }
            _ => None,
        },
        Named::Part(of, name) => match Reference::parse(of) {
            Ok(Reference { subject: Subject::Module(call, _, None), span, .. }) => {
                Some((call.into(), Arc::from(&*name.text), span.to(name.span)))
            }
            _ => None,
        },
        Named::Call(_) => None,
    }
}

#[cfg(test)]
#[path = "deprecations_tests.rs"]
mod tests;
