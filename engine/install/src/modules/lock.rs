//! `.ordain.lock.hcl`: what the packages of remote modules held when they were first used.
//!
//! Terraform's own lock file knows providers only. This one stands beside it and may be committed: then a tag that
//! was moved, or a registry that serves something else under the same version, is refused.
//!
//! ```hcl
//! module "git::https://example.com/network.git?ref=v1.2.0" {
//!   digest = "h1:…"
//! }
//! module "registry.terraform.io/acme/network/aws" {
//!   version = "1.2.0"
//!   digest  = "h1:…"
//! }
//! ```

use std::collections::BTreeMap;

use ordain_config::constant;
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_lang::ast::{Block, BodySchema};
use ordain_lang::parse::parse_native;

use crate::Hash;

/// Name of the file, beside the root module.
pub const MODULE_LOCK: &str = ".ordain.lock.hcl";

/// What names a package: its source without a directory, and its version where it comes from a registry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleRow {
    /// Source address of the package.
    pub source: String,
    /// Version; empty for what has none.
    pub version: String,
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModuleLock {
    /// Digests by package.
    pub rows: BTreeMap<ModuleRow, Hash>,
}

impl ModuleLock {
    /// Reads the text of a file. `name` is what messages call it.
    pub fn read(name: &str, text: &str, sources: &mut Sources) -> (ModuleLock, Diagnostics) {
        let file = sources.add(name, text);
        let (body, mut found) = parse_native(file, text);
        let schema = BodySchema::new(&[], &[("module", &["source"])]);
        let mut lock = ModuleLock::default();
        for block in found.take(body.content(&schema)).blocks {
            lock.rows.extend(read_row(&block, &mut found));
        }
        (lock, found)
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = "# This file is maintained automatically by \"ordain init\".\n# Manual edits may be lost in future updates.\n".to_owned();
        for (row, digest) in &self.rows {
            text.push_str(&format!("\nmodule {:?} {{\n", row.source));
            if row.version.is_empty() {
                text.push_str(&format!("  digest = \"{digest}\"\n}}\n"));
            } else {
                text.push_str(&format!("  version = \"{}\"\n  digest  = \"{digest}\"\n}}\n", row.version));
            }
        }
        text
    }
}

fn read_row(block: &Block, found: &mut Diagnostics) -> Option<(ModuleRow, Hash)> {
    let schema = BodySchema::new(&[("digest", true), ("version", false)], &[]);
    let content = found.take(block.body.content(&schema));
    let mut text = |name: &str| {
        let value = constant(&content.attribute(name)?.expr, found)?;
        value.as_str().map(str::to_owned)
    };
    let (digest, version) = (text("digest")?, text("version").unwrap_or_default());
    let Some(digest) = Hash::parse(&digest) else {
        let detail =
            format!("{digest:?} is no digest: it must begin with a scheme and a colon, such as \"h1:\".");
        let error = Diagnostic::error(codes::install::LOCK_FILE, "Invalid digest", detail);
        found.push(error.with_span(block.header));
        return None;
    };
    let source = block.labels.first()?.text.to_string();
    Some((ModuleRow { source, version }, digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut lock = ModuleLock::default();
        let digest = Hash::parse("h1:abc=").unwrap();
        let row = |source: &str, version: &str| ModuleRow {
            source: source.to_owned(),
            version: version.to_owned(),
        };
        lock.rows.insert(row("git::https://example.com/a.git?ref=v1", ""), digest.clone());
        lock.rows.insert(row("registry.terraform.io/a/b/c", "1.0.0"), digest);
        let (read, found) = ModuleLock::read(MODULE_LOCK, &lock.text(), &mut Sources::new());
        assert!(found.is_empty(), "{found:?}");
        assert_eq!(read, lock);
    }
}
