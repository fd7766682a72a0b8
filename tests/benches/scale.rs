//! Plan and apply of many small resources with references between them, side by side with `terraform`.
//!
//! `cargo bench -p ordain-tests --bench scale` runs 1,000 and 4,000; `ORDAIN_BENCH=250,1000` other sizes.
//! Prints wall time and peak memory of both programs, and the ratio of each pair. Without a `terraform` on
//! the path only our own figures are printed, and the output says so.

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

fn main() {
    // Cargo hands over its own flags; sizes come from the environment.
    let sizes = std::env::var("ORDAIN_BENCH").unwrap_or_else(|_| "1000,4000".to_owned());
    let sizes: Vec<usize> = sizes.split(',').filter_map(|size| size.trim().parse().ok()).collect();
    let ordain = ordain_tests::binary::ordain().clone();
    let terraform = which("terraform");
    if terraform.is_none() {
        println!("no terraform on the path: only our own figures");
    }
    println!(
        "{:>6} {:>6} {:>12} {:>9} {:>12} {:>9} {:>9} {:>9}",
        "n", "what", "ordain s", "MB", "terraform s", "MB", "time ×", "memory ÷"
    );
    for size in sizes {
        let ours = run(&ordain, size);
        let theirs = terraform.as_ref().map(|program| run(program, size));
        for (at, what) in ["plan", "apply", "noop"].iter().enumerate() {
            let Some(own) = ours.get(at) else { continue };
            let peer = theirs.as_ref().and_then(|theirs| theirs.get(at));
            match peer {
                Some(peer) => println!(
                    "{size:>6} {what:>6} {:>12.3} {:>9.1} {:>12.3} {:>9.1} {:>9.1} {:>9.1}",
                    own.seconds,
                    own.megabytes,
                    peer.seconds,
                    peer.megabytes,
                    peer.seconds / own.seconds,
                    peer.megabytes / own.megabytes
                ),
                None => println!("{size:>6} {what:>6} {:>12.3} {:>9.1}", own.seconds, own.megabytes),
            }
        }
    }
}

fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// A configuration of `size` resources; each refers to the one before it and to one far away.
fn configuration(size: usize) -> String {
    let mut text = String::from("resource \"terraform_data\" \"r0\" {\n  input = \"start\"\n}\n");
    for at in 1..size {
        let far = at / 2;
        text.push_str(&format!(
            "resource \"terraform_data\" \"r{at}\" {{\n  input = {{ near = terraform_data.r{far}.id, number = {at}, text = \"resource ${{terraform_data.r{far}.output != null}}\" }}\n}}\n"
        ));
    }
    text
}

/// Plan to a file, apply the file, plan again.
fn run(program: &Path, size: usize) -> Vec<Figures> {
    let name = program.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let directory = std::env::temp_dir().join(format!("ordain-bench-{name}-{size}-{}", std::process::id()));
    let _absent = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).expect("a scratch directory");
    std::fs::write(directory.join("main.tf"), configuration(size)).expect("a configuration");
    measure(program, &directory, &["init", "-input=false", "-no-color"]);
    let figures = vec![
        measure(program, &directory, &["plan", "-input=false", "-no-color", "-out=plan"]),
        measure(program, &directory, &["apply", "-input=false", "-no-color", "plan"]),
        measure(program, &directory, &["plan", "-input=false", "-no-color", "-detailed-exitcode"]),
    ];
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
