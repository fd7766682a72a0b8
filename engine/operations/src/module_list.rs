//! What `modules` and `providers` list of a configuration.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_addr::ProviderAddr;
use ordain_config::{InstalledModule, Module, ModuleTree};
use ordain_install::{Constraints, Requirement};

use crate::{Project, Workdir, testing};

/// A called module with those that it calls.
#[derive(Clone, Debug)]
pub struct CalledModule {
    /// Name of the call.
    pub name: String,
    /// Source as it was installed.
    pub source: String,
    /// Version that was installed; empty for what has none.
    pub version: String,
    /// Constraint of the call; empty for none.
    pub constraint: String,
    /// Constraints of the module's own providers, sorted by address.
    pub providers: BTreeMap<ProviderAddr, Constraints>,
    /// Modules that it calls.
    pub modules: Vec<CalledModule>,
}

/// The root module with all that it calls.
pub fn modules(project: &Project) -> CalledModule {
    listed(project, &project.tree, "")
}

/// Modules that runs of tests are about, by the name of the test file and that of the run.
pub fn tested(workdir: &Workdir, project: &Project, directory: &str) -> BTreeMap<String, Vec<CalledModule>> {
    let mut found: BTreeMap<String, Vec<CalledModule>> = BTreeMap::new();
    for (file, run, tree) in testing::run_trees(workdir, project, directory) {
        let stem = file.split_once(".tftest.").or_else(|| file.split_once(".tofutest."));
        let name = format!("test.{}", stem.map_or(&*file, |(stem, _)| stem).replace('/', "."));
        found.entry(name).or_default().push(listed(project, &tree, &format!("run.{run}")));
    }
    found
}

fn listed(project: &Project, tree: &Arc<ModuleTree>, name: &str) -> CalledModule {
    let wanted = ordain_install::requirements(std::slice::from_ref(tree)).0;
    let installed = project.set.installed.clone().unwrap_or_default();
    let lists = Lists { wanted: &wanted, installed: &installed };
    lists.module(&tree.root, name, String::new())
}

struct Lists<'l> {
    wanted: &'l BTreeMap<ProviderAddr, Requirement>,
    installed: &'l BTreeMap<Arc<str>, InstalledModule>,
}

impl Lists<'_> {
    fn module(&self, module: &Module, name: &str, constraint: String) -> CalledModule {
        let key = module.path.0.join(".");
        let row = self.installed.get(key.as_str());
        let asked = self.wanted.iter().filter_map(|(address, requirement)| {
            let own = requirement.asked.iter().find(|asked| asked.module == module.path)?;
            Some((address.clone(), own.constraints.clone()))
        });
        let calls = module.calls.values().filter_map(|call| {
            let version = call.version.as_ref().map(|(text, _)| text.to_string());
            Some(self.module(call.child.as_ref()?, &call.name.text, version.unwrap_or_default()))
        });
        CalledModule {
            name: name.to_owned(),
            source: row.map(|row| row.source.to_string()).unwrap_or_default(),
            version: row.and_then(|row| row.version.as_ref()).map(ToString::to_string).unwrap_or_default(),
            constraint,
            providers: asked.collect(),
            modules: calls.collect(),
        }
    }
}
