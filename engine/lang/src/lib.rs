//! HCL text to AST, AST and scope to value, and all functions.
//!
//! Parsing never fails: it gives a tree and diagnostics. Evaluation is a pure function of an
//! expression and a [`Scope`]; files, clock and ids are reached through a [`World`] only. This crate
//! knows nothing of block types, schemas or resources.

pub mod ast;
pub mod console;
pub mod eval;
pub mod format;
pub mod functions;
pub mod parse;
pub mod refs;
pub mod render;
mod scope;
pub mod suggest;
mod world;

pub use scope::{Functions, Resolution, Scope};
pub use world::{World, WorldError};
