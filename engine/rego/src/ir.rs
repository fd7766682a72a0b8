//! What the evaluator runs: bodies as operations on numbered slots.
//!
//! A body is ordered before it gets here, so for every operation it is known which variables have values. Nothing is
//! undone on the way back: an operation that runs again overwrites what it wrote.
//!
//! There are thousands of rules: lists have no room to grow, and what is rare stands behind a pointer.

use crate::ast::{Collects, Span};
use crate::builtins::Builtin;
use crate::compile::{Need, Tree};
use crate::value::Value;
use std::sync::Arc;

/// Number of a variable within a rule and all its closures.
pub(crate) type Slot = usize;

/// A body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) ops: Box<[Op]>,
}

#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// The next operations belong to the expression written here.
    At(Span),
    /// The next operations belong to this part of an expression.
    Part(Span),
    /// Gives a slot the value of an expression; fails if that is undefined.
    Let(Assigned, Expr),
    /// Fails unless the expression is defined and not `false`.
    Test(Expr),
    /// Fails unless the value has this form; writes what the pattern binds.
    Match(Box<(Pattern, Expr)>),
    /// Each member of the document in `from` whose key has the form.
    Scan(Box<Scan>),
    /// Each result of a relation.
    Relation(Box<(Pattern, Expr)>),
    Not(Block),
    /// Both bodies have an answer.
    And(Box<(Block, Block)>),
    /// One of the bodies has an answer.
    Or(Box<(Block, Block)>),
    Every(Box<Every>),
    With(Box<With>),
    Print(Box<(Box<[Expr]>, Span)>),
    /// A case of a parameterised test begins.
    Case(Box<[Expr]>),
}

/// Keys that are followed one by one; a thin pointer, so that expressions stay small.
pub(crate) type Path = Arc<Vec<Expr>>;

/// Variables by their names, and where they are.
pub(crate) type Names = Arc<[(Arc<str>, Slot)]>;

/// A slot that gets a value, small enough to stand beside an expression.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assigned {
    slot: u32,
    /// What stands at a path must exist there; otherwise that is found out where the slot is read.
    pub(crate) exists: bool,
}

impl Assigned {
    pub(crate) fn new(slot: Slot, exists: bool) -> Self {
        Self { slot: u32::try_from(slot).unwrap_or(u32::MAX), exists }
    }

    pub(crate) fn slot(self) -> Slot {
        slot_of(self.slot)
    }
}

impl Expr {
    /// `head[path…]`.
    pub(crate) fn index(head: Expr, path: Path) -> Self {
        match head {
            Self::Slot(slot) if let Ok(slot) = u32::try_from(slot) => Self::Below(slot, path),
            head => Self::Index(Box::new((head, path))),
        }
    }
}

/// The slot with a number as [`Expr::Below`] keeps it.
pub(crate) fn slot_of(number: u32) -> Slot {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Op {
    pub(crate) fn matching(pattern: Pattern, expr: Expr) -> Self {
        match pattern {
            Pattern::Bind(slot) => Self::Let(Assigned::new(slot, true), expr),
            pattern => Self::Match(Box::new((pattern, expr))),
        }
    }
}

/// Going through the members of a document.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    pub(crate) from: Slot,
    pub(crate) key: Pattern,
    pub(crate) into: Slot,
    /// What must hold of a member for the operations that follow at once to succeed.
    pub(crate) wanted: Box<[Wanted]>,
}

/// The scalar that must stand at a path of a member.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) path: Box<[Value]>,
    pub(crate) value: Value,
}

#[derive(Debug, Clone)]
pub(crate) struct Every {
    pub(crate) domain: Expr,
    pub(crate) key: Pattern,
    pub(crate) value: Pattern,
    pub(crate) body: Block,
}

/// A body with documents or functions replaced.
#[derive(Debug, Clone)]
pub(crate) struct With {
    pub(crate) replace: Vec<(Target, Replacement)>,
    pub(crate) body: Block,
    /// Slots that the body writes and later operations read.
    pub(crate) outputs: Vec<Slot>,
    pub(crate) at: Span,
}

#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// A path of `input`.
    Input(Vec<Value>),
    /// A path of `data`, without `data`.
    Data(Vec<Value>),
    Function(FunctionName),
    /// A path with variables, which is no path at all.
    Open,
}

/// How a function is known: by its name, or by the place of its rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum FunctionName {
    Builtin(&'static str),
    Rules(usize),
}

#[derive(Debug, Clone)]
pub(crate) enum Replacement {
    Value(Expr),
    Function(Function),
    /// A function where a document stands: nothing stands there then.
    Nothing,
}

#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    Any,
    Bind(Slot),
    Equal(Expr),
    Array(Box<[Pattern]>),
    /// Exactly these keys.
    Object(Box<[(Expr, Pattern)]>),
}

#[derive(Debug, Clone)]
pub(crate) enum Expr {
    Constant(Value),
    Slot(Slot),
    Input,
    Data,
    /// `head[path…]`, all known.
    Index(Box<(Expr, Path)>),
    /// `slot[path…]`, what rules mostly look at: without a pointer in between.
    Below(u32, Path),
    Array(Box<[Expr]>),
    Set(Box<[Expr]>),
    Object(Box<[(Expr, Expr)]>),
    Comprehension(Box<Comprehension>),
    Call(Box<Call>),
    /// The parts of a template string: sets of one value, or of none.
    Template(Box<[Expr]>),
}

/// A call, and where it is written.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) function: Function,
    pub(crate) operands: Box<[Expr]>,
    pub(crate) at: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct Comprehension {
    pub(crate) collects: Collects,
    pub(crate) key: Option<Expr>,
    pub(crate) value: Expr,
    pub(crate) body: Block,
    pub(crate) at: Span,
}

#[derive(Clone, Copy)]
pub(crate) enum Function {
    Builtin(&'static Builtin),
    Rules(usize),
    /// `x in xs`, `k, v in xs`.
    Member,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Builtin(builtin) => f.write_str(builtin.name),
            Self::Rules(place) => write!(f, "rules at {place}"),
            Self::Member => f.write_str("in"),
        }
    }
}

/// One branch of a rule: the rule itself, or an `else`.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    pub(crate) args: Box<[Pattern]>,
    pub(crate) body: Block,
    /// Keys below the rule's place.
    pub(crate) path: Box<[Expr]>,
    /// The member of a set.
    pub(crate) key: Option<Expr>,
    pub(crate) value: Expr,
    /// The value, if it is the same for all answers.
    pub(crate) constant: Option<Value>,
    pub(crate) slots: usize,
    /// Variables as they are written.
    pub(crate) names: Names,
    pub(crate) at: Span,
    pub(crate) head_at: Span,
    /// What `input` must have for the body to hold.
    pub(crate) needs: Box<[Need]>,
}

/// A rule.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// The rule, then its `else` branches.
    pub(crate) branches: Box<[Branch]>,
    pub(crate) default: bool,
}

/// Compiled modules.
#[derive(Debug, Clone)]
pub struct Program {
    pub(crate) tree: Tree,
    /// Rules by place: those of a place stand in the order of its keys.
    pub(crate) rules: Vec<Box<[Arc<Rule>]>>,
}
