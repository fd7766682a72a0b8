//! The syntax tree of a module, as written: the compiler rewrites it in place.

pub(crate) use crate::list::{List, Rare};
pub(crate) use crate::place::Span;

use crate::value::Value;
use std::sync::{Arc, LazyLock};

/// A variable's name. Names that the user cannot write: `$3` (a wildcard), `__local3__` (made by the compiler).
pub(crate) type Name = Arc<str>;

/// A term and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) node: Node,
    pub(crate) at: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// null, a boolean, a number, a string; after compiling any constant.
    Constant(Value),
    Var(Name),
    /// The head and the path: `a.b[c]`.
    Ref(List<Term>),
    Array(List<Term>),
    Set(List<Term>),
    Object(List<(Term, Term)>),
    Comprehension(Box<Comprehension>),
    /// The operator (a `Ref`, or a `Var` if it is a plain name) and its operands.
    Call(List<Term>),
    Template(List<Part>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collects {
    Array,
    Set,
    Object,
}

/// `[value | body]`, `{value | body}`, `{key: value | body}`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comprehension {
    pub(crate) collects: Collects,
    pub(crate) key: Option<Term>,
    pub(crate) value: Term,
    pub(crate) body: Vec<Expr>,
}

/// A piece of a template string.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Text(Term),
    Expr(Box<Expr>),
}

/// One expression of a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) negated: bool,
    pub(crate) with: Rare<With>,
    pub(crate) at: Span,
    /// Made by the compiler: calls then always carry their output as last operand.
    pub(crate) generated: bool,
    /// Was `:=` before its variables got their names.
    pub(crate) assigned: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Term(Box<Term>),
    /// Operator and operands; `=` is `eq`, `:=` is `assign`.
    Call(List<Term>),
    /// `some x, y`, or one `internal.member_…` call for `some x in xs`.
    Some(List<Term>),
    Every(Box<Every>),
    /// `not { … }`, or `not …` where negation covers everything that the expression needs.
    Not {
        body: List<Expr>,
        explicit: bool,
    },
    And(Box<Operands>),
    Or(Box<Operands>),
}

/// Both sides of `and`, `or`; a side in braces has its own scope.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Operands {
    pub(crate) left: Vec<Expr>,
    pub(crate) right: Vec<Expr>,
    pub(crate) explicit: (bool, bool),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Every {
    pub(crate) key: Option<Term>,
    pub(crate) value: Term,
    pub(crate) domain: Term,
    pub(crate) body: Vec<Expr>,
}

/// `with target as value`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct With {
    pub(crate) target: Term,
    pub(crate) value: Term,
    pub(crate) at: Span,
}

/// What stands left of a rule's body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// Name and path: `p`, `p.q[x]`; without the package.
    pub(crate) path: List<Term>,
    /// Parameters; a function may have none only in version 0.
    pub(crate) args: List<Term>,
    /// The member that a `contains` rule adds.
    pub(crate) key: Option<Term>,
    /// The value; `true` if none is written.
    pub(crate) value: Option<Term>,
    pub(crate) assigned: bool,
    /// No value is written.
    pub(crate) implied: bool,
    pub(crate) at: Span,
}

/// One rule, with the `else` that follows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) head: Head,
    pub(crate) body: Vec<Expr>,
    pub(crate) otherwise: Option<Box<Rule>>,
    pub(crate) default: bool,
    /// The body is not written.
    pub(crate) bodiless: bool,
    pub(crate) has_if: bool,
    pub(crate) has_contains: bool,
    pub(crate) at: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Import {
    pub(crate) path: List<Term>,
    pub(crate) alias: Option<Name>,
    pub(crate) at: Span,
}

/// A comment: the text after `#`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comment {
    pub(crate) text: String,
    pub(crate) at: Span,
}

/// What a METADATA block is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Rule,
    Document,
    Package,
    Subpackages,
}

impl Scope {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Document => "document",
            Self::Package => "package",
            Self::Subpackages => "subpackages",
        }
    }
}

/// A METADATA block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Annotation {
    /// Nothing only while it is being read.
    pub(crate) scope: Option<Scope>,
    /// As `rego.metadata` shows it.
    pub(crate) value: Value,
    /// Documents and their schemas.
    pub(crate) schemas: Vec<(Vec<Value>, Value)>,
    pub(crate) entrypoint: bool,
    /// Number of the rule in its module, for the scopes `rule` and `document`.
    pub(crate) rule: Option<usize>,
    pub(crate) at: Span,
}

/// A parsed file.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    /// `data`, then the names of the package.
    pub(crate) package: Vec<Value>,
    pub(crate) package_at: Span,
    pub(crate) imports: Vec<Import>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) annotations: Vec<Annotation>,
    /// Version 1, or version 0 with `import rego.v1`: its stricter checks hold.
    pub(crate) strict_names: bool,
}

impl Term {
    pub(crate) fn new(node: Node, at: Span) -> Self {
        Self { node, at }
    }

    pub(crate) fn constant(value: impl Into<Value>, at: Span) -> Self {
        Self::new(Node::Constant(value.into()), at)
    }

    pub(crate) fn var(name: impl Into<Name>, at: Span) -> Self {
        Self::new(Node::Var(name.into()), at)
    }

