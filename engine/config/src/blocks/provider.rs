//! `provider`, and references to provider configurations

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Block, Body, Expr, ExprKind, Ident, Traversal, TraversalStep, is_identifier};

use super::terraform::constraint_of;
use crate::constants::text_of;
use crate::fields::NAME_RULE;
use crate::fields::{Fields, bad_argument, bad_block, schema};
use crate::static_forms::{as_plain_traversal, as_traversal, as_written};

/// `aws`, `aws.east` or `aws.by_region[each.key]`: a provider configuration as a module names it.
#[derive(Clone, Debug)]
pub struct ProviderRef {
    /// Local name.
    pub name: Ident,
    /// Alias.
    pub alias: Option<Ident>,
    /// What chooses one of its instances.
    pub key: Option<Expr>,
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
    /// `for_each`, of OpenTofu: a configuration for each key.
    pub for_each: Option<Expr>,
    /// `version`, which is deprecated here, as text.
    pub version: Option<Ident>,
    /// The provider's own arguments.
    pub body: Body,
    /// Type and labels.
    pub header: Span,
}

/// Argument and block names that the language keeps for itself.
const RESERVED_ARGUMENTS: [&str; 4] = ["count", "depends_on", "for_each", "source"];

impl ProviderBlock {
    /// Reads a `provider` block. The source address is filled in when the module is whole.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<ProviderBlock> {
        let label = block.labels.first()?;
        if !is_provider_name(&label.text) {
            found.push(bad_local_name(&label.text, block.header));
            return None;
        }
        let optional = ["alias", "version", "count", "depends_on", "for_each", "source"];
        let blocks: [(&str, &[&'static str]); 3] = [("lifecycle", &[]), ("locals", &[]), ("_", &[])];
        let (mut fields, body) = Fields::some(&block.body, &schema(&[], &optional, &blocks), found);
        let alias = take_alias(&mut fields, found);
        // Terraform keeps the name for itself; OpenTofu has it for configurations with an alias.
        let for_each = alias.as_ref().and_then(|_| fields.take("for_each")).map(|attribute| attribute.expr);
        for reserved in RESERVED_ARGUMENTS.iter().filter_map(|name| fields.take(name)) {
            // Without an alias there is no name by which one of several could be chosen.
            let way_out = match &*reserved.name.text {
                "for_each" => " With an \"alias\" beside it there is a configuration for each key.",
                _ => "",
            };
            let detail = format!(
                "The provider argument name \"{}\" is reserved for use by Terraform in a future version.{way_out}",
                reserved.name.text
            );
            found.push(bad_argument("Reserved argument name in provider block", detail, reserved.name.span));
        }
        refuse_reserved_blocks(&fields.blocks, &["lifecycle", "locals"], "provider", found);
        let version = fields.take("version");
        found.extend(version.as_ref().map(|version| version_is_deprecated(version.expr.span)));
        let version = constraint_of(version.as_ref(), "version", found)
            .map(|(text, span)| Ident { text: text.into(), span });
        let name = Ident { text: label.text.clone(), span: label.span };
        let addr = crate::module::implied_provider(&name.text);
        Some(ProviderBlock { name, alias, addr, for_each, version, body, header: block.header })
    }
}

fn take_alias(fields: &mut Fields, found: &mut Diagnostics) -> Option<Ident> {
    let written = fields.take("alias");
    let alias = text_of(written.as_ref(), found).map(|(text, span)| Ident { text: text.into(), span });
    if written.is_some() && alias.is_none() {
        let detail = format!("An alias must be a valid name. {NAME_RULE}");
        let summary = "Invalid provider configuration alias";
        found.push(Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail));
    }
    if let Some(bad) = alias.as_ref().filter(|alias| !is_identifier(&alias.text)) {
        let detail = format!("An alias must be a valid name. {NAME_RULE}");
        found.push(bad_argument("Invalid provider configuration alias", detail, bad.span));
    }
    alias
}

impl ProviderRef {
    /// Reads `aws` or `aws.east`.
    pub(crate) fn decode(body: &Body, expr: &Expr, found: &mut Diagnostics) -> Option<ProviderRef> {
        let reference = Self::decode_any(body, expr, found)?;
        if let Some(key) = &reference.key {
            let detail = "An instance of a provider configuration cannot be chosen here. Take the brackets away; an object is imported by the instance that its resource names.";
            found.push(bad_argument("Invalid provider configuration reference", detail, key.span));
            return None;
        }
        Some(reference)
    }

