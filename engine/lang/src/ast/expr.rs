//! Expressions. Every node is cheap to clone: parts are shared.

use ordain_diag::{Diagnostics, Span};
use ordain_value::{Number, Type, Value};
use triomphe::{Arc, ThinArc};

use super::{Ident, List, Text};

/// An expression and where it stands. Cloning shares the parts.
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
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `12`
    Number(Arc<Number>),
    /// A quoted string or heredoc without interpolations and directives.
    String(Text),
    /// `"a ${b}"` or such a heredoc. One part that is an interpolation alone is unwrapped by evaluation.
    Template(List<TemplatePart>),
    /// A string of JSON syntax: a template in expressions, and itself the text of an expression where
    /// only a reference or a type is expected .
    Json(Arc<JsonString>),
    /// `a.b[0].c`: a root name and constant steps.
    Traversal(Traversal),
    /// Constant steps on any other expression: `f().a[0]`.
    Relative(Arc<Relative>),
    /// `a[key]` with a key that is no literal.
    Index(Arc<(Expr, Expr)>),
    /// `a[*].b` or `a.*.b`
    Splat(Arc<Splat>),
    /// The element at hand, inside [`Splat::each`] only.
    SplatItem,
    /// `f(x, y...)`
    Call(Arc<Call>),
    /// `c ? a : b`
    Conditional(Arc<Conditional>),
    /// `a + b`
    Binary(BinaryOp, Arc<(Expr, Expr)>),
    /// `!a`
    Unary(UnaryOp, Arc<Expr>),
    /// `[a, b]`
    Tuple(List<Expr>),
    /// `{ a = b }`
    Object(List<ObjectItem>),
    /// `[for …]` or `{for …}`
    For(Arc<ForExpr>),
    /// `(a)`
    Parens(Arc<Expr>),
    /// A place where the text was broken. Evaluates to an unknown value; an error was reported.
    Broken,
}

impl From<Number> for ExprKind {
    fn from(number: Number) -> Self {
        ExprKind::Number(Arc::new(number))
    }
}

impl Expr {
    /// The beginning that stands for the whole where a text is pointed at: a name and the bracket after it, an
    /// operator, the first bracket, what is between the quotation marks up to the first part's end.
    pub fn start_span(&self) -> Span {
        let first = || Span { end: self.span.start + 1, ..self.span };
        match &self.kind {
            ExprKind::Call(call) => call.start_span(),
            ExprKind::Index(parts) => Span { end: parts.0.span.end + 1, ..parts.0.span.at_end() },
            ExprKind::Binary(_, parts) => parts.0.start_span(),
            ExprKind::Parens(inner) => inner.start_span(),
            ExprKind::Splat(splat) => splat.marker,
            ExprKind::Conditional(parts) => parts.condition.start_span(),
            ExprKind::Unary(..) | ExprKind::Tuple(_) | ExprKind::Object(_) | ExprKind::For(_) => first(),
            // An empty text stands where the next token does.
            ExprKind::String(text) if text.is_empty() && self.span.len() == 2 => {
                Span { end: self.span.end + 1, ..self.span.at_end() }
            }
            ExprKind::String(text) if !text.is_empty() && self.span.len() > 2 => {
                Span { start: self.span.start + 1, end: self.span.end - 1, ..self.span }
            }
            ExprKind::Template(parts) => match &**parts {
                [TemplatePart::Interpolation(_)] => self.span,
                [TemplatePart::Literal(_, span), ..] => *span,
                [TemplatePart::Interpolation(inner), ..] => inner.start_span(),
                [TemplatePart::If(parts), ..] => parts.condition.start_span(),
                [TemplatePart::For(parts), ..] => parts.open,
                [] => self.span,
            },
            _ => self.span,
        }
    }

    /// The value of a literal: null, bool, number or a string without interpolations.
    pub fn literal(&self) -> Option<Value> {
        match &self.kind {
            ExprKind::Null => Some(Value::null(Type::Dynamic)),
            ExprKind::Bool(value) => Some(Value::bool(*value)),
            ExprKind::Number(number) => Some(Value::number((**number).clone())),
            ExprKind::String(text) => Some(Value::string(text)),
            ExprKind::Json(json) => json.template.literal(),
            _ => None,
        }
    }

    /// The text of a string without interpolations.
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::String(text) => Some(text),
            ExprKind::Json(json) => json.template.as_text(),
            _ => None,
        }
    }

    /// A bare word such as `string` or `all`, also `true`, `false` and `null`; in JSON syntax a string
    /// that is one.
    pub fn keyword(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Null => Some("null"),
            ExprKind::Bool(true) => Some("true"),
            ExprKind::Bool(false) => Some("false"),
            ExprKind::Traversal(traversal) if traversal.steps().is_empty() => Some(&traversal.root().text),
            ExprKind::Json(json) => Some(&*json.text).filter(|text| is_identifier(text)),
            _ => None,
        }
    }

    /// The same expression without parentheses around it.
    pub fn unwrapped(&self) -> &Expr {
        let mut expr = self;
        while let ExprKind::Parens(inner) = &expr.kind {
            expr = inner;
        }
        expr
    }
}

