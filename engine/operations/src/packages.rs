//! `providers lock` and `providers mirror`: packages for other systems.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_config::ModuleTree;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_install::{
    Collected, Hash, Installation, Lock, LockFile, Method, Platform, Requirement, Rule, Settings,
};
use serde_json::{Value as Json, json};

use crate::serving::read_lock;
use crate::{Project, Workdir, files, testing};

/// Where packages are taken from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The registries that providers' addresses name.
    #[default]
    Registries,
    /// What the CLI configuration says.
    Configured,
    /// A directory, `-fs-mirror`.
    Directory(PathBuf),
    /// A base URL, `-net-mirror`.
    Mirror(String),
}

/// Where packages are taken from, and whether the shared cache may stand in for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The place.
    pub origin: Origin,
    /// `-enable-plugin-cache`: what is in the shared cache need not be fetched again.
    pub use_cache: bool,
    /// `-test-directory`: tests there may need providers of their own.
    pub test_directory: String,
}

/// What `providers lock` did for one provider and system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Which provider.
    pub address: ProviderAddr,
    /// Which system.
    pub platform: Platform,
    /// Whether there is a checksum that was not there before.
    pub new: bool,
}

/// Who is told of what happens for which system.
pub type Watch<'w> = ordain_install::WatchSystems<'w>;

/// Providers of a configuration that have packages: all, or those named.
fn wanted(
    trees: &[Arc<ModuleTree>],
    only: &[ProviderAddr],
    found: &mut Diagnostics,
) -> BTreeMap<ProviderAddr, Requirement> {
    let mut wanted = found.take(ordain_install::requirements(trees));
    wanted.retain(|address, _| !address.is_builtin());
    for address in only.iter().filter(|address| !wanted.contains_key(*address)) {
        let detail = format!(
            "The provider {} is not required by the current configuration. To lock its checksums, add it to the configuration first.",
            address.for_display()
        );
        found.push(Diagnostic::error(codes::cli::USAGE, "Invalid provider argument", detail));
    }
    if !only.is_empty() {
        wanted.retain(|address, _| only.contains(address));
    }
    wanted
}

fn settings(workdir: &Workdir, origin: &Origin, found: &mut Diagnostics) -> (Settings, Vec<PathBuf>) {
    let mut settings = found.take(Settings::load(&workdir.env, &workdir.dir));
    let mut directories = Vec::new();
    match origin {
        Origin::Configured => {}
        Origin::Registries => settings.rules = Some(vec![Rule::all(Method::Direct)]),
        Origin::Directory(path) => directories.push(workdir.path(path)),
        Origin::Mirror(url) => {
            let url = format!("{}/", url.trim_end_matches('/'));
            settings.rules = Some(vec![Rule::all(Method::NetworkMirror(url))]);
        }
    }
    (settings, directories)
}

/// Adds checksums for systems to the lock file.
pub async fn lock(
    workdir: &Workdir,
    project: &mut Project,
    (only, platforms): (&[ProviderAddr], &[Platform]),
    from: &Source,
    watch: Watch<'_>,
) -> (Vec<Locked>, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut trees = vec![Arc::clone(&project.tree)];
    trees.extend(testing::trees(workdir, project, &from.test_directory));
    let wanted = wanted(&trees, only, &mut found);
    let (mut settings, directories) = settings(workdir, &from.origin, &mut found);
    settings.plugin_cache = settings.plugin_cache.filter(|_| from.use_cache);
    let old = found.take(read_lock(workdir, &mut project.sources));
    let mut new = old.clone();
    if found.has_errors() {
        return (Vec::new(), found);
    }
    let data_dir = workdir.data_dir();
    let places = places(workdir, &settings, (&data_dir, &directories), platforms);
    let (collected, problems) = ordain_install::collect(&places, &wanted, &old, None, watch).await;
    found.append(problems);
    let rows = collected.into_iter().map(|(platform, row)| add(&mut new, row, &platform)).collect();
    if !found.has_errors() && new != old {
        let path = workdir.path(ordain_install::FILE_NAME);
        if let Err(error) = files::write(&path, new.text().as_bytes()) {
            let detail = format!("{} cannot be written: {error}.", path.display());
            found.push(Diagnostic::error(codes::cli::IO, "Failed to save dependency lock file", detail));
        }
    }
    (rows, found)
}

