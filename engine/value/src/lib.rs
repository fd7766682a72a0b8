//! Types and values with unknowns and marks.
//!
//! A [`Value`] is immutable and cheap to clone. Every value may be null, unknown (with what is known
//! about it all the same) or marked (sensitive, ephemeral); operations carry these through. This crate
//! knows nothing of syntax, schemas, addresses or files.

pub mod convert;
mod defaults;
pub mod json;
mod kind;
mod marks;
pub mod msgpack;
pub mod named;
mod number;
pub mod ops;
mod path;
mod refine;
mod set;
mod text;
mod ty;
pub mod unify;
mod unknown;
mod value;
mod walk;

pub use convert::{PathError, convert};
pub use defaults::Defaults;
pub use kind::Kind;
pub use marks::Marks;
pub use named::Named;
pub use number::Number;
pub use path::{Path, Step};
pub use refine::Refine;
pub use text::{nfc, safe_prefix};
pub use ty::{ObjectType, Type};
pub use unknown::{Bounds, Nullness, Range, Unknown};
pub use value::{Members, Value};
