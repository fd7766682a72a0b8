//! YAML text to a bounded tree of scalars, sequences and mappings, before any schema is applied.
//!
//! `parse` gives the tree; what a plain scalar *means* depends on the reader, so that is a second step:
//! `yaml11` reads a tree as `sigs.k8s.io/yaml` does (Helm, kubectl, OPA), other dialects do their own.
//! `emit` writes JSON values as the same library writes them.

mod anchors;
mod blocks;
mod characters;
mod emit;
mod json11;
mod parse;
mod resolve11;
mod scalar_form;
mod separators;
mod tabs;
mod tree;

pub use emit::{to_yaml, to_yaml_indented};
pub use json11::{documents_to_json, from_str, node_to_json};
pub use parse::{parse_documents, parse_one};
pub use resolve11::{Plain, is_timestamp, resolve_plain};
pub use tree::{Kind, Limits, Node, Position, Style, YamlError};
