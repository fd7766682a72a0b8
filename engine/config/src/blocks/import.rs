//! `import`

use ordain_addr::{AbsResource, ConfigResource, Mode, Target};
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Block, Expr, ExprKind, TraversalStep};

use super::ProviderRef;
use crate::address::{target_of, target_without_keys};
use crate::fields::{Fields, bad_argument, schema};
use crate::key_of;
use crate::static_forms::static_text;

/// A statement that an existing object belongs to an address.
#[derive(Clone, Debug)]
pub struct Import {
    /// `to`: an address whose instance keys may be expressions of `each.key` and `each.value`.
    pub to: Expr,
    /// The block that `to` names, keys left out.
    pub target: ConfigResource,
    /// `id`
    pub id: Option<Expr>,
    /// `identity`
    pub identity: Option<Expr>,
    /// `for_each`
    pub for_each: Option<Expr>,
    /// `provider`, and the whole argument.
    pub provider: Option<(ProviderRef, Span)>,
    /// The block's type.
    pub header: Span,
}

/// The resource that `to` names.
fn imported(to: &Expr, found: &mut Diagnostics) -> Option<AbsResource> {
    if !matches!(to.kind, ExprKind::Traversal(_) | ExprKind::Relative(_) | ExprKind::Index(_)) {
        let detail = "An address is required here, such as aws_vpc.main: only names and instance keys.";
        found.push(bad_argument("Invalid expression", detail, to.span));
        return None;
    }
    match target_without_keys(to).map_err(|error| found.push(*error)).ok()? {
        Target::Resource(target) => Some(target),
        _ => {
            let detail = "A resource instance address is required here. The module path must be followed by a resource instance specification.";
            found.push(bad_argument("Invalid address", detail, to.span));
            None
        }
    }
}

impl Import {
    /// The address, where it is written out without expressions.
    pub(crate) fn fixed_address(&self) -> Option<String> {
        match &self.to.kind {
            ExprKind::Traversal(traversal) => {
                target_of(traversal, false).ok().map(|target| target.to_string())
            }
            _ => None,
        }
    }

    /// Reads an `import` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<Import> {
        let before = found.error_count();
        let optional = ["id", "identity", "for_each", "provider"];
        let mut fields = Fields::exact(&block.body, &schema(&["to"], &optional, &[]), found);
        let id = fields.take("id").map(|attribute| attribute.expr);
        let identity = fields.take("identity").map(|attribute| attribute.expr);
        if id.is_none() && identity.is_none() {
            let detail = "The argument \"id\" is required, but no definition was found.";
            found.push(bad_argument(
                "Missing required argument",
                detail,
                fields.missing_item.unwrap_or(block.header),
            ));
        }
        if id.is_some() && identity.is_some() {
            let detail = "An import block says either \"id\" or \"identity\", not both.";
            found.push(bad_argument("Invalid combination of arguments", detail, block.header));
        }
        let provider = fields.take("provider");
        let provider = provider.and_then(|attribute| {
            ProviderRef::decode(&block.body, &attribute.expr, found).map(|named| (named, attribute.span()))
        });
        let for_each = fields.take("for_each").map(|attribute| attribute.expr);
        // Of a block that is not whole the address is not looked at.
        let to = fields.take("to").filter(|_| found.error_count() == before)?;
        let whole = to.span();
        let written = to.expr;
        let mut to = static_text(&block.body, &written, found)?;
        if let (ExprKind::Json(_), Some(text)) = (&written.kind, written.as_text()) {
            // As Terraform does, which counts the columns of the text that the string stands for.
            let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
            to.span = Span { end: to.span.start.saturating_add(length).min(written.span.end), ..to.span };
        }
        let target = if has_good_keys(&to, found) { imported(&to, found) } else { None };
        let Some(target) = target.filter(|target| target.resource.mode == Mode::Managed) else {
            let detail = "Only managed resources can be imported.";
            found.push(bad_argument("Invalid import address", detail, whole));
            return None;
        };
        let target = target.config();
        Some(Import { to, target, id, identity, for_each, provider, header: block.header })
    }
}

/// Whether every constant key of an address is a whole number or a text.
fn has_good_keys(to: &Expr, found: &mut Diagnostics) -> bool {
    let ExprKind::Traversal(traversal) = &to.kind else { return true };
    let bad = traversal.steps().iter().find_map(|step| match step {
        TraversalStep::Index(index) if key_of(&index.key).is_none() => Some(index.span),
        _ => None,
    });
    found.extend(bad.map(|span| {
        let detail = "An instance key is a whole number or a text, such as [0] or [\"a\"].";
        bad_argument("Invalid address", detail, span)
    }));
    bad.is_none()
}
