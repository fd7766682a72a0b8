//! Bodies: operation after operation, going back to the last one that has another possibility.

use super::veiled::Holds;
use super::{Document, Flow, Machine, Outcome, Slots};
use crate::ast::Span;
use crate::ir::{Block, Every, Expr, Op, Pattern, Scan};
use crate::unknown::{Open, Truth};
use crate::value::Value;

/// The possibilities of an operation that are left.
enum Choice<'b> {
    /// Members of a document: key and value.
    Members { key: &'b Pattern, into: usize, left: Members },
    /// Results of a relation.
    Results { pattern: &'b Pattern, left: std::vec::IntoIter<Value> },
    /// Results that may be there.
    Likely { pattern: &'b Pattern, left: std::vec::IntoIter<(Value, Open)> },
    /// Answers of a body under `with`: values of the slots that it writes.
    Written { outputs: &'b [usize], left: std::vec::IntoIter<(Vec<Option<Document>>, Open)> },
}

/// Where going through a document is.
pub(crate) enum Members {
    Array(Value, usize),
    Object(Value, usize),
    Set(Value, usize),
    /// Some members by their place.
    Picked(Value, std::vec::IntoIter<u32>),
    Listed(std::vec::IntoIter<(Value, Document)>),
    Likely(std::vec::IntoIter<(Value, Value, Open)>),
}

/// Key, value, and under what they are there.
type Member = (Value, Document, Open);

impl Iterator for Members {
    type Item = Member;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Array(value, at) => {
                let item = value.as_array()?.get(*at)?.clone();
                *at += 1;
                Some((Value::from(*at - 1), Document::Value(item), Open::default()))
            }
            Self::Object(value, at) => {
                let (key, item) = value.as_object()?.pairs().get(*at)?.clone();
                *at += 1;
                Some((key, Document::Value(item), Open::default()))
            }
            Self::Set(value, at) => {
                let item = value.as_set()?.members().get(*at)?.clone();
                *at += 1;
                Some((item.clone(), Document::Value(item), Open::default()))
            }
            Self::Picked(value, places) => {
                let at = usize::try_from(places.next()?).ok()?;
                let (key, item) = super::picked::member(value, at)?;
                Some((key, Document::Value(item), Open::default()))
            }
            Self::Listed(left) => left.next().map(|(key, member)| (key, member, Open::default())),
            Self::Likely(left) => left.next().map(|(key, value, open)| (key, Document::Value(value), open)),
        }
    }
}

/// How an operation went.
enum Step<'b> {
    Done,
    Failed,
    Choose(Choice<'b>),
}

/// What happens with each answer of a body.
pub(crate) type Sink<'s, 'p> = &'s mut dyn FnMut(&mut Machine<'p>, &mut Slots) -> Outcome<Flow>;

impl<'p> Machine<'p> {
    /// Calls `sink` with each answer of a body until it has enough.
    ///
    /// While `sink` runs, the machine's `open` says under what the answer holds.
    pub(crate) fn run(&mut self, block: &Block, slots: &mut Slots, sink: Sink<'_, 'p>) -> Outcome<Flow> {
        let (outer, place) = (std::mem::take(&mut self.open), self.place);
        let flow = self.attempt(block, slots, sink);
        self.open = outer;
        self.place = place;
        flow
    }

