//! Running programs: bodies by trying, rules once per set of documents, all within bounds.

mod call;
mod document;
mod explain;
mod expr;
mod gather;
mod picked;
mod rules;
mod run;
mod veiled;
mod veiled_calls;
mod with;

pub use explain::{Reached, Tried};

use crate::ast::Span;
use crate::builtins::BuiltinEnv;
use crate::compile::Query;
use crate::error::{Code, Error};
use crate::ir::{Function, FunctionName, Program};
use crate::unknown::{Open, Waits};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Bounds of one evaluation.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Operations.
    pub steps: u64,
    /// Rules, functions and closures inside of each other.
    pub depth: usize,
    /// Items of all collections, and thirty-seconds of bytes of all texts, that are made on the way.
    pub items: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 2_000_000_000, depth: 1500, items: 200_000_000 }
    }
}

/// One answer of a query.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The value of each expression; `true` for those that only hold.
    pub expressions: Vec<Value>,
    /// Variables by name.
    pub bindings: BTreeMap<String, Value>,
    /// Under what it is an answer; certain where everything is known.
    pub open: Open,
}

/// A document, or a place under `data` that has not been looked into yet.
#[derive(Debug, Clone)]
pub(crate) enum Document {
    Value(Value),
    /// A base document on the way to a place in it: its members go by the text of their keys, as in a store.
    Stored(Value),
    /// A place with rules at it or below, and the base document there.
    Place(usize, Option<Value>),
}

pub(crate) type Slots = Vec<Option<Document>>;

/// Why evaluation stops here.
pub(crate) type Stop = Box<Error>;

pub(crate) type Outcome<T> = Result<T, Stop>;

/// Whether to look for further answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    More,
    Enough,
}

/// What `with` changes, and what was computed under it.
pub(crate) struct Scope {
    input: Option<Value>,
    data: Value,
    /// Replaced places.
    places: Arc<HashMap<usize, Option<Value>>>,
    functions: Arc<HashMap<FunctionName, Replaced>>,
    documents: HashMap<usize, Known>,
    calls: HashMap<(usize, Vec<Value>), Known>,
}

/// A value that was computed, and under what it is defined.
type Known = (Option<Value>, Open);

#[derive(Clone)]
pub(crate) enum Replaced {
    Value(Value),
    Function(Function),
}

/// What a query was asked with.
pub struct Request {
    /// `input`, if there is one.
    pub input: Option<Value>,
    /// The base documents: an object.
    pub data: Value,
    /// Whether errors of functions end the evaluation; else they make the call undefined.
    pub strict_errors: bool,
    /// Bounds.
    pub limits: Limits,
    /// Whether to note which lines ran.
    pub cover: bool,
    /// Whether the input has unknown or hidden values.
    pub veiled: bool,
    /// What makes unknown values of what `with` puts in the place of the input, as tests write them.
    pub reveal: Option<fn(&Value) -> Value>,
}

/// Runs one query.
pub(crate) struct Machine<'p> {
    program: &'p Program,
    scopes: Vec<Scope>,
    env: BuiltinEnv,
    strict: bool,
    limits: Limits,
    steps: u64,
    items: u64,
    depth: usize,
    /// What `print` said.
    pub(crate) prints: Vec<String>,
    /// Where each line was said.
    pub(crate) print_places: Vec<Span>,
    cover: bool,
    veiled: bool,
    reveal: Option<fn(&Value) -> Value>,
    /// Under what the derivation at hand holds.
    open: Open,
    /// The expression at hand.
    place: Span,
    /// Members of collections by what stands in them.
    picked: picked::Indexes,
    /// How far the body that is asked about came.
    watch: Option<explain::Watch<'p>>,
    /// Places that ran.
    pub(crate) covered: BTreeSet<Span>,
    /// Cases of parameterised tests that began.
    pub(crate) cases: Vec<Vec<Value>>,
}

