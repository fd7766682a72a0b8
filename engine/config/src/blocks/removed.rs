//! `removed`

use ordain_addr::Target;
use ordain_diag::Span;
use ordain_lang::ast::Body;

use super::Provisioner;

/// A statement that objects are no longer part of the configuration.
#[derive(Clone, Debug)]
pub struct Removed {
    /// `from`: a module or a resource without instance keys, relative to the module of the block.
    pub from: (Target, Span),
    /// `lifecycle { destroy = … }`: whether the objects are destroyed or only forgotten.
    pub destroy: bool,
    /// Destroy-time provisioners.
    pub provisioners: Vec<Provisioner>,
    /// `connection`
    pub connection: Option<Body>,
    /// The block's type.
    pub header: Span,
}
