//! Write-only attributes: which parts of an object only the provider ever sees.

use std::sync::Arc;

use ordain_value::{Path, Step, Value};

use crate::{Attribute, AttributeType, Block};

impl Block {
    /// Whether a path leads to a write-only attribute or into one, through blocks and nested attributes however they
    /// are kept.
    pub fn is_write_only(&self, path: &Path) -> bool {
        let mut names = path.0.iter().filter_map(|step| match step {
            Step::Attr(name) => Some(name),
            // The key of a map.
            Step::Index(_) => None,
        });
        let mut block = self;
        while let Some(name) = names.next() {
            if let Some(attribute) = block.attributes.get(name) {
                return attribute.is_write_only(&mut names);
            }
            match block.blocks.get(name) {
                Some(nested) => block = &nested.block,
                None => return false,
            }
        }
        false
    }

    /// The value with null for all write-only attributes, as states and plans hold it.
    pub fn without_write_only(&self, value: Value) -> Value {
        if !self.has_write_only() {
            return value;
        }
        value.map_parts(&mut |path, part| match self.is_write_only(path) {
            true if !part.is_null() => Value::null(part.ty()),
            _ => part,
        })
    }
}

impl Attribute {
    fn is_write_only(&self, names: &mut dyn Iterator<Item = &Arc<str>>) -> bool {
        if self.flags.write_only {
            return true;
        }
        match (&self.ty, names.next()) {
            (AttributeType::Nested(nested), Some(name)) => {
                nested.attributes.get(name).is_some_and(|inner| inner.is_write_only(names))
            }
            _ => false,
        }
    }
}
