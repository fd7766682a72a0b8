//! Values that are known while the configuration is read: variables, locals, paths and the workspace, as the
//! sources and versions of modules and the settings of backends may use them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_diag::{Diagnostic, Diagnostics};
use ordain_lang::ast::{Expr, Traversal};
use ordain_lang::eval::evaluate;
use ordain_lang::parse::parse_expr_within;
use ordain_lang::{Functions, Resolution, Scope, World};
use ordain_value::{Marks, Type, Value, convert};

use crate::blocks::{ModuleCall, Variable};
use crate::constants::{Nothing, constant};
use crate::fields::bad_argument;
use crate::{Module, Reference, Subject};

/// A value given for a root variable, before its declaration is known.
#[derive(Clone, Debug)]
pub enum EarlyValue {
    /// A text of the environment or the command line.
    Text(Arc<str>),
    /// A value of a file.
    Value(Value),
}

/// What is known before anything is read.
#[derive(Clone, Debug, Default)]
pub struct Early {
    /// Values given for root variables.
    pub variables: BTreeMap<Arc<str>, EarlyValue>,
    /// Name of the workspace; `default` when empty.
    pub workspace: Arc<str>,
}

/// Where the variables of a module get their values.
#[derive(Clone, Copy)]
pub(crate) enum Inputs<'e> {
    /// The root: they are given.
    Given,
    /// The arguments of a call, as they are where the call stands.
    Call(&'e EarlyScope<'e>, &'e ModuleCall),
}

/// What expressions of one module see while the configuration is read.
pub(crate) struct EarlyScope<'e> {
    pub(crate) module: &'e Module,
    pub(crate) inputs: Inputs<'e>,
    pub(crate) early: &'e Early,
    /// Whether a default is no value: where the state is must be said, not assumed, in a file that Terraform
    /// reads too and would refuse.
    pub(crate) given_only: bool,
    /// Locals that are being evaluated.
    open: RefCell<Vec<Arc<str>>>,
}

impl<'e> EarlyScope<'e> {
    pub(crate) fn new(module: &'e Module, inputs: Inputs<'e>, early: &'e Early) -> Self {
        Self { module, inputs, early, given_only: false, open: RefCell::default() }
    }

    /// The value of an expression, known and not null; reported when there is none.
    pub(crate) fn value(&self, expr: &Expr, found: &mut Diagnostics) -> Option<Value> {
        let (value, problems) = evaluate(expr, self);
        let failed = problems.has_errors();
        found.append(problems);
        (!failed).then_some(value)
    }

    /// The text that an expression gives, for something that is told to everybody.
    pub(crate) fn text(&self, expr: &Expr, what: &str, found: &mut Diagnostics) -> Option<Arc<str>> {
        let wrong = |why: &str, found: &mut Diagnostics| {
            let detail = format!(
                "{why} The {what} of a module must be a text that is known before anything is planned."
            );
            found.push(bad_argument("Unsuitable value type", detail, expr.start_span()));
            None
        };
        let (value, marks) = match self.value(expr, found) {
            Some(value) => value.unmark_deep(),
            None => return wrong("Unsuitable value: value must be known.", found),
        };
        if marks.is_sensitive() {
            return wrong("The value is sensitive, and would be shown.", found);
        }
        match convert(value, &Type::String) {
            Ok(value) => match value.as_str() {
                Some(text) => Some(text.into()),
                None => wrong("The value is null or not known.", found),
            },
            Err(error) => wrong(&format!("Unsuitable value: {error}."), found),
        }
    }

