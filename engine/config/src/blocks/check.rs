//! `check`

use ordain_addr::{Mode, Resource};
use ordain_diag::{Diagnostics, Span};
use ordain_lang::ast::{Block, Ident};

use super::{Condition, ConditionKind, ResourceBlock};
use crate::fields::{Fields, bad_argument, bad_block, duplicate, named, schema};

/// A check block. Its data source stands among the module's resources and names this check.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name.
    pub name: Ident,
    /// The data source inside.
    pub data: Option<Resource>,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
    /// Type and labels.
    pub header: Span,
}

impl Check {
    /// Reads a `check` block and its data source, which is declared even where the check has no good name.
    pub(crate) fn decode(block: &Block, found: &mut Diagnostics) -> (Option<Check>, Option<ResourceBlock>) {
        let name = named(block, "Invalid check block name", found);
        let schema = schema(&[], &[], &[("data", &["type", "name"]), ("assert", &[])]);
        let fields = Fields::exact(&block.body, &schema, found);
        let (mut data, mut met) = (None, false);
        for inner in fields.blocks.iter().filter(|inner| &*inner.block_type.text == "data") {
            if std::mem::replace(&mut met, true) {
                let detail = "This check block already has a data resource defined.";
                found.push(duplicate("Multiple data resource blocks", detail, inner.header));
                continue;
            }
            // As Terraform does, which declares none that has a fault.
            let before = found.error_count();
            data = nested(inner, found).filter(|_| found.error_count() == before);
        }
        let mut asserts = Vec::new();
        for inner in fields.blocks.iter().filter(|inner| &*inner.block_type.text == "assert") {
            let before = found.error_count();
            let assert = Condition::decode(ConditionKind::Assert, inner, found);
            asserts.extend(assert.filter(|_| found.error_count() == before));
        }
        // One that is broken does not count.
        if asserts.is_empty() {
            let detail = "Check blocks must have at least one assert block.";
            found.push(bad_block("Zero assert blocks", detail, block.header));
        }
        if let (Some(name), Some(data)) = (&name, &mut data) {
            data.check = Some(name.text.to_arc());
        }
        let resource = data.as_ref().map(|data| data.resource.clone());
        let check = name.map(|name| Check { name, data: resource, asserts, header: block.header });
        (check, data)
    }
}

/// The data source of a check, which is one and lives as its check does.
fn nested(block: &Block, found: &mut Diagnostics) -> Option<ResourceBlock> {
    let own = schema(&[], &["count", "for_each"], &[]);
    let (mut fields, body) = Fields::some(&block.body, &own, found);
    for attribute in ["count", "for_each"].iter().filter_map(|name| fields.take(name)) {
        let detail = "A data source in a check is one: \"count\" and \"for_each\" cannot be used in it.";
        let summary = format!("Invalid \"{}\" attribute", attribute.name.text);
        found.push(bad_argument(summary, detail, attribute.name.span));
    }
    // What stands in it is judged as that of any data source.
    let (fields, _) =
        Fields::some(&block.body, &schema(&[], &[], &[("lifecycle", &[])]), &mut Diagnostics::new());
    for inner in &fields.blocks {
        let detail = "A data source in a check has no \"lifecycle\": it is read as its check is.";
        found.push(bad_block("Invalid lifecycle block", detail, inner.header));
    }
    ResourceBlock::decode(Mode::Data, &Block { body, ..block.clone() }, found)
}
