use std::sync::Mutex;
use std::time::Duration;

use super::{EVERY, Meter, file_name};

#[test]
fn files_are_named_without_secrets() {
    assert_eq!(file_name("https://u:p@example.com/a/thing_1.0_linux.zip?token=x"), "thing_1.0_linux.zip");
    assert_eq!(
        file_name("https://example.com/v2/a/blobs/sha256:0123456789abcdef0123"),
        "sha256:0123456789ab"
    );
    assert_eq!(file_name("https://example.com/"), "example.com");
}

#[test]
fn what_is_short_is_not_told_about() {
    let seen = Mutex::new(Vec::new());
    let told = |transfer| seen.lock().unwrap().push(transfer);
    Meter::new("http://127.0.0.1/x.zip", &told).at(10);
    assert!(seen.lock().unwrap().is_empty());
    let mut long = Meter::new("http://127.0.0.1/x.zip", &told);
    long.total = Some(30);
    std::thread::sleep(EVERY + Duration::from_millis(20));
    long.at(20);
    long.at(25);
    drop(long);
    let rows: Vec<_> = seen.into_inner().unwrap().iter().map(|row| (row.have, row.total, row.over)).collect();
    assert_eq!(rows, [(20, Some(30), false), (0, None, true)]);
}
