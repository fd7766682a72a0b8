//! `mock_provider`, and files of its content.

use std::sync::Arc;

use ordain_addr::Mode;
use ordain_diag::{Diagnostics, FileId, Sources};
use ordain_lang::ast::{Block, Ident};
use ordain_lang::parse::{parse_json, parse_native};
use ordain_value::Value;

use super::overriding::{self, Given, OVERRIDES, at_plan, object};
use super::{Mock, MockAnswers, MockType};
use crate::assemble::place;
use crate::blocks::{bad_local_name, is_provider_name};
use crate::constants::text_of;
use crate::fields::{Fields, bad_argument, bad_block, schema};

fn content_blocks() -> Vec<(&'static str, &'static [&'static str])> {
    let types: [(&str, &[&'static str]); 2] = [("mock_resource", &["type"]), ("mock_data", &["type"])];
    types.into_iter().chain(OVERRIDES.map(|name| (name, &[][..]))).collect()
}

impl Mock {
    pub(super) fn decode(block: &Block, sources: &Sources, found: &mut Diagnostics) -> Option<Mock> {
        let label = block.labels.first()?;
        if !is_provider_name(&label.text) {
            found.push(bad_local_name(&label.text, label.span));
            return None;
        }
        let known = ["alias", "source", "override_during"];
        let mut fields = Fields::exact(&block.body, &schema(&[], &known, &content_blocks()), found);
        let alias = text_of(fields.take("alias").as_ref(), found)
            .map(|(text, span)| Ident { text: text.into(), span });
        let source = text_of(fields.take("source").as_ref(), found);
        let plan = at_plan(fields.take("override_during"), found);
        let mut answers = MockAnswers { at_plan: plan == Some(true), ..MockAnswers::default() };
        answers.add(&fields.blocks, sources, found);
        let name = Ident { text: label.text.clone(), span: label.span };
        Some(Mock { name, alias, source, answers, header: block.header })
    }
}

impl MockAnswers {
    fn add(&mut self, blocks: &[Block], sources: &Sources, found: &mut Diagnostics) {
        for block in blocks {
            let mode = match &*block.block_type.text {
                "mock_resource" => Mode::Managed,
                "mock_data" => Mode::Data,
                _ => continue,
            };
            let Some((name, new)) = mock_type(block, found) else { continue };
            let kind = &block.block_type.text;
            match self.types.get(&(mode, name.clone())) {
                Some(earlier) => {
                    let detail = format!(
                        "A {kind} block for {name} has already been defined at {}.",
                        place(sources, earlier.header)
                    );
                    found.push(bad_block(format!("Duplicate {kind} block"), detail, block.header));
                }
                None => {
                    self.types.insert((mode, name), new);
                }
            }
        }
        self.overrides.extend(overriding::decode_all(blocks, sources, found));
    }

    /// Takes over what these answers lack from others: what stands in the test file itself wins.
    pub fn complete(&mut self, others: MockAnswers) {
        for (key, other) in others.types {
            self.types.entry(key).or_insert(other);
        }
        for other in others.overrides {
            if !self.overrides.iter().any(|own| own.kind == other.kind && own.target == other.target) {
                self.overrides.push(other);
            }
        }
    }
}

fn mock_type(block: &Block, found: &mut Diagnostics) -> Option<(Arc<str>, MockType)> {
    let label = block.labels.first()?;
    let known = ["defaults", "override_during"];
    let mut fields = Fields::exact(&block.body, &schema(&[], &known, &[]), found);
    let plan = at_plan(fields.take("override_during"), found);
    let defaults = match fields.take("defaults").map(|given| object(&given, found)) {
        Some(Given::Object(values)) => values,
        Some(Given::Wrong(span)) => {
            let detail =
                format!("{} blocks must have a defaults attribute that is an object.", block.block_type.text);
            found.push(bad_argument("Invalid defaults attribute", detail, span));
            return None;
        }
        Some(Given::Broken) => return None,
        None => Value::object(Vec::<(&str, Value)>::new()),
    };
    Some((label.text.to_arc(), MockType { defaults, at_plan: plan, header: block.header }))
}

/// Reads a file of mock content (`.tfmock.hcl`, `.tofumock.hcl` and such in JSON).
pub fn mock_file(path: &str, id: FileId, text: &str, sources: &Sources) -> (MockAnswers, Diagnostics) {
    let (body, mut found) =
        if path.ends_with(".json") { parse_json(id, text) } else { parse_native(id, text) };
    let fields = Fields::exact(&body, &schema(&[], &[], &content_blocks()), &mut found);
    let mut answers = MockAnswers::default();
    answers.add(&fields.blocks, sources, &mut found);
    (answers, found)
}
