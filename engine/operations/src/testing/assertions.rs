//! `assert` blocks: what they say of a run.

use std::sync::Arc;

use ordain_addr::ModuleInstance;
use ordain_config::blocks::Condition;
use ordain_config::testing::Run;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_eval::Evaluator;
use ordain_lang::ast::{Expr, ExprKind, Traversal, TraversalStep};
use ordain_lang::eval::{Cause, evaluate, explain};
use ordain_lang::refs::references;
use ordain_lang::suggest::{did_you_mean, nearest};
use ordain_lang::{Functions, Resolution, Scope, World};
use ordain_value::{Type, Value, convert};

use super::Status;
use super::names::{Runs, Values, error};

/// What an assertion can name beside what stands in the configuration.
pub(super) struct Extra<'e> {
    pub(super) outputs: &'e Values,
    pub(super) runs: &'e Runs,
    pub(super) all_runs: &'e [Arc<str>],
    /// Values of variables of test files; those that the configuration declares are its own.
    pub(super) variables: &'e Values,
    pub(super) declared: &'e dyn Fn(&str) -> bool,
}

/// Checks all assertions of a run.
pub(super) fn check(run: &Run, evaluator: &Evaluator, extra: &Extra<'_>) -> (Status, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut status = Status::Pass;
    for condition in &run.asserts {
        let checked = evaluator.with_scope(&ModuleInstance::root(), |inner, known| {
            let scope = AssertScope { inner, extra };
            one(condition, &scope, known, extra)
        });
        let (one, problems) = checked.unwrap_or((Status::Error, Diagnostics::new()));
        status = status.max(one);
        found.append(problems.map(|finding| match finding.context {
            None => finding.with_context(run.header),
            Some(_) => finding,
        }));
    }
    (status, found)
}

fn one(
    condition: &Condition,
    scope: &AssertScope<'_>,
    known: &dyn Fn(&Expr) -> Diagnostics,
    extra: &Extra<'_>,
) -> (Status, Diagnostics) {
    let (mut found, mut values) = (Diagnostics::new(), Diagnostics::new());
    let named = references(&condition.condition).into_iter().chain(references(&condition.error_message));
    for traversal in named {
        let problems = if extra.is_of_values(&traversal) { &mut values } else { &mut found };
        match extra.find(&traversal) {
            Some(Ok(_)) => {}
            Some(Err(problem)) => problems.push(*problem),
            None => problems.append(known(&Expr {
                span: traversal.span(),
                kind: ExprKind::Traversal(traversal.clone()),
            })),
        }
    }
    // Blocks that do not exist are told first, and then only those.
    if !found.has_errors() {
        found.append(values);
    }
    if found.has_errors() {
        return (Status::Error, found);
    }
    let (value, problems) = evaluate(&condition.condition, scope);
    let failed = problems.has_errors();
    found.append(problems);
    let message = message(&condition.error_message, scope, &mut found);
    if failed || found.has_errors() {
        return (Status::Error, found);
    }
    let status = verdict(condition, scope, value, message, &mut found);
    (status, found)
}

fn verdict(
    condition: &Condition,
    scope: &AssertScope<'_>,
    value: Value,
    message: Option<String>,
    found: &mut Diagnostics,
) -> Status {
    let span = condition.condition.span;
    let code = codes::eval::CHECK_FAILED;
    let mut fail = |status, summary: &str, detail: String, cause| {
        let problem = Diagnostic::error(code, summary, detail).with_span(span);
        found.push(explain(&condition.condition, scope, problem, cause));
        status
    };
    let (value, marks) = value.unmark();
    if value.is_null() {
        let detail = "Condition expression must return either true or false, not null.".to_owned();
        return fail(Status::Error, "Invalid condition run", detail, Cause::Plain);
    }
    if !value.is_known() {
        let detail = "Condition expression could not be evaluated at this time. This means you have executed a `run` block with `command = plan` and one of the values your condition depended on is not known until after the plan has been applied. Either remove this value from your condition, or execute an `apply` command from this `run` block. Alternatively, if there is an override for this value, you can make it available during the plan phase by setting `override_during = plan` in the `override_` block.";
        return fail(Status::Error, "Unknown condition value", detail.to_owned(), Cause::Unknown);
    }
    match convert(value, &Type::Bool) {
        Err(problem) => {
            let detail = format!("Invalid condition run value: {problem}.");
            fail(Status::Error, "Invalid condition run", detail, Cause::Plain)
        }
        Ok(value) if value.as_bool() == Some(true) => Status::Pass,
        Ok(_) => {
            let cause = if marks.is_sensitive() { Cause::Sensitive } else { Cause::Plain };
            fail(Status::Fail, "Test assertion failed", message.unwrap_or_default(), cause)
        }
    }
}

