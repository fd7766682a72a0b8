//! `.terraform.lock.hcl`: which version of each provider was chosen, and the checksums that its packages may have.
//!
//! Read and written so that Terraform and this engine can share the file: same blocks, same order, same
//! comment at the top.

use std::collections::BTreeMap;

use ordain_addr::ProviderAddr;
use ordain_config::{Version, constant};
use ordain_diag::{Diagnostic, Diagnostics, Sources, Span, codes};
use ordain_lang::ast::{Attribute, Block, BodySchema, Expr, ExprKind};
use ordain_lang::parse::parse_native;

use crate::{Constraints, Hash};

/// Name of the file, beside the root module.
pub const FILE_NAME: &str = ".terraform.lock.hcl";

/// What is chosen for one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The version, in canonical form.
    pub version: String,
    /// Constraints when it was chosen, in canonical form; empty for none.
    pub constraints: String,
    /// Checksums that a package of it may have, for any platform; sorted.
    pub hashes: Vec<Hash>,
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockFile {
    /// By provider.
    pub providers: BTreeMap<ProviderAddr, Lock>,
}

impl Lock {
    /// Adds checksums and keeps them sorted.
    pub fn add(&mut self, hashes: impl IntoIterator<Item = Hash>) {
        self.hashes.extend(hashes);
        self.hashes.sort();
        self.hashes.dedup();
    }

    /// The version, to compare with others.
    pub fn parsed_version(&self) -> Option<Version> {
        Version::parse(&self.version)
    }
}

fn problem(summary: &str, detail: String, span: Span) -> Diagnostic {
    Diagnostic::error(codes::install::LOCK_FILE, summary, detail).with_span(span)
}

impl LockFile {
    /// Reads the text of a lock file. `name` is what messages call it.
    pub fn read(name: &str, text: &str, sources: &mut Sources) -> (LockFile, Diagnostics) {
        let file = sources.add(name, text);
        let (body, mut found) = parse_native(file, text);
        let schema = BodySchema::new(&[], &[("provider", &["source_addr"]), ("module", &["path"])]);
        let mut lock = LockFile::default();
        for block in found.take(body.content(&schema)).blocks {
            if &*block.block_type.text == "module" {
                let detail = "A lock file of Terraform says nothing about modules; this version does not know what is meant.";
                found.push(problem("Unsupported block type", detail.to_owned(), block.header));
            } else if let Some((address, row)) = read_provider(&block, &mut found)
                && lock.providers.insert(address, row).is_some()
            {
                let detail = "This lock file already has a row for the same provider.".to_owned();
                found.push(problem("Duplicate provider lock", detail, block.header));
            }
        }
        (lock, found)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = "# This file is maintained automatically by \"terraform init\".\n# Manual edits may be lost in future updates.\n".to_owned();
        for (address, lock) in &self.providers {
            text.push_str(&format!("\nprovider \"{address}\" {{\n"));
            if lock.constraints.is_empty() {
                text.push_str(&format!("  version = \"{}\"\n", lock.version));
            } else {
                text.push_str(&format!("  version     = \"{}\"\n", lock.version));
                text.push_str(&format!("  constraints = \"{}\"\n", lock.constraints));
            }
            if !lock.hashes.is_empty() {
                text.push_str("  hashes = [\n");
                lock.hashes.iter().for_each(|hash| text.push_str(&format!("    \"{hash}\",\n")));
                text.push_str("  ]\n");
            }
            text.push_str("}\n");
        }
        text
    }
}

fn read_provider(block: &Block, found: &mut Diagnostics) -> Option<(ProviderAddr, Lock)> {
    let label = block.labels.first()?;
    let Some(address) = ProviderAddr::parse(&label.text) else {
        let detail = format!("{:?} is no source address of a provider.", &*label.text);
        found.push(problem("Invalid provider source address", detail, label.span));
        return None;
    };
    if address.to_string() != *label.text {
        let detail = format!(
            "The provider source address for this provider lock must be written as \"{address}\", the fully-qualified and normalized form."
        );
        found.push(problem("Non-normalized provider source address", detail, label.span));
    }
    let schema = BodySchema::new(&[("version", true), ("constraints", false), ("hashes", false)], &[]);
    let content = found.take(block.body.content(&schema));
    let version = read_version(content.attribute("version")?, &address, found)?;
    let constraints = content.attribute("constraints").and_then(|attribute| text_of(attribute, found));
    if let (Some(text), Some(attribute)) = (&constraints, content.attribute("constraints"))
        && let Err(why) = Constraints::parse(text)
    {
        let detail = format!("The recorded version constraints for provider {address} are not valid: {why}.");
        found.push(problem("Invalid provider version constraints", detail, attribute.expr.span));
    }
    let hashes =
        content.attribute("hashes").map(|attribute| read_hashes(&attribute.expr, found)).unwrap_or_default();
    let mut lock = Lock {
        version,
        constraints: constraints.unwrap_or_default(),
        hashes: Vec::with_capacity(hashes.len()),
    };
    lock.add(hashes);
    Some((address, lock))
}

fn text_of(attribute: &Attribute, found: &mut Diagnostics) -> Option<String> {
    let value = constant(&attribute.expr, found)?;
    let text = value.as_str().map(str::to_owned);
    if text.is_none() {
        let detail = format!("A string is required for {:?}.", &*attribute.name.text);
        found.push(problem("Unsuitable value type", detail, attribute.expr.span));
    }
    text
}

fn read_version(attribute: &Attribute, address: &ProviderAddr, found: &mut Diagnostics) -> Option<String> {
    let text = text_of(attribute, found)?;
    let Some(version) = Version::parse(&text) else {
        let detail = format!(
            "The selected version number for provider {address} is not valid: {text:?} is no version."
        );
        found.push(problem("Invalid provider version number", detail, attribute.expr.span));
        return None;
    };
    let canonical = version.to_string();
    if canonical != text.split('+').next().unwrap_or(&text) {
        let detail = format!(
            "The selected version number for provider {address} must be written in normalized form: \"{canonical}\"."
        );
        found.push(problem("Invalid provider version number", detail, attribute.expr.span));
    }
    Some(text)
}

fn read_hashes(expr: &Expr, found: &mut Diagnostics) -> Vec<Hash> {
    let ExprKind::Tuple(items) = &expr.kind else {
        let detail = "The hashes of a provider are a list of strings.".to_owned();
        found.push(problem("Invalid provider hash set", detail, expr.span));
        return Vec::new();
    };
    let mut hashes = Vec::new();
    for item in items.iter() {
        let value = constant(item, found);
        let text = value.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
        match Hash::parse(text) {
            Some(hash) => hashes.push(hash),
            None => {
                let detail = format!(
                    "Cannot interpret {text:?} as a provider hash: hash string must start with a scheme keyword followed by a colon."
                );
                found.push(problem("Invalid provider hash string", detail, item.span));
            }
        }
    }
    hashes
}

#[cfg(test)]
#[path = "lockfile_tests.rs"]
mod tests;
