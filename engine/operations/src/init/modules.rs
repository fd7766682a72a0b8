//! The part of `init` that puts modules in their place, and the manifest that remembers where they are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use ordain_config::blocks::{ModuleCall, ModuleSource};
use ordain_config::{
    Constraint, Entry, InstalledModule, ModuleTree, SourceSet, Version, join_path, load_from,
};
use ordain_diag::{Diagnostic, Diagnostics, Sources, Span, codes};
use ordain_install::{
    Fetched, MODULE_LOCK, ModuleFetcher, ModuleLock, ModuleRow, ModuleStep, Settings, Wanted,
};
use serde_json::Value as Json;

use super::{Dialogue, News};
use crate::project::NOT_INSTALLED;
use crate::testing::{self, RunCall};
use crate::{Project, Workdir, files, sources};

/// How many packages are fetched at the same time.
const AT_ONCE: usize = 4;

/// How modules are installed.
#[derive(Clone, Copy, Debug)]
pub struct ModuleOptions<'o> {
    /// Fetch everything again, whatever is installed or locked.
    pub upgrade: bool,
    /// Fail instead of changing the lock file.
    pub lock_readonly: bool,
    /// Directory of tests: modules that their runs are about are installed as well.
    pub test_directory: &'o str,
}

/// Rows of the manifest by key.
pub type Manifest = BTreeMap<Arc<str>, InstalledModule>;

/// A call that has no module yet.
struct Open {
    key: Arc<str>,
    /// Directory of the calling module.
    dir: Arc<str>,
    call: Call,
}

/// What a call asks for, each with its place.
struct Call {
    source: Option<(ModuleSource, Span)>,
    version: Option<(Arc<str>, Span)>,
}

impl Call {
    fn of(call: &ModuleCall) -> Self {
        Self { source: call.source.clone(), version: call.version.clone() }
    }
}

/// Calls of a configuration that have no row yet. Keys of one that a test's run is about begin with that run.
fn open_calls(tree: &ModuleTree, entry: &Entry, rows: &Manifest) -> Vec<Open> {
    let mut open = Vec::new();
    for module in tree.modules() {
        for call in module.calls.values().filter(|call| call.child.is_none() && call.source.is_some()) {
            let path = module.path.child(call.name.text.clone()).0;
            let names: Vec<&str> = entry.key.iter().chain(&path).map(|name| &**name).collect();
            let key: Arc<str> = names.join(".").into();
            if !rows.contains_key(&key) {
                open.push(Open { key, dir: module.dir.clone(), call: Call::of(call) });
            }
        }
    }
    open
}

/// Installs every module that a configuration and the runs of its tests reach, and loads the whole. Whatever was
/// found is remembered.
pub async fn install(
    workdir: &Workdir,
    options: ModuleOptions<'_>,
    talk: &mut dyn Dialogue,
) -> (Project, Diagnostics) {
    let set = SourceSet { early: crate::variables::early(workdir), ..SourceSet::default() };
    let (settings, problems) = Settings::load(&workdir.env, &workdir.dir);
    let mut sources = Sources::new();
    let (lock, found) = read_lock(workdir, &mut sources);
    let data_dir = workdir.data_dir();
    let fetcher = ModuleFetcher::new(&settings, &workdir.env, &data_dir, &lock, options.upgrade);
    let mut work = Work {
        workdir,
        options,
        fetcher,
        problems,
        before: sources::read_manifest(workdir).unwrap_or_default(),
        rows: Manifest::from([("".into(), root_row())]),
        set,
        found,
        new_lock: lock.clone(),
        used: BTreeSet::new(),
    };
    work.add(".");
    if work.found.has_errors() {
        return (Project { set: work.set, tree: Arc::default(), sources }, work.found);
    }
    let (tree, mut texts, loaded) =
        work.complete(&Entry { thorough: true, ..Entry::default() }, Sources::new(), talk).await;
    if !work.found.has_errors() && !loaded.has_errors() {
        for run in testing::run_modules(workdir, options.test_directory, &mut texts) {
            texts = work.complete_run(run, texts, talk).await;
        }
    }
    let Work { rows, set, mut found, mut new_lock, used, .. } = work;
    // What could not be fetched was reported as such already.
    let failed = found.has_errors();
    found.extend(loaded.iter().filter(|item| !(failed && item.summary == NOT_INSTALLED)).cloned());
    if !failed {
        new_lock.rows.retain(|name, _| !options.upgrade || used.contains(name));
        found.extend(write_lock(workdir, &lock, &new_lock, options).err());
    }
    found.extend(remember(workdir, &rows).err());
    (Project { set, tree: Arc::new(tree), sources: texts }, found)
}

