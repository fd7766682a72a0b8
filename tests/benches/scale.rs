//! Plans of many small resources in four shapes, side by side with `terraform`.
//!
//! `cargo bench -p ordain-tests --bench scale` plans 1,000 and 4,000 of each shape with both programs; of the first
//! shape the plan is applied too, and planned again. Wall time and peak memory of both are printed with their
//! ratios, and what each instance costs us, so that growth that is not linear is seen.
//!
//! - `ORDAIN_BENCH=1000,4000,16000,64000`: other sizes.
//! - `ORDAIN_BENCH_SHAPES=count,chain`: other shapes than `flat,count,modules,chain`.
//! - `ORDAIN_BENCH_PEER=4000`: the largest size that `terraform` plans; 0 for none. It takes minutes beyond that.
//! - `ORDAIN_BENCH_APPLY=0`: no applies.
//!
//! A million instances of one block: `ORDAIN_BENCH=1000000 ORDAIN_BENCH_SHAPES=count ORDAIN_BENCH_PEER=0`.
//! Without a `terraform` on the path only our own figures are printed, and the output says so.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

struct Figures {
    seconds: f64,
    megabytes: f64,
}

/// A kind of configuration.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    /// Blocks that refer to two others each.
    Flat,
    /// One block with `count`.
    Count,
    /// Modules with `for_each`, of ten resources each.
    Modules,
    /// Blocks of which each refers to the one before it.
    Chain,
}

const SHAPES: [(&str, Shape); 4] =
    [("flat", Shape::Flat), ("count", Shape::Count), ("modules", Shape::Modules), ("chain", Shape::Chain)];

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn main() {
    // Cargo hands over its own flags; what is wanted comes from the environment.
    let number = |text: &str| text.trim().parse::<usize>().ok();
    let sizes: Vec<usize> = setting("ORDAIN_BENCH", "1000,4000").split(',').filter_map(number).collect();
    let shapes = setting("ORDAIN_BENCH_SHAPES", "flat,count,modules,chain");
    let peer_limit = number(&setting("ORDAIN_BENCH_PEER", "4000")).unwrap_or(0);
    let applies = setting("ORDAIN_BENCH_APPLY", "1") != "0";
    let ordain = ordain_tests::binary::ordain().clone();
    let terraform = which("terraform");
    if terraform.is_none() {
        println!("no terraform on the path: only our own figures");
    }
    println!(
        "{:>8} {:>8} {:>6} {:>10} {:>9} {:>10} {:>12} {:>9} {:>9} {:>9}",
        "shape", "n", "what", "ordain s", "MB", "µs each", "terraform s", "MB", "time ×", "memory ÷"
    );
    for (name, shape) in SHAPES.iter().filter(|(name, _)| shapes.split(',').any(|wanted| wanted == *name)) {
        for &size in &sizes {
            let applies = applies && *shape == Shape::Flat;
            let ours = run(&ordain, *shape, size, applies);
            let peer = terraform.as_ref().filter(|_| size <= peer_limit);
            let theirs = peer.map(|program| run(program, *shape, size, applies)).unwrap_or_default();
            for (at, (what, own)) in ["plan", "apply", "noop"].iter().zip(&ours).enumerate() {
                let each = own.seconds * 1e6 / size as f64;
                print!(
                    "{name:>8} {size:>8} {what:>6} {:>10.3} {:>9.1} {each:>10.1}",
                    own.seconds, own.megabytes
                );
                match theirs.get(at) {
                    Some(peer) => println!(
                        " {:>12.3} {:>9.1} {:>9.1} {:>9.1}",
                        peer.seconds,
                        peer.megabytes,
                        peer.seconds / own.seconds,
                        peer.megabytes / own.megabytes
                    ),
                    None => println!(),
                }
            }
        }
    }
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Files of a configuration of `size` resources.
fn configuration(shape: Shape, size: usize) -> Vec<(&'static str, String)> {
    match shape {
        Shape::Flat => vec![("main.tf", flat(size))],
        Shape::Count => {
            let text = format!(
                "resource \"terraform_data\" \"r\" {{\n  count = {size}\n  input = \"number ${{count.index}}\"\n}}\n"
            );
            vec![("main.tf", text)]
        }
        Shape::Modules => {
            let calls = size.div_ceil(10);
            // A range has at most 1,024 numbers.
            let thousands = calls.div_ceil(1000);
            let main = format!(
                "module \"m\" {{\n  source   = \"./m\"\n  for_each = {{ for n in flatten([for a in range({thousands}) : [for b in range(1000) : a * 1000 + b]]) : \"k${{n}}\" => n if n < {calls} }}\n  number   = each.value\n}}\n"
            );
            let inner = "variable \"number\" {}\nresource \"terraform_data\" \"first\" {\n  input = var.number\n}\nresource \"terraform_data\" \"others\" {\n  count = 9\n  input = \"${terraform_data.first.output} ${count.index}\"\n}\noutput \"ids\" { value = terraform_data.others[*].id }\n";
            vec![("main.tf", main), ("m/main.tf", inner.to_owned())]
        }
        Shape::Chain => {
            let mut text = String::from("resource \"terraform_data\" \"r0\" {\n  input = \"start\"\n}\n");
            for at in 1..size {
                let before = at - 1;
                text.push_str(&format!(
                    "resource \"terraform_data\" \"r{at}\" {{\n  input = terraform_data.r{before}.id\n}}\n"
                ));
            }
            vec![("main.tf", text)]
        }
    }
}

/// Each refers to two attributes of one far away.
fn flat(size: usize) -> String {
    let mut text = String::from("resource \"terraform_data\" \"r0\" {\n  input = \"start\"\n}\n");
    for at in 1..size {
        let far = at / 2;
        text.push_str(&format!(
            "resource \"terraform_data\" \"r{at}\" {{\n  input = {{ near = terraform_data.r{far}.id, number = {at}, text = \"resource ${{terraform_data.r{far}.output != null}}\" }}\n}}\n"
        ));
    }
    text
}

/// Plan to a file; with `applies`, apply the file and plan again.
fn run(program: &Path, shape: Shape, size: usize, applies: bool) -> Vec<Figures> {
    let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let directory = std::env::temp_dir().join(format!("ordain-bench-{name}-{size}-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&directory);
    for (path, text) in configuration(shape, size) {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a scratch directory");
        std::fs::write(path, text).expect("a configuration");
    }
    measure(program, &directory, &["init", "-input=false", "-no-color"]);
    let mut figures = vec![measure(program, &directory, &["plan", "-input=false", "-no-color", "-out=plan"])];
    if applies {
        figures.push(measure(program, &directory, &["apply", "-input=false", "-no-color", "plan"]));
        let again = ["plan", "-input=false", "-no-color", "-detailed-exitcode"];
        figures.push(measure(program, &directory, &again));
    }
    let _left = std::fs::remove_dir_all(&directory);
    figures
}

/// Runs a command; peak memory is read from the system while it runs.
fn measure(program: &Path, directory: &Path, args: &[&str]) -> Figures {
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(args)
        .current_dir(directory)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0.0f64;
    loop {
        if let Some(kilobytes) = high_water(&status_file) {
            peak = peak.max(kilobytes / 1024.0);
        }
        match child.try_wait().expect("the program can be waited for") {
            Some(status) => {
                assert!(status.success(), "{} {} failed: {status}", program.display(), args.join(" "));
                return Figures { seconds: begun.elapsed().as_secs_f64(), megabytes: peak };
            }
            None => std::thread::sleep(std::time::Duration::from_millis(2)),
        }
    }
}

fn high_water(status_file: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status_file).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
