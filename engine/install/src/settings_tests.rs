use super::*;

fn load(text: &str) -> (Settings, Diagnostics) {
    let directory =
        std::env::temp_dir().join(format!("ordain-settings-{}-{:x}", std::process::id(), text.len()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("rc");
    std::fs::write(&path, text).unwrap();
    let env = BTreeMap::from([
        ("TF_CLI_CONFIG_FILE".to_owned(), path.display().to_string()),
        ("HOME".to_owned(), directory.display().to_string()),
    ]);
    let loaded = Settings::load(&env, &directory);
    std::fs::remove_dir_all(&directory).unwrap();
    loaded
}

#[test]
fn installation_methods_are_read() {
    let text = r#"
        # a comment
        credentials "app.example.com" { token = "s3cret" }
        host "registry.example.com" {
          services = { "providers.v1" = "http://127.0.0.1:1/p/" }
        }
        provider_installation {
          dev_overrides { "hashicorp/null" = "/src/null" }
          filesystem_mirror {
            path    = "/mirror"
            include = ["example.com/*/*"]
          }
          network_mirror { url = "https://mirror.example.com/x" }
          direct { exclude = ["example.com/*/*", "hashicorp/*"] }
        }"#;
    let (settings, found) = load(text);
    assert!(found.is_empty(), "{found:?}");
    let rules = settings.rules.as_ref().unwrap();
    assert_eq!(rules.len(), 3);
    let ours = ProviderAddr::parse("example.com/acme/a").unwrap();
    let theirs = ProviderAddr::parse("hashicorp/null").unwrap();
    let covered = |address: &ProviderAddr| rules.iter().map(|rule| rule.covers(address)).collect::<Vec<_>>();
    assert_eq!(covered(&ours), [true, true, false]);
    assert_eq!(covered(&theirs), [false, true, false]);
    assert_eq!(rules[1].method, Method::NetworkMirror("https://mirror.example.com/x/".to_owned()));
    assert_eq!(settings.dev_overrides[&theirs], PathBuf::from("/src/null"));
    assert_eq!(settings.hosts["registry.example.com"]["providers.v1"], "http://127.0.0.1:1/p/");
    assert!(!format!("{settings:?}").contains("s3cret"));
}

#[test]
fn json_is_read_too() {
    let text =
        r#"{"credentials": {"app.example.com": {"token": "x"}}, "provider_installation": {"direct": {}}}"#;
    let (settings, found) = load(text);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(settings.tokens["app.example.com"], "x");
    assert_eq!(settings.rules, Some(vec![Rule::all(Method::Direct)]));
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        ("provider_installation { weird {} }", "Invalid provider_installation method block"),
        ("provider_installation { filesystem_mirror {} }", "Invalid provider_installation method block"),
        (
            "provider_installation { network_mirror { url = \"http://example.com\" } }",
            "Invalid provider_installation method block",
        ),
        (
            "provider_installation { direct { exclude = [\"bad\"] } }",
            "Invalid provider source exclusion patterns",
        ),
        ("plugin_cache_dir = \"/does/not/exist\"", "The plugin cache directory cannot be opened"),
        ("foo = [", "Error parsing the CLI configuration"),
        ("foo = 1", "Unknown CLI configuration setting"),
    ] {
        let (_, found) = load(text);
        let summaries: Vec<&str> = found.iter().map(|item| item.summary.as_str()).collect();
        assert_eq!(summaries, [expected], "{text}");
    }
}
