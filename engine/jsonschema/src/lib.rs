//! JSON Schema drafts 4 to 7, judged and worded as the Go library that Helm and OPA use.
//!
//! Follows github.com/xeipuuv/gojsonschema 1.2. References stay inside the schema: nothing is read from files or the
//! network.

mod formats;
mod numbers;
mod validate;
mod verify;

pub use validate::{Finding, validate};
pub use verify::verify;
