//! Parsing a file of ten megabytes, beside another parser, and evaluating many small expressions.
//!
//! `cargo bench -p ordain-lang --bench language`. Each parser runs in a process of its own, in turns; printed are the
//! best of five times as megabytes per second, and the growth of the resident size per byte of the text while the tree
//! is held.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark stops where it cannot go on"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use ordain_diag::{FileId, Sources};
use ordain_lang::ast::Traversal;
use ordain_lang::{Functions, Resolution, Scope, World, WorldError};
use ordain_value::Value;

/// Size of the text in bytes, at least.
const SIZE: usize = 10_000_000;

/// How often each is measured.
const TURNS: usize = 5;

/// What a configuration of a platform team looks like: resources with nested blocks, templates, references,
/// conditionals and comments.
fn text() -> String {
    let mut out = String::with_capacity(SIZE + 1024);
    let mut at = 0;
    while out.len() < SIZE {
        let _ = write!(
            out,
            "# Node pool {at} of the cluster.\nresource \"azurerm_kubernetes_cluster_node_pool\" \"pool_{at}\" {{\n  \
             name                  = \"pool{at}\"\n  kubernetes_cluster_id = azurerm_kubernetes_cluster.main[{at}].id\n  \
             vm_size               = var.sizes[\"pool-{at}\"]\n  node_count            = var.production ? {at} + 2 : 1\n  \
             tags = merge(local.tags, {{\n    Name  = \"${{var.prefix}}-pool-{at}\"\n    Owner = \"team-{at}\" // see the wiki\n  }})\n\n  \
             dynamic \"upgrade_settings\" {{\n    for_each = [for s in var.settings : s if s.enabled && s.pool != {at}]\n    \
             content {{\n      max_surge = upgrade_settings.value.surge\n    }}\n  }}\n\n  \
             lifecycle {{\n    ignore_changes = [node_count, tags[\"Name\"]]\n  }}\n}}\n\n"
        );
        at += 1;
    }
    out
}

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    match args.next().as_deref() {
        Some("ours") => measured(|text| {
            let (body, found) = ordain_lang::parse::parse_native(FileId(0), text);
            assert!(!found.has_errors(), "the text is well formed");
            body
        }),
        Some("peer") => measured(|text| hcl_edit::parser::parse_body(text).expect("the text is well formed")),
        _ => {
            side_by_side();
            evaluations();
        }
    }
}

/// Parses once, and prints seconds and bytes of memory.
fn measured<T>(parse: impl Fn(&str) -> T) {
    let text = text();
    let before = resident();
    let begun = Instant::now();
    let tree = parse(&text);
    let seconds = begun.elapsed().as_secs_f64();
    let grown = resident().saturating_sub(before);
    drop(tree);
    println!("{seconds} {grown} {}", text.len());
}

fn side_by_side() {
    let program = std::env::current_exe().expect("the path of this program");
    let mut best = [(f64::MAX, 0.0); 2];
    for _ in 0..TURNS {
        for (name, best) in ["ours", "peer"].iter().zip(&mut best) {
            let output = Command::new(&program).arg(name).output().expect("this program runs");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let figures: Vec<f64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            let &[seconds, grown, size] = figures.as_slice() else { panic!("{name} failed: {output:?}") };
            if seconds < best.0 {
                *best = (seconds, grown / size);
            }
        }
    }
    let megabytes = text().len() as f64 / 1e6;
    for (name, (seconds, each)) in ["ordain", "hcl-edit"].iter().zip(best) {
        println!("{name:>10}: {:>7.1} MB/s, {each:>5.1} bytes of memory per byte", megabytes / seconds);
    }
    let [(ours, our_memory), (peer, peer_memory)] = best;
    println!("     ratio: {:.1}× as fast, 1/{:.1} of the memory", peer / ours, peer_memory / our_memory);
}

/// Resident size of this process in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes =
        line.and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

/// A million evaluations of small expressions, as many of each.
fn evaluations() {
    const EACH: usize = 250_000;
    let texts = ["var.n + 1", "\"${var.n}-suffix\"", "var.n > 3 ? \"a\" : \"b\"", "upper(\"name\")"];
    let scope = Names(Value::number(7));
    let begun = Instant::now();
    for text in texts {
        let file = Sources::new().add("expression", text);
        let (expr, found) = ordain_lang::parse::parse_expr(file, text);
        assert!(!found.has_errors(), "{text} is well formed");
        for _ in 0..EACH {
            let (value, found) = ordain_lang::eval::evaluate(&expr, &scope);
            assert!(!found.has_errors() && value.is_wholly_known(), "{text} has a value");
        }
    }
    let count = EACH * texts.len();
    println!("{count} expressions: {:.0} a second", count as f64 / begun.elapsed().as_secs_f64());
}

/// Every name is the same number.
struct Names(Value);

impl Scope for Names {
    fn resolve(&self, _traversal: &Traversal) -> Resolution {
        Resolution::Found { value: self.0.clone(), consumed: 1 }
    }

    fn functions(&self) -> Option<&dyn Functions> {
        None
    }

    fn world(&self) -> &dyn World {
        &Nothing
    }
}

/// No expression here asks for files, clock or ids.
struct Nothing;

impl World for Nothing {
    fn read(&self, _path: &Path) -> Result<Vec<u8>, WorldError> {
        Err(WorldError { message: "there are no files".to_owned(), not_found: true })
    }

    fn file_exists(&self, _path: &Path) -> Result<bool, WorldError> {
        Ok(false)
    }

    fn walk(&self, _directory: &Path) -> Result<Vec<String>, WorldError> {
        Ok(Vec::new())
    }

    fn home(&self) -> Option<PathBuf> {
        None
    }

    fn current_dir(&self) -> PathBuf {
        PathBuf::new()
    }

    fn started_in(&self) -> PathBuf {
        self.current_dir()
    }

    fn now(&self) -> i128 {
        0
    }

    fn random(&self, _bytes: &mut [u8]) {}
}
