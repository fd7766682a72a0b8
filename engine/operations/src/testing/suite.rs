//! Test files of a working directory, with the configuration that each run works on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_addr::Target;
use ordain_config::blocks::ModuleSource;
use ordain_config::testing::{self, Override, Run, TestFile, TestProvider};
use ordain_config::{Entry, ModuleTree, SourceSet, join_path, load_from};
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
use ordain_eval::VariableInput;

use super::Options;
use crate::variables::collect_for_tests;
use crate::{Project, Workdir, sources};

/// One test file, and what each of its runs works on.
pub struct LoadedFile {
    /// The file.
    pub file: TestFile,
    /// Configuration of each run, in order.
    pub(super) trees: Vec<Arc<ModuleTree>>,
    /// Whether it lies in the directory of tests.
    pub(super) in_directory: bool,
    /// Warnings of the file as a whole.
    pub(super) found: Diagnostics,
}

/// What is said of a run's module that `init` has not fetched.
pub(super) const NOT_INSTALLED: &str = "Module not installed";

/// All test files.
pub(super) struct Suite {
    pub(super) files: Vec<LoadedFile>,
}

/// Values from outside the test files, by whether a file lies in the directory of tests.
pub(super) struct Globals {
    beside: BTreeMap<Arc<str>, VariableInput>,
    inside: BTreeMap<Arc<str>, VariableInput>,
    pub(super) found: Diagnostics,
}

impl Globals {
    pub(super) fn of(&self, file: &LoadedFile) -> &BTreeMap<Arc<str>, VariableInput> {
        if file.in_directory { &self.inside } else { &self.beside }
    }
}

/// Collects values from the environment, from files and from the command line. Those that nobody declares
/// are passed over, as tests of different modules share them.
pub(super) fn globals(
    workdir: &Workdir,
    project: &Project,
    options: &Options,
    texts: &mut Sources,
) -> Globals {
    let (root, given) = (&project.tree.root, &options.given);
    let mut found = Diagnostics::new();
    let beside = found.take(collect_for_tests(workdir, None, root, given, texts));
    let mut again = Diagnostics::new();
    let inside = again.take(collect_for_tests(workdir, Some(&options.directory), root, given, texts));
    for finding in again {
        if !found.iter().any(|known| known.summary == finding.summary && known.detail == finding.detail) {
            found.push(finding);
        }
    }
    Globals { beside, inside, found }
}

/// Reads everything. `None` with errors.
pub(super) fn load(
    workdir: &Workdir,
    project: &Project,
    options: &Options,
) -> (Option<Suite>, Sources, Diagnostics) {
    let mut found = Diagnostics::new();
    let mut texts = project.sources.clone();
    let directory = options.directory.trim_end_matches('/');
    if let Some(problem) = bad_directory(directory) {
        found.push(problem);
        return (None, texts, found);
    }
    let mut loaded = Vec::new();
    let mut modules = Modules { workdir, project, known: BTreeMap::new() };
    for mut file in files(workdir, options, &mut texts, &mut found) {
        complete_mocks(workdir, &mut file, &mut texts, &mut found);
        let trees = file.runs.iter().map(|run| modules.tree(&file.path, run, &mut texts, &mut found));
        let trees: Vec<Arc<ModuleTree>> = trees.collect();
        let unknown = unknown_targets(&file, (&project.tree, &trees));
        let in_directory = file.path.starts_with(&format!("{directory}/"));
        loaded.push(LoadedFile { file, trees, in_directory, found: unknown });
    }
    (Some(Suite { files: loaded }), texts, found)
}

/// The test files that are asked for, as they are written.
pub(super) fn files(
    workdir: &Workdir,
    options: &Options,
    texts: &mut Sources,
    found: &mut Diagnostics,
) -> Vec<TestFile> {
    let directory = options.directory.trim_end_matches('/');
    let wanted = |path: &str| options.filter.is_empty() || options.filter.iter().any(|name| name == path);
    let mut files = Vec::new();
    for path in paths(workdir, directory, found) {
        match std::fs::read_to_string(workdir.path(&path)) {
            // A file that is not asked for has to be in order all the same.
            Ok(text) => {
                let id = texts.add(path.as_str(), text.as_str());
                let file = found.take(testing::test_file(&path, id, &text, texts));
                files.extend(Some(file).filter(|_| wanted(&path)));
            }
            Err(error) => found.push(unreadable(&path, &error)),
        }
    }
    files
}

