//! `moved`

use ordain_addr::Target;
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Attribute, Block, Body};

use crate::address::target_of;
use crate::fields::{Fields, bad_argument, schema};
use crate::static_forms::address_in;

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

impl Moved {
    /// Reads a `moved` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<Moved> {
        let before = found.error_count();
        let mut fields = Fields::exact(&block.body, &schema(&["from", "to"], &[], &[]), found);
        let from = end(&block.body, fields.take("from"), found);
        let to = end(&block.body, fields.take("to"), found);
        let moved = Moved { from: from?, to: to?, header: block.header };
        let module = |target: &Target| matches!(target, Target::Module(_));
        // Of a block that is not whole this is not said.
        if module(&moved.from.0) != module(&moved.to.0) && found.error_count() == before {
            let detail = "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.";
            found.push(bad_argument("Invalid \"moved\" addresses", detail, moved.header));
        }
        Some(moved).filter(|_| found.error_count() == before)
    }
}

fn end(body: &Body, attribute: Option<Attribute>, found: &mut Diagnostics) -> Option<(Target, Span)> {
    let attribute = attribute?;
    let traversal = address_in(body, &attribute.expr, found)?;
    let target = target_of(&traversal, true).map_err(|error| found.push(*error)).ok()?;
    Some((target, attribute.expr.span))
}