/// Whether a text is one identifier: letter or underscore, then letters, digits, underscores and dashes.
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(|c| c == '-' || unicode_ident::is_xid_continue(c))
}

/// A string of JSON syntax.
#[derive(Clone, Debug)]
pub struct JsonString {
    /// Its text, escapes resolved.
    pub text: Text,
    /// The text read as a template.
    pub template: Expr,
    /// What is wrong with the template. It matters to those who evaluate it: elsewhere the text means something
    /// else or nothing.
    pub problems: Diagnostics,
}

/// A root name and constant steps from there. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Traversal(ThinArc<Ident, TraversalStep>);

impl Traversal {
    /// The steps from a root name.
    pub fn new(root: Ident, steps: Vec<TraversalStep>) -> Traversal {
        Self::of(root, steps.into_iter())
    }

    /// As many steps as the iterator says.
    pub(crate) fn of(root: Ident, steps: impl ExactSizeIterator<Item = TraversalStep>) -> Traversal {
        Self(ThinArc::from_header_and_iter(root, steps))
    }

    /// The root name.
    pub fn root(&self) -> &Ident {
        &self.0.header.header
    }

    /// The steps.
    pub fn steps(&self) -> &[TraversalStep] {
        &self.0.slice
    }

    /// From the root name to the last step.
    pub fn span(&self) -> Span {
        let root = self.root().span;
        self.steps().last().map_or(root, |step| root.to(step.span()))
    }
}

/// Constant steps on an expression that is no name.
#[derive(Clone, Debug)]
pub struct Relative {
    /// Where the steps start.
    pub source: Expr,
    /// The steps.
    pub steps: List<TraversalStep>,
}

/// One constant step.
#[derive(Clone, Debug)]
pub enum TraversalStep {
    /// `.name`; the span includes the dot.
    Attr(Ident),
    /// `["key"]`, `[0]` or the legacy `.0`
    Index(Arc<IndexStep>),
}

impl TraversalStep {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            TraversalStep::Attr(name) => name.span,
            TraversalStep::Index(index) => index.span,
        }
    }
}

/// A step with a constant key.
#[derive(Clone, Debug)]
pub struct IndexStep {
    /// The key: a text or a number.
    pub key: Value,
    /// Where it stands, with its brackets or its dot.
    pub span: Span,
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text as it will appear: escapes, heredoc indentation and trim markers are already applied.
    Literal(Text, Span),
    /// `${…}`
    Interpolation(Expr),
    /// `%{ if … }…%{ else }…%{ endif }`
    If(Box<TemplateIf>),
    /// `%{ for k, v in … }…%{ endfor }`
    For(Box<TemplateFor>),
}

/// `%{ if … }…%{ else }…%{ endif }`
#[derive(Clone, Debug)]
pub struct TemplateIf {
    /// Condition.
    pub condition: Expr,
    /// When true.
    pub then: List<TemplatePart>,
    /// When false.
    pub otherwise: List<TemplatePart>,
    /// From the first directive to the last.
    pub span: Span,
}

/// `%{ for k, v in … }…%{ endfor }`
#[derive(Clone, Debug)]
pub struct TemplateFor {
    /// Name of the key, if any.
    pub key: Option<Ident>,
    /// Name of the element.
    pub value: Ident,
    /// What is gone through.
    pub collection: Expr,
    /// Repeated part.
    pub body: List<TemplatePart>,
    /// The first directive.
    pub open: Span,
    /// From the first directive to the last.
    pub span: Span,
}

/// `source[*].each` or `source.*.each`
#[derive(Clone, Debug)]
pub struct Splat {
    /// What is gone through.
    pub source: Expr,
    /// What is made of each element: [`ExprKind::SplatItem`], or steps, indexes and further splats upon it.
    pub each: Expr,
    /// Whether written `[*]`.
    pub full: bool,
    /// The marker itself.
    pub marker: Span,
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// Name, with `::` between namespaces.
    pub name: Text,
    /// Where the name stands.
    pub name_span: Span,
    /// The opening parenthesis.
    pub open: Span,
    /// Arguments.
    pub args: List<Expr>,
    /// Whether the last argument ends with `...`.
    pub expand_last: bool,
    /// The closing parenthesis.
    pub close: Span,
}

impl Call {
    /// The name and the opening parenthesis.
    pub fn start_span(&self) -> Span {
        self.name_span.to(self.open)
    }
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

/// A bare name that is a key of an object. Kept as values keep the names of their members, which share it.
#[derive(Clone, Debug)]
pub struct KeyName {
    /// The name.
    pub text: std::sync::Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// Key of an object item.
#[derive(Clone, Debug)]
pub enum ObjectKey {
    /// A bare name, taken as text.
    Name(KeyName),
    /// Any expression: a string, a template, or something in parentheses.
    Expr(Expr),
}

impl ObjectKey {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            ObjectKey::Name(name) => name.span,
            ObjectKey::Expr(expr) => expr.span,
        }
    }
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
