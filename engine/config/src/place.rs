//! Where findings of a provider about a resource belong.

use ordain_addr::ResourceInstance;
use ordain_diag::{AttributeStep, Diagnostics, Span};
use ordain_lang::ast::Body;

use crate::blocks::ResourceBlock;

impl ResourceBlock {
    /// Where the value of an argument stands, if the block sets it in native syntax.
    pub fn argument_span(&self, name: &str) -> Option<Span> {
        let Body::Native(body) = &self.body else { return None };
        let mut attributes = body.attributes.iter();
        attributes.find(|attribute| &*attribute.name.text == name).map(|attribute| attribute.expr.span)
    }

    /// Gives findings of a provider about an instance its address, and the place of the argument that
    /// they name or of the block.
    pub fn place(&self, found: Diagnostics, address: &ResourceInstance) -> Diagnostics {
        found.at_address(&address.to_string()).map(|finding| {
            if finding.span.is_some() {
                return finding;
            }
            let argument = match finding.attribute.first() {
                Some(AttributeStep::Name(name)) => self.argument_span(name),
                _ => None,
            };
            finding.with_span(argument.unwrap_or(self.header)).with_context(self.header)
        })
    }
}