/// Name of a run's module in the manifest: its file without the ending, and the run.
pub(super) fn manifest_key(path: &str, run: &Run) -> Arc<str> {
    let file = testing::test_name(path).unwrap_or(path).replace('/', ".");
    format!("test.{file}.{}", run.name.text).into()
}

fn bad_directory(directory: &str) -> Option<Diagnostic> {
    let outside = directory.starts_with('/') || directory.split('/').any(|part| part == "..");
    outside.then(|| {
        let detail = "The testing directory must be a relative path pointing to a directory local to the configuration directory.";
        Diagnostic::error(codes::cli::USAGE, "Invalid testing directory", detail)
    })
}

fn unreadable(path: &str, error: &std::io::Error) -> Diagnostic {
    let detail = format!("The file {path} cannot be read: {error}.");
    Diagnostic::error(codes::config::MODULE_LOAD, "Failed to read file", detail)
}

/// Test files beside the configuration and in the directory of tests, in order of path.
fn paths(workdir: &Workdir, directory: &str, found: &mut Diagnostics) -> Vec<String> {
    let mut paths = Vec::new();
    let mut places = vec![(".", String::new())];
    if directory != "." {
        places.push((directory, format!("{directory}/")));
    }
    for (place, prefix) in places {
        match std::fs::read_dir(workdir.path(place)) {
            Ok(entries) => {
                let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
                let names: BTreeSet<String> =
                    names.filter(|name| testing::test_name(name).is_some()).collect();
                let kept = names.iter().filter(|name| {
                    !name.starts_with('.') && !testing::is_replaced(name, |other| names.contains(other))
                });
                paths.extend(kept.map(|name| format!("{prefix}{name}")));
            }
            Err(_) if place == "tests" => {}
            Err(_) => {
                let detail = format!("Requested test directory {place} does not exist.");
                let summary = "Test directory does not exist";
                found.push(Diagnostic::warning(codes::cli::USAGE, summary, detail));
            }
        }
    }
    paths.sort();
    paths
}

/// Warns of overrides for all of a file, of what neither the configuration nor the module of a run has.
fn unknown_targets(file: &TestFile, (main, trees): (&ModuleTree, &[Arc<ModuleTree>])) -> Diagnostics {
    let by_mocks = file.providers.values().flat_map(|provider| match provider {
        TestProvider::Mock(mock) => mock.answers.overrides.as_slice(),
        TestProvider::Real(_) => &[],
    });
    let everywhere = file.overrides.iter().chain(by_mocks);
    let unknown = |over: &&Override| {
        !trees.is_empty() && !has(main, &over.target) && !trees.iter().any(|tree| has(tree, &over.target))
    };
    everywhere.filter(unknown).map(unknown_target).collect()
}

/// Warns of a run's own overrides of what the configuration that it is about has not.
pub(super) fn unknown_targets_of(run: &Run, tree: &ModuleTree) -> Vec<Diagnostic> {
    run.overrides.iter().filter(|over| !has(tree, &over.target)).map(unknown_target).collect()
}

fn unknown_target(over: &Override) -> Diagnostic {
    let detail = format!(
        "The override target {} does not exist within the configuration under test. This could indicate a typo in the target address or an unnecessary override.",
        over.target
    );
    let warning = Diagnostic::warning(codes::config::INVALID_ARGUMENT, "Invalid override target", detail);
    warning.with_span(over.target_span)
}

/// Whether a configuration declares what a target names.
fn has(tree: &ModuleTree, target: &Target) -> bool {
    match target {
        Target::Module(module) => tree.module(&module.path()).is_some(),
        Target::Resource(resource) => tree.resource(&resource.config()).is_some(),
        Target::Instance(instance) => tree.resource(&instance.config()).is_some(),
    }
}

