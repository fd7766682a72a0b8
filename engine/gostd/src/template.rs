//! The syntax of Go's `text/template` (https://pkg.go.dev/text/template): text to trees.
//!
//! What the trees do depends on the data they are run on, so running them is left to those who have data.

mod ast;
mod lex;
mod number;
mod parse;

pub use ast::{Branch, Command, Expr, ExprKind, Node, Number, Pipe, Template};
pub use parse::parse;
