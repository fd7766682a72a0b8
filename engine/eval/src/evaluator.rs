//! The state machine as its callers see it.

use std::sync::Arc;

use ordain_addr::{AbsResource, ModuleInstance, ResourceInstance};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::{Body, Expr};
use ordain_provider::Block;
use ordain_value::Value;

use crate::wanted::Objects;
use crate::{Answer, Asked, Input, Outcome, Progress};

/// The one evaluator.
///
/// ```text
/// let (mut evaluator, diagnostics) = Evaluator::new(input);   // references, cycles: no I/O was done yet
/// loop {
///     let (progress, found) = evaluator.step();
///     match progress {
///         Progress::Wanted(items) => for each: do it, then evaluator.resolve(asked, answer),
///         Progress::Waiting => wait for something in flight, resolve it,
///         Progress::Done => break,
///     }
/// }
/// let outcome = evaluator.finish();
/// ```
pub struct Evaluator {
    input: Arc<Input>,
}

impl Evaluator {
    /// Compiles the configuration. With errors, no step hands anything out.
    pub fn new(input: Input) -> (Evaluator, Diagnostics) {
        let unfinished = Diagnostic::error(
            codes::cli::INTERNAL,
            "Evaluation is not built yet",
            "The evaluator hands out nothing before its steps are written.",
        );
        (Evaluator { input: Arc::new(input) }, unfinished.into())
    }

    /// Gives objects that are known up front, before the first step: stored ones in destroy and console
    /// mode. Values are of the schemas' types.
    pub fn preset(&mut self, resource: AbsResource, objects: Objects) {
        let _ = (resource, objects);
    }

    /// Evaluates what can be evaluated, and hands out what can be worked on. Diagnostics name the objects
    /// concerned; an object with errors counts as failed and is not handed out.
    pub fn step(&mut self) -> (Progress, Diagnostics) {
        (Progress::Done, Diagnostics::new())
    }

    /// Answers something that was handed out. Evaluates postconditions, whose findings are returned; when
    /// one fails, what depends on the object is not handed out.
    pub fn resolve(&mut self, asked: &Asked, answer: Answer) -> Diagnostics {
        let _ = (asked, answer);
        Diagnostics::new()
    }

    /// Evaluates check blocks and root outputs that are left, and takes stock.
    pub fn finish(self) -> Outcome {
        Outcome::default()
    }

    /// Evaluates an expression as if it stood in a module instance. For the console.
    pub fn evaluate(&self, module: &ModuleInstance, expr: &Expr) -> (Value, Diagnostics) {
        let _ = (module, expr, &self.input);
        (Value::unknown(ordain_value::Type::Dynamic), Diagnostics::new())
    }

    /// Evaluates a body as if it stood in the block of an instance, with `self` for that instance: bodies
    /// of provisioners and connections. The instance need not be declared any more (`removed` blocks).
    pub fn evaluate_body(
        &self,
        instance: &ResourceInstance,
        self_value: Value,
        body: &Body,
        schema: &Block,
    ) -> (Value, Diagnostics) {
        let _ = (instance, self_value, body, schema);
        (Value::unknown(ordain_value::Type::Dynamic), Diagnostics::new())
    }
}