    /// Reads `aws`, `aws.east` or `aws.by_region[each.key]`.
    pub(crate) fn decode_any(body: &Body, expr: &Expr, found: &mut Diagnostics) -> Option<ProviderRef> {
        // Faults of the text are told by the reading as a reference.
        let chosen = match as_written(expr, &mut Diagnostics::new()).kind {
            ExprKind::Index(parts) => Some(parts),
            _ => None,
        };
        let traversal = match &chosen {
            Some(parts) => as_plain_traversal(&parts.0, found),
            None => as_traversal(body, expr, found),
        };
        let key = chosen.map(|parts| parts.1.clone());
        let read = traversal.as_ref().and_then(|traversal| names(traversal, key));
        let (name, alias, key) = match read {
            Some(read) => read,
            None => {
                let detail = "The provider argument requires a provider type name, optionally followed by a period and then a configuration alias.";
                let span = match traversal.as_ref().map(Traversal::steps) {
                    // A name stands alone, or with an alias.
                    Some([TraversalStep::Index(index)]) => index.span,
                    _ => expr.span,
                };
                found.push(bad_argument("Invalid provider configuration reference", detail, span));
                return None;
            }
        };
        if !is_provider_name(&name.text) {
            found.push(bad_local_name(&name.text, name.span));
            return None;
        }
        Some(ProviderRef { name, alias, key, span: expr.span })
    }

    /// As written, without what chooses an instance.
    pub fn text(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{}.{}", self.name.text, alias.text),
            None => self.name.text.to_string(),
        }
    }
}

/// Local name, alias and what chooses an instance.
fn names(traversal: &Traversal, key: Option<Expr>) -> Option<(Ident, Option<Ident>, Option<Expr>)> {
    let root = traversal.root().clone();
    match (traversal.steps(), key) {
        ([], None) => Some((root, None, None)),
        ([TraversalStep::Attr(alias)], key) => Some((root, Some(alias.clone()), key)),
        ([TraversalStep::Attr(alias), TraversalStep::Index(index)], None) => {
            let key = Expr { kind: ExprKind::String(index.key.as_str()?.into()), span: index.span };
            Some((root, Some(alias.clone()), Some(key)))
        }
        _ => None,
    }
}

/// Whether a text can be the local name of a provider.
pub(crate) fn is_provider_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// What is said about a local name that cannot be one.
pub(crate) fn bad_local_name(text: &str, span: Span) -> Diagnostic {
    let detail = format!(
        "{text} is an invalid provider local name: must contain only letters, digits, and dashes, and may not use leading or trailing dashes"
    );
    bad_block("Invalid provider local name", detail, span)
}

/// Reports blocks whose types the language keeps for itself.
pub(crate) fn refuse_reserved_blocks(blocks: &[Block], names: &[&str], owner: &str, found: &mut Diagnostics) {
    for block in blocks.iter().filter(|block| names.contains(&&*block.block_type.text)) {
        let detail = format!(
            "The block type name \"{}\" is reserved for use by Terraform in a future version.",
            block.block_type.text
        );
        let summary = format!("Reserved block type name in {owner} block");
        found.push(bad_block(summary, detail, block.block_type.span));
    }
}

fn version_is_deprecated(span: Span) -> Diagnostic {
    let summary = "Version constraints inside provider configuration blocks are deprecated";
    let detail = "Terraform 0.13 and earlier allowed provider version constraints inside the provider configuration block, but that is now deprecated and will be removed in a future version of Terraform. To silence this warning, move the provider version constraint into the required_providers block.";
    Diagnostic::warning(codes::config::INVALID_ARGUMENT, summary, detail).with_span(span)
}
