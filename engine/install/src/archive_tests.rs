use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::*;

fn zipped(entries: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap()
}

fn scratch(name: &str) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("ordain-archive-{name}-{}", std::process::id()));
    let _gone = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}

#[test]
fn files_land_inside() {
    let directory = scratch("inside");
    let sums = unzip(zipped(&[("a/b.txt", b"hello"), ("./c", b"")]), &directory, LARGEST).unwrap();
    // What was written is what can be read.
    assert_eq!(crate::hash::h1(sums).unwrap(), crate::hash::hash_directory(&directory).unwrap());
    assert_eq!(std::fs::read(directory.join("a/b.txt")).unwrap(), b"hello");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn slips_and_bombs_are_refused() {
    let directory = scratch("outside");
    for name in ["../evil", "a/../../evil", "/etc/evil", "a\\..\\evil"] {
        let error = unzip(zipped(&[(name, b"x")]), &directory, LARGEST).unwrap_err().to_string();
        assert!(error.contains("outside"), "{error}");
    }
    let zeros = vec![0; 1 << 16];
    let error = unzip(zipped(&[("a", &zeros), ("b", &zeros)]), &directory, 100_000).unwrap_err().to_string();
    assert!(error.contains("more than 100000 bytes"), "{error}");
    assert!(unzip(Cursor::new(b"no archive".to_vec()), &directory, LARGEST).is_err());
    std::fs::remove_dir_all(directory).unwrap();
}
