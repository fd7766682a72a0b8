use super::listing::{Page, parse};
use super::*;

#[test]
fn lists_are_read_with_their_escapes() {
    let text = "<?xml version=\"1.0\"?><EnumerationResults><Blobs><Blob><Name>a&amp;b</Name></Blob>\
                <Blob><Name>k env:x</Name></Blob></Blobs><NextMarker>m</NextMarker></EnumerationResults>";
    let wanted = Page { names: vec!["a&b".to_owned(), "k env:x".to_owned()], next: Some("m".to_owned()) };
    assert_eq!(parse(text), wanted);
    assert_eq!(parse("<NextMarker />"), Page::default());
}

#[test]
fn lock_ids_become_lease_ids() {
    let id = "0F8FAD5B-D9CB-469F-A165-70867728950E";
    assert_eq!(lease_id(id), id.to_lowercase());
    assert_eq!(lease_id("1").len(), 36);
    assert_ne!(lease_id("1"), lease_id("2"));
}

#[test]
fn settings_are_checked() {
    let env = Environment::new();
    let with = |pairs: &[(&str, &str)]| {
        let settings = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        open(&settings, &env).map(|backend| backend.names)
    };
    let all = [("storage_account_name", "a"), ("container_name", "c"), ("key", "k"), ("access_key", "a2V5")];
    let names = with(&all).unwrap();
    assert_eq!((names.blob("default").as_str(), names.blob("x").as_str()), ("k", "kenv:x"));
    let unknown = with(&[("colour", "red")]).unwrap_err();
    assert!(unknown.detail.contains("colour"), "{}", unknown.detail);
    assert!(with(&all[..3]).unwrap_err().detail.contains("Access Key"));
    assert!(with(&all[1..]).unwrap_err().detail.contains("storage_account_name"));
}

#[test]
fn urls_name_stores_and_blobs() {
    let env = Environment::from([("ARM_ACCESS_KEY".to_owned(), "a2V5".to_owned())]);
    let (_, name) = open_url("https://acc.blob.core.windows.net/plans/a/b.plan", &env).unwrap();
    assert_eq!(name, "a/b.plan");
    let (_, name) = open_url("http://127.0.0.1:10000/acc/plans/x?sig=secret", &env).unwrap();
    assert_eq!(name, "x");
    let Err(error) = open_url("https://host/only?sig=secret", &env) else { panic!("no error") };
    assert!(!error.detail.contains("secret"), "{}", error.detail);
}

/// The laws of stores and of locks, on the sandbox's blob service, by each way of being let in.
#[tokio::test]
async fn the_laws_hold_on_the_sandbox() {
    let folder = std::env::temp_dir().join(format!("ordain-blobs-{}", std::process::id()));
    let mut options = ordain_sandbox::Options::new(&folder);
    options.cluster_hosts = ordain_sandbox::ClusterHosts::Absent;
    let sandbox = ordain_sandbox::Sandbox::start(options).await.unwrap();
    let mut env: Environment = sandbox.env.iter().cloned().collect();
    env.retain(|name, _| name != "ARM_ACCESS_KEY");
    let settings = |more: &[(&str, &str)]| {
        let base = [
            ("storage_account_name", sandbox.storage.account.as_str()),
            ("container_name", "tfstate"),
            ("key", "prod/terraform.tfstate"),
        ];
        base.iter()
            .chain(more)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect::<Settings>()
    };
    let by_key = settings(&[("access_key", &sandbox.storage.key)]);
    let by_group = settings(&[("resource_group_name", &sandbox.storage.resource_group)]);
    let by_identity = settings(&[("use_azuread_auth", "true")]);
    for way in [by_key, by_group, by_identity] {
        let backend = open(&way, &env).unwrap();
        ordain_state::testkit::check_blobs(&*backend.blobs).await.unwrap();
    }
    let missing = open(&settings(&[("access_key", "d3Jvbmc=")]), &env).unwrap();
    assert!(matches!(missing.blobs.get("x").await, Err(BlobError::Denied(_))));
    sandbox.stop().await;
    let _ = std::fs::remove_dir_all(&folder);
}

/// Azurite, the blob service's own emulator: on the path, or installed below `target/peers` where npm can.
fn azurite() -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).map(|folder| folder.join("azurite-blob")).find(|file| file.exists());
    if on_path.is_some() {
        return on_path;
    }
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers/azurite");
    let program = folder.join("node_modules/.bin/azurite-blob");
    if !program.exists() {
        std::fs::create_dir_all(&folder).ok()?;
        let arguments =
            ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "azurite@3.35.0"];
        std::process::Command::new("npm").args(arguments).current_dir(&folder).output().ok()?;
    }
    program.exists().then_some(program)
}

#[tokio::test]
async fn the_laws_hold_on_azurite() {
    let Some(program) = azurite() else {
        // Past the capture of the test runner, so that it is seen.
        let told = "skipped: azurite cannot be installed here (npm install azurite)";
        let _closed = std::io::Write::write_all(&mut std::io::stderr(), format!("{told}\n").as_bytes());
        return;
    };
    let folder = std::env::temp_dir().join(format!("ordain-azurite-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut server = tokio::process::Command::new(program)
        .args([
            "--silent",
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
            &port.to_string(),
        ])
        .arg("--location")
        .arg(&folder)
        .env("AZURITE_ACCOUNTS", "ordain:a2V5")
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let env = Environment::from([("ARM_ACCESS_KEY".to_owned(), "a2V5".to_owned())]);
    let (chosen, _) = settings::of_url(&format!("http://127.0.0.1:{port}/ordain/tfstate/x"), &env).unwrap();
    let blobs = AzureBlobs::new(Client::for_account(chosen, &env).unwrap(), false);
    let make = Call::container(Method::PUT).query("restype", "container");
    let answer = blobs.client.send(&make).await.unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    ordain_state::testkit::check_blobs(&blobs).await.unwrap();
    server.kill().await.unwrap();
    let _ = std::fs::remove_dir_all(&folder);
}
