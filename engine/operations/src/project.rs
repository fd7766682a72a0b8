//! The configuration of a working directory, read and loaded.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_config::blocks::ModuleSource;
use ordain_config::{Entry, ModuleTree, SourceSet, join_path};
use ordain_diag::{Diagnostics, Sources};

use crate::{Workdir, sources};

/// What the loader says of a call whose module is not there.
pub(crate) const NOT_INSTALLED: &str = "Module not installed";

/// A loaded configuration.
#[derive(Clone, Debug)]
pub struct Project {
    /// The texts that it was made from; a plan stores them.
    pub set: SourceSet,
    /// The modules.
    pub tree: Arc<ModuleTree>,
    /// The texts that spans point into.
    pub sources: Sources,
}

impl Project {
    /// Reads and loads the configuration of a working directory. There is always a project, even from
    /// broken texts.
    pub fn load(workdir: &Workdir) -> (Project, Diagnostics) {
        Self::read(workdir, false)
    }

    /// Reads only the root module, which says where the state is.
    pub fn load_root(workdir: &Workdir) -> (Project, Diagnostics) {
        let read = sources::read_all(workdir, false, |set| (Vec::new(), ordain_config::load_root(set)));
        let (set, (tree, sources, loaded), mut found) = read;
        found.append(loaded);
        (Project { set, tree: Arc::new(tree), sources }, found)
    }

    /// The same for `init`, which finds local modules that are not installed yet.
    pub fn load_for_init(workdir: &Workdir) -> (Project, Diagnostics) {
        Self::read(workdir, true)
    }

    fn read(workdir: &Workdir, installing: bool) -> (Project, Diagnostics) {
        let (set, (tree, sources, loaded), mut found) = sources::read_all(workdir, installing, |set| {
            let entry = Entry { thorough: installing, ..Entry::default() };
            let loaded = ordain_config::load_from(set, &entry, Sources::new());
            (local_directories(set, &loaded.0), loaded)
        });
        // Whoever installs will find out whether a module can be had.
        found.extend(loaded.iter().filter(|item| !(installing && item.summary == NOT_INSTALLED)).cloned());
        (Project { set, tree: Arc::new(tree), sources }, found)
    }

    /// Loads a configuration from a stored snapshot.
    pub fn from_snapshot(set: SourceSet) -> (Project, Diagnostics) {
        let (tree, sources, found) = ordain_config::load(&set);
        (Project { set, tree: Arc::new(tree), sources }, found)
    }

    /// Whether there is no configuration at all.
    pub fn is_empty(&self) -> bool {
        self.set.files.is_empty()
    }
}

/// Directories of the modules that a set of texts calls, as far as they are known.
fn local_directories(set: &SourceSet, tree: &ModuleTree) -> Vec<String> {
    let mut directories = BTreeSet::new();
    for module in tree.modules() {
        directories.insert(module.dir.to_string());
        for call in module.calls.values() {
            if let Some((ModuleSource::Local(path), _)) = &call.source {
                directories.insert(join_path(&module.dir, path));
            }
        }
    }
    if let Some(installed) = &set.installed {
        directories.extend(installed.values().map(|module| module.dir.to_string()));
    }
    directories.remove("");
    directories.into_iter().collect()
}
