//! Expressions.

use std::sync::Arc;

use ordain_diag::Span;
use ordain_value::Value;

use super::Ident;

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its text.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `true`, `12`, `null`
    Literal(Value),
    /// `"a ${b}"` or a heredoc. One part that is an interpolation alone is unwrapped by evaluation.
    Template(Vec<TemplatePart>),
    /// `a.b[0].c`: a root name and constant steps.
    Traversal(Traversal),
    /// Constant steps on any other expression: `f().a[0]`.
    Relative(Box<Expr>, Vec<TraversalStep>),
    /// `a[key]` with a key that is no literal.
    Index(Box<Expr>, Box<Expr>),
    /// `a[*].b` or `a.*.b`
    Splat(Box<Splat>),
    /// `f(x, y...)`
    Call(Box<Call>),
    /// `c ? a : b`
    Conditional(Box<Conditional>),
    /// `a + b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `!a`
    Unary(UnaryOp, Box<Expr>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<ObjectItem>),
    /// `[for …]` or `{for …}`
    For(Box<ForExpr>),
    /// `(a)`
    Parens(Box<Expr>),
    /// A place where the text was broken. Evaluates to an unknown value; an error was reported.
    Broken,
}

/// A root name and constant steps from there.
#[derive(Clone, Debug)]
pub struct Traversal {
    /// The root name.
    pub root: Ident,
    /// The steps.
    pub steps: Vec<TraversalStep>,
}

/// One constant step.
#[derive(Clone, Debug)]
pub enum TraversalStep {
    /// `.name`
    Attr(Ident),
    /// `["key"]`, `[0]` or the legacy `.0`
    Index(Value, Span),
}

impl TraversalStep {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            TraversalStep::Attr(name) => name.span,
            TraversalStep::Index(_, span) => *span,
        }
    }
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text as it will appear: escapes, heredoc indentation and trim markers are already applied.
    Literal(Arc<str>, Span),
    /// `${…}`
    Interpolation(Expr),
    /// `%{ if … }…%{ else }…%{ endif }`
    If {
        /// Condition.
        condition: Expr,
        /// When true.
        then: Vec<TemplatePart>,
        /// When false.
        otherwise: Vec<TemplatePart>,
        /// From the first directive to the last.
        span: Span,
    },
    /// `%{ for k, v in … }…%{ endfor }`
    For {
        /// Name of the key, if any.
        key: Option<Ident>,
        /// Name of the element.
        value: Ident,
        /// What is gone through.
        collection: Expr,
        /// Repeated part.
        body: Vec<TemplatePart>,
        /// From the first directive to the last.
        span: Span,
    },
}

/// `source[*].steps` or `source.*.steps`
#[derive(Clone, Debug)]
pub struct Splat {
    /// What is gone through.
    pub source: Expr,
    /// Applied to each element: attribute steps only after `.*`, all steps after `[*]`.
    pub each: Vec<TraversalStep>,
    /// Whether written `[*]`.
    pub full: bool,
    /// The marker itself.
    pub marker: Span,
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Name, with `::` between namespaces.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Arguments.
    pub args: Vec<Expr>,
    /// Whether the last argument ends with `...`.
    pub expand_last: bool,
    /// The closing parenthesis.
    pub close: Span,
}

/// `condition ? then : otherwise`
#[derive(Clone, Debug)]
pub struct Conditional {
    /// Condition.
    pub condition: Expr,
    /// When true.
    pub then: Expr,
    /// When false.
    pub otherwise: Expr,
}

/// One `key = value` of an object.
#[derive(Clone, Debug)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expr,
}

/// Key of an object item.
#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// A bare name, taken as text.
    Name(Ident),
    /// Any expression: a string, a template, or something in parentheses.
    Expr(Expr),
}

/// A `for` expression; an object when `key_expr` is there.
#[derive(Clone, Debug)]
pub struct ForExpr {
    /// Name of the key, if any.
    pub key: Option<Ident>,
    /// Name of the element.
    pub value: Ident,
    /// What is gone through.
    pub collection: Expr,
    /// Key of the result.
    pub key_expr: Option<Expr>,
    /// Element of the result.
    pub value_expr: Expr,
    /// `...` after the element: group by key.
    pub group: bool,
    /// `if` condition.
    pub condition: Option<Expr>,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Negate,
}
