//! `provider`, and references to provider configurations

use ordain_addr::ProviderAddr;
use ordain_diag::Span;
use ordain_lang::ast::{Body, Ident};

/// `aws` or `aws.east`: a provider configuration as a module names it.
#[derive(Clone, Debug)]
pub struct ProviderRef {
    /// Local name.
    pub name: Ident,
    /// Alias.
    pub alias: Option<Ident>,
    /// The whole of it.
    pub span: Span,
}

/// A provider configuration.
#[derive(Clone, Debug)]
pub struct ProviderBlock {
    /// Local name.
    pub name: Ident,
    /// `alias`
    pub alias: Option<Ident>,
    /// Source address, by `required_providers` of the module.
    pub addr: ProviderAddr,
    /// `version`, which is deprecated here, as text.
    pub version: Option<Ident>,
    /// All of its content; [`ProviderBlock::META`] are not the provider's own.
    pub body: Body,
    /// Type and labels.
    pub header: Span,
}

impl ProviderBlock {
    /// Names in the body that are not the provider's own.
    pub const META: &[&str] = &["alias", "version"];
}