fn places<'p>(
    workdir: &'p Workdir,
    settings: &'p Settings,
    (data_dir, plugin_dirs): (&'p Path, &'p [PathBuf]),
    platforms: &[Platform],
) -> Vec<Installation<'p>> {
    let place = |platform: &Platform| Installation {
        settings,
        env: &workdir.env,
        base: &workdir.dir,
        data_dir,
        plugin_dirs,
        upgrade: false,
        platform: platform.clone(),
        known: BTreeMap::new(),
    };
    platforms.iter().map(place).collect()
}

fn add(lock: &mut LockFile, row: Collected, platform: &Platform) -> Locked {
    let entry = lock.providers.entry(row.address.clone()).or_insert_with(|| Lock {
        version: row.version.clone(),
        constraints: row.constraints.clone(),
        hashes: Vec::new(),
    });
    let before: Vec<Hash> = entry.hashes.clone();
    entry.add(row.vouched.into_iter().chain([row.h1]));
    Locked { address: row.address, platform: platform.clone(), new: entry.hashes != before }
}

/// Fills a directory with packages, so that it can serve as a mirror from disk or over the network.
pub async fn mirror(
    workdir: &Workdir,
    project: &mut Project,
    directory: &Path,
    platforms: &[Platform],
    locked: bool,
    watch: Watch<'_>,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    let wanted = wanted(std::slice::from_ref(&project.tree), &[], &mut found);
    let (settings, directories) = settings(workdir, &Origin::Configured, &mut found);
    let lock = match locked {
        true => found.take(read_lock(workdir, &mut project.sources)),
        false => Default::default(),
    };
    if found.has_errors() {
        return found;
    }
    let directory = workdir.path(directory);
    let data_dir = workdir.data_dir();
    let places = places(workdir, &settings, (&data_dir, &directories), platforms);
    let (rows, problems) = ordain_install::collect(&places, &wanted, &lock, Some(&directory), watch).await;
    found.append(problems);
    for (platform, row) in &rows {
        if let Err(error) = list(&directory, platform, row) {
            let detail = format!("The mirror's documents for {} cannot be written: {error}.", row.address);
            found.push(Diagnostic::error(codes::cli::IO, "Failed to write the mirror", detail));
        }
    }
    found
}

/// Adds a package to the documents of a mirror.
fn list(directory: &Path, platform: &Platform, row: &Collected) -> std::io::Result<()> {
    let mut place = directory.to_path_buf();
    place.extend([&*row.address.hostname, &*row.address.namespace, &*row.address.name]);
    let name = row.archive.as_ref().and_then(|path| path.file_name()).unwrap_or_default();
    let archive = json!({ "hashes": [row.h1.as_str()], "url": name.to_string_lossy() });
    extend(&place.join(format!("{}.json", row.version)), "archives", &platform.to_string(), archive)?;
    extend(&place.join("index.json"), "versions", &row.version, json!({}))
}

/// Sets a member of an object in a JSON file, which is made when it is not there.
fn extend(path: &Path, object: &str, key: &str, value: Json) -> std::io::Result<()> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let mut document: Json = serde_json::from_str(&text).unwrap_or_else(|_| json!({}));
    if !document.get(object).is_some_and(Json::is_object) {
        document = json!({ object: {} });
    }
    if let Some(members) = document.get_mut(object).and_then(Json::as_object_mut) {
        members.insert(key.to_owned(), value);
    }
    files::write(path, format!("{document:#}").as_bytes())
}

/// Trimmed schemas of every type of all providers of a configuration and a state.
pub async fn trimmed_schemas(
    workdir: &Workdir,
    project: &Project,
    state: &ordain_state::State,
) -> (ordain_plan::Schemas, Diagnostics) {
    let providers = crate::providers::Providers::new(workdir.clone());
    let (schemas, found) = providers.schemas(&project.tree, state).await;
    (crate::trimmed::all(&schemas), found)
}

/// `providers schema`: the document with the schemas of all providers of a configuration and a state.
pub async fn schemas(
    workdir: &Workdir,
    project: &Project,
    state: &ordain_state::State,
) -> (Json, Diagnostics) {
    let providers = crate::providers::Providers::new(workdir.clone());
    let (schemas, found) = providers.schemas(&project.tree, state).await;
    let rows = schemas
        .iter()
        .map(|(address, schema)| (address.to_string(), ordain_provider::schema_json::to_json(schema)));
    let document =
        json!({ "format_version": "1.0", "provider_schemas": rows.collect::<serde_json::Map<_, _>>() });
    (document, found)
}
