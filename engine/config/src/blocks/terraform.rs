//! `terraform`, with `required_providers`, `backend`, `cloud` and `provider_meta`

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_diag::Span;
use ordain_lang::ast::{Body, Ident};

/// A version constraint as text, checked for form; [`crate::blocks`] keeps the text because installers
/// and lock files compare it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRequirement {
    /// Such as `~> 4.0, != 4.2.1`.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// One entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// Local name.
    pub name: Ident,
    /// Source address; implied by the name when not written.
    pub source: ProviderAddr,
    /// `version`
    pub version: Option<VersionRequirement>,
    /// Aliases that the module expects to be given: `configuration_aliases`.
    pub aliases: Vec<Ident>,
    /// Where it stands.
    pub span: Span,
}

/// `backend "type"` or `cloud`
#[derive(Clone, Debug)]
pub struct BackendBlock {
    /// Type of the backend; `cloud` for a `cloud` block.
    pub kind: Ident,
    /// Its content; constants only.
    pub body: Body,
    /// Type and labels.
    pub header: Span,
}

/// All `terraform` blocks of a module, merged.
#[derive(Clone, Debug, Default)]
pub struct TerraformSettings {
    /// `required_version` of each block.
    pub required_versions: Vec<VersionRequirement>,
    /// `required_providers` by local name.
    pub required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// `backend` or `cloud`; only the root's counts.
    pub backend: Option<BackendBlock>,
    /// `experiments`
    pub experiments: Vec<Ident>,
    /// `provider_meta` bodies by the provider's local name.
    pub provider_meta: BTreeMap<Arc<str>, (Body, Span)>,
}
