use super::*;

fn tape(name: &str, size: usize, kind: tar::EntryType) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    let bytes = name.as_bytes();
    header.as_mut_bytes()[..bytes.len()].copy_from_slice(bytes);
    header.set_size(size as u64);
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_cksum();
    builder.append(&header, vec![0; size].as_slice()).unwrap();
    builder.into_inner().unwrap()
}

#[test]
fn tapes_stay_inside_and_end() {
    let directory = std::env::temp_dir().join(format!("ordain-tar-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    untar(tape("a/main.tf", 10, tar::EntryType::Regular).as_slice(), &directory, 100).unwrap();
    assert!(directory.join("a/main.tf").is_file());
    for (name, size, kind, expected) in [
        ("../evil", 1, tar::EntryType::Regular, "outside"),
        ("/evil", 1, tar::EntryType::Regular, "outside"),
        ("big", 101, tar::EntryType::Regular, "more than 100 bytes"),
        ("link", 0, tar::EntryType::Symlink, "link"),
    ] {
        let error = untar(tape(name, size, kind).as_slice(), &directory, 100).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn pages_name_packages() {
    let page = r#"<html><meta charset="x"><meta name="terraform-get" content="https://example.com/a.zip//s"></html>"#;
    assert_eq!(meta(page).as_deref(), Some("https://example.com/a.zip//s"));
    assert_eq!(meta("<html></html>"), None);
}
