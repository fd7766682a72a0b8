//! A server on loopback, and places to install to.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;

/// Hands requests to `answer` (base URL, head of the request, connection) until the test ends; gives the base URL.
pub fn listen(answer: impl Fn(&str, &str, &mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let own = base.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            answer(&own, &String::from_utf8_lossy(&head), &mut stream);
        }
    });
    base
}

/// An empty directory.
pub fn scratch(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("ordain-install-{name}-{}", std::process::id()));
    let _gone = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

/// Runs to the end.
pub fn block_on<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
}