/// The message; `None` when it cannot be shown or is not known.
fn message(expr: &Expr, scope: &AssertScope<'_>, found: &mut Diagnostics) -> Option<String> {
    let (value, problems) = evaluate(expr, scope);
    let failed = problems.has_errors();
    found.append(problems);
    if failed {
        return None;
    }
    let code = codes::eval::CHECK_FAILED;
    let marks = value.marks_deep();
    if marks.is_sensitive() {
        let detail = "The error expression used to explain this condition refers to sensitive values, so Terraform will not display the resulting message.\n\nYou can correct this by removing references to sensitive values, or by carefully using the nonsensitive() function if the expression will not reveal the sensitive data.";
        let warning = Diagnostic::warning(code, "Error message refers to sensitive values", detail);
        found.push(warning.with_span(expr.span));
        return None;
    }
    let (value, _) = value.unmark_deep();
    if value.is_known() && value.is_null() {
        found.push(*error(
            "Invalid error message",
            "Unsuitable value for error message: must not be null.",
            expr.span,
        ));
        return None;
    }
    match convert(value, &Type::String) {
        Ok(value) => value.as_str().map(|text| text.trim().to_owned()),
        Err(problem) => {
            let detail = format!("Unsuitable value for error message: {problem}.");
            let problem = *error("Invalid error message", detail, expr.span);
            found.push(explain(expr, scope, problem, Cause::Plain));
            None
        }
    }
}

impl Extra<'_> {
    /// Whether a reference is to something whose absence only its evaluation shows: a name, not a block.
    fn is_of_values(&self, traversal: &Traversal) -> bool {
        match &*traversal.root().text {
            "var" | "local" | "output" | "path" | "terraform" | "tofu" | "check" | "count" | "each" => true,
            "run" => match traversal.steps().first() {
                Some(TraversalStep::Attr(name)) => self.all_runs.contains(&name.text.to_arc()),
                _ => false,
            },
            _ => false,
        }
    }

    /// What a reference means that the configuration knows nothing of; `None` for all others.
    fn find(&self, traversal: &Traversal) -> Option<Result<(Value, usize), Box<Diagnostic>>> {
        let Some(TraversalStep::Attr(name)) = traversal.steps().first() else { return None };
        let (text, span) = (name.text.to_arc(), traversal.root().span.to(name.span));
        match &*traversal.root().text {
            "output" => Some(match self.outputs.get(&text) {
                Some(value) => Ok((value.clone(), 1)),
                None => {
                    let meant = did_you_mean(nearest(&text, self.outputs.keys().map(|name| &**name)));
                    let detail =
                        format!("An output value with the name {text:?} has not been declared.{meant}");
                    Err(error("Reference to undeclared output value", detail, span))
                }
            }),
            "run" => Some(match self.runs.get(&text) {
                Some((value, _)) => Ok((value.clone(), 1)),
                None if self.all_runs.contains(&text) => {
                    let detail = format!(
                        "The run {text:?} block has not yet been evaluated, so its results are not available here."
                    );
                    Err(error("Reference to unevaluated run block", detail, span))
                }
                None => {
                    let meant = did_you_mean(nearest(&text, self.all_runs.iter().map(|name| &**name)));
                    let detail = format!("There is no run {text:?} declared in this test suite.{meant}");
                    Err(error("Reference to undeclared run block", detail, span))
                }
            }),
            "check" => {
                let detail = "The \"check\" object can only be referenced from an \"expect_failures\" attribute within a Terraform testing \"run\" block.";
                Some(Err(error("Reference to \"check\" in invalid context", detail, span)))
            }
            "var" if !(self.declared)(&text) => self.variables.get(&text).map(|value| Ok((value.clone(), 1))),
            _ => None,
        }
    }
}

/// The names of the configuration and those of tests.
struct AssertScope<'s> {
    inner: &'s dyn Scope,
    extra: &'s Extra<'s>,
}

impl Scope for AssertScope<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        match self.extra.find(traversal) {
            Some(Ok((value, consumed))) => Resolution::Found { value, consumed },
            Some(Err(problem)) => Resolution::Failed(problem),
            None => self.inner.resolve(traversal),
        }
    }

    fn settle(&self, expr: &Expr, value: Value, found: &mut Diagnostics) -> Value {
        self.inner.settle(expr, value, found)
    }

    fn functions(&self) -> Option<&dyn Functions> {
        self.inner.functions()
    }

    fn world(&self) -> &dyn World {
        self.inner.world()
    }
}
