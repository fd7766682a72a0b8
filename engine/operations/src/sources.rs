//! Reads the texts of a configuration from disk: the root module and every local module it reaches.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ordain_config::blocks::ModuleSource;
use ordain_config::{InstalledModule, SourceSet, join_path};
use ordain_diag::{Diagnostic, Diagnostics, codes};

use crate::Workdir;

const SUFFIXES: [&str; 4] = [".tf", ".tf.json", ".tofu", ".tofu.json"];

/// Whether a file belongs to a configuration. Editors' leftovers do not.
fn is_config(name: &str) -> bool {
    let hidden =
        name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
    !hidden && SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

/// Adds the files of one directory under its logical path (`.` for the root).
pub fn add_directory(set: &mut SourceSet, workdir: &Workdir, logical: &str) -> Diagnostics {
    let directory = workdir.path(logical);
    let mut found = Diagnostics::new();
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) => {
            let detail = format!("The directory {} cannot be read: {error}.", directory.display());
            found.push(Diagnostic::error(codes::config::MODULE_LOAD, "Unreadable module directory", detail));
            return found;
        }
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    for name in names.iter().filter(|name| is_config(name)) {
        match read_text(&directory.join(name)) {
            Ok(text) => {
                let path = if logical == "." { name.clone() } else { format!("{logical}/{name}") };
                set.files.insert(path.into(), text.into());
            }
            Err(why) => {
                let detail = format!("The file {} cannot be read: {why}.", directory.join(name).display());
                found.push(Diagnostic::error(codes::config::MODULE_LOAD, "Failed to read file", detail));
            }
        }
    }
    found
}

fn read_text(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    String::from_utf8(bytes)
        .map_err(|error| format!("byte {} is not UTF-8", error.utf8_error().valid_up_to()))
}

/// A source of a local module as manifests keep it: without detours, and with `./` at its start.
pub(crate) fn local_source(text: &str) -> String {
    let path = join_path(".", text);
    if path == "." || path.starts_with("../") || path.starts_with("./") { path } else { format!("./{path}") }
}

/// The module manifest that `init` left, if any.
pub fn read_manifest(workdir: &Workdir) -> Option<BTreeMap<Arc<str>, InstalledModule>> {
    parse_manifest(&std::fs::read_to_string(workdir.data_dir().join("modules/modules.json")).ok()?)
}

/// A module manifest from its text; `None` when it is none.
pub fn parse_manifest(text: &str) -> Option<BTreeMap<Arc<str>, InstalledModule>> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    let rows = document.get("Modules")?.as_array()?;
    let word =
        |row: &serde_json::Value, key: &str| row.get(key).and_then(|v| v.as_str()).map(Arc::<str>::from);
    Some(
        rows.iter()
            .filter_map(|row| {
                let module = InstalledModule {
                    source: word(row, "Source")?,
                    version: word(row, "Version"),
                    dir: word(row, "Dir")?,
                };
                Some((word(row, "Key")?, module))
            })
            .collect(),
    )
}

/// Every local module that a set of texts reaches, read until nothing new turns up. `load` names the directories
/// that the loaded tree wants, beside what it loaded; it is asked again after each round, and what it loaded of
/// the whole set is given back.
pub fn read_all<L>(
    workdir: &Workdir,
    installing: bool,
    load: impl Fn(&SourceSet) -> (Vec<String>, L),
) -> (SourceSet, L, Diagnostics) {
    // Whoever installs looks for local modules by their paths; everybody else relies on what was installed.
    let installed = if installing { None } else { Some(read_manifest(workdir).unwrap_or_default()) };
    let normal_source: fn(&ModuleSource) -> Option<String> = |source| match source {
        ModuleSource::Local(text) => Some(local_source(text)),
        other => ordain_install::normal_source(other).ok(),
    };
    let early = crate::variables::early(workdir);
    let mut set = SourceSet { installed, normal_source: Some(normal_source), early, ..SourceSet::default() };
    let mut found = add_directory(&mut set, workdir, ".");
    let mut seen: BTreeSet<String> = BTreeSet::from([".".to_owned()]);
    loop {
        let (reached, loaded) = load(&set);
        let new: Vec<String> = reached.into_iter().filter(|dir| !seen.contains(dir)).collect();
        if new.is_empty() {
            return (set, loaded, found);
        }
        let before = set.files.len();
        for directory in new {
            // A directory that is not there is reported by the loader, at the call.
            if workdir.path(&directory).is_dir() {
                found.append(add_directory(&mut set, workdir, &directory));
            }
            seen.insert(directory);
        }
        if set.files.len() == before {
            return (set, loaded, found);
        }
    }
}
