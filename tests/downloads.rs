//! Long downloads are told about on a terminal, and nowhere else.
//!
//! Needs the `script` program for a terminal; without one that half of the test says that it did nothing.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many parts a package is sent in, and what passes between them.
const PARTS: usize = 10;
const PAUSE: Duration = Duration::from_millis(150);

/// A module with a file that does not get smaller, as a .tar.gz.
fn package() -> Vec<u8> {
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(100_000)
    .collect();
    let packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(packed);
    for (name, content) in [("main.tf", &b"output \"x\" {\n  value = 1\n}\n"[..]), ("noise", &noise)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// Sends the package slowly to whoever asks; gives its address.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let body = package();
        for stream in listener.incoming().flatten() {
            let _gone = answer(stream, &body);
        }
    });
    base
}

fn answer(mut stream: TcpStream, body: &[u8]) -> std::io::Result<()> {
    let _head = stream.read(&mut [0; 4096])?;
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    for part in body.chunks(body.len().div_ceil(PARTS)) {
        stream.write_all(part)?;
        stream.flush()?;
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

fn place(name: &str, base: &str) -> PathBuf {
    let at = std::env::temp_dir().join(format!("ordain-downloads-{name}-{}", std::process::id()));
    let _old = std::fs::remove_dir_all(&at);
    std::fs::create_dir_all(&at).unwrap();
    std::fs::write(at.join("main.tf"), format!("module \"m\" {{\n  source = \"{base}/slow.tar.gz\"\n}}\n"))
        .unwrap();
    std::fs::write(at.join("rc"), "").unwrap();
    at
}

/// Runs a command line in a place and gives its standard output.
fn run(at: &Path, words: &[&str], env: &[(&str, &str)]) -> String {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(at).stdin(Stdio::null()).env_remove("TF_IN_AUTOMATION");
    command.env("TF_CLI_CONFIG_FILE", at.join("rc")).env("HOME", at).envs(env.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{words:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    let _left = std::fs::remove_dir_all(at);
    said
}

#[test]
fn a_long_download_is_told_about_on_a_terminal_only() {
    let base = serve();
    let ordain = ordain_tests::binary::ordain().display().to_string();
    let terminal = [("TERM", "xterm")];
    let piped = run(&place("piped", &base), &[&ordain, "init"], &terminal);
    assert!(
        piped.contains("Downloading http://") && !piped.contains('%') && !piped.contains('\r'),
        "{piped}"
    );
    if Command::new("script").arg("--version").output().is_err() {
        ordain_tests::skipped("there is no script program here: nothing is run on a terminal");
        return;
    }
    for command in ["init", "get"] {
        let line = format!("{ordain} {command}");
        let on = |name: &str, env: &[(&str, &str)]| {
            let at = place(&format!("{name}-{command}"), &base);
            run(&at, &["script", "-qefc", &line, "/dev/null"], env)
        };
        let told = on("terminal", &terminal);
        let rows: Vec<&str> = told.split('\r').filter(|row| row.contains(" % of ")).collect();
        assert!(rows.len() >= 2, "{told:?}");
        assert!(
            rows.iter().all(|row| row.trim_start().starts_with("slow.tar.gz: ") && row.ends_with(" kB")),
            "{rows:?}"
        );
        // What is told is taken away before the next line.
        assert!(told.contains("\r- m in .terraform/modules/m"), "{told:?}");
        let quiet = on("automation", &[("TERM", "xterm"), ("TF_IN_AUTOMATION", "1")]);
        assert!(!quiet.contains('%'), "{quiet:?}");
        let plain = on("dumb", &[("TERM", "dumb")]);
        assert!(!plain.contains('%'), "{plain:?}");
    }
}
