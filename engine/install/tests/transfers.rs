//! How packages of providers travel: connections that break, proxies, network mirrors, a cache that many use at once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where it cannot go on"
)]

mod harness;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

use harness::{block_on, listen, scratch};
use ordain_addr::{ModulePath, ProviderAddr};
use ordain_install::{Asked, Constraints, Installation, LockFile, Platform, Requirement, Settings, install};
use serde_json::json;

const PACKAGE: &[u8] = include_bytes!("registry/package.zip");
const PROGRAM: &str =
    ".terraform/providers/example.com/acme/thing/1.0.0/linux_amd64/terraform-provider-thing_v1.0.0";

/// What was asked for: first lines of requests, and their ranges.
type Asks = Arc<Mutex<Vec<(String, Option<String>)>>>;

/// Notes a request; gives its target.
fn noted(asks: &Asks, head: &str) -> String {
    let target = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
    let range =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("range: ").map(str::to_owned));
    asks.lock().unwrap().push((target.clone(), range));
    target
}

fn answer(stream: &mut TcpStream, status: u16, headers: &str, length: usize, body: &[u8]) {
    let head =
        format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
    let _gone = stream.write_all(head.as_bytes());
    let _gone = stream.write_all(body);
}

/// A network mirror of one provider whose package stands at `url`.
fn mirrored(stream: &mut TcpStream, target: &str, url: &str) -> bool {
    let hash = "h1:wrong";
    let document = match target.rsplit('/').next().unwrap_or_default() {
        "index.json" => json!({ "versions": { "1.0.0": {}, "3.0.0": {} } }),
        "1.0.0.json" => json!({ "archives": { "linux_amd64": { "url": url } } }),
        "wrong.json" => json!({ "archives": { "linux_amd64": { "url": url, "hashes": [hash] } } }),
        _ => return false,
    };
    let text = document.to_string();
    answer(stream, 200, "", text.len(), text.as_bytes());
    true
}

/// Settings that know nothing but a network mirror.
fn settings(mirror: &str, directory: &Path) -> Settings {
    let rc = directory.join("rc");
    let text =
        format!("provider_installation {{\n  network_mirror {{\n    url = \"{mirror}/m/\"\n  }}\n}}\n");
    std::fs::write(&rc, text).unwrap();
    let env = BTreeMap::from([("TF_CLI_CONFIG_FILE".to_owned(), rc.display().to_string())]);
    let (settings, found) = Settings::load(&env, directory);
    assert!(found.is_empty(), "{found:?}");
    settings
}

fn try_install(
    directory: &Path,
    settings: &Settings,
    env: &[(&str, &str)],
    constraint: &str,
) -> Result<LockFile, String> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let place = Installation {
        settings,
        env: &env,
        base: directory,
        data_dir: &directory.join(".terraform"),
        plugin_dirs: &[],
        upgrade: false,
        platform: Platform::parse("linux_amd64").unwrap(),
        known: BTreeMap::new(),
    };
    let constraints = Constraints::parse(constraint).unwrap();
    let asked = Asked { module: ModulePath::root(), constraints: constraints.clone(), span: None };
    let address = ProviderAddr::parse("example.com/acme/thing").unwrap();
    let wanted = BTreeMap::from([(address, Requirement { constraints, asked: vec![asked] })]);
    let (outcome, found) = block_on(install(&place, &wanted, &LockFile::default(), &|_| {}));
    if found.has_errors() { Err(format!("{found:?}")) } else { Ok(outcome.lock) }
}

/// Files below the data directory.
fn left(directory: &Path) -> usize {
    let below = directory.join(".terraform/providers/example.com/acme/thing/1.0.0");
    std::fs::read_dir(below).into_iter().flatten().count()
}

