//! The names that expressions of a test file can use, and the values of variables that follow from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_config::ModuleTree;
use ordain_config::blocks::Argument;
use ordain_config::testing::{Run, TestFile, TestProvider};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_eval::{VariableInput, VariableSource, VariableText, given_value};
use ordain_lang::ast::{Expr, Ident, Traversal, TraversalStep};
use ordain_lang::eval::evaluate;
use ordain_lang::refs::references;
use ordain_lang::{Functions, Resolution, Scope, World};
use ordain_value::{Kind, Value};

use crate::variables::Inputs;

/// Values by name.
pub(super) type Values = BTreeMap<Arc<str>, Value>;

/// What earlier runs gave: outputs as an object, and whether they only planned.
pub(super) type Runs = BTreeMap<Arc<str>, (Value, bool)>;

/// Where an expression of a test file stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// `variables` of the file: only values from outside.
    File,
    /// `variables` of a run.
    Run,
    /// A `provider` block.
    Provider,
}

/// The names that an expression outside assertions sees.
pub(super) struct Names<'n> {
    pub(super) place: Place,
    pub(super) variables: &'n Values,
    pub(super) runs: &'n Runs,
    /// Names of all runs of the file.
    pub(super) all_runs: &'n [Arc<str>],
    pub(super) world: &'n dyn World,
}

impl Names<'_> {
    /// The value of an expression; `None` after errors.
    pub(super) fn value(&self, expr: &Expr, context: Option<Span>, found: &mut Diagnostics) -> Option<Value> {
        let mut problems: Diagnostics =
            references(expr).iter().filter_map(|traversal| self.find(traversal).err()).map(|e| *e).collect();
        let mut value = None;
        if !problems.has_errors() {
            let (answer, more) = evaluate(expr, self);
            problems.append(more);
            value = Some(answer).filter(|_| !problems.has_errors());
        }
        found.append(problems.map(|finding| match context {
            Some(context) if finding.context.is_none() => finding.with_context(context),
            _ => finding,
        }));
        value
    }

    fn find(&self, traversal: &Traversal) -> Result<(Value, usize), Box<Diagnostic>> {
        let span = traversal.span();
        match (&*traversal.root().text, traversal.steps().first()) {
            ("var", Some(TraversalStep::Attr(name))) => match self.variables.get(&*name.text) {
                Some(value) => Ok((value.clone(), 1)),
                None => Err(self.no_variable(name, span)),
            },
            ("run", Some(TraversalStep::Attr(name))) if self.place != Place::File => {
                self.run(name, traversal, span)
            }
            ("run", _) if self.place == Place::File => {
                let detail = "You can not reference run blocks from within the file variables block.";
                Err(error("Invalid reference", detail, span))
            }
            _ => {
                let detail = match self.place {
                    Place::File => {
                        "You can only reference global variables within the test file variables block."
                    }
                    Place::Run => {
                        "You can only reference earlier run blocks, file level, and global variables while defining variables from inside a run block."
                    }
                    Place::Provider => {
                        "You can only reference earlier run blocks, file level, and global variables while defining providers in a test file."
                    }
                };
                Err(error("Invalid reference", detail, span))
            }
        }
    }

    fn no_variable(&self, name: &Ident, span: Span) -> Box<Diagnostic> {
        let name = &name.text;
        let detail = match self.place {
            Place::File => format!(
                "The input variable {name:?} is not available to the current context. You can only reference global variables."
            ),
            Place::Run | Place::Provider => format!(
                "The input variable {name:?} is not available to the current run block. You can only reference variables defined at the file or global levels."
            ),
        };
        error("Reference to unavailable variable", detail, span)
    }

    fn run(
        &self,
        name: &Ident,
        traversal: &Traversal,
        span: Span,
    ) -> Result<(Value, usize), Box<Diagnostic>> {
        let block = traversal.root().span.to(name.span);
        let name = name.text.to_arc();
        let Some((outputs, planned)) = self.runs.get(&name) else {
            let after = "You can only reference run blocks that are in the same test file and will execute before the current run block.";
            return Err(if self.all_runs.contains(&name) {
                let detail = format!("The run block {name:?} has not executed yet. {after}");
                error("Reference to unavailable run block", detail, block)
            } else {
                let detail = format!("The run block {name:?} does not exist within this test file. {after}");
                error("Reference to unknown run block", detail, block)
            });
        };
        if let Some(TraversalStep::Attr(output)) = traversal.steps().get(1)
            && let Some(value) = outputs.get(&output.text)
            && !value.is_wholly_known()
        {
            let output = &output.text;
            let why = if *planned {
                format!(
                    "Run block {name:?} is executing a \"plan\" operation, and the specified output value is only known after apply."
                )
            } else {
                "This is a bug in the provider, as all values must be known after apply.".to_owned()
            };
            let detail = format!("The value for run.{name}.{output} is unknown. {why}");
            return Err(error("Reference to unknown value", detail, span));
        }
        Ok((outputs.clone(), 1))
    }
}

