//! `moved`

use ordain_addr::Target;
use ordain_diag::Span;

/// A statement that an object has a new address. Both ends are relative to the module of the block; a
/// module step without key stands for all instances.
#[derive(Clone, Debug)]
pub struct Moved {
    /// `from` and where it stands.
    pub from: (Target, Span),
    /// `to` and where it stands.
    pub to: (Target, Span),
    /// The block's type.
    pub header: Span,
}