#[test]
fn a_broken_download_goes_on_where_it_broke() {
    let asks = Asks::default();
    let own = Arc::clone(&asks);
    let base = listen(move |base, head, stream| {
        let target = noted(&own, head);
        if mirrored(stream, &target, &format!("{base}/package.zip")) {
            return;
        }
        match own.lock().unwrap().last().and_then(|(_, range)| range.clone()) {
            Some(range) => {
                let from: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap();
                let rest = &PACKAGE[from..];
                answer(
                    stream,
                    206,
                    &format!("content-range: bytes {from}-{}/{}\r\n", PACKAGE.len() - 1, PACKAGE.len()),
                    rest.len(),
                    rest,
                );
            }
            None => answer(stream, 200, "", PACKAGE.len(), &PACKAGE[..100]),
        }
    });
    let directory = scratch("broken");
    let lock = try_install(&directory, &settings(&base, &directory), &[], "~> 1.0").unwrap();
    assert!(lock.text().contains("h1:"), "{}", lock.text());
    assert!(directory.join(PROGRAM).is_file());
    let asks = asks.lock().unwrap();
    let ranges: Vec<_> = asks
        .iter()
        .filter(|(target, _)| target == "/package.zip")
        .map(|(_, range)| range.as_deref())
        .collect();
    assert_eq!(ranges, [None, Some("bytes=100-")]);
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn a_download_that_never_ends_well_ends() {
    let asks = Asks::default();
    let own = Arc::clone(&asks);
    let base = listen(move |base, head, stream| {
        let target = noted(&own, head);
        if !mirrored(stream, &target, &format!("{base}/package.zip")) {
            answer(stream, 200, "", PACKAGE.len(), &PACKAGE[..10]);
        }
    });
    let directory = scratch("endless");
    let error = try_install(
        &directory,
        &settings(&base, &directory),
        &[("TF_REGISTRY_DISCOVERY_RETRY", "2")],
        "~> 1.0",
    );
    let error = error.unwrap_err();
    assert!(error.contains("package.zip"), "{error}");
    let tries = asks.lock().unwrap().iter().filter(|(target, _)| target == "/package.zip").count();
    assert_eq!((tries, left(&directory)), (3, 0));
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn packages_come_through_proxies() {
    let asks = Asks::default();
    let own = Arc::clone(&asks);
    let base = listen(move |_, head, stream| {
        let target = noted(&own, head);
        if !mirrored(stream, &target, "http://packages.invalid/package.zip") {
            answer(stream, 200, "", PACKAGE.len(), PACKAGE);
        }
    });
    let directory = scratch("proxy");
    let settings = settings(&base, &directory);
    try_install(&directory, &settings, &[("HTTP_PROXY", &base)], "~> 1.0").unwrap();
    assert!(directory.join(PROGRAM).is_file());
    // A proxy is told the whole address; what is on this machine is asked without one.
    let asks = asks.lock().unwrap();
    assert!(asks.iter().any(|(target, _)| target == "http://packages.invalid/package.zip"), "{asks:?}");
    assert!(asks.iter().any(|(target, _)| target.starts_with("/m/")), "{asks:?}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn what_a_network_mirror_does_not_have_is_told() {
    let base = listen(|base, head, stream| {
        let target = head.split_whitespace().nth(1).unwrap_or("/").replace("3.0.0.json", "wrong.json");
        if !mirrored(stream, &target, &format!("{base}/package.zip")) {
            answer(stream, 200, "", PACKAGE.len(), PACKAGE);
        }
    });
    let directory = scratch("mirror");
    let settings = settings(&base, &directory);
    let error = try_install(&directory, &settings, &[], "~> 2.0").unwrap_err();
    assert!(
        error.contains("no available releases match") && error.contains("newest: 3.0.0, 1.0.0"),
        "{error}"
    );
    assert!(error.contains("the root module: ~> 2.0"), "{error}");
    let error = try_install(&directory, &settings, &[], "3.0.0").unwrap_err();
    assert!(error.contains("checksum"), "{error}");
    assert!(!directory.join(".terraform/providers/example.com/acme/thing/3.0.0/linux_amd64").exists());
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn one_cache_serves_many_at_once() {
    let base = listen(|base, head, stream| {
        let target = head.split_whitespace().nth(1).unwrap_or("/").to_owned();
        if !mirrored(stream, &target, &format!("{base}/package.zip")) {
            std::thread::sleep(std::time::Duration::from_millis(100));
            answer(stream, 200, "", PACKAGE.len(), PACKAGE);
        }
    });
    let directory = scratch("shared");
    let mut settings = settings(&base, &directory);
    settings.plugin_cache = Some(directory.join("cache"));
    std::thread::scope(|scope| {
        let (settings, directory) = (&settings, &directory);
        let works: Vec<_> = (0..6)
            .map(|n| {
                scope.spawn(move || {
                    let own = directory.join(format!("{n}"));
                    std::fs::create_dir_all(&own).unwrap();
                    let lock = try_install(&own, settings, &[], "~> 1.0").unwrap().text();
                    (std::fs::read(own.join(PROGRAM)).unwrap(), lock)
                })
            })
            .collect();
        let results: Vec<_> = works.into_iter().map(|work| work.join().unwrap()).collect();
        assert!(results.iter().all(|result| *result == results[0]));
    });
    std::fs::remove_dir_all(directory).unwrap();
}
