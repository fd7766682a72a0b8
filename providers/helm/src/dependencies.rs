//! Fetching the charts that `Chart.yaml` demands, as `helm dependency update` does (`pkg/downloader`).
//!
//! The archives go below `charts/`, and what was chosen is written to `Chart.lock`, so that plan and apply see the same.

use std::path::{Path, PathBuf};

use ordain_gostd::time;
use ordain_helm_template::{Chart, Constraints, Dependency, File, Version};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use crate::arguments::{Arguments, go_json};
use crate::sources::{Choice, Sources, choose};
use crate::store;

/// A dependency with its version, and its archive unless it lies unpacked in `charts/`.
struct Locked {
    name: String,
    repository: String,
    version: String,
    archive: Option<(String, Vec<u8>)>,
}

/// Brings `charts/` and the lock file of a chart up to date.
pub(crate) async fn update(sources: &Sources, folder: &Path, chart: &Chart) -> Result<(), String> {
    let mut wanted = chart.metadata.dependencies.clone();
    for dependency in &mut wanted {
        dependency.repository = named(sources, &dependency.repository)?;
    }
    let (mut locked, mut missing) = (Vec::new(), Vec::new());
    for dependency in &wanted {
        let Dependency { name, repository, version, .. } = dependency;
        let constraints = Constraints::parse(version)
            .map_err(|e| format!("dependency {name:?} has an invalid version/constraint format: {e}"))?;
        match lock(sources, folder, dependency, &constraints).await? {
            Some(one) => locked.push(one),
            None => missing.push(format!("{name:?} (repository {repository:?}, version {version:?})")),
        }
    }
    if !missing.is_empty() {
        let advice = "Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml";
        let (count, list) = (missing.len(), missing.join(", "));
        return Err(format!("can't get a valid version for {count} subchart(s): {list}. {advice}"));
    }
    save(folder, &locked)?;
    let name = if chart.metadata.api_version == "v1" { "requirements.lock" } else { "Chart.lock" };
    write_lock(&folder.join(name), &wanted, &locked)
}

/// The address of a repository that is given by the name that Helm knows it by.
fn named(sources: &Sources, repository: &str) -> Result<String, String> {
    let alias = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:"));
    if alias.is_none() && (repository.is_empty() || repository.contains("://")) {
        return Ok(repository.to_owned());
    }
    let entry = alias.and_then(|name| sources.places().by_name(name));
    let url = entry.as_ref().and_then(|entry| entry.get("url")).and_then(Json::as_str);
    url.map(str::to_owned).ok_or_else(|| {
        format!("no repository definition for {repository}. Please add them via 'helm repo add'")
    })
}

/// Where a dependency comes from; `None` when no version fits.
async fn lock(
    sources: &Sources,
    folder: &Path,
    dependency: &Dependency,
    constraints: &Constraints,
) -> Result<Option<Locked>, String> {
    let Dependency { name, repository, version, .. } = dependency;
    let made = |version: &str, archive| {
        Some(Locked {
            name: name.clone(),
            repository: repository.clone(),
            version: version.to_owned(),
            archive,
        })
    };
    if repository.is_empty() {
        let place = local(&format!("charts/{name}"), folder)?;
        let chart = Chart::from_path(&place)?;
        if !fits(constraints, &chart.metadata.version) {
            let have = &chart.metadata.version;
            return Err(format!(
                "dependency {name} at version {have} does not satisfy the constraint {version}"
            ));
        }
        return Ok(made(version, None));
    }
    if let Some(path) = repository.strip_prefix("file://") {
        let place = local(path, folder)?;
        let chart = Chart::from_path(&place)?;
        if !fits(constraints, &chart.metadata.version) {
            return Ok(None);
        }
        let (own, version) = (&chart.metadata.name, &chart.metadata.version);
        let packed = File::pack(own, &File::in_folder(&place)?)?;
        return Ok(made(version, Some((format!("{own}-{version}.tgz"), packed))));
    }
    if repository.starts_with("oci://") {
        let chart = format!("{}/{name}", repository.trim_end_matches('/'));
        let arguments = Arguments(json!({"chart": chart, "version": version}));
        let pulled = sources.pull(&chart, "", &arguments).await?;
        return Ok(made(&pulled.version, Some((pulled.name.clone(), pulled.chart.clone()))));
    }
    let arguments = sources.places().at(repository);
    let index = sources.index(repository, &arguments).await?;
    if index.pointer("/entries").and_then(|entries| entries.get(name)).is_none() {
        return Err(format!("{name} chart not found in repo {repository}"));
    }
    let Ok(Choice { version, url }) = choose(&index, name, version, false) else { return Ok(None) };
    let (file, bytes) = sources.archive_of(repository, &url, &arguments).await?;
    Ok(made(&version, Some((file, bytes.to_vec()))))
}

fn fits(constraints: &Constraints, version: &str) -> bool {
    Version::parse(version).is_ok_and(|version| constraints.check(&version))
}

