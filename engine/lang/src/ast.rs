//! The one syntax tree, for native and JSON syntax alike. Every node has its byte span.

mod body;
mod content;
mod content_json;
mod expr;
mod json_expr;
mod shared;

pub use body::{
    Attribute, Block, BlockSchema, Body, BodySchema, Content, Ident, JsonNode, JsonValue, Label, NativeBody,
};
pub use expr::{
    BinaryOp, Call, Conditional, Expr, ExprKind, ForExpr, IndexStep, JsonString, KeyName, ObjectItem,
    ObjectKey, Relative, Splat, TemplateFor, TemplateIf, TemplatePart, Traversal, TraversalStep, UnaryOp,
    is_identifier,
};
pub use shared::{List, Text};
