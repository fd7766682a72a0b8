//! `output`

use std::sync::Arc;

use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Block, Expr, Ident};

use super::{Condition, ConditionKind, DependsOn};
use crate::constants::{bool_of, text_of};
use crate::deprecations::deprecation;
use crate::fields::{Fields, bad_block, named, schema};

/// An output value.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Ident,
    /// `description`
    pub description: Option<Arc<str>>,
    /// `value`; `None` when missing, which was reported.
    pub value: Option<Expr>,
    /// `sensitive`
    pub sensitive: bool,
    /// `ephemeral`
    pub ephemeral: bool,
    /// `deprecated`: what to use in its place.
    pub deprecated: Option<Arc<str>>,
    /// `depends_on`
    pub depends_on: Vec<DependsOn>,
    /// `precondition` blocks.
    pub preconditions: Vec<Condition>,
    /// Type and labels.
    pub header: Span,
}

impl Output {
    /// Reads an `output` block.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> Option<Output> {
        // What else is wrong is told also where the name is none.
        let label = block.labels.last()?;
        let name = Ident { text: label.text.clone(), span: label.span };
        named(block, "Invalid output name", found);
        let optional = ["description", "sensitive", "ephemeral", "deprecated", "depends_on"];
        // A missing value is reported here, but the output exists all the same.
        let schema = schema(&["value"], &optional, &[("precondition", &[]), ("postcondition", &[])]);
        let mut fields = Fields::exact(&block.body, &schema, found);
        for extra in fields.blocks.iter().filter(|block| &*block.block_type.text == "postcondition") {
            let detail = "Postconditions are not allowed for output values.";
            found.push(bad_block("Postconditions are not allowed", detail, extra.header));
        }
        Some(Output {
            name,
            description: text_of(fields.take("description").as_ref(), found).map(|(text, _)| text),
            value: fields.take("value").map(|attribute| attribute.expr),
            sensitive: bool_of(fields.take("sensitive").as_ref(), found).unwrap_or(false),
            ephemeral: bool_of(fields.take("ephemeral").as_ref(), found).unwrap_or(false),
            deprecated: deprecation(fields.take("deprecated").as_ref(), found),
            depends_on: DependsOn::decode(&block.body, fields.take("depends_on"), found),
            preconditions: Condition::decode_all(ConditionKind::Precondition, &fields.blocks, found),
            header: block.header,
        })
    }
}
