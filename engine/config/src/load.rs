//! The tree of modules from the source set.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use ordain_addr::ModulePath;
use ordain_diag::{Diagnostic, Diagnostics, Sources, Span, codes};
use ordain_lang::ast::{Block, Body, BodySchema, is_identifier};
use ordain_lang::parse::{parse_json, parse_native};

use crate::assemble::assemble;
use crate::blocks::{BackendBlock, ModuleCall, ModuleSource, VersionRequirement};
use crate::early::{EarlyScope, Inputs};
use crate::fields::schema;
use crate::{Constraint, InstalledModule, Module, ModuleTree, SourceSet, Version, join_path, provider_rules};

/// Version of the language that this engine speaks; `required_version` is compared with it.
pub const LANGUAGE_VERSION: &str = "1.11.4";

/// Reads the configuration: the root module from directory `.` and all modules that it calls.
///
/// The texts end up in the returned table; file names in it are the logical paths. Diagnostics are those
/// that already forbid initialisation; [`crate::validate`] finds the rest.
pub fn load(set: &SourceSet) -> (ModuleTree, Sources, Diagnostics) {
    load_from(set, &Entry::default(), Sources::new())
}

/// Where a configuration begins that is not the one of the working directory.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Logical path of the root module's directory.
    pub dir: Arc<str>,
    /// Name under which the modules that it calls are in the manifest, when the manifest is that of another
    /// configuration; local ones are then found by their path.
    pub key: Option<Arc<str>>,
    /// Whether what a broken root calls is looked at all the same, as `init` does.
    pub thorough: bool,
}

impl Default for Entry {
    fn default() -> Self {
        Self { dir: ".".into(), key: None, thorough: false }
    }
}

/// The root module alone, for those who only want to know where the state is: modules need not be installed, and
/// the version of the language does not matter.
pub fn load_root(set: &SourceSet) -> (ModuleTree, Sources, Diagnostics) {
    let mut loader = Loader::of(set, &Entry::default(), Sources::new());
    loader.alone = true;
    let root = loader.module(ModulePath::root(), ".".into(), &mut Vec::new(), Inputs::Given);
    (ModuleTree { root: Arc::new(root) }, loader.sources, loader.found)
}

/// The same from any directory. The texts are added to those that `sources` has already.
pub fn load_from(set: &SourceSet, entry: &Entry, sources: Sources) -> (ModuleTree, Sources, Diagnostics) {
    let mut loader = Loader::of(set, entry, sources);
    let root = loader.module(ModulePath::root(), entry.dir.clone(), &mut Vec::new(), Inputs::Given);
    let tree = ModuleTree { root: Arc::new(root) };
    // Modules of a broken root were not looked at, so that nothing is said of who passes what.
    if !loader.root_is_broken {
        let broken = loader.found.has_errors();
        loader.found.append(provider_rules::check(&tree, broken));
    }
    let found = loader.found.map(|item| at_first_line(item, &loader.sources));
    (tree, loader.sources, found)
}

/// What is wrong with the value of a heredoc as a constant is told at the first line of its text.
fn at_first_line(item: Diagnostic, sources: &Sources) -> Diagnostic {
    if !matches!(&*item.summary, "Unsuitable value type" | "Invalid expression") {
        return item;
    }
    let first = item.span.and_then(|span| {
        let text = &sources.get(span.file)?.text;
        let begins = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with("<<"));
        let at = span.start as usize;
        let at = if begins(at) { at } else { at.checked_sub(1).filter(|before| begins(*before))? };
        let start = at + text.get(at..)?.find('\n')? + 1;
        let marker = text.get(at + 2..start)?.trim_end();
        if !is_identifier(marker.strip_prefix('-').unwrap_or(marker)) {
            return None;
        }
        let end = start + text.get(start..)?.find('\n')? + 1;
        let indented = text.get(at..)?.starts_with("<<-");
        let start = start + if indented { indentation(text.get(start..span.end as usize)?) } else { 0 };
        Some(Span { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()?, ..span })
    });
    match first {
        Some(first) => item.with_span(first),
        None => item,
    }
}

/// What all lines of a text but the last one are indented by.
fn indentation(text: &str) -> usize {
    let lines = text.rsplit_once('\n').map_or(text, |(lines, _)| lines).lines();
    lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0)
}

struct Loader<'s> {
    set: &'s SourceSet,
    key: Option<Arc<str>>,
    by_dir: BTreeMap<&'s str, Vec<(&'s str, &'s Arc<str>)>>,
    schema: BodySchema,
    sources: Sources,
    /// Files read so far. What is wrong with a text is told once, however many calls read it.
    read: HashSet<Arc<str>>,
    found: Diagnostics,
    root_is_broken: bool,
    /// Whether only the root module is read.
    alone: bool,
    thorough: bool,
}

