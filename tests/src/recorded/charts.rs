//! A chart repository on loopback, packed from a directory of charts.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// Serves until it is dropped.
#[derive(Debug)]
pub struct Repository {
    /// Where it is.
    pub url: String,
    stop: Arc<AtomicBool>,
}

impl Repository {
    /// Packs every chart below `directory` and serves archives and index.
    ///
    /// # Panics
    /// A chart cannot be packed, or there are no sockets.
    #[allow(clippy::expect_used, reason = "a test without its services must stop")]
    pub fn serve(directory: &Path) -> Repository {
        let mut files = BTreeMap::new();
        let mut entries: BTreeMap<String, Vec<Json>> = BTreeMap::new();
        let mut charts: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().collect();
        charts.sort_by_key(std::fs::DirEntry::file_name);
        for chart in charts {
            let text = std::fs::read_to_string(chart.path().join("Chart.yaml")).expect("a chart");
            let mut about =
                ordain_yaml::from_str(&text, &ordain_yaml::Limits::default()).expect("its metadata");
            let word = |key: &str| about[key].as_str().unwrap_or_default().to_owned();
            let (name, file) = (word("name"), format!("{}-{}.tgz", word("name"), word("version")));
            let archive = pack(&chart.path(), &name).expect("an archive");
            about["urls"] = json!([file]);
            let digest: String = Sha256::digest(&archive).iter().map(|byte| format!("{byte:02x}")).collect();
            about["digest"] = json!(digest);
            files.insert(format!("/{file}"), archive);
            entries.entry(name).or_default().push(about);
        }
        let index = json!({"apiVersion": "v1", "entries": entries, "generated": "2024-01-01T00:00:00Z"});
        files.insert("/index.yaml".to_owned(), index.to_string().into_bytes());
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a socket");
        let port = listener.local_addr().expect("its address").port();
        let stop = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let _gone = answer(stream, &files);
            }
        });
        Repository { url: format!("http://127.0.0.1:{port}"), stop }
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread up, so that it sees the flag.
        let _woken = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn answer(mut stream: TcpStream, files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let found = files.get(first.split(' ').nth(1).unwrap_or_default());
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let body = found.map(Vec::as_slice).unwrap_or_default();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

fn pack(directory: &Path, name: &str) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for file in crate::files(directory, "") {
        let data = std::fs::read(&file)?;
        let inner = file.strip_prefix(directory).unwrap_or(&file);
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, Path::new(name).join(inner), data.as_slice())?;
    }
    archive.into_inner()?.finish()
}
