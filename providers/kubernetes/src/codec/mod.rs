//! Between configuration and the API, driven by the schema and a few tables.
//!
//! A schema names fields in `snake_case` and writes every structure as a list of one block; the API names
//! them in `camelCase`. [`fields`] holds what that rule does not give, [`expand`] writes objects of the API,
//! [`flatten`] reads them.

mod expand;
mod fields;
mod flatten;

pub(crate) use expand::{expand, expand_at};
pub(crate) use flatten::flatten;

#[cfg(test)]
#[path = "codec_tests.rs"]
mod tests;
