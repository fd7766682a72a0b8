//! A whole test file.

use std::sync::Arc;

use ordain_diag::{Diagnostics, FileId, Sources, Span};
use ordain_lang::ast::{Block, Body};
use ordain_lang::parse::{parse_json, parse_native};

use super::overriding::{self, OVERRIDES};
use super::{Mock, Run, TestFile, TestProvider};
use crate::LocalProvider;
use crate::assemble::place;
use crate::blocks::ProviderBlock;
use crate::constants::bool_of;
use crate::fields::{Fields, bad_block, schema};

/// Reads a test file. Its text must be in `sources` under the given id already.
pub fn test_file(path: &str, id: FileId, text: &str, sources: &Sources) -> (TestFile, Diagnostics) {
    let (body, mut found) =
        if path.ends_with(".json") { parse_json(id, text) } else { parse_native(id, text) };
    let blocks: Vec<(&str, &[&'static str])> = [
        ("run", &["name"][..]),
        ("variables", &[]),
        ("provider", &["name"]),
        ("mock_provider", &["name"]),
        ("test", &[]),
    ]
    .into_iter()
    .chain(OVERRIDES.map(|name| (name, &[][..])))
    .collect();
    let fields = Fields::exact(&body, &schema(&[], &[], &blocks), &mut found);
    let mut reader = Reader {
        file: TestFile { path: path.into(), ..TestFile::default() },
        sources,
        found,
        variables: None,
    };
    fields.blocks.iter().for_each(|block| reader.add(block));
    reader.file.overrides = overriding::decode_all(&fields.blocks, sources, &mut reader.found);
    (reader.file, reader.found)
}

struct Reader<'s> {
    file: TestFile,
    sources: &'s Sources,
    found: Diagnostics,
    /// Where the `variables` block stands.
    variables: Option<Span>,
}

impl Reader<'_> {
    fn add(&mut self, block: &Block) {
        match &*block.block_type.text {
            "run" => self.run(block),
            "variables" => self.add_variables(block),
            "provider" => {
                let Some(provider) = ProviderBlock::decode(block, &mut self.found) else { return };
                let key =
                    (provider.name.text.to_arc(), provider.alias.as_ref().map(|alias| alias.text.to_arc()));
                let label = block.labels.first().map_or(block.header, |label| label.span);
                self.provider(key, TestProvider::Real(Arc::new(provider)), label);
            }
            "mock_provider" => {
                let Some(mock) = Mock::decode(block, self.sources, &mut self.found) else { return };
                let key = (mock.name.text.to_arc(), mock.alias.as_ref().map(|alias| alias.text.to_arc()));
                let label = mock.name.span;
                self.provider(key, TestProvider::Mock(Box::new(mock)), label);
            }
            "test" => {
                let mut fields =
                    Fields::exact(&block.body, &schema(&[], &["parallel"], &[]), &mut self.found);
                self.file.parallel =
                    bool_of(fields.take("parallel").as_ref(), &mut self.found).unwrap_or(false);
            }
            _ => {}
        }
    }

    fn run(&mut self, block: &Block) {
        let Some(run) = Run::decode(block, self.sources, &mut self.found) else { return };
        if let Some(earlier) = self.file.runs.iter().find(|earlier| earlier.name.text == run.name.text) {
            let detail = format!(
                "This test file already has a run named {} block defined at {}.",
                run.name.text,
                place(self.sources, earlier.header)
            );
            self.found.push(bad_block("Duplicate \"run\" block names", detail, run.header));
            return;
        }
        self.file.runs.push(run);
    }

    fn add_variables(&mut self, block: &Block) {
        if let Some(earlier) = self.variables {
            let detail = format!(
                "This test file already has a variables block defined at {}.",
                place(self.sources, earlier)
            );
            self.found.push(bad_block("Multiple \"variables\" blocks", detail, block.header));
            return;
        }
        self.variables = Some(block.header);
        self.file.variables = super::run::arguments(&block.body, &mut self.found);
    }

    fn provider(&mut self, key: LocalProvider, provider: TestProvider, label: Span) {
        let earlier = self.file.providers.get(&key).map(|earlier| match earlier {
            TestProvider::Real(block) => block.name.span,
            TestProvider::Mock(mock) => mock.name.span,
        });
        let Some(earlier) = earlier else {
            self.file.providers.insert(key, provider);
            return;
        };
        let name = match &key {
            (name, None) => name.to_string(),
            (name, Some(alias)) => format!("{name}.{alias}"),
        };
        let detail = format!("A provider for {name} is already defined at {}.", place(self.sources, earlier));
        self.found.push(bad_block("Duplicate provider block", detail, label));
    }
}

/// Body of a block that may stand once in another; further ones are reported.
pub(super) fn single<'b>(
    blocks: &'b [Block],
    name: &str,
    sources: &Sources,
    found: &mut Diagnostics,
) -> Option<&'b Body> {
    let mut matching = blocks.iter().filter(|block| &*block.block_type.text == name);
    let first = matching.next()?;
    for extra in matching {
        let detail =
            format!("This run block already has a {name} block defined at {}.", place(sources, first.header));
        found.push(bad_block(format!("Multiple {name:?} blocks"), detail, extra.header));
    }
    Some(&first.body)
}
