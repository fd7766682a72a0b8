use std::io::Write as _;

use super::*;

fn bundle(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len().try_into().unwrap());
        header.set_mode(0o644);
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&builder.into_inner().unwrap()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn bundles_are_read_from_archives() {
    let path = std::env::temp_dir().join(format!("ordain-bundle-{}.tar.gz", std::process::id()));
    let files = [(".manifest", "{}"), ("a/b.rego", "package a"), ("a/data.json", "{}"), ("policy.wasm", "x")];
    std::fs::write(&path, bundle(&files)).unwrap();
    let found = archive(&path).unwrap();
    assert_eq!(
        found.keys().map(String::as_str).collect::<Vec<_>>(),
        [".manifest", "a/b.rego", "a/data.json"]
    );
    let (texts, diagnostics) = crate::repository::policy_files(&path);
    assert!(!diagnostics.has_errors());
    assert_eq!(texts.get("a/b.rego").map(String::as_str), Some("package a"));
    std::fs::write(&path, b"no archive").unwrap();
    assert!(archive(&path).is_err());
    std::fs::remove_file(&path).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_back_is_an_error_and_other_links_are_followed() {
    let home = std::env::temp_dir().join(format!("ordain-policy-links-{}", std::process::id()));
    std::fs::create_dir_all(home.join("policy/inner")).unwrap();
    std::fs::create_dir_all(home.join("shared")).unwrap();
    std::fs::write(home.join("shared/a.rego"), "package a").unwrap();
    std::os::unix::fs::symlink("../../shared", home.join("policy/inner/one")).unwrap();
    std::os::unix::fs::symlink("../shared", home.join("policy/two")).unwrap();
    let workdir = Workdir::new(home.clone(), BTreeMap::new());
    let paths = |files: Vec<SourceFile>| files.into_iter().map(|f| f.path).collect::<Vec<_>>();
    let found = read(&workdir, "policy").map(paths);
    std::os::unix::fs::symlink("..", home.join("policy/inner/loop")).unwrap();
    let refused = read(&workdir, "policy").map(paths);
    std::fs::remove_dir_all(&home).unwrap();
    assert_eq!(found.unwrap(), ["policy/inner/one/a.rego", "policy/two/a.rego"]);
    assert!(refused.unwrap_err().starts_with("policy/inner/loop: this link leads back to a directory"));
}
