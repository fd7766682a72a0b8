//! Terraform's state file, format version 4: read and written so that either program goes on where the
//! other stopped.
//!
//! Written as Terraform writes it: the same order of keys, two blanks a level, Go's escapes in strings, a
//! line break at the end. Attributes are carried as text and never re-encoded.

mod attribute_paths;
pub(crate) mod document;
mod layout;
mod read;
mod write;

pub use read::read;
pub(crate) use read::{Dependencies, object_from, parse_address};
pub use write::write;
pub(crate) use write::{compact, instance_document};

#[cfg(test)]
#[path = "v4_tests.rs"]
mod tests;
