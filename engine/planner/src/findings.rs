//! Diagnostics that several parts of the planner make.

use ordain_addr::ResourceInstance;
use ordain_config::blocks::ResourceBlock;
use ordain_diag::{Diagnostic, codes};

/// A plan that would destroy what `prevent_destroy` protects.
pub(crate) fn prevented(address: &ResourceInstance, block: &ResourceBlock) -> Diagnostic {
    let detail = format!(
        "Resource {address} has lifecycle.prevent_destroy set, but the plan calls for this resource to be \
         destroyed. Either disable lifecycle.prevent_destroy, or narrow the plan with -target."
    );
    Diagnostic::error(codes::plan::PREVENT_DESTROY, "Instance cannot be destroyed", detail)
        .with_span(block.header)
        .with_address(address.to_string())
}