/// An installation under way.
struct Work<'w> {
    workdir: &'w Workdir,
    options: ModuleOptions<'w>,
    fetcher: Result<ModuleFetcher<'w>, Diagnostic>,
    /// What is wrong with the settings, told when they are needed.
    problems: Diagnostics,
    /// The manifest as it was.
    before: Manifest,
    rows: Manifest,
    set: SourceSet,
    found: Diagnostics,
    new_lock: ModuleLock,
    used: BTreeSet<ModuleRow>,
}

impl Work<'_> {
    /// Installs everything that one configuration reaches and loads it.
    async fn complete(
        &mut self,
        entry: &Entry,
        texts: Sources,
        talk: &mut dyn Dialogue,
    ) -> (ModuleTree, Sources, Diagnostics) {
        loop {
            self.set.installed = Some(self.rows.clone());
            let loaded = load_from(&self.set, entry, texts.clone());
            let open = open_calls(&loaded.0, entry, &self.rows);
            if open.is_empty() || !self.put(open, talk).await {
                return loaded;
            }
        }
    }

    /// Installs the module of a test's run and everything that it reaches.
    async fn complete_run(&mut self, run: RunCall, texts: Sources, talk: &mut dyn Dialogue) -> Sources {
        let span = run.module.source.1;
        let open = Open {
            key: run.key.clone(),
            dir: ".".into(),
            call: Call { source: Some(run.module.source), version: run.module.version },
        };
        if !self.put(vec![open], talk).await {
            return texts;
        }
        let Some(row) = self.rows.get(&run.key) else { return texts };
        if !self.workdir.path(&*row.dir).is_dir() {
            let detail = format!(
                "There is no directory {} for the module of a test's run. Correct its source.",
                row.dir
            );
            let code = codes::config::MODULE_LOAD;
            self.found.push(Diagnostic::error(code, "Unreadable module directory", detail).with_span(span));
            self.rows.remove(&run.key);
            return texts;
        }
        let entry = Entry { dir: row.dir.clone(), key: Some(run.key), thorough: true };
        // What is wrong with it is told when the test is checked or run.
        self.complete(&entry, texts, talk).await.1
    }

    /// Puts modules in their place. False when there is no sense in going on: loading again would move the places
    /// that the findings point at.
    async fn put(&mut self, open: Vec<Open>, talk: &mut dyn Dialogue) -> bool {
        let (local, distant): (Vec<Open>, Vec<Open>) = open.into_iter().partition(is_local);
        for (key, row) in local.iter().filter_map(local_row) {
            self.take((key, row), talk);
        }
        if distant.is_empty() {
            return true;
        }
        self.found.append(std::mem::take(&mut self.problems));
        let outcomes = match &self.fetcher {
            Ok(fetcher) => {
                let known = (&self.rows, &self.before);
                fetch_all(self.workdir, fetcher, &distant, known, self.options, talk).await
            }
            Err(error) => vec![Err(error.clone())],
        };
        for outcome in outcomes {
            match outcome {
                Ok((key, row, locked)) => {
                    self.used.extend(locked.as_ref().map(|(name, _)| name.clone()));
                    self.new_lock.rows.extend(locked);
                    self.take((key, row), talk);
                }
                Err(error) => self.found.push(error),
            }
        }
        !self.found.has_errors()
    }

    /// Takes a module that is there into what is loaded.
    fn take(&mut self, (key, row): (Arc<str>, InstalledModule), talk: &mut dyn Dialogue) {
        // What is where it was is no news.
        if self.options.upgrade || self.before.get(&key) != Some(&row) {
            talk.tell(&News::Module(key.to_string(), row.dir.to_string()));
        }
        self.add(&row.dir);
        self.rows.insert(key, row);
    }

    fn add(&mut self, dir: &str) {
        // A directory that is not there is reported by the loader, at the call.
        if self.workdir.path(dir).is_dir() {
            self.found.append(sources::add_directory(&mut self.set, self.workdir, dir));
        }
    }
}

