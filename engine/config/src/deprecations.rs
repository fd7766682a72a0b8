//! What callers of modules are asked not to use any more: `deprecated` in `variable` and `output` blocks, which OpenTofu
//! 1.10 and Terraform 1.15 brought.
//!
//! The author's words are told where a caller gives such a variable a value and where an expression names such an
//! output, whether or not there are values yet.

use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Attribute, Expr, ExprKind};
use ordain_lang::refs::{Named, visit, visit_body};

use crate::blocks::{ModuleCall, ModuleSource, Output};
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

/// Warnings about every use of what is deprecated.
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
    let mut uses = Uses { module, remote, found };
    uses.all();
    for call in module.calls.values() {
        if let Some(child) = &call.child {
            of_module(child, remote || is_remote(call), found);
        }
    }
}

fn is_remote(call: &ModuleCall) -> bool {
    !matches!(&call.source, Some((ModuleSource::Local(_), _)))
}

struct Uses<'m> {
    module: &'m Module,
    remote: bool,
    found: &'m mut Diagnostics,
}

impl Uses<'_> {
    fn all(&mut self) {
        let module = self.module;
        // Most modules call none with anything deprecated, and then nothing has to be looked through.
        let children = || module.calls.values().filter_map(|call| call.child.as_ref());
        if !children().any(|child| {
            child.variables.values().any(|one| one.deprecated.is_some())
                || child.outputs.values().any(|one| one.deprecated.is_some())
        }) {
            return;
        }
        for call in module.calls.values() {
            self.arguments(call);
            call.repetition.expr().into_iter().for_each(|expr| self.expr(expr));
        }
        module.locals.values().for_each(|local| self.expr(&local.expr));
        for output in module.outputs.values() {
            output.value.iter().for_each(|value| self.expr(value));
            self.conditions(&output.preconditions);
        }
        for variable in module.variables.values() {
            self.conditions(&variable.validations);
        }
        self.blocks();
    }

    fn blocks(&mut self) {
        let module = self.module;
        for block in module.resources.values() {
            block.repetition.expr().into_iter().for_each(|expr| self.expr(expr));
            self.body(&block.body);
            self.conditions(&block.lifecycle.preconditions);
            self.conditions(&block.lifecycle.postconditions);
            for provisioner in &block.provisioners {
                self.body(&provisioner.body);
                provisioner.connection.iter().for_each(|connection| self.body(connection));
            }
            block.connection.iter().for_each(|connection| self.body(connection));
        }
        for provider in module.providers.values() {
            provider.for_each.iter().for_each(|expr| self.expr(expr));
            self.body(&provider.body);
        }
        for check in module.checks.values() {
            self.conditions(&check.asserts);
        }
    }

    fn conditions(&mut self, all: &[crate::blocks::Condition]) {
        for condition in all {
            self.expr(&condition.condition);
            self.expr(&condition.error_message);
        }
    }

    fn arguments(&mut self, call: &ModuleCall) {
        let Some(child) = &call.child else { return };
        for (name, argument) in &call.arguments {
            self.expr(&argument.expr);
            let message = child.variables.get(name).and_then(|variable| variable.deprecated.as_ref());
            // Null is no value: the variable keeps its default.
            let Some(message) = message.filter(|_| !matches!(argument.expr.unwrapped().kind, ExprKind::Null))
            else {
                continue;
            };
            let detail =
                format!("Variable {name:?} is marked as deprecated with the following message:\n{message}");
            let summary = "Variable marked as deprecated by the module author";
            self.warn(call, summary, detail, argument.expr.span);
        }
    }

    fn warn(&mut self, call: &ModuleCall, summary: &str, detail: String, span: Span) {
        let remote = self.remote || is_remote(call);
        let code = if remote { codes::config::DEPRECATED_REMOTE } else { codes::config::DEPRECATED };
        self.found.push(Diagnostic::warning(code, summary, detail).with_span(span));
    }

    fn body(&mut self, body: &ordain_lang::ast::Body) {
        let mut named = Vec::new();
        visit_body(body, &mut |one| named.extend(named_output(&one)));
        named.into_iter().for_each(|(call, output, span)| self.output(&call, &output, span));
    }

    fn expr(&mut self, expr: &Expr) {
        // The whole module as a value has all its outputs.
        if let ExprKind::Traversal(traversal) = &expr.unwrapped().kind
            && let Ok(Reference { subject: Subject::Module(name, _, None), .. }) = Reference::parse(traversal)
        {
            let child = self.module.calls.get(&name).and_then(|call| call.child.clone());
            for output in child.iter().flat_map(|child| child.outputs.keys()) {
                self.output(&name, output, expr.span);
            }
            return;
        }
        let mut named = Vec::new();
        visit(expr, &mut |one| named.extend(named_output(&one)));
        named.into_iter().for_each(|(call, output, span)| self.output(&call, &output, span));
    }

    fn output(&mut self, call: &str, output: &str, span: Span) {
        let Some(caller) = self.module.calls.get(call) else { return };
        let output: Option<&Arc<Output>> = caller.child.as_ref().and_then(|child| child.outputs.get(output));
        let Some((output, message)) = output.and_then(|one| Some((one, one.deprecated.as_ref()?))) else {
            return;
        };
        let detail = format!(
            "This value is derived from module.{call}.{}, which is deprecated with the following message:\n\n{message}",
            output.name.text
        );
        self.warn(caller, "Value derived from a deprecated source", detail, span);
    }
}

/// Call, output and place of what names an output of a module.
fn named_output(named: &Named<'_>) -> Option<(Arc<str>, Arc<str>, Span)> {
    match named {
        Named::Reference(traversal) => match Reference::parse(traversal) {
            Ok(Reference { subject: Subject::Module(call, _, Some(output)), span, .. }) => {
                Some((call, output, span))
            }
            _ => None,
        },
        Named::Part(of, name) => match Reference::parse(of) {
            Ok(Reference { subject: Subject::Module(call, _, None), span, .. }) => {
                Some((call, Arc::from(&*name.text), span.to(name.span)))
            }
            _ => None,
        },
        Named::Call(_) => None,
    }
}

#[cfg(test)]
#[path = "deprecations_tests.rs"]
mod tests;
