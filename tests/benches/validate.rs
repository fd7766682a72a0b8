//! `validate` on a configuration of ten megabytes.
//!
//! `cargo bench -p ordain-tests --bench validate` writes one file with some 25,000 resources, as many locals,
//! references, templates and `for` expressions, checks it five times, and prints the best wall time.
//! `ORDAIN_BENCH_PROGRAM=path` measures a program that is there already.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark stops where it cannot go on")]

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Size of the configuration in bytes, at least.
const SIZE: usize = 10_000_000;

/// How often it is checked.
const TURNS: usize = 5;

const HEAD: &str = r#"variable "prefix" {
  type    = string
  default = "prod"
}

variable "size" {
  type    = number
  default = 3
}

locals {
  tags = { owner = "team", env = var.prefix }
}
"#;

fn configuration() -> String {
    let mut out = String::with_capacity(SIZE + 1024);
    out.push_str(HEAD);
    let mut at = 0;
    while out.len() < SIZE {
        let before = match at % 10 {
            0 => "var.prefix".to_owned(),
            _ => format!("terraform_data.r{}.id", at - 1),
        };
        let _ = write!(
            out,
            r#"
# Resource {at}
resource "terraform_data" "r{at}" {{
  input = {{
    name  = "${{var.prefix}}-{at}"
    size  = var.size > 2 ? {at} + 1 : 0
    tags  = merge(local.tags, {{ index = "{at}", zone = local.zone_{at} }})
    items = [for x in ["a", "b"] : "${{x}}-{at}" if x != "c"]
  }}
  triggers_replace = [{before}, upper("name-{at}")]
}}

locals {{
  zone_{at} = "zone-${{var.size}}-{at}"
}}
"#
        );
        at += 1;
    }
    out
}

fn main() {
    let program = std::env::var_os("ORDAIN_BENCH_PROGRAM").map(PathBuf::from);
    let program = program.unwrap_or_else(|| ordain_tests::binary::ordain().clone());
    let dir = std::env::temp_dir().join(format!("ordain-validate-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory can be made");
    let text = configuration();
    std::fs::write(dir.join("main.tf"), &text).expect("the configuration can be written");
    let mut best = f64::MAX;
    for _ in 0..TURNS {
        let begun = Instant::now();
        let status = Command::new(&program)
            .arg("validate")
            .current_dir(&dir)
            .stdout(Stdio::null())
            .status()
            .expect("the program runs");
        assert!(status.success(), "the configuration is valid");
        best = best.min(begun.elapsed().as_secs_f64());
    }
    std::fs::remove_dir_all(&dir).expect("the directory can be removed");
    println!("validate: {:.1} MB in {best:.2} s", text.len() as f64 / 1e6);
}