fn root_row() -> InstalledModule {
    InstalledModule { source: "".into(), version: None, dir: ".".into() }
}

fn is_local(open: &Open) -> bool {
    matches!(open.call.source, Some((ModuleSource::Local(_), _)))
}

fn local_row(open: &Open) -> Option<(Arc<str>, InstalledModule)> {
    let (ModuleSource::Local(text), _) = open.call.source.as_ref()? else { return None };
    let row = InstalledModule {
        source: sources::local_source(text).into(),
        version: None,
        dir: join_path(&open.dir, text).into(),
    };
    Some((open.key.clone(), row))
}

/// Key, row of the manifest, and row of the lock file with its digest.
type Row = (Arc<str>, InstalledModule, Option<(ModuleRow, ordain_install::Hash)>);

async fn fetch_all(
    workdir: &Workdir,
    fetcher: &ModuleFetcher<'_>,
    open: &[Open],
    (rows, before): (&Manifest, &Manifest),
    options: ModuleOptions<'_>,
    talk: &mut dyn Dialogue,
) -> Vec<Result<Row, Diagnostic>> {
    let talk = Mutex::new(talk);
    let watch = |step: ModuleStep<'_>| {
        if let Ok(mut talk) = talk.lock() {
            talk.tell(&match step {
                ModuleStep::Downloading(package, version, key) => {
                    News::Downloading(package.to_owned(), version.map(str::to_owned), key.to_owned())
                }
                ModuleStep::Transfer(transfer) => News::Transfer(transfer),
            });
        }
    };
    let watch = &watch;
    let fetches = futures_util::stream::iter(open).map(|open| async move {
        let Some((source, span)) = &open.call.source else { return None };
        if let Some(ancestor) = ancestor_with(source, open, rows) {
            return Some(Err(endless(open, ancestor).with_span(*span)));
        }
        if let Some(row) =
            before.get(&open.key).filter(|row| !options.upgrade && still_fits(workdir, row, open))
        {
            return Some(Ok((open.key.clone(), row.clone(), None)));
        }
        let wanted = Wanted {
            key: &open.key,
            source,
            constraint: open.call.version.as_ref().map(|(text, _)| &**text),
        };
        let fetched = fetcher.fetch(&wanted, watch).await;
        Some(fetched.map(|fetched| row(workdir, open, fetched)).map_err(|error| error.with_span(*span)))
    });
    fetches.buffered(AT_ONCE).filter_map(|outcome| async move { outcome }).collect().await
}

fn row(workdir: &Workdir, open: &Open, fetched: Fetched) -> Row {
    let end = if fetched.subdir.is_empty() { String::new() } else { format!("/{}", fetched.subdir) };
    let dir = format!("{}{end}", relative(workdir, &fetched.package));
    let row = InstalledModule {
        source: fetched.source.into(),
        version: fetched.version.map(Into::into),
        dir: dir.into(),
    };
    (open.key.clone(), row, fetched.locked)
}

/// Whether what is installed is still what a call asks for.
fn still_fits(workdir: &Workdir, row: &InstalledModule, open: &Open) -> bool {
    let Some((source, _)) = &open.call.source else { return false };
    let same = ordain_install::normal_source(source).is_ok_and(|text| *text == *row.source);
    let constraint = open.call.version.as_ref().map_or("", |(text, _)| &**text);
    let version = match (&row.version, Constraint::parse(constraint)) {
        (Some(version), Ok(constraint)) => Version::parse(version).is_some_and(|v| constraint.allows(&v)),
        (None, _) => true,
        (_, Err(_)) => false,
    };
    same && version && workdir.path(&*row.dir).is_dir()
}

/// The nearest caller that was made from the same source: fetching would never end.
fn ancestor_with<'o>(source: &ModuleSource, open: &'o Open, rows: &Manifest) -> Option<&'o str> {
    let text = ordain_install::normal_source(source).ok()?;
    let mut key = &*open.key;
    loop {
        key = key.rsplit_once('.')?.0;
        if rows.get(key).is_some_and(|row| *row.source == *text) {
            return Some(key);
        }
    }
}