impl Scope for Names<'_> {
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
        self.world
    }
}

/// An error about a name or a value of a test file.
pub(super) fn error(summary: &str, detail: impl Into<String>, span: Span) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::eval::UNDECLARED, summary, detail).with_span(span))
}

/// Values from outside, as expressions of test files see them: read by what the configuration declares.
pub(super) fn outside(inputs: &Inputs, tree: &ModuleTree, found: &mut Diagnostics) -> Values {
    let read = |(name, input): (&Arc<str>, &VariableInput)| {
        let value = match (tree.root.variables.get(name), &input.value) {
            (Some(variable), _) => found.take(given_value(variable, input))?,
            (None, VariableText::Value(value)) => value.clone(),
            (None, VariableText::Text(text, _)) => Value::string(text),
        };
        Some((name.clone(), value))
    };
    inputs.iter().filter_map(read).collect()
}

/// Values of arguments; those that cannot be evaluated are left out, which is reported.
pub(super) fn arguments(
    arguments: &BTreeMap<Arc<str>, Argument>,
    names: &Names<'_>,
    context: Option<Span>,
    found: &mut Diagnostics,
) -> Values {
    let value = |(name, argument): (&Arc<str>, &Argument)| {
        Some((name.clone(), names.value(&argument.expr, context, found)?))
    };
    arguments.iter().filter_map(value).collect()
}

/// Those variables of a file that count for a run: what its module declares and the run does not give itself, and
/// what is named. The mistakes of others are not told, as in the original.
pub(super) fn counting(file: &TestFile, run: &Run, tree: &ModuleTree) -> BTreeMap<Arc<str>, Argument> {
    let given = |name: &str| run.variables.contains_key(name);
    let by_run = run.variables.values().flat_map(|one| named(&one.expr, "var"));
    let by_run: BTreeSet<Arc<str>> = by_run.collect();
    let texts = run.asserts.iter().flat_map(|assert| [&assert.condition, &assert.error_message]);
    let by_asserts: BTreeSet<Arc<str>> = texts.flat_map(|expr| named(expr, "var")).collect();
    // Where providers are configured, their blocks may name any.
    let configured = file.providers.values().any(|provider| matches!(provider, TestProvider::Real(_)));
    let counts = |name: &str| {
        let asked = tree.root.variables.contains_key(name) || by_asserts.contains(name);
        configured || by_run.contains(name) || asked && !given(name)
    };
    file.variables
        .iter()
        .filter(|(name, _)| counts(name))
        .map(|(name, one)| (name.clone(), one.clone()))
        .collect()
}

/// What an expression refers to under a root such as `var` or `run`: the names right behind it.
pub(super) fn named(expr: &Expr, root: &str) -> Vec<Arc<str>> {
    let under = references(expr).into_iter().filter(|traversal| &*traversal.root().text == root);
    let first = under.filter_map(|traversal| match traversal.steps().first() {
        Some(TraversalStep::Attr(name)) => Some(name.text.to_arc()),
        _ => None,
    });
    first.collect()
}

/// Values as inputs of an evaluation, each with the place that gives it.
pub(super) fn inputs(values: &Values, arguments: &BTreeMap<Arc<str>, Argument>) -> Inputs {
    let input = |(name, value): (&Arc<str>, &Value)| {
        let source = match arguments.get(name) {
            Some(argument) => VariableSource::File(argument.expr.span),
            None => VariableSource::Other,
        };
        (name.clone(), VariableInput { value: VariableText::Value(value.clone()), source })
    };
    values.iter().map(input).collect()
}

/// An expression that evaluates to a value. What marks say is lost, and types of collections come back as
/// those of literals.
pub(super) fn literal(value: &Value, span: Span) -> Expr {
    use ordain_lang::ast::{ExprKind, ObjectItem, ObjectKey};
    let expr = |kind| Expr { span, kind };
    let items = |items: &[Value]| ExprKind::Tuple(items.iter().map(|item| literal(item, span)).collect());
    let members = |members: &ordain_value::Members| {
        let member = |(name, value): (&Arc<str>, &Value)| ObjectItem {
            key: ObjectKey::Expr(expr(ExprKind::String(name.clone().into()))),
            value: literal(value, span),
        };
        ExprKind::Object(members.iter().map(member).collect())
    };
    expr(match value.kind() {
        Kind::Null(_) => ExprKind::Null,
        Kind::Unknown(_) => ExprKind::Broken,
        Kind::Bool(value) => ExprKind::Bool(*value),
        Kind::Number(number) => number.clone().into(),
        Kind::String(text) => ExprKind::String(text.clone().into()),
        Kind::List(_, list) | Kind::Set(_, list) | Kind::Tuple(list) => items(list),
        Kind::Map(_, map) | Kind::Object(map) => members(map),
    })
}
