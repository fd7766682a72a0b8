use super::policy_files;

#[test]
fn a_policy_that_is_no_utf8_is_named_with_the_line() {
    let directory = std::env::temp_dir().join(format!("ordain-policy-files-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("a.rego"), b"package a\n\n# \xff\n").unwrap();
    std::fs::write(directory.join("b.rego"), "package b\n").unwrap();
    let (files, found) = policy_files(&directory);
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["b.rego"]);
    let told: Vec<&str> = found.iter().map(|one| one.detail.as_str()).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("a.rego holds bytes on line 3 that are no UTF-8"), "{told:?}");
}