    /// The operator of a call: a reference to `name`, split at its dots; a plain name is a variable.
    pub(crate) fn operator(name: &str, at: Span) -> Self {
        if !name.contains('.') {
            return Self::var(part_of_operator(name), at);
        }
        let mut path = Vec::with_capacity(1 + name.bytes().filter(|byte| *byte == b'.').count());
        for part in name.split('.') {
            let part = part_of_operator(part);
            path.push(if path.is_empty() {
                Self::var(part, at)
            } else {
                Self::constant(Value::String(part), at)
            });
        }
        Self::new(Node::Ref(path.into()), at)
    }

    /// Whether nothing in it is a variable, a reference, a call or a comprehension.
    pub(crate) fn is_ground(&self) -> bool {
        match &self.node {
            Node::Constant(_) => true,
            Node::Var(_) | Node::Comprehension(_) | Node::Call(_) | Node::Template(_) => false,
            Node::Ref(path) => path.iter().skip(1).all(Self::is_ground),
            Node::Array(items) | Node::Set(items) => items.iter().all(Self::is_ground),
            Node::Object(pairs) => pairs.iter().all(|(key, value)| key.is_ground() && value.is_ground()),
        }
    }

    /// What messages call it.
    pub(crate) fn kind_name(&self) -> &'static str {
        match &self.node {
            Node::Constant(value) => value.type_name(),
            Node::Var(_) => "var",
            Node::Ref(_) => "ref",
            Node::Array(_) => "array",
            Node::Set(_) => "set",
            Node::Object(_) => "object",
            Node::Comprehension(inner) => match inner.collects {
                Collects::Array => "arraycomprehension",
                Collects::Set => "setcomprehension",
                Collects::Object => "objectcomprehension",
            },
            Node::Call(_) => "call",
            Node::Template(_) => "templatestring",
        }
    }

    pub(crate) fn as_var(&self) -> Option<&Name> {
        match &self.node {
            Node::Var(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is a variable of this name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.as_var().is_some_and(|var| &**var == name)
    }

    pub(crate) fn as_constant(&self) -> Option<&Value> {
        match &self.node {
            Node::Constant(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn as_ref(&self) -> Option<&[Term]> {
        match &self.node {
            Node::Ref(path) => Some(path),
            _ => None,
        }
    }
}

impl Expr {
    pub(crate) fn new(kind: Kind, at: Span) -> Self {
        Self { kind, negated: false, with: Rare::new(), at, generated: false, assigned: false }
    }

    /// `true`, what an absent body stands for.
    pub(crate) fn truth(at: Span) -> Self {
        Self::new(Kind::Term(Box::new(Term::constant(true, at))), at)
    }

    /// `left = right`, made by the compiler.
    pub(crate) fn equality(left: Term, right: Term, at: Span) -> Self {
        let mut made = Self::new(Kind::Call(List::from([Term::operator("eq", at), left, right])), at);
        made.generated = true;
        made
    }

    /// The operator of a call, written with dots.
    pub(crate) fn operator(&self) -> Option<String> {
        match &self.kind {
            Kind::Call(terms) => terms.first().map(operator_name),
            _ => None,
        }
    }

    pub(crate) fn is_call_of(&self, name: &str) -> bool {
        match &self.kind {
            Kind::Call(terms) => terms.first().is_some_and(|operator| operator.is_named(name)),
            _ => false,
        }
    }

    pub(crate) fn is_equality(&self) -> bool {
        self.is_call_of("eq")
    }

    pub(crate) fn is_assignment(&self) -> bool {
        self.is_call_of("assign")
    }
}

/// Operators that stand for marks and words: each is there once.
const OPERATORS: [&str; 20] = [
    "and",
    "assign",
    "div",
    "eq",
    "equal",
    "gt",
    "gte",
    "internal",
    "lt",
    "lte",
    "member_2",
    "member_3",
    "minus",
    "mul",
    "neq",
    "or",
    "plus",
    "print",
    "rem",
    "template_string",
];

fn part_of_operator(part: &str) -> Name {
    static KNOWN: LazyLock<[Name; OPERATORS.len()]> = LazyLock::new(|| OPERATORS.map(Name::from));
    let known = OPERATORS.binary_search(&part).ok().and_then(|at| KNOWN.get(at));
    known.map_or_else(|| Name::from(part), Arc::clone)
}

/// An operator as text: `io.jwt.decode`, `data.a.f`.
pub(crate) fn operator_name(operator: &Term) -> String {
    crate::print::term(operator)
}

impl Rule {
    /// Whether it adds members to a set.
    pub(crate) fn is_set(&self) -> bool {
        self.head.key.is_some()
    }

    /// The rule and its `else` branches, in order.
    pub(crate) fn branches(&self) -> impl Iterator<Item = &Rule> {
        std::iter::successors(Some(self), |rule| rule.otherwise.as_deref())
    }
}

/// Whether the compiler or the parser made this name.
pub(crate) fn is_generated(name: &str) -> bool {
    name.starts_with("__local") || is_wildcard(name)
}

pub(crate) fn is_wildcard(name: &str) -> bool {
    name.starts_with('$')
}