    fn attempt(&mut self, block: &Block, slots: &mut Slots, sink: Sink<'_, 'p>) -> Outcome<Flow> {
        let mut choices: Vec<(usize, Choice<'_>, Open)> = Vec::new();
        let mut at = 0;
        loop {
            let step = match block.ops.get(at) {
                None => {
                    if sink(self, slots)? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                    Step::Failed
                }
                Some(Op::At(span) | Op::Part(span)) => {
                    if matches!(block.ops.get(at), Some(Op::At(_))) {
                        self.place = *span;
                    }
                    if self.watch.is_some() {
                        self.note_reached(block, at, *span, slots);
                    }
                    if self.cover {
                        self.covered.insert(*span);
                    }
                    Step::Done
                }
                Some(op) => {
                    self.step(self.place)?;
                    self.operation(op, slots)?
                }
            };
            match step {
                Step::Done => at += 1,
                Step::Choose(choice) => {
                    choices.push((at, choice, self.open.clone()));
                    match self.again(&mut choices, slots)? {
                        Some(next) => at = next,
                        None => return Ok(Flow::More),
                    }
                }
                Step::Failed => match self.again(&mut choices, slots)? {
                    Some(next) => at = next,
                    None => return Ok(Flow::More),
                },
            }
        }
    }

    /// Whether a body has an answer.
    pub(crate) fn holds(&mut self, block: &Block, slots: &mut Slots) -> Outcome<Holds> {
        let mut maybe = Open::default();
        let flow = self.deeper(|machine| {
            machine.run(block, slots, &mut |machine, _| {
                if machine.open.is_certain() {
                    return Ok(Flow::Enough);
                }
                maybe.join(&machine.open);
                Ok(Flow::More)
            })
        })?;
        Ok(match flow {
            Flow::Enough => Holds::Yes,
            Flow::More if maybe.is_certain() => Holds::No,
            Flow::More => Holds::Maybe(maybe),
        })
    }

    /// Takes the next possibility of the last operation that has one; the operation after it is next.
    fn again(
        &mut self,
        choices: &mut Vec<(usize, Choice<'_>, Open)>,
        slots: &mut Slots,
    ) -> Outcome<Option<usize>> {
        while let Some((at, choice, open)) = choices.last_mut() {
            let after = *at + 1;
            if self.choose(choice, open, slots)? {
                return Ok(Some(after));
            }
            choices.pop();
        }
        Ok(None)
    }

    /// The next possibility; `before` is under what the choice came about.
    fn choose(&mut self, choice: &mut Choice<'_>, before: &Open, slots: &mut Slots) -> Outcome<bool> {
        match choice {
            Choice::Members { key, into, left } => {
                for (name, member, open) in left.by_ref() {
                    self.step(Span::default())?;
                    self.open.clone_from(before);
                    self.open.join(&open);
                    if self.matches(key, &name, slots)? {
                        // A member without a value (a rule that did not fire) is none.
                        let Some(member) = self.defined(member)? else { continue };
                        set(slots, *into, member);
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Choice::Results { pattern, left } => {
                for result in left.by_ref() {
                    self.step(Span::default())?;
                    self.open.clone_from(before);
                    if self.matches(pattern, &result, slots)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Choice::Likely { pattern, left } => {
                for (result, open) in left.by_ref() {
                    self.step(Span::default())?;
                    self.open.clone_from(before);
                    self.open.join(&open);
                    if self.matches(pattern, &result, slots)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Choice::Written { outputs, left } => {
                let Some((values, open)) = left.next() else { return Ok(false) };
                self.open.clone_from(before);
                self.open.join(&open);
                for (slot, value) in outputs.iter().zip(values) {
                    if let Some(place) = slots.get_mut(*slot) {
                        *place = value;
                    }
                }
                Ok(true)
            }
        }
    }

    fn operation<'b>(&mut self, op: &'b Op, slots: &mut Slots) -> Outcome<Step<'b>> {
        let holds = match op {
            Op::At(_) | Op::Part(_) => true,
            Op::Let(into, expr) => {
                let document = match self.document(expr, slots)? {
                    Some(document) if into.exists => self.defined(document)?,
                    document => document,
                };
                let holds = document.is_some();
                if let Some(document) = document {
                    set(slots, into.slot(), document);
                }
                holds
            }
            Op::Test(expr) => match self.value(expr, slots)? {
                Some(value) => self.is_true(&value),
                None => false,
            },
            Op::Match(both) => self.match_expr(&both.0, &both.1, slots)?,
            Op::Scan(scan) => {
                let Scan { from, key, into, wanted } = &**scan;
                let Some(document) = slots.get(*from).cloned().flatten() else { return Ok(Step::Failed) };
                let left = self.members(document)?.map(|left| self.narrowed(left, wanted));
                return Ok(match left {
                    Some(left) => Step::Choose(Choice::Members { key, into: *into, left }),
                    None => Step::Failed,
                });
            }
            Op::Relation(relation) => {
                let (pattern, expr) = &**relation;
                let Some(results) = self.value(expr, slots)? else { return Ok(Step::Failed) };
                if results.is_unknown() {
                    return self.likely_results(pattern, results);
                }
                let results = results.as_array().map(<[Value]>::to_vec).unwrap_or_default();
                return Ok(Step::Choose(Choice::Results { pattern, left: results.into_iter() }));
            }
            Op::Not(_) | Op::And(_) | Op::Or(_) => self.junction(op, slots)?,
            Op::Every(every) => self.every(every, slots)?,
            Op::With(with) => {
                let Some(answers) = self.under_with(with, slots)? else { return Ok(Step::Failed) };
                let left = answers.into_iter();
                return Ok(Step::Choose(Choice::Written { outputs: &with.outputs, left }));
            }
            Op::Case(keys) => {
                if let Some(path) = self.all(keys, slots)? {
                    self.cases.push(path);
                }
                true
            }
            Op::Print(print) => {
                self.print(&print.0, print.1, slots)?;
                true
            }
        };
        Ok(if holds { Step::Done } else { Step::Failed })
    }

    /// Bodies put together: whether the whole has an answer.
    fn junction(&mut self, op: &Op, slots: &mut Slots) -> Outcome<bool> {
        let holds = match op {
            Op::Not(body) => self.holds(body, slots)?.not(),
            Op::And(both) => {
                let (left, right) = &**both;
                let left = self.holds(left, slots)?;
                if !self.decide(left) {
                    return Ok(false);
                }
                self.holds(right, slots)?
            }
            Op::Or(both) => match self.holds(&both.0, slots)? {
                Holds::Yes => Holds::Yes,
                left => left.or(self.holds(&both.1, slots)?),
            },
            _ => Holds::No,
        };
        Ok(self.decide(holds))
    }

    /// Matches without looking into documents that need not be.
    fn match_expr(&mut self, pattern: &Pattern, expr: &Expr, slots: &mut Slots) -> Outcome<bool> {
        let Some(document) = self.document(expr, slots)? else { return Ok(false) };
        match self.forced(document)? {
            Some(value) => self.matches(pattern, &value, slots),
            None => Ok(false),
        }
    }

    /// Whether a value has a form; writes what the pattern binds.
    pub(crate) fn matches(&mut self, pattern: &Pattern, value: &Value, slots: &mut Slots) -> Outcome<bool> {
        match pattern {
            Pattern::Any => Ok(true),
            Pattern::Bind(slot) => {
                set(slots, *slot, Document::Value(value.clone()));
                Ok(true)
            }
            Pattern::Equal(Expr::Constant(wanted)) => Ok(self.equal(wanted, value)),
            Pattern::Equal(expr) => match self.value(expr, slots)? {
                Some(wanted) => Ok(self.equal(&wanted, value)),
                None => Ok(false),
            },
            Pattern::Array(_) | Pattern::Object(_) if value.is_unknown() => {
                self.match_unknown(pattern, value, slots)
            }
            Pattern::Array(items) => {
                let Value::Array(values) = value else { return Ok(false) };
                if values.len() != items.len() {
                    return Ok(false);
                }
                for (item, value) in items.iter().zip(values.iter()) {
                    if !self.matches(item, value, slots)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Pattern::Object(pairs) => {
                let Value::Object(object) = value else { return Ok(false) };
                if object.len() != pairs.len() {
                    return Ok(false);
                }
                for (key, inner) in pairs {
                    let Some(key) = self.value(key, slots)? else { return Ok(false) };
                    let Some(value) = object.get(&key) else { return Ok(false) };
                    if !self.matches(inner, value, slots)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn every(&mut self, every: &Every, slots: &mut Slots) -> Outcome<bool> {
        let Some(domain) = self.document(&every.domain, slots)? else { return Ok(false) };
        let Some(members) = self.members(domain)? else { return Ok(false) };
        let mut left = Open::default();
        for (key, member, open) in members {
            self.step(Span::default())?;
            let (holds, own) = self.apart(|machine| {
                let Some(value) = machine.forced(member)? else { return Ok(Holds::Yes) };
                let fits = machine.matches(&every.key, &key, slots)?
                    && machine.matches(&every.value, &value, slots)?;
                if fits { machine.holds(&every.body, slots) } else { Ok(Holds::No) }
            })?;
            match holds {
                Holds::Yes => left.join(&own),
                Holds::No if open.is_certain() && own.is_certain() => return Ok(false),
                Holds::No => {
                    left.join(&open);
                    left.join(&own);
                }
                Holds::Maybe(body) => {
                    left.join(&own);
                    left.join(&body);
                }
            }
        }
        self.depend(&left);
        Ok(true)
    }

    fn print(&mut self, parts: &[Expr], at: Span, slots: &mut Slots) -> Outcome<()> {
        let mut lines = vec![String::new()];
        for (number, part) in parts.iter().enumerate() {
            let values = self.value(part, slots)?;
            let values = values.as_ref().and_then(Value::as_set).map(|set| set.members().to_vec());
            let shown: Vec<String> = match values {
                Some(values) if !values.is_empty() => values.iter().map(shown).collect(),
                _ => vec!["<undefined>".to_owned()],
            };
            let mut next = Vec::with_capacity(lines.len() * shown.len());
            for line in &lines {
                for text in &shown {
                    self.step(at)?;
                    next.push(if number == 0 { text.clone() } else { format!("{line} {text}") });
                }
            }
            lines = next;
        }
        self.prints.append(&mut lines);
        self.print_places.resize(self.prints.len(), at);
        Ok(())
    }
}

impl Machine<'_> {
    /// Whether a truth holds; if it is open, what comes depends on it.
    pub(crate) fn decided(&mut self, truth: Truth) -> bool {
        match truth {
            Truth::Yes => true,
            Truth::No => false,
            Truth::Maybe(waits) => {
                self.wait(waits);
                true
            }
        }
    }

    /// Results of a relation that are not all known.
    fn likely_results<'b>(&mut self, pattern: &'b Pattern, results: Value) -> Outcome<Step<'b>> {
        let Some(members) = self.members(Document::Value(results))? else { return Ok(Step::Failed) };
        let left: Vec<(Value, Open)> = members
            .filter_map(|(_, member, open)| match member {
                Document::Value(value) | Document::Stored(value) => Some((value, open)),
                Document::Place(..) => None,
            })
            .collect();
        Ok(Step::Choose(Choice::Likely { pattern, left: left.into_iter() }))
    }
}

/// How `print` and templates show a value: text as it is, everything else as it is written.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => crate::print::constant(other),
    }
}

pub(crate) fn set(slots: &mut Slots, slot: usize, document: Document) {
    if let Some(place) = slots.get_mut(slot) {
        *place = Some(match document {
            Document::Stored(value) => Document::Value(value),
            other => other,
        });
    }
}