fn endless(open: &Open, ancestor: &str) -> Diagnostic {
    let detail = format!(
        "Module {:?} is called from within itself: {ancestor:?} has the same source, so that it would never end.",
        open.key
    );
    Diagnostic::error(codes::config::MODULE_LOAD, "Module calls itself", detail)
}

pub(super) fn read_lock(workdir: &Workdir, sources: &mut Sources) -> (ModuleLock, Diagnostics) {
    match std::fs::read_to_string(workdir.path(MODULE_LOCK)) {
        Ok(text) => ModuleLock::read(MODULE_LOCK, &text, sources),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Default::default(),
        Err(error) => {
            let detail = format!("{MODULE_LOCK} cannot be read: {error}.");
            (ModuleLock::default(), Diagnostic::error(codes::cli::IO, "Failed to read file", detail).into())
        }
    }
}

fn write_lock(
    workdir: &Workdir,
    old: &ModuleLock,
    new: &ModuleLock,
    options: ModuleOptions<'_>,
) -> Result<(), Diagnostic> {
    if old == new {
        return Ok(());
    }
    if options.lock_readonly {
        let rows: Vec<&str> =
            new.rows.keys().filter(|row| !old.rows.contains_key(*row)).map(|row| &*row.source).collect();
        let detail = format!(
            "{MODULE_LOCK} says nothing about {}, and -lockfile=readonly forbids to change it. Run \"ordain init\" without that option and commit the file.",
            rows.join(", ")
        );
        return Err(Diagnostic::error(
            codes::install::LOCK_FILE,
            "Module dependency changes detected",
            detail,
        ));
    }
    let path = workdir.path(MODULE_LOCK);
    files::write(&path, new.text().as_bytes()).map_err(|error| {
        let detail = format!("{} cannot be written: {error}.", path.display());
        Diagnostic::error(codes::cli::IO, "Failed to save the lock file of modules", detail)
    })
}

/// A JSON text as Go writes it, with what HTML gives meaning to escaped.
fn go_text(text: &str) -> String {
    let text = Json::from(text).to_string();
    text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// Writes the module manifest in Terraform's form.
///
/// # Errors
/// The manifest cannot be written.
fn remember(workdir: &Workdir, rows: &Manifest) -> Result<(), Diagnostic> {
    let texts: Vec<String> = rows
        .iter()
        .map(|(key, row)| {
            let version = row.version.as_ref().map(|version| format!("\"Version\":{},", go_text(version)));
            format!(
                "{{\"Key\":{},\"Source\":{},{}\"Dir\":{}}}",
                go_text(key),
                go_text(&row.source),
                version.unwrap_or_default(),
                go_text(&row.dir)
            )
        })
        .collect();
    let path = workdir.data_dir().join("modules/modules.json");
    let document = format!("{{\"Modules\":[{}]}}", texts.join(","));
    files::write(&path, document.as_bytes()).map_err(|error| {
        let detail = format!("{} cannot be written: {error}.", path.display());
        Diagnostic::error(codes::cli::IO, "Failed to remember the modules", detail)
    })
}

/// A directory as manifests keep it: relative to the root module where it is below.
fn relative(workdir: &Workdir, path: &Path) -> String {
    path.strip_prefix(&workdir.dir).unwrap_or(path).to_string_lossy().into_owned()
}

/// Remembers the modules of a loaded configuration, also of one with errors, so that later commands find those
/// errors again and not missing modules.
///
/// # Errors
/// The manifest cannot be written.
pub fn remember_modules(workdir: &Workdir, project: &Project) -> Result<(), Diagnostic> {
    let mut rows = sources::read_manifest(workdir).unwrap_or_default();
    rows.insert("".into(), InstalledModule { source: "".into(), version: None, dir: ".".into() });
    for module in project.tree.modules() {
        for call in module.calls.values() {
            let (Some((ModuleSource::Local(text), _)), Some(child)) = (&call.source, &call.child) else {
                continue;
            };
            let row = InstalledModule {
                source: sources::local_source(text).into(),
                version: None,
                dir: child.dir.clone(),
            };
            rows.insert(child.path.0.join(".").into(), row);
        }
    }
    remember(workdir, &rows)
}