fn local(path: &str, folder: &Path) -> Result<PathBuf, String> {
    let place = folder.join(path);
    if place.exists() { Ok(place) } else { Err(format!("directory {} not found", place.display())) }
}

/// Puts archives into `charts/` and takes away those that nobody demands any more.
fn save(folder: &Path, locked: &[Locked]) -> Result<(), String> {
    let charts = folder.join("charts");
    let failed = |path: &Path, e: std::io::Error| format!("{}: {e}", path.display());
    std::fs::create_dir_all(&charts).map_err(|e| failed(&charts, e))?;
    for (name, bytes) in locked.iter().filter_map(|one| one.archive.as_ref()) {
        let (half, whole) = (charts.join(format!(".{name}.part")), charts.join(name));
        let written = std::fs::write(&half, bytes).and_then(|()| std::fs::rename(&half, &whole));
        written.map_err(|e| failed(&whole, e))?;
    }
    for entry in std::fs::read_dir(&charts).map_err(|e| failed(&charts, e))?.flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let fresh = locked.iter().filter_map(|one| one.archive.as_ref()).any(|(fresh, _)| *fresh == name);
        if fresh || !path.is_file() {
            continue;
        }
        // Only what is a chart goes, and not what is meant to lie here.
        let Ok(chart) = std::fs::read(&path).map_err(|e| e.to_string()).and_then(|b| Chart::from_archive(&b))
        else {
            continue;
        };
        if !locked.iter().any(|one| one.repository.is_empty() && one.name == chart.name()) {
            std::fs::remove_file(&path).map_err(|e| failed(&path, e))?;
        }
    }
    Ok(())
}

fn write_lock(path: &Path, wanted: &[Dependency], locked: &[Locked]) -> Result<(), String> {
    let lines: Vec<Json> = locked
        .iter()
        .map(|one| {
            format!(
                "{{\"name\":{},\"version\":{},\"repository\":{}}}",
                json!(one.name),
                json!(one.version),
                json!(one.repository)
            )
        })
        .map(Json::String)
        .collect();
    let digest = digest(wanted, &lines);
    let before = std::fs::read_to_string(path).unwrap_or_default();
    if before.lines().any(|line| line == format!("digest: {digest}")) {
        return Ok(());
    }
    let mut text = "dependencies:\n".to_owned();
    for Locked { name, repository, version, .. } in locked {
        let (name, repository, version) = (plain(name), plain(repository), plain(version));
        text.push_str(&format!("- name: {name}\n  repository: {repository}\n  version: {version}\n"));
    }
    let now = time::format(&store::now(), time::RFC3339_NANO);
    text.push_str(&format!("digest: {digest}\ngenerated: {now:?}\n"));
    if std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        return Err(format!("the file {} is a symlink", path.display()));
    }
    // A lock that was cut short would keep the chart from loading.
    let half = path.with_extension("lock.part");
    let written = std::fs::write(&half, text).and_then(|()| std::fs::rename(&half, path));
    written.map_err(|e| format!("{}: {e}", path.display()))
}

/// Helm's digest of what is demanded and what was chosen: both lists as Go writes them.
fn digest(wanted: &[Dependency], locked: &[Json]) -> String {
    let wanted: Vec<String> = wanted.iter().map(demand).collect();
    let locked: Vec<&str> = locked.iter().filter_map(Json::as_str).collect();
    let text = format!("[[{}],[{}]]", wanted.join(","), locked.join(","));
    let text = text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let sum: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{sum}")
}

fn demand(one: &Dependency) -> String {
    let mut fields = vec![format!("\"name\":{}", json!(one.name))];
    let mut text = |key: &str, value: &str, always: bool| {
        if always || !value.is_empty() {
            fields.push(format!("\"{key}\":{}", json!(value)));
        }
    };
    text("version", &one.version, false);
    text("repository", &one.repository, true);
    text("condition", &one.condition, false);
    if !one.tags.is_empty() {
        fields.push(format!("\"tags\":{}", json!(one.tags)));
    }
    if one.enabled {
        fields.push("\"enabled\":true".to_owned());
    }
    if !one.import_values.is_empty() {
        let items: Vec<String> = one.import_values.iter().map(|item| go_json(&item.to_json())).collect();
        fields.push(format!("\"import-values\":[{}]", items.join(",")));
    }
    if !one.alias.is_empty() {
        fields.push(format!("\"alias\":{}", json!(one.alias)));
    }
    format!("{{{}}}", fields.join(","))
}

/// A scalar of YAML: quoted when it could be read as something else than text.
fn plain(text: &str) -> String {
    let simple = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:@+".contains(c))
        && !text.ends_with(':')
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
            .contains(&text.to_lowercase().as_str());
    let version =
        text.matches('.').count() > 1 && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c));
    if simple || version { text.to_owned() } else { json!(text).to_string() }
}

#[cfg(test)]
#[path = "dependencies_tests.rs"]
mod tests;
