//! Whether `ignore_changes` names attributes that there are.

use ordain_config::blocks::{IgnoreChanges, ResourceBlock};
use ordain_diag::{Diagnostics, codes};
use ordain_provider::Block;

use crate::core::error;

/// Reports names that a resource has no attribute or block of.
pub(crate) fn check(block: &ResourceBlock, schema: &Block) -> Diagnostics {
    let IgnoreChanges::Paths(paths) = &block.lifecycle.ignore_changes else { return Diagnostics::new() };
    let unknown = paths.iter().filter(|path| {
        let name = path.root().text.as_str();
        !schema.attributes.contains_key(name) && !schema.blocks.contains_key(name)
    });
    unknown
        .map(|path| {
            let detail = format!(
                "This object has no argument, nested block, or exported attribute named {:?}.",
                path.root().text
            );
            error(codes::eval::UNDECLARED, "Unsupported attribute", detail, path.root().span)
                .with_context(block.header)
        })
        .collect()
}
