//! Data to text. Pure: nothing here writes or reads anything.

mod alignment;
pub mod decisions;
pub mod diag;
pub mod graph;
pub mod grouped;
pub mod json_diag;
mod object;
pub mod order;
pub mod plan;
pub mod reports;
mod sequence;
mod snippet;
pub mod state;
pub mod style;
mod text;
pub mod tree;
mod value;
pub mod xml;