/// Adds what files under the `source` of mocked providers hold.
fn complete_mocks(workdir: &Workdir, file: &mut TestFile, texts: &mut Sources, found: &mut Diagnostics) {
    const ENDS: [&str; 4] = [".tfmock.hcl", ".tfmock.json", ".tofumock.hcl", ".tofumock.json"];
    for provider in file.providers.values_mut() {
        let TestProvider::Mock(mock) = provider else { continue };
        let Some((directory, span)) = mock.source.clone() else { continue };
        let entries = match std::fs::read_dir(workdir.path(&*directory)) {
            Ok(entries) => entries,
            Err(error) => {
                let detail = format!("The directory {directory} of mock data cannot be read: {error}.");
                let problem =
                    Diagnostic::error(codes::config::MODULE_LOAD, "Failed to read mock data", detail);
                found.push(problem.with_span(span));
                continue;
            }
        };
        let mut names: Vec<String> = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| ENDS.iter().any(|end| name.ends_with(end)))
            .collect();
        names.sort();
        for name in names {
            let path = join_path(&directory, &name);
            match std::fs::read_to_string(workdir.path(&path)) {
                Ok(text) => {
                    let id = texts.add(path.as_str(), text.as_str());
                    mock.answers.complete(found.take(testing::mock_file(&path, id, &text, texts)));
                }
                Err(error) => found.push(unreadable(&path, &error)),
            }
        }
    }
}

/// Configurations of runs that name one of their own, each read once.
struct Modules<'w> {
    workdir: &'w Workdir,
    project: &'w Project,
    known: BTreeMap<Entry2, Arc<ModuleTree>>,
}

/// Directory and name in the manifest.
type Entry2 = (Arc<str>, Arc<str>);

impl Modules<'_> {
    fn tree(
        &mut self,
        path: &str,
        run: &Run,
        texts: &mut Sources,
        found: &mut Diagnostics,
    ) -> Arc<ModuleTree> {
        let Some(module) = &run.settings.module else { return self.project.tree.clone() };
        let (source, span) = &module.source;
        let key = manifest_key(path, run);
        let installed = self.project.set.installed.as_ref().and_then(|rows| rows.get(&key));
        let dir: Arc<str> = match (source, installed) {
            (ModuleSource::Local(text), _) => join_path(".", text).into(),
            (_, Some(row)) => row.dir.clone(),
            (_, None) => {
                let detail = "This module is not yet installed. Run \"ordain init\" to install all modules required by this configuration.";
                let problem = Diagnostic::error(codes::config::MODULE_LOAD, NOT_INSTALLED, detail);
                found.push(problem.with_span(*span).with_context(run.header));
                return Arc::new(ModuleTree::default());
            }
        };
        let known =
            (dir.clone(), if matches!(source, ModuleSource::Local(_)) { "".into() } else { key.clone() });
        if let Some(tree) = self.known.get(&known) {
            return tree.clone();
        }
        let set = self.read(&Entry { dir: dir.clone(), key: Some(key.clone()), thorough: false }, found);
        if !set.has_module(&dir) {
            let detail = format!(
                "The directory {dir} could not be read for run {:?}: it holds no configuration files.",
                run.name.text
            );
            let summary = if installed.is_some() { "Unreadable module directory" } else { NOT_INSTALLED };
            let problem = Diagnostic::error(codes::config::MODULE_LOAD, summary, detail);
            found.push(problem.with_span(*span).with_context(run.header));
            return Arc::new(ModuleTree::default());
        }
        let (tree, all, problems) =
            load_from(&set, &Entry { dir, key: Some(key), thorough: false }, texts.clone());
        *texts = all;
        found.append(problems);
        let tree = Arc::new(tree);
        self.known.insert(known, tree.clone());
        tree
    }

    /// The texts of a module and of everything it calls.
    fn read(&self, entry: &Entry, found: &mut Diagnostics) -> SourceSet {
        let installed = self.project.set.installed.clone().unwrap_or_default();
        let mut set = SourceSet { installed: Some(installed), ..SourceSet::default() };
        let mut seen = BTreeSet::new();
        let mut wanted = vec![entry.dir.to_string()];
        while !wanted.is_empty() {
            for dir in wanted.drain(..) {
                if seen.insert(dir.clone()) && self.workdir.path(&dir).is_dir() {
                    found.append(sources::add_directory(&mut set, self.workdir, &dir));
                }
            }
            let (tree, _, _) = load_from(&set, entry, Sources::new());
            let calls = tree.modules().into_iter().flat_map(|module| {
                let local = |source: &ModuleSource| match source {
                    ModuleSource::Local(text) => Some(join_path(&module.dir, text)),
                    ModuleSource::Registry(_) | ModuleSource::Remote(_) => None,
                };
                let dirs: Vec<String> = module
                    .calls
                    .values()
                    .filter_map(|call| local(&call.source.as_ref()?.0))
                    .chain([module.dir.to_string()])
                    .collect();
                dirs
            });
            wanted = calls.filter(|dir| !dir.is_empty() && !seen.contains(dir)).collect();
        }
        set
    }
}
