//! `import`

use std::sync::Arc;

use ordain_addr::ConfigResource;
use ordain_diag::Span;
use ordain_lang::ast::Expr;

use super::ProviderRef;

/// A statement that an existing object belongs to an address.
#[derive(Clone, Debug)]
pub struct Import {
    /// `to`: an address whose instance keys may be expressions of `each.key` and `each.value`.
    pub to: Arc<Expr>,
    /// The block that `to` names, keys left out.
    pub target: ConfigResource,
    /// `id`
    pub id: Option<Arc<Expr>>,
    /// `identity`
    pub identity: Option<Arc<Expr>>,
    /// `for_each`
    pub for_each: Option<Arc<Expr>>,
    /// `provider`
    pub provider: Option<ProviderRef>,
    /// The block's type.
    pub header: Span,
}
