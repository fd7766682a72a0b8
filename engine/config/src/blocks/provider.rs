//! `provider`, and references to provider configurations

use ordain_addr::ProviderAddr;
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Block, Body, Expr, Ident, TraversalStep, is_identifier};

use crate::constants::text_of;
use crate::fields::NAME_RULE;
use crate::fields::{Fields, bad_argument, bad_block, schema};
use crate::static_forms::as_traversal;

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
            found.push(bad_local_name(&label.text, label.span));
            return None;
        }
        let optional = ["alias", "version", "count", "depends_on", "for_each", "source"];
        let blocks: [(&str, &[&'static str]); 3] = [("lifecycle", &[]), ("locals", &[]), ("_", &[])];
        let (mut fields, body) = Fields::some(&block.body, &schema(&[], &optional, &blocks), found);
        for reserved in RESERVED_ARGUMENTS.iter().filter_map(|name| fields.take(name)) {
            let detail = format!(
                "The provider argument name \"{}\" is reserved for use by Terraform in a future version.",
                reserved.name.text
            );
            found.push(bad_argument("Reserved argument name in provider block", detail, reserved.name.span));
        }
        refuse_reserved_blocks(&fields.blocks, &["lifecycle", "locals"], "provider", found);
        let alias = text_of(fields.take("alias").as_ref(), found).map(|(text, span)| Ident { text, span });
        if let Some(bad) = alias.as_ref().filter(|alias| !is_identifier(&alias.text)) {
            let detail = format!("An alias must be a valid name. {NAME_RULE}");
            found.push(bad_argument("Invalid provider configuration alias", detail, bad.span));
        }
        let version =
            text_of(fields.take("version").as_ref(), found).map(|(text, span)| Ident { text, span });
        if let Some(version) = &version {
            found.push(version_is_deprecated(version.span));
        }
        let name = Ident { text: label.text.clone(), span: label.span };
        let addr = crate::module::implied_provider(&name.text);
        Some(ProviderBlock { name, alias, addr, version, body, header: block.header })
    }
}

impl ProviderRef {
    /// Reads `aws` or `aws.east`.
    pub(crate) fn decode(expr: &Expr, found: &mut Diagnostics) -> Option<ProviderRef> {
        let traversal = as_traversal(expr, found);
        let steps = traversal.as_deref().map(|traversal| (&traversal.root, &*traversal.steps));
        let (name, alias) = match steps {
            Some((root, [])) => (root.clone(), None),
            Some((root, [TraversalStep::Attr(alias)])) => (root.clone(), Some(alias.clone())),
            _ => {
                let detail = "The provider argument requires a provider type name, optionally followed by a period and then a configuration alias.";
                found.push(bad_argument("Invalid provider configuration reference", detail, expr.span));
                return None;
            }
        };
        Some(ProviderRef { name, alias, span: expr.span })
    }

    /// As written.
    pub fn text(&self) -> String {
        match &self.alias {
            Some(alias) => format!("{}.{}", self.name.text, alias.text),
            None => self.name.text.to_string(),
        }
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
