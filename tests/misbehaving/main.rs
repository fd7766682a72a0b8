//! A provider that misbehaves on purpose: a small program that speaks version 6 of the provider protocol.
//!
//! The attribute `mode` of its objects says which law an answer about them breaks, and the environment variable
//! `MISBEHAVE` what is wrong with the process as a whole. Without either it behaves. Each start adds a line to the file
//! that `MISBEHAVE_STARTS` names.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for tests stops where it cannot go on"
)]

#[allow(dead_code, reason = "not every message is used by a provider this small")]
#[path = "../../engine/plugin/src/messages.rs"]
mod messages;
#[allow(dead_code, reason = "not every message is used by a provider this small")]
#[path = "../../engine/plugin/src/schema_messages.rs"]
mod schema_messages;

mod offer;
mod rpc;
mod secure;
mod thing;
mod vault;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use base64::Engine;

fn main() {
    let wrong = std::env::var("MISBEHAVE").unwrap_or_default();
    match wrong.as_str() {
        "garbage" => return println!("Hello, I am a provider!"),
        "exit" => {
            eprintln!("cannot find my configuration");
            std::process::exit(7);
        }
        "silent" => std::thread::sleep(Duration::from_secs(600)),
        "old" => return println!("1|4|tcp|127.0.0.1:1|netrpc|"),
        "nobody" => println!("1|6|unix|/nonexistent/socket|grpc|"),
        _ => {}
    }
    assert_eq!(
        std::env::var("TF_PLUGIN_MAGIC_COOKIE").as_deref(),
        Ok("d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"),
        "this is a plugin, to be started by an engine"
    );
    if let Ok(path) = std::env::var("MISBEHAVE_STARTS") {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "{}", std::process::id()).unwrap();
    }
    // One thread: an answer that blocks it blocks everything.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(serve());
}

async fn serve() {
    let directory = std::env::var("PLUGIN_UNIX_SOCKET_DIR").unwrap();
    let path = Path::new(&directory).join(format!("plugin{}", std::process::id()));
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let client = std::env::var("PLUGIN_CLIENT_CERT").ok();
    let secured = client.map(|pem| secure::server(&pem));
    let shown = secured.as_ref().map(|(_, der)| base64::engine::general_purpose::STANDARD_NO_PAD.encode(der));
    println!("1|6|unix|{}|grpc|{}", path.display(), shown.unwrap_or_default());
    std::io::stdout().flush().unwrap();
    eprintln!(r#"{{"@level":"info","@message":"ready","@module":"misbehaving"}}"#);
    while let Ok((stream, _)) = listener.accept().await {
        match &secured {
            Some((acceptor, _)) => match acceptor.accept(stream).await {
                Ok(stream) => drop(tokio::spawn(rpc::connection(stream))),
                Err(error) => eprintln!("no connection: {error}"),
            },
            None => drop(tokio::spawn(rpc::connection(stream))),
        }
    }
}
