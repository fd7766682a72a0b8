//! Registries on loopback: what is signed is installed, what is not as promised is refused, and modules come from
//! registries, archives and git repositories.

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
use std::path::Path;
use std::process::Command;

use harness::{block_on, listen, scratch};
use ordain_addr::{ModulePath, ProviderAddr};
use ordain_config::blocks::ModuleSource;
use ordain_install::{
    Asked, Constraints, Installation, LockFile, ModuleFetcher, ModuleLock, Platform, Requirement, Settings,
    Wanted, install,
};

const PACKAGE: &[u8] = include_bytes!("registry/package.zip");
const SUMS: &[u8] = include_bytes!("registry/SHA256SUMS");
const SIGNATURE: &[u8] = include_bytes!("registry/SHA256SUMS.sig");
const KEY: &str = include_str!("../../openpgp/tests/signing/key.asc");
const OTHER_KEY: &str = include_str!("../../openpgp/tests/signing/other.asc");

/// An answer: status, headers, body.
type Answer = (u16, Vec<(String, String)>, Vec<u8>);

/// Serves answers by path until the test ends; gives the base URL.
fn serve(answer: impl Fn(&str, &str) -> Answer + Send + 'static) -> String {
    listen(move |base, head, stream| {
        let path = head.split_whitespace().nth(1).unwrap_or("/").split('?').next().unwrap();
        let (status, headers, body) = answer(base, path);
        let mut out =
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
        headers.iter().for_each(|(name, value)| out.push_str(&format!("{name}: {value}\r\n")));
        let _gone = stream.write_all(format!("{out}\r\n").as_bytes());
        let _gone = stream.write_all(&body);
    })
}

fn json(body: impl Into<String>) -> Answer {
    (200, Vec::new(), body.into().into_bytes())
}

/// A registry of one provider; `key` is what it says the publisher signs with, `package` what it serves.
fn providers(key: &'static str, package: &'static [u8]) -> String {
    serve(move |base, path| {
        let sum = String::from_utf8_lossy(SUMS).split_whitespace().next().unwrap().to_owned();
        match path {
            "/p/acme/thing/versions" => json(
                r#"{"versions":[{"version":"1.0.0","protocols":["5.0"]},{"version":"2.0.0-rc1"}],"warnings":null}"#,
            ),
            "/p/acme/thing/1.0.0/download/linux/amd64" => json(
                serde_json::json!({
                    "filename": "terraform-provider-thing_1.0.0_linux_amd64.zip",
                    "download_url": format!("{base}/package.zip"),
                    "shasums_url": "/sums",
                    "shasums_signature_url": "/sums.sig",
                    "shasum": sum,
                    "signing_keys": { "gpg_public_keys": [{ "ascii_armor": key }] },
                })
                .to_string(),
            ),
            "/package.zip" => (200, Vec::new(), package.to_vec()),
            "/sums" => (200, Vec::new(), SUMS.to_vec()),
            "/sums.sig" => (200, Vec::new(), SIGNATURE.to_vec()),
            _ => (404, Vec::new(), Vec::new()),
        }
    })
}

fn settings(base: &str) -> Settings {
    let services = [("providers.v1", format!("{base}/p/")), ("modules.v1", format!("{base}/m/"))];
    let services = services.into_iter().map(|(name, url)| (name.to_owned(), url)).collect();
    let mut settings = Settings::default();
    settings.hosts = BTreeMap::from([("example.com".to_owned(), services)]);
    settings
}

/// Installs the provider; gives the text of the lock file or the findings.
fn try_install(directory: &Path, settings: &Settings, lock: &LockFile) -> Result<LockFile, String> {
    let env = BTreeMap::new();
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
    let constraints = Constraints::parse("~> 1.0").unwrap();
    let asked = Asked { module: ModulePath::root(), constraints: constraints.clone(), span: None };
    let address = ProviderAddr::parse("example.com/acme/thing").unwrap();
    let wanted = BTreeMap::from([(address, Requirement { constraints, asked: vec![asked] })]);
    let (outcome, found) = block_on(install(&place, &wanted, lock, &|_| {}));
    match found.has_errors() {
        true => Err(format!("{found:?}")),
        false => Ok(outcome.lock),
    }
}

