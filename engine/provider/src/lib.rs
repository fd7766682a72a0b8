//! The provider contract: schema, trait, requests, and the laws on values.
//!
//! The trait mirrors the plugin protocol (versions 5 and 6), so that native crates and external
//! processes look the same to the engine. Requests and replies are values; nothing here does I/O.

mod checked;
mod contract;
pub mod laws;
mod object_schemas;
mod request;
mod schema;
pub mod schema_json;
mod sensitive;
mod source;
mod table;
pub mod testkit;
mod write_only;

pub use checked::{Known, Subject};
pub use contract::{Gaps, Provider};
pub use object_schemas::{ObjectSchema, ObjectSchemas};
pub use request::*;
pub use schema::{
    Attribute, AttributeType, Block, Flags, Function, NestedBlock, NestedObject, Nesting, Parameter,
    ProviderSchema, Schema,
};
pub use source::ProviderSource;
pub use table::{Entries, Load, SchemaTable};