impl<'p> Machine<'p> {
    pub(crate) fn new(program: &'p Program, request: Request, env: BuiltinEnv) -> Self {
        let scope = Scope {
            input: request.input,
            data: request.data,
            places: Arc::default(),
            functions: Arc::default(),
            documents: HashMap::new(),
            calls: HashMap::new(),
        };
        Self {
            program,
            scopes: vec![scope],
            env,
            strict: request.strict_errors,
            limits: request.limits,
            steps: 0,
            items: 0,
            depth: 0,
            prints: Vec::new(),
            print_places: Vec::new(),
            cover: request.cover,
            veiled: request.veiled,
            reveal: request.reveal,
            open: Open::default(),
            place: Span::default(),
            picked: picked::Indexes::default(),
            watch: None,
            covered: BTreeSet::new(),
            cases: Vec::new(),
        }
    }

    /// All answers of a query.
    pub(crate) fn answers(&mut self, query: &Query) -> Result<Vec<Answer>, Error> {
        let mut slots: Slots = vec![None; query.slots];
        let mut out = Vec::new();
        let result = self.run(&query.body, &mut slots, &mut |machine, slots| {
            let mut expressions = Vec::with_capacity(query.values.len());
            for slot in &query.values {
                let value = match slot {
                    Some(slot) => machine.slot(slots, *slot)?.unwrap_or(Value::Null),
                    None => Value::Bool(true),
                };
                expressions.push(value);
            }
            let mut bindings = BTreeMap::new();
            for (name, slot) in &query.bindings {
                if let Some(value) = machine.slot(slots, *slot)? {
                    bindings.insert(name.to_string(), value);
                }
            }
            out.push(Answer { expressions, bindings, open: machine.open.clone() });
            Ok(Flow::More)
        });
        result.map_err(|stop| *stop)?;
        Ok(out)
    }

    fn scope(&self) -> Outcome<&Scope> {
        self.scopes.last().ok_or_else(|| stop(Code::Limit, Span::default(), "no scope"))
    }

    fn scope_mut(&mut self) -> Outcome<&mut Scope> {
        self.scopes.last_mut().ok_or_else(|| stop(Code::Limit, Span::default(), "no scope"))
    }

    fn step(&mut self, at: Span) -> Outcome<()> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(stop(Code::Limit, at, format!("more than {} steps", self.limits.steps)));
        }
        // Looking at what another thread writes costs more than a step.
        if self.steps & 0xfff == 0 && self.env.is_cancelled() {
            return Err(stop(Code::Limit, at, "the time for the evaluation is over"));
        }
        Ok(())
    }

    /// Something was made of so many items.
    fn made(&mut self, items: usize) -> Outcome<()> {
        self.items = self.items.saturating_add(u64::try_from(items).unwrap_or(u64::MAX));
        if self.items > self.limits.items {
            let message = format!("more than {} items in all collections", self.limits.items);
            return Err(stop(Code::Limit, self.place, message));
        }
        Ok(())
    }

    /// What comes depends on something that is not known.
    fn wait(&mut self, waits: Waits) {
        self.open.wait(self.place, waits);
    }

    /// Runs something by itself; gives back under what its outcome holds.
    fn apart<T>(&mut self, f: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<(T, Open)> {
        let (outer, place) = (std::mem::take(&mut self.open), self.place);
        let out = f(self);
        let own = std::mem::replace(&mut self.open, outer);
        self.place = place;
        Ok((out?, own))
    }

    /// Goes one level down, or refuses.
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth >= self.limits.depth {
            let message = format!("rules and closures are nested deeper than {}", self.limits.depth);
            return Err(stop(Code::Limit, Span::default(), message));
        }
        self.depth += 1;
        let out = f(self);
        self.depth -= 1;
        out
    }
}

pub(crate) fn stop(code: Code, at: Span, message: impl Into<String>) -> Stop {
    Box::new(Error::new(code, at, message))
}