    fn variable(&self, name: &str, span: ordain_diag::Span) -> Result<Value, Box<Diagnostic>> {
        let Some(variable) = self.module.variables.get(name) else {
            let detail = format!("An input variable with the name {name:?} has not been declared.");
            return Err(Box::new(bad_argument("Reference to undeclared input variable", detail, span)));
        };
        let given = match self.inputs {
            Inputs::Given => self.early.variables.get(name).map(|given| given_value(variable, given)),
            Inputs::Call(caller, call) => call.arguments.get(name).map(|argument| {
                let mut found = Diagnostics::new();
                let value = caller.value(&argument.expr, &mut found);
                value.ok_or_else(|| first(found, "Variables not allowed", argument.expr.span))
            }),
        };
        let value = match given {
            Some(value) => {
                let value = value?;
                match (&variable.default, value.is_null() && !variable.nullable) {
                    (Some(default), true) => default.clone(),
                    _ => variable.constraint.convert(value).map_err(|error| {
                        let detail = format!("The given value is not suitable for var.{name}: {error}.");
                        Box::new(bad_argument("Invalid value for input variable", detail, span))
                    })?,
                }
            }
            None if self.given_only && variable.default.is_some() => {
                let detail = format!(
                    "Variables may not be used here unless their values are given: give var.{name} with -var, -var-file, a .tfvars file or TF_VAR_{name}, or write the block in a .tofu file, where its default counts."
                );
                return Err(Box::new(bad_argument("Variables not allowed", detail, span)));
            }
            None => variable.default.clone().ok_or_else(|| {
                let detail = format!(
                    "The value of var.{name} is needed while the configuration is read, and none is given. Give it with -var, -var-file or an environment variable TF_VAR_{name}, to init as well."
                );
                Box::new(bad_argument("No value for required variable", detail, span))
            })?,
        };
        Ok(if variable.sensitive { value.with_marks(Marks::SENSITIVE) } else { value })
    }

    fn local(&self, name: &str, span: ordain_diag::Span) -> Result<Value, Box<Diagnostic>> {
        let Some(local) = self.module.locals.get(name) else {
            let detail = format!("A local value with the name {name:?} has not been declared.");
            return Err(Box::new(bad_argument("Reference to undeclared local value", detail, span)));
        };
        if self.open.borrow().iter().any(|open| **open == *name) {
            let detail = format!("The value of local.{name} needs itself.");
            return Err(Box::new(bad_argument("Self-referencing local value", detail, span)));
        }
        self.open.borrow_mut().push(name.into());
        let mut found = Diagnostics::new();
        let value = self.value(&local.expr, &mut found);
        self.open.borrow_mut().pop();
        value.ok_or_else(|| first(found, "Variables not allowed", local.expr.span))
    }

    fn find(&self, traversal: &Traversal) -> Result<(Value, usize), Box<Diagnostic>> {
        let reference = Reference::parse(traversal)?;
        let span = reference.span;
        let value = match &reference.subject {
            Subject::Variable(name) => self.variable(name, span)?,
            Subject::Local(name) => self.local(name, span)?,
            Subject::Path("module") => Value::string(&self.module.dir),
            Subject::Path("root") => Value::string("."),
            Subject::Terraform("workspace") => match &*self.early.workspace {
                "" => Value::string("default"),
                name => Value::string(name),
            },
            _ => {
                let detail = "Variables may not be used here, except for input variables, local values, path.module, path.root and terraform.workspace: this is read before anything is planned.";
                return Err(Box::new(bad_argument("Variables not allowed", detail, span)));
            }
        };
        Ok((value, reference.consumed))
    }
}

fn given_value(variable: &Variable, given: &EarlyValue) -> Result<Value, Box<Diagnostic>> {
    let text = match given {
        EarlyValue::Value(value) => return Ok(value.clone()),
        EarlyValue::Text(text) => text,
    };
    if variable.constraint.ty.is_primitive() || !variable.constraint.written {
        return Ok(Value::string(text));
    }
    let (expr, mut found) = parse_expr_within(variable.header, text);
    let value = if found.has_errors() { None } else { constant(&expr, &mut found) };
    value.ok_or_else(|| first(found, "Invalid value for input variable", variable.header))
}

/// The first error, for where there is room for one.
fn first(found: Diagnostics, summary: &str, span: ordain_diag::Span) -> Box<Diagnostic> {
    let error = found.into_iter().find(Diagnostic::is_error);
    Box::new(error.unwrap_or_else(|| bad_argument(summary, "There is no value.", span)))
}

impl Scope for EarlyScope<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        match self.find(traversal) {
            Ok((value, consumed)) => Resolution::Found { value, consumed },
            Err(problem) => Resolution::Failed(problem),
        }
    }

    fn functions(&self) -> Option<&dyn Functions> {
        None
    }

    fn world(&self) -> &dyn World {
        &Nothing
    }
}

#[cfg(test)]
#[path = "early_tests.rs"]
mod tests;