#[test]
fn signed_packages_are_installed_and_locked_for_all_systems() {
    let directory = scratch("signed");
    let settings = settings(&providers(KEY, PACKAGE));
    let lock = try_install(&directory, &settings, &LockFile::default()).unwrap();
    let text = lock.text();
    assert_eq!(text.matches("zh:").count(), 1, "{text}");
    assert_eq!(text.matches("h1:").count(), 1, "{text}");
    assert!(text.contains("version     = \"1.0.0\""), "{text}");
    let program =
        ".terraform/providers/example.com/acme/thing/1.0.0/linux_amd64/terraform-provider-thing_v1.0.0";
    assert!(directory.join(program).is_file());
    // Again: what is there is used.
    assert_eq!(try_install(&directory, &settings, &lock).unwrap(), lock);
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn what_is_not_as_promised_is_refused() {
    for (name, key, package, expected) in [
        ("unsigned", OTHER_KEY, PACKAGE, "signature"),
        ("changed", KEY, b"something else".as_slice(), "checksum"),
    ] {
        let directory = scratch(name);
        let error =
            try_install(&directory, &settings(&providers(key, package)), &LockFile::default()).unwrap_err();
        assert!(error.contains(expected), "{error}");
        let left = std::fs::read_dir(directory.join(".terraform/providers/example.com/acme/thing/1.0.0"));
        assert_eq!(left.into_iter().flatten().count(), 0, "something is left of {name}");
        std::fs::remove_dir_all(directory).unwrap();
    }
}

fn archive(text: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["main.tf", "sub/main.tf"] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn modules(text: &'static str) -> String {
    serve(move |base, path| match path {
        "/m/acme/net/aws/versions" => json(
            r#"{"modules":[{"versions":[{"version":"1.0.0"},{"version":"1.2.0"},{"version":"2.0.0"}]}]}"#,
        ),
        "/m/acme/net/aws/1.2.0/download" => {
            (204, vec![("x-terraform-get".to_owned(), format!("{base}/a.zip"))], Vec::new())
        }
        "/a.zip" => (200, Vec::new(), archive(text)),
        "/evil.tar" => (200, Vec::new(), b"no archive".to_vec()),
        _ => (404, Vec::new(), Vec::new()),
    })
}

/// Fetches a module; gives what was fetched or the finding.
fn fetch(
    directory: &Path,
    settings: &Settings,
    lock: &ModuleLock,
    source: &str,
) -> Result<ordain_install::Fetched, String> {
    let env = BTreeMap::new();
    let fetcher = ModuleFetcher::new(settings, &env, &directory.join(".terraform"), lock, false).unwrap();
    let source = ModuleSource::parse(source).unwrap();
    let constraint = matches!(source, ModuleSource::Registry(_)).then_some("~> 1.0");
    let wanted = Wanted { key: "net", source: &source, constraint };
    block_on(fetcher.fetch(&wanted, &|_| {})).map_err(|error| format!("{}: {}", error.summary, error.detail))
}

#[test]
fn modules_come_from_registries_and_stay_what_they_were() {
    let directory = scratch("modules");
    let source = "example.com/acme/net/aws//sub";
    let mut lock = ModuleLock::default();
    let fetched = fetch(&directory, &settings(&modules("# one\n")), &lock, source).unwrap();
    assert_eq!((fetched.version.as_deref(), fetched.subdir.as_str()), (Some("1.2.0"), "sub"));
    assert!(fetched.package.join("sub/main.tf").is_file());
    let (row, digest) = fetched.locked.unwrap();
    lock.rows.insert(row, digest.clone());
    let error = fetch(&directory, &settings(&modules("# two\n")), &lock, source).unwrap_err();
    assert!(error.starts_with("Module package has changed") && error.contains(digest.as_str()), "{error}");
    assert_eq!(std::fs::read_to_string(fetched.package.join("main.tf")).unwrap(), "# one\n");
    let base = modules("");
    let error = fetch(&directory, &settings(&base), &lock, "example.com/acme/none/aws").unwrap_err();
    assert!(error.starts_with("Module not found"), "{error}");
    let error = fetch(&directory, &settings(&base), &lock, &format!("{base}/evil.tar")).unwrap_err();
    assert!(error.starts_with("Failed to download module"), "{error}");
    let error = fetch(&directory, &settings(&base), &lock, &format!("{base}/a.zip//none")).unwrap_err();
    assert!(error.starts_with("Unreadable module subdirectory"), "{error}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn modules_come_from_git_and_a_moved_tag_is_refused() {
    let directory = scratch("git");
    let repository = directory.join("repository");
    std::fs::create_dir_all(repository.join("sub")).unwrap();
    let git = |words: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.email=a@example.com", "-c", "user.name=a"]).args(words);
        assert!(command.current_dir(&repository).output().unwrap().status.success(), "git {words:?}");
    };
    git(&["init", "-q"]);
    std::fs::write(repository.join("sub/main.tf"), "# one\n").unwrap();
    git(&["add", "-A"]);
    git(&["commit", "-qm", "one"]);
    git(&["tag", "v1"]);
    let source = format!("git::file://{}//sub?ref=v1", repository.display());
    let settings = Settings::default();
    let mut lock = ModuleLock::default();
    let fetched = fetch(&directory, &settings, &lock, &source).unwrap();
    assert_eq!((fetched.source.as_str(), fetched.subdir.as_str()), (source.as_str(), "sub"));
    assert!(!fetched.package.join(".git").exists());
    lock.rows.extend(fetched.locked);
    fetch(&directory, &settings, &lock, &source).unwrap();
    std::fs::write(repository.join("sub/main.tf"), "# two\n").unwrap();
    git(&["commit", "-qam", "two"]);
    git(&["tag", "-f", "v1"]);
    let error = fetch(&directory, &settings, &lock, &source).unwrap_err();
    assert_eq!(error.matches("h1:").count(), 2, "{error}");
    let error = fetch(&directory, &settings, &lock, &source.replace("v1", "nope")).unwrap_err();
    assert!(error.contains("git exited with 1"), "{error}");
    // Commits and branches are named as tags are.
    let commit = Command::new("git").args(["rev-parse", "HEAD~1"]).current_dir(&repository).output().unwrap();
    let commit = String::from_utf8(commit.stdout).unwrap();
    git(&["checkout", "-qb", "side"]);
    std::fs::write(repository.join("sub/main.tf"), "# side\n").unwrap();
    git(&["commit", "-qam", "side"]);
    git(&["checkout", "-q", "-"]);
    for (reference, text) in [(commit.trim(), "# one\n"), ("side", "# side\n"), ("side&depth=1", "# side\n")]
    {
        let source = source.replace("v1", reference);
        let fetched = fetch(&directory, &settings, &ModuleLock::default(), &source).unwrap();
        let main = fetched.package.join("sub/main.tf");
        assert_eq!(std::fs::read_to_string(main).unwrap(), text, "{reference}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    let hex: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A registry of images with one module and one provider, that wants a token first.
fn images(package: &'static [u8]) -> String {
    let manifest = |artifact: &str, package: &[u8]| {
        serde_json::json!({
            "schemaVersion": 2,
            "artifactType": artifact,
            "layers": [{ "mediaType": "archive/zip", "digest": digest(package), "size": package.len() }],
        })
        .to_string()
    };
    let target = manifest("application/vnd.opentofu.provider-target", package);
    let index = serde_json::json!({
        "schemaVersion": 2,
        "artifactType": "application/vnd.opentofu.provider",
        "manifests": [{
            "digest": digest(target.as_bytes()),
            "artifactType": "application/vnd.opentofu.provider-target",
            "platform": { "os": "linux", "architecture": "amd64" },
        }],
    })
    .to_string();
    let asked = std::sync::atomic::AtomicBool::new(false);
    serve(move |base, path| {
        let known = asked.swap(true, std::sync::atomic::Ordering::Relaxed);
        let module = archive("# image\n");
        if path == "/token" {
            return json(r#"{"token":"t"}"#);
        }
        if !known {
            let challenge = format!("Bearer realm=\"{base}/token\",service=\"images\"");
            return (401, vec![("www-authenticate".to_owned(), challenge)], Vec::new());
        }
        let blob = |bytes: &[u8]| path == format!("/v2/acme/net/blobs/{}", digest(bytes));
        match path {
            "/v2/acme/net/manifests/1.0.0" => json(manifest("application/vnd.opentofu.modulepkg", &module)),
            "/v2/acme/net/manifests/image" => json(manifest("application/vnd.example.other", &module)),
            "/v2/mirror/acme/thing/tags/list" => json(r#"{"tags":["1.0.0","latest"]}"#),
            "/v2/mirror/acme/thing/manifests/1.0.0" => json(index.clone()),
            _ if blob(&module) => (200, Vec::new(), module),
            _ if path.ends_with(&digest(target.as_bytes())) => json(target.clone()),
            _ if path.ends_with(&digest(package)) => (200, Vec::new(), package.to_vec()),
            _ => (404, Vec::new(), Vec::new()),
        }
    })
}

#[test]
fn modules_come_from_registries_of_images() {
    let directory = scratch("images");
    let base = images(PACKAGE).replace("http://", "oci://");
    let (settings, lock) = (Settings::default(), ModuleLock::default());
    let fetched = fetch(&directory, &settings, &lock, &format!("{base}/acme/net//sub?tag=1.0.0")).unwrap();
    assert_eq!(std::fs::read_to_string(fetched.package.join("sub/main.tf")).unwrap(), "# image\n");
    for (source, expected) in [
        ("acme/net", "nothing under \"latest\""),
        ("acme/net?tag=image", "artifact of type \"application/vnd.example.other\""),
        ("acme/net?tag=1&digest=2", "not both"),
        ("acme/net?version=1", "\"version\" is no parameter"),
    ] {
        let error = fetch(&directory, &settings, &lock, &format!("{base}/{source}")).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn providers_come_from_registries_of_images() {
    let directory = scratch("oci-mirror");
    let base = images(PACKAGE);
    let template = format!("{}/mirror/${{namespace}}/${{type}}", base.trim_start_matches("http://"));
    let mut settings = Settings::default();
    settings.rules = Some(vec![ordain_install::Rule::all(ordain_install::Method::OciMirror(template))]);
    let lock = try_install(&directory, &settings, &LockFile::default()).unwrap();
    let text = lock.text();
    assert!(text.contains("zh:") && text.contains("h1:"), "{text}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn modules_come_from_buckets() {
    let directory = scratch("buckets");
    let base = serve(|_, path| match path {
        "/bucket/net.zip" | "/storage/v1/b/bucket/o/net.zip" => (200, Vec::new(), archive("# bucket\n")),
        _ => (403, Vec::new(), Vec::new()),
    });
    let (settings, lock) = (Settings::default(), ModuleLock::default());
    for source in [format!("s3::{base}/bucket/net.zip"), format!("gcs::{base}/storage/v1/bucket/net.zip")] {
        let fetched = fetch(&directory, &settings, &lock, &source).unwrap();
        assert_eq!(std::fs::read_to_string(fetched.package.join("main.tf")).unwrap(), "# bucket\n");
    }
    let error = fetch(&directory, &settings, &lock, &format!("s3::{base}/bucket/none.zip")).unwrap_err();
    assert!(error.contains("status 403"), "{error}");
    let error = fetch(&directory, &settings, &lock, &format!("s3::{base}/bucket/net")).unwrap_err();
    assert!(error.contains("is no archive"), "{error}");
    std::fs::remove_dir_all(directory).unwrap();
}

/// An archive with one entry of any name.
fn slip(name: &str, size: usize) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(&vec![0; size]).unwrap();
    writer.finish().unwrap().into_inner()
}

#[test]
fn archives_that_lead_outside_leave_nothing() {
    let directory = scratch("slip");
    let base = serve(|_, path| match path {
        "/up.zip" => (200, Vec::new(), slip("../escaped.tf", 1)),
        "/root.zip" => (200, Vec::new(), slip("/tmp/escaped.tf", 1)),
        _ => (404, Vec::new(), Vec::new()),
    });
    let (settings, lock) = (Settings::default(), ModuleLock::default());
    for name in ["up", "root"] {
        let error = fetch(&directory, &settings, &lock, &format!("{base}/{name}.zip")).unwrap_err();
        assert!(error.contains("outside of its directory"), "{error}");
        assert_eq!(std::fs::read_dir(directory.join(".terraform/modules")).unwrap().count(), 0);
    }
    let error = fetch(&directory, &settings, &lock, &format!("{base}/up.zip//../..")).unwrap_err();
    assert!(error.contains("leads outside of the module package"), "{error}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn checksums_in_addresses_count() {
    let directory = scratch("sums");
    let base = modules("# one\n");
    let (settings, lock) = (Settings::default(), ModuleLock::default());
    let right = digest(&archive("# one\n")).replace("sha256:", "");
    fetch(&directory, &settings, &lock, &format!("{base}/a.zip?checksum=sha256:{right}")).unwrap();
    let wrong = "0".repeat(64);
    let error = fetch(&directory, &settings, &lock, &format!("{base}/a.zip?checksum=sha256:{wrong}"));
    let error = error.unwrap_err();
    assert!(error.contains(&right) && error.contains(&wrong), "{error}");
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn locked_modules_come_from_the_shared_cache() {
    let directory = scratch("module-cache");
    let mut settings = Settings::default();
    settings.module_cache = Some(directory.join("cache"));
    let base = modules("# one\n");
    let source = format!("{base}/a.zip");
    let mut lock = ModuleLock::default();
    let fetched = fetch(&directory, &settings, &lock, &source).unwrap();
    let (row, digest) = fetched.locked.unwrap();
    // Nobody is asked: the address is one where nothing is any more.
    let gone = ordain_install::ModuleRow { source: row.source.replace("a.zip", "gone.zip"), ..row };
    lock.rows.insert(gone, digest);
    let again = fetch(&directory, &settings, &lock, &format!("{base}/gone.zip")).unwrap();
    assert_eq!(std::fs::read_to_string(again.package.join("main.tf")).unwrap(), "# one\n");
    // What was changed in the cache is not used.
    let kept = std::fs::read_dir(directory.join("cache")).unwrap().flatten().next().unwrap().path();
    std::fs::write(kept.join("main.tf"), "# evil\n").unwrap();
    let error = fetch(&directory, &settings, &lock, &format!("{base}/gone.zip")).unwrap_err();
    assert!(error.contains("404"), "{error}");
    std::fs::remove_dir_all(directory).unwrap();
}
