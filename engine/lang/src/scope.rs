//! What an expression can see.

use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_value::Value;

use crate::World;
use crate::ast::{Expr, Traversal};

/// Answer to a reference.
#[derive(Clone, Debug)]
pub enum Resolution {
    /// The value, and how many of the traversal's steps it stands for; the rest is applied to it.
    Found {
        /// The value.
        value: Value,
        /// Steps of the traversal that are already in the value.
        consumed: usize,
    },
    /// The name means nothing here, or the answer is an error; the diagnostic says which.
    Failed(Box<Diagnostic>),
}

/// The names, functions and world that an expression can see. Implemented by the evaluator; tests use
/// a plain map.
pub trait Scope {
    /// Resolves a reference. May look at further steps, so that `aws_vpc.a[3].id` need not build all of
    /// `aws_vpc`.
    fn resolve(&self, traversal: &Traversal) -> Resolution;

    /// Functions beyond the built-in ones: those of providers.
    fn functions(&self) -> Option<&dyn Functions>;

    /// Files, clock and ids.
    fn world(&self) -> &dyn World;

    /// Whether functions may be called; not so in the few places that must be constant.
    fn allows_calls(&self) -> bool {
        true
    }

    /// Whether there is a time of the plan, and so a function for it.
    fn has_plan_time(&self) -> bool {
        true
    }

    /// Takes a whole expression's value, before anyone else sees it: tells what it was made from that is deprecated, and
    /// takes those marks off.
    fn settle(&self, _expr: &Expr, value: Value, _found: &mut Diagnostics) -> Value {
        value
    }

    /// How many templates the expression is inside of.
    fn template_depth(&self) -> u32 {
        0
    }
}

/// Functions that are not built in.
pub trait Functions {
    /// Whether there is such a function, before anything is said of its arguments.
    fn offers(&self, name: &str) -> bool;

    /// Calls `provider::name::function`; `None` when there is no such function.
    fn call(
        &self,
        name: &str,
        args: &[Value],
        call: Span,
        arg_exprs: &[Expr],
    ) -> Option<(Value, Diagnostics)>;

    /// The row of a function that is part of this engine although a provider offers it.
    fn native(&self, _name: &str) -> Option<&'static crate::functions::Spec> {
        None
    }

    /// Names, for suggestions and completion.
    fn names(&self) -> Vec<String>;
}
