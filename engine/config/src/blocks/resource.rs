//! `resource`, `data` and `ephemeral`

use std::sync::Arc;

use ordain_addr::{ProviderAddr, Resource};
use ordain_diag::Span;
use ordain_lang::ast::Body;

use super::{DependsOn, Lifecycle, ProviderRef, Provisioner, Repetition};

/// A resource, data source or ephemeral resource.
#[derive(Clone, Debug)]
pub struct ResourceBlock {
    /// Mode, type and name.
    pub resource: Resource,
    /// `count` or `for_each`
    pub repetition: Repetition,
    /// `provider`, where written.
    pub provider: Option<ProviderRef>,
    /// Source address of the provider, by `required_providers` of the module.
    pub provider_addr: ProviderAddr,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// `lifecycle` and conditions.
    pub lifecycle: Lifecycle,
    /// `provisioner` blocks in order.
    pub provisioners: Vec<Provisioner>,
    /// `connection`
    pub connection: Option<Body>,
    /// All of its content; [`ResourceBlock::META_ARGUMENTS`] and [`ResourceBlock::META_BLOCKS`] are not
    /// the provider's own.
    pub body: Body,
    /// Name of the `check` block that the data source belongs to.
    pub check: Option<Arc<str>>,
    /// Type and labels.
    pub header: Span,
}

impl ResourceBlock {
    /// Arguments in the body that are not the provider's own.
    pub const META_ARGUMENTS: &[&str] = &["count", "for_each", "provider", "depends_on"];
    /// Blocks in the body that are not the provider's own.
    pub const META_BLOCKS: &[&str] = &["lifecycle", "connection", "provisioner", "locals", "_"];

    /// Local name of the provider: as written, or as the type implies.
    pub fn provider_name(&self) -> &str {
        match &self.provider {
            Some(provider) => &provider.name.text,
            None => self.resource.implied_provider(),
        }
    }

    /// Where the value of an argument stands, if the block sets it in native syntax.
    pub fn argument_span(&self, name: &str) -> Option<Span> {
        let Body::Native(body) = &self.body else { return None };
        let mut attributes = body.attributes.iter();
        attributes.find(|attribute| &*attribute.name.text == name).map(|attribute| attribute.expr.span)
    }
}
