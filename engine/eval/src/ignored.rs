//! Whether `ignore_changes` names attributes that there are.

use ordain_config::blocks::{IgnoreChanges, ResourceBlock};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_provider::Block;

use crate::core::error;

/// Reports names that a resource has no attribute or block of.
pub(crate) fn check(block: &ResourceBlock, schema: &Block) -> Diagnostics {
    let IgnoreChanges::Paths(paths) = &block.lifecycle.ignore_changes else { return Diagnostics::new() };
    let redundant = paths.iter().filter(|path| {
        let flags = schema.attributes.get(path.root().text.as_str()).map(|attribute| &attribute.flags);
        flags.is_some_and(|flags| flags.computed && !flags.optional)
    });
    let redundant = redundant.map(|path| {
        let detail = format!(
            "The attribute {:?} is decided by the provider alone, so that there is no configured value whose changes could be ignored. Remove it from ignore_changes to silence this warning.",
            path.root().text
        );
        let code = codes::config::INVALID_ARGUMENT;
        Diagnostic::warning(code, "Redundant ignore_changes element", detail).with_span(block.type_span)
    });
    let unknown = paths.iter().filter(|path| {
        let name = path.root().text.as_str();
        !schema.attributes.contains_key(name) && !schema.blocks.contains_key(name)
    });
    let unknown = unknown.map(|path| {
        let detail = format!(
            "This object has no argument, nested block, or exported attribute named {:?}.",
            path.root().text
        );
        error(codes::eval::UNDECLARED, "Unsupported attribute", detail, path.root().span)
            .with_context(block.header)
    });
    unknown.chain(redundant).collect()
}
