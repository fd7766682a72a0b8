//! Why a rule gives what it gives, body by body: what made it hold, or how far it came.

use super::run::Sink;
use super::{Flow, Machine, Outcome, Slots};
use crate::ast::Span;
use crate::ir::{Block, Branch};
use crate::unknown::Open;
use crate::value::Value;

/// Most answers of one body that are told.
const MOST: usize = 50;

/// How one body of a rule went.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Where its head stands.
    pub at: Span,
    /// Its answers, the first fifty.
    pub answers: Vec<Reached>,
    /// How many there are in all.
    pub count: usize,
    /// The condition at which it came to an end when it came furthest; none if it has an answer.
    pub failed: Option<Reached>,
    /// What `input` does not have, so that the body was not begun: the path, and what had to be there.
    pub missing: Option<(String, Option<Value>)>,
}

/// A point in a body.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The condition; for answers the head.
    pub at: Span,
    /// What the head says, of answers.
    pub value: Option<Value>,
    /// Under what it holds.
    pub open: Open,
    /// Variables and their values.
    pub variables: Vec<(String, Value)>,
}

/// How far a body came.
pub(super) struct Watch<'p> {
    block: &'p Block,
    reached: usize,
    at: Span,
    open: Open,
    slots: Slots,
}

impl<'p> Machine<'p> {
    /// Tries every body of the rules at a path under `data`.
    pub(crate) fn explain(&mut self, keys: &[Value]) -> Outcome<Vec<Tried>> {
        let program = self.program;
        let Some(place) = program.tree.find(keys) else { return Ok(Vec::new()) };
        let rules = program.rules.get(place).map(|rules| &**rules).unwrap_or_default();
        let mut out = Vec::new();
        for branch in rules.iter().flat_map(|rule| &rule.branches).filter(|branch| branch.args.is_empty()) {
            out.push(self.tried(branch)?);
        }
        Ok(out)
    }

    fn tried(&mut self, branch: &'p Branch) -> Outcome<Tried> {
        let at = branch.head_at;
        let mut tried = Tried { at, answers: Vec::new(), count: 0, failed: None, missing: None };
        if !self.may_fire(branch)? {
            tried.missing = self.first_missing(branch)?;
            return Ok(tried);
        }
        let watch = Watch { block: &branch.body, reached: 0, at, open: Open::default(), slots: Vec::new() };
        let before = self.watch.replace(watch);
        let mut slots: Slots = vec![None; branch.slots];
        let sink: Sink<'_, 'p> = &mut |machine, slots| {
            let value = match &branch.key {
                Some(key) => machine.value(key, slots)?,
                None => machine.value(&branch.value, slots)?,
            };
            tried.count += 1;
            if tried.answers.len() < MOST {
                let variables = machine.variables(branch, slots)?;
                tried.answers.push(Reached { at, value, open: machine.open.clone(), variables });
            }
            Ok(Flow::More)
        };
        let outcome = self.deeper(|machine| machine.run(&branch.body, &mut slots, sink));
        let watch = std::mem::replace(&mut self.watch, before);
        outcome?;
        if tried.count == 0
            && let Some(watch) = watch
        {
            let variables = self.variables(branch, &watch.slots)?;
            tried.failed = Some(Reached { at: watch.at, value: None, open: watch.open, variables });
        }
        Ok(tried)
    }

    /// Notes that a condition is reached.
    pub(super) fn note_reached(&mut self, block: &Block, at: usize, span: Span, slots: &Slots) {
        let open = self.open.clone();
        if let Some(watch) = &mut self.watch
            && std::ptr::eq(watch.block, block)
            && at >= watch.reached
        {
            watch.reached = at;
            watch.at = span;
            watch.open = open;
            watch.slots.clone_from(slots);
        }
    }

    fn variables(&mut self, branch: &Branch, slots: &Slots) -> Outcome<Vec<(String, Value)>> {
        let mut out = Vec::new();
        for (name, slot) in branch.names.iter() {
            if let Some(super::Document::Value(value)) = slots.get(*slot).and_then(Option::as_ref) {
                out.push((name.to_string(), value.clone()));
            }
        }
        Ok(out)
    }

    /// The first of a branch's needs that `input` does not fulfil.
    fn first_missing(&self, branch: &Branch) -> Outcome<Option<(String, Option<Value>)>> {
        let input = self.scope()?.input.clone();
        for (path, wanted) in &branch.needs {
            let found = path.iter().try_fold(input.clone(), |at, key| Some(at?.get(key).cloned())).flatten();
            if found.is_none() || wanted.as_ref().is_some_and(|wanted| found.as_ref() != Some(wanted)) {
                let keys: Vec<Value> =
                    std::iter::once(Value::from("input")).chain(path.iter().cloned()).collect();
                return Ok(Some((crate::print::path(&keys), wanted.clone())));
            }
        }
        Ok(None)
    }
}
