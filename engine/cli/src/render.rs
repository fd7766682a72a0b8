//! Data to text. Pure: nothing here writes or reads anything.

pub mod decisions;
pub mod diag;
pub mod graph;
pub mod json_diag;
mod object;
pub mod plan;
mod sequence;
pub mod state;
pub mod style;
mod text;
pub mod tree;
mod value;