fn file_schema() -> BodySchema {
    let blocks: [(&str, &[&'static str]); 14] = [
        ("terraform", &[]),
        ("provider", &["name"]),
        ("variable", &["name"]),
        ("locals", &[]),
        ("output", &["name"]),
        ("module", &["name"]),
        ("resource", &["type", "name"]),
        ("data", &["type", "name"]),
        ("ephemeral", &["type", "name"]),
        ("check", &["name"]),
        ("moved", &[]),
        ("removed", &[]),
        ("import", &[]),
        // Told at the place where it should not be.
        ("required_providers", &[]),
    ];
    schema(&[], &[], &blocks)
}

impl<'s> Loader<'s> {
    fn of(set: &'s SourceSet, entry: &Entry, sources: Sources) -> Self {
        Loader {
            set,
            key: entry.key.clone(),
            by_dir: set.by_directory(),
            schema: file_schema(),
            sources,
            read: HashSet::new(),
            found: Diagnostics::new(),
            root_is_broken: false,
            alone: false,
            thorough: entry.thorough,
        }
    }

    /// Reads one module and those it calls. `above` are the directories of the modules around it.
    fn module(
        &mut self,
        path: ModulePath,
        dir: Arc<str>,
        above: &mut Vec<Arc<str>>,
        inputs: Inputs<'_>,
    ) -> Module {
        let (mut primary, mut over) = (Vec::new(), Vec::new());
        for (file, text) in self.by_dir.get(&*dir).cloned().unwrap_or_default() {
            let blocks = self.file(file, text);
            if is_override(file) { over.extend(blocks) } else { primary.extend(blocks) }
        }
        let (mut module, found) = assemble(path, dir.clone(), primary, over, &self.sources);
        self.found.append(found);
        if !self.found.has_errors() && !self.alone {
            self.check_language(&module.settings.required_versions);
        } else if self.thorough && module.path.is_root() {
            // What is wrong may be right in the version that is asked for.
            let rest = std::mem::take(&mut self.found);
            self.check_language(&module.settings.required_versions);
            self.root_is_broken = self.found.has_errors();
            if self.root_is_broken {
                return module;
            }
            self.found = rest;
        }
        // As Terraform does: what a broken root calls is not looked at.
        if module.path.is_root() && self.found.has_errors() && !self.thorough {
            self.root_is_broken = true;
            return module;
        }
        above.push(dir);
        let early = &self.set.early;
        if let Some(mut backend) = module.settings.backend.clone().filter(|_| module.path.is_root()) {
            let file = self.sources.locate(backend.header).map(|(name, _)| name.to_string());
            let is_tofu = file.is_some_and(|name| name.ends_with(".tofu") || name.ends_with(".tofu.json"));
            let mut scope = EarlyScope::new(&module, inputs, early);
            scope.given_only = !is_tofu;
            backend.settle(&scope);
            module.settings.backend = Some(backend);
        }
        let calls = module.calls.keys().filter(|_| !self.alone);
        let names: Vec<Arc<str>> = calls.cloned().collect();
        for name in names {
            let Some(mut call) = module.calls.get(&name).cloned() else { continue };
            let scope = EarlyScope::new(&module, inputs, early);
            let mut unknown = Diagnostics::new();
            if call.early.is_some() {
                Arc::make_mut(&mut call).settle(&scope, &mut unknown);
            }
            let child = self.child(&module, &call, above, &scope, unknown).map(Arc::new);
            Arc::make_mut(&mut call).child = child;
            module.calls.insert(name, call);
        }
        above.pop();
        module
    }

    fn file(&mut self, name: &str, text: &Arc<str>) -> Vec<Block> {
        let id = self.sources.add(name, text.clone());
        let (body, found): (Body, Diagnostics) = match name.ends_with(".json") {
            true => parse_json(id, text),
            false => parse_native(id, text),
        };
        if self.read.insert(name.into()) {
            self.found.append(found);
        }
        self.found.take(body.content(&self.schema)).blocks
    }

    /// The called module. `unknown` says why its source is not known, where it is not: then it matters
    /// only when nothing was installed for the call.
    fn child(
        &mut self,
        module: &Module,
        call: &ModuleCall,
        above: &mut Vec<Arc<str>>,
        scope: &EarlyScope<'_>,
        unknown: Diagnostics,
    ) -> Option<Module> {
        let installed = ModuleSource::Local(Arc::from("."));
        let (source, span) = match &call.source {
            Some((source, span)) => (source, *span),
            None if unknown.has_errors() => (&installed, call.header),
            None => return None,
        };
        let path = module.path.child(call.name.text.clone());
        let key = self.key_of(&path);
        let is_installed = self.set.installed.as_ref().is_some_and(|rows| rows.contains_key(&key));
        if unknown.has_errors() && !is_installed {
            self.found.append(unknown);
            return None;
        }
        let dir: Arc<str> = match (&self.set.installed, source) {
            (Some(_), ModuleSource::Local(text)) if self.key.is_some() => join_path(&module.dir, text).into(),
            (Some(installed), _) => match installed.get(&key) {
                Some(row) => {
                    if let Some(changed) = self.changed(row, source, call) {
                        self.found.push(changed.with_span(span));
                    }
                    row.dir.clone()
                }
                None => {
                    self.not_installed(call);
                    return None;
                }
            },
            (None, ModuleSource::Local(text)) => join_path(&module.dir, text).into(),
            (None, ModuleSource::Registry(_) | ModuleSource::Remote(_)) => {
                self.not_installed(call);
                return None;
            }
        };
        if let Some(problem) = self.unreadable(&dir, above, call) {
            self.found.push(problem.with_span(span));
            return None;
        }
        let called = self.module(path, dir, above, Inputs::Call(scope, call));
        self.found.extend(called.settings.backend.as_ref().and_then(ignored_backend));
        Some(called)
    }

    /// Why the module in a directory cannot be read for a call.
    fn unreadable(&self, dir: &Arc<str>, above: &[Arc<str>], call: &ModuleCall) -> Option<Diagnostic> {
        let (summary, detail) = if above.contains(dir) {
            let detail =
                format!("The module in {dir} is called from within itself, so that it would never end.");
            ("Module calls itself", detail)
        } else if !self.by_dir.contains_key(&**dir) {
            let detail = format!(
                "The directory {dir} could not be read for module {:?}: it holds no configuration files.",
                call.name.text
            );
            ("Unreadable module directory", detail)
        } else {
            return None;
        };
        Some(Diagnostic::error(codes::config::MODULE_LOAD, summary, detail))
    }

    /// Under which name the manifest has a module.
    fn key_of(&self, path: &ModulePath) -> Arc<str> {
        let names = self.key.iter().chain(&path.0).map(|name| &**name).collect::<Vec<_>>();
        names.join(".").into()
    }

    /// Why what was installed is not what a call asks for.
    fn changed(&self, row: &InstalledModule, source: &ModuleSource, call: &ModuleCall) -> Option<Diagnostic> {
        let normal = self.set.normal_source?;
        call.source.as_ref()?;
        let constraint = call.version.as_ref().and_then(|(text, _)| Constraint::parse(text).ok());
        let installed = row.version.as_deref().and_then(Version::parse);
        let (summary, what) = if normal(source)? != *row.source {
            ("Module source has changed", "The source is another one than when this module was installed.")
        } else if constraint.is_some_and(|wanted| !installed.is_some_and(|version| wanted.allows(&version))) {
            let summary = "Module version requirements have changed";
            (summary, "The version that was installed is none that the call allows.")
        } else {
            return None;
        };
        let detail =
            format!("{what} Run \"ordain init\" to install all modules required by this configuration.");
        Some(Diagnostic::error(codes::config::MODULE_LOAD, summary, detail))
    }

    fn not_installed(&mut self, call: &ModuleCall) {
        let detail = "This module is not yet installed. Run \"ordain init\" to install all modules required by this configuration.";
        let code = codes::config::MODULE_LOAD;
        self.found.push(Diagnostic::error(code, "Module not installed", detail).with_span(call.header));
    }

    fn check_language(&mut self, required: &[VersionRequirement]) {
        let Some(own) = Version::parse(LANGUAGE_VERSION) else { return };
        for requirement in required {
            let Ok(constraint) = Constraint::parse(&requirement.text) else { continue };
            if !constraint.allows(&own) {
                let detail = format!(
                    "This configuration does not support version {LANGUAGE_VERSION} of the language. To proceed, either choose another supported version or update this version constraint ({}).",
                    requirement.text
                );
                let code = codes::config::MODULE_LOAD;
                let summary = "Unsupported Terraform Core version";
                self.found.push(Diagnostic::error(code, summary, detail).with_span(requirement.span));
            }
        }
    }
}

/// What is said of a backend in a module that is called.
fn ignored_backend(backend: &BackendBlock) -> Option<Diagnostic> {
    let detail = "The state of the whole configuration is where the root module's backend says. This block has no effect, and is needed only where the module is the root itself, as in its tests.";
    let code = codes::config::INVALID_BLOCK;
    let warning = Diagnostic::warning(code, "Backend configuration ignored", detail);
    (&*backend.kind.text != "cloud").then(|| warning.with_span(backend.header))
}

/// Whether a file changes what others declare: `override.tf`, `x_override.tf`, and such in JSON.
fn is_override(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = [".tf.json", ".tofu.json", ".tf", ".tofu"].iter().find_map(|end| name.strip_suffix(end));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
