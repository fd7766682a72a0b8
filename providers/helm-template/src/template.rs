//! Go's text/template: text to trees, trees and data to text.
//!
//! Follows the standard library's `text/template` (https://pkg.go.dev/text/template) rule by rule, error texts
//! included, because chart authors read and search for those texts.

mod ast;
mod call;
mod error;
mod eval;
mod exec;
mod lex;
mod number;
mod parse;
mod set;

pub(crate) use call::{Body, Function, Param, Returns};
pub(crate) use eval::Slot;
pub(crate) use exec::{Engine, execute};
pub(crate) use parse::parse;
pub(crate) use set::TemplateSet;
