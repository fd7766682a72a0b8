use super::*;

#[test]
fn sources_are_told_apart() {
    let kind = |text| ModuleSource::parse(text).map(|source| std::mem::discriminant(&source));
    let local = kind("./m");
    let registry = kind("hashicorp/consul/aws");
    let remote = kind("git::https://example.com/x.git");
    for text in ["../../modules/cluster", "../lab/terraform//modules/mysql", "."] {
        assert_eq!(kind(text), local, "{text}");
    }
    for text in ["hashicorp/consul/aws//modules/x", "app.example.com/org/name/aws"] {
        assert_eq!(kind(text), registry, "{text}");
    }
    for text in [
        "github.com/jarokaz/terraform-gcp-kfp",
        "github.com/owner/repo//modules/mysql",
        "git@github.com:a/b.git",
        "https://example.com/m.zip",
        "s3::https://s3.amazonaws.com/b/m.zip",
        "/abs/path",
    ] {
        assert_eq!(kind(text), remote, "{text}");
    }
    assert_eq!(kind("m"), None);
    assert_eq!(kind("a/b"), None);
}

#[test]
fn paths_are_joined_and_cleaned() {
    for (directory, relative, joined) in [
        (".", "./m", "m"),
        ("m", "../n", "n"),
        (".", "../../modules/cluster", "../../modules/cluster"),
        ("../../modules/cluster", "../mlflow", "../../modules/mlflow"),
        ("a", "..", "."),
        ("a", "./b//c", "a/b/c"),
        ("/x/y", "../z", "/x/z"),
        ("a", "/b", "/b"),
    ] {
        assert_eq!(join_path(directory, relative), joined, "{directory} + {relative}");
    }
}
