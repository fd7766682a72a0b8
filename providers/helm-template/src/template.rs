//! Go's text/template: trees and data to text.
//!
//! Follows the standard library's `text/template` (https://pkg.go.dev/text/template) rule by rule, error texts
//! included, because chart authors read and search for those texts.

mod call;
mod error;
mod eval;
mod exec;
mod set;

pub(crate) use call::{Body, Function, Param, Returns};
pub(crate) use eval::Slot;
pub(crate) use exec::{Engine, execute};
pub(crate) use ordain_gostd::template::parse;
pub(crate) use set::TemplateSet;
