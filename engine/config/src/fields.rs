//! Taking a body apart by the names that the language itself gives meaning to.

use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Attribute, Block, Body, BodySchema, Ident, is_identifier};

/// Arguments and blocks of a body.
pub(crate) struct Fields {
    attributes: Vec<Attribute>,
    /// Blocks in order of appearance.
    pub(crate) blocks: Vec<Block>,
    /// Where something that is missing would stand.
    pub(crate) missing_item: Option<Span>,
}

/// What every message about a bad name says.
pub(crate) const NAME_RULE: &str = "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.";

/// What a body may contain: required arguments, optional ones, and blocks with the names of their labels.
pub(crate) fn schema(required: &[&str], optional: &[&str], blocks: &[(&str, &[&'static str])]) -> BodySchema {
    let required = required.iter().map(|name| (*name, true));
    let attributes: Vec<_> = required.chain(optional.iter().map(|name| (*name, false))).collect();
    BodySchema::new(&attributes, blocks)
}

impl Fields {
    /// Reads a body that may contain nothing else.
    pub(crate) fn exact(body: &Body, schema: &BodySchema, found: &mut Diagnostics) -> Fields {
        let content = found.take(body.content(schema));
        Fields { attributes: content.attributes, blocks: content.blocks, missing_item: content.missing_item }
    }

    /// Reads a body that contains other things too, which are given back.
    pub(crate) fn some(body: &Body, schema: &BodySchema, found: &mut Diagnostics) -> (Fields, Body) {
        let (content, rest, problems) = body.partial_content(schema);
        found.append(problems);
        let missing_item = content.missing_item;
        (Fields { attributes: content.attributes, blocks: content.blocks, missing_item }, rest)
    }

    /// Takes an argument out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Attribute> {
        let at = self.attributes.iter().position(|attribute| &*attribute.name.text == name)?;
        Some(self.attributes.swap_remove(at))
    }
}

/// The first block of a type that may stand once; further ones are reported as `Duplicate NAME block`.
pub(crate) fn only_block<'b>(
    blocks: &'b [Block],
    name: &str,
    owner: &str,
    found: &mut Diagnostics,
) -> Option<&'b Block> {
    let mut matching = blocks.iter().filter(|block| &*block.block_type.text == name);
    let first = matching.next()?;
    for extra in matching {
        let detail = format!("This {owner} already has a {name} block.");
        let twice = duplicate(format!("Duplicate {name} block"), detail, extra.header);
        found.push(twice.with_related("The other one is at", first.header));
    }
    Some(first)
}

/// An error about something declared twice.
pub(crate) fn duplicate(summary: impl Into<String>, detail: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error(codes::config::DUPLICATE, summary, detail).with_span(span)
}

/// An error about an argument.
pub(crate) fn bad_argument(summary: impl Into<String>, detail: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail).with_span(span)
}

/// An error about a block.
pub(crate) fn bad_block(summary: impl Into<String>, detail: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error(codes::config::INVALID_BLOCK, summary, detail).with_span(span)
}

/// The name that the last label of a block gives; reported when it can be none.
pub(crate) fn named(block: &Block, summary: &str, found: &mut Diagnostics) -> Option<Ident> {
    let label = block.labels.last()?;
    if !is_identifier(&label.text) {
        found.push(bad_block(summary, NAME_RULE, label.span));
        return None;
    }
    Some(Ident { text: label.text.clone(), span: label.span })
}
