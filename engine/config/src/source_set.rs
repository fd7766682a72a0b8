//! What a configuration is made from: texts by logical path, and where modules were installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Early;
use crate::blocks::ModuleSource;

/// Texts of all files that a configuration may consist of. Nothing below re-reads the disk; a plan
/// stores this as its snapshot of the configuration.
#[derive(Clone, Debug, Default)]
pub struct SourceSet {
    /// Text by logical path: relative to the directory of the root module or absolute, parts separated
    /// by `/`, normalised (`../modules/a/main.tf`, `.terraform/modules/b/main.tf`). Holds every file
    /// whose name ends in `.tf`, `.tf.json`, `.tofu` or `.tofu.json`.
    pub files: BTreeMap<Arc<str>, Arc<str>>,
    /// What is installed, by module path with dots (`a`, `a.b`), as `modules.json` keeps it. `None` when
    /// nothing was installed yet: then local modules are found by their path and others are reported.
    pub installed: Option<BTreeMap<Arc<str>, InstalledModule>>,
    /// How a source is written in the manifest; where it is given, a module that was installed from another source
    /// or in a version that does not fit is an error.
    pub normal_source: Option<fn(&ModuleSource) -> Option<String>>,
    /// What sources and versions of modules, and settings of the backend, may refer to.
    pub early: Early,
}

/// One row of the module manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledModule {
    /// Source address as it was installed, normalised by the installer.
    pub source: Arc<str>,
    /// Version of a registry module.
    pub version: Option<Arc<str>>,
    /// Logical path of the directory.
    pub dir: Arc<str>,
}

/// Ends of names of configuration files; the second of a pair is read when both are there.
const FORMS: [(&str, &str); 2] = [(".tf", ".tofu"), (".tf.json", ".tofu.json")];

impl SourceSet {
    /// Whether a name is one of a configuration file. Hidden files and editors' backups are not.
    pub fn is_configuration_file(name: &str) -> bool {
        let ends = FORMS.iter().any(|(tf, tofu)| name.ends_with(tf) || name.ends_with(tofu));
        let ignored =
            name.starts_with('.') || name.ends_with('~') || (name.starts_with('#') && name.ends_with('#'));
        ends && !ignored
    }

    /// Whether a directory holds any configuration.
    pub fn has_module(&self, dir: &str) -> bool {
        self.by_directory().contains_key(dir)
    }

    /// Configuration files by directory, each sorted by path. Where `x.tofu` stands, `x.tf` is left out.
    pub(crate) fn by_directory(&self) -> BTreeMap<&str, Vec<(&str, &Arc<str>)>> {
        let mut found: BTreeMap<&str, Vec<(&str, &Arc<str>)>> = BTreeMap::new();
        for (path, text) in &self.files {
            let (dir, name) = path.rsplit_once('/').unwrap_or((".", path));
            let dir = if dir.is_empty() { "/" } else { dir };
            if Self::is_configuration_file(name) && !self.is_replaced(path) {
                found.entry(dir).or_default().push((path, text));
            }
        }
        found
    }

    fn is_replaced(&self, path: &str) -> bool {
        FORMS.iter().any(|(tf, tofu)| {
            path.strip_suffix(tf)
                .is_some_and(|stem| self.files.contains_key(format!("{stem}{tofu}").as_str()))
        })
    }
}
