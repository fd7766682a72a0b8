//! Source set to a typed, validated module tree.
//!
//! A [`SourceSet`] (texts by logical path) becomes a [`ModuleTree`]: every block decoded into a struct
//! of its own, expressions unevaluated. There is always a tree, even from broken text. This crate reads
//! no files and evaluates nothing but constants; values, schemas of providers and instances come later.

mod module;
mod source_set;

pub mod blocks;

pub use module::{Module, ModuleTree, Refactoring};
pub use source_set::{InstalledModule, SourceSet};
