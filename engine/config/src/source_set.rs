//! What a configuration is made from: texts by logical path, and where modules were installed.

use std::collections::BTreeMap;
use std::sync::Arc;

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
