//! Bodies: arguments and blocks, in native and in JSON syntax.
//!
//! In JSON syntax only the schema tells arguments from blocks, so a [`Body`] is read through
//! [`Body::content`](super::Body) with a [`BodySchema`] in both syntaxes.

use std::sync::Arc;

use ordain_diag::Span;

use super::{Expr, List, Text};

/// A name and where it stands.
#[derive(Clone, Debug)]
pub struct Ident {
    /// The name.
    pub text: Text,
    /// Where it stands.
    pub span: Span,
}

/// A body in either syntax. Cloning shares the content.
#[derive(Clone, Debug)]
pub enum Body {
    /// `.tf`
    Native(NativeBody),
    /// `.tf.json`
    Json(JsonNode),
    /// Two bodies that are read as one, in whatever syntax each of them is: what override files make. No
    /// argument stands in both.
    Joined(Arc<[Body; 2]>),
}

/// A body in native syntax.
#[derive(Clone, Debug)]
pub struct NativeBody {
    /// Arguments in order.
    pub attributes: List<Attribute>,
    /// Blocks in order.
    pub blocks: List<Block>,
    /// Between the braces, or the whole file.
    pub span: Span,
}

/// `name = expr`
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Ident,
    /// Its expression.
    pub expr: Expr,
}

impl Attribute {
    /// The whole of it.
    pub fn span(&self) -> Span {
        self.name.span.to(self.expr.span)
    }
}

/// `type "label" { … }`
#[derive(Clone, Debug)]
pub struct Block {
    /// Its type.
    pub block_type: Ident,
    /// Its labels.
    pub labels: List<Label>,
    /// Its content.
    pub body: Body,
    /// Type and labels, without the brace.
    pub header: Span,
    /// The whole of it.
    pub span: Span,
}

/// Label of a block.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its text.
    pub text: Text,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A JSON value with positions.
#[derive(Clone, Debug)]
pub struct JsonNode {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: JsonValue,
}

/// A JSON value.
#[derive(Clone, Debug)]
pub enum JsonValue {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// A number as written.
    Number(Text),
    /// A string; a template where an expression is expected.
    String(Text),
    /// `[…]`
    Array(List<JsonNode>),
    /// `{…}` with repeats kept, in order.
    Object(List<(Ident, JsonNode)>),
    /// What could not be read; an error was reported.
    Broken,
}

/// What a body may contain.
#[derive(Clone, Debug, Default)]
pub struct BodySchema {
    /// Names of arguments and whether they are required.
    pub attributes: Vec<(Arc<str>, bool)>,
    /// Block types.
    pub blocks: Vec<BlockSchema>,
}

/// A block type and the names of its labels.
#[derive(Clone, Debug)]
pub struct BlockSchema {
    /// The type.
    pub block_type: Arc<str>,
    /// What each label is, such as `type` and `name`.
    pub labels: Vec<&'static str>,
}

/// What a body contained, by its schema.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// Arguments in order of appearance.
    pub attributes: Vec<Attribute>,
    /// Blocks in order of appearance.
    pub blocks: Vec<Block>,
    /// Where a missing argument would stand.
    pub missing_item: Option<Span>,
}
