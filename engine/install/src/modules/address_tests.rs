use super::*;

#[test]
fn addresses_are_normalised_as_manifests_keep_them() {
    for (text, expected, subdir) in [
        ("github.com/hashicorp/example", "git::https://github.com/hashicorp/example.git", ""),
        (
            "github.com/hashicorp/example//a/b?ref=v1",
            "git::https://github.com/hashicorp/example.git//a/b?ref=v1",
            "a/b",
        ),
        ("bitbucket.org/hashicorp/example", "git::https://bitbucket.org/hashicorp/example.git", ""),
        (
            "git@github.com:hashicorp/example.git//x?ref=y",
            "git::ssh://git@github.com/hashicorp/example.git//x?ref=y",
            "x",
        ),
        ("git::git@example.com:x/y.git", "git::ssh://git@example.com/x/y.git", ""),
        ("git::ssh://git@example.com/x.git", "git::ssh://git@example.com/x.git", ""),
        ("/mods/repo//sub", "file:///mods/repo//sub", "sub"),
        (
            "git::file:///mods/repo//sub/deep?ref=feat&depth=1",
            "git::file:///mods/repo//sub/deep?ref=feat&depth=1",
            "sub/deep",
        ),
        ("b.s3.amazonaws.com/k.zip", "s3::https://s3.amazonaws.com/b/k.zip", ""),
        ("s3-eu-west-1.amazonaws.com/b/k.zip", "s3::https://s3-eu-west-1.amazonaws.com/b/k.zip", ""),
        (
            "www.googleapis.com/storage/v1/b/k.zip//s",
            "gcs::https://www.googleapis.com/storage/v1/b/k.zip//s",
            "s",
        ),
        ("https://example.com/a.zip//s?archive=zip", "https://example.com/a.zip//s?archive=zip", "s"),
    ] {
        let address = PackageAddress::parse(text).unwrap();
        assert_eq!(address.to_string(), expected);
        assert_eq!(address.subdir, subdir);
    }
    assert!(PackageAddress::parse("git::file:///mods/repo//../x").unwrap_err().contains("outside"));
    assert_eq!(PackageAddress::parse("s3::https://s3.amazonaws.com/b/k.zip").unwrap().getter, Getter::S3);
    assert_eq!(PackageAddress::parse("hg::https://example.com/a").unwrap().getter, Getter::Other);
}

#[test]
fn secrets_are_not_shown() {
    let address =
        PackageAddress::parse("git::https://u:hunter2@example.com/x.git?sshkey=c2VjcmV0&ref=a").unwrap();
    assert!(!address.package().contains("hunter2"), "{}", address.package());
    assert!(!address.package().contains("c2VjcmV0"), "{}", address.package());
    assert!(address.package().contains("ref=a"));
}
