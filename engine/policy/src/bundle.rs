//! Rego texts and data of one repository, checked before they reach the engine.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use ordain_diag::{Code, Diagnostic, Diagnostics, codes};
use ordain_plan::{Digest, digest};
use ordain_rego::{FileKind, document};
use serde_json::{Map, Value as Json};

use crate::rego::{Bounds, Rego};
use crate::scan::{self, Flaw, Module};

/// Policies and their data.
#[derive(Clone)]
pub struct Bundle {
    texts: BTreeMap<String, String>,
    pub(crate) modules: Vec<Module>,
    data: Json,
    digest: Digest,
    /// The rules without tests, once they are compiled.
    compiled: Arc<OnceLock<Rego>>,
    bounds: Bounds,
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundle").field("digest", &self.digest).finish_non_exhaustive()
    }
}

pub(crate) fn error(code: Code, summary: &str, detail: String) -> Diagnostic {
    Diagnostic::error(code, summary, detail)
}

impl Bundle {
    /// Reads files by path relative to the policies' top, with `/` between parts: `.rego` texts, and `.json`
    /// data, which stands in `data` below the names of its folders as with `opa eval --data`
    /// (`environments/staging.json` with `{"staging": …}` is `data.environments.staging`). Other files are
    /// passed over; YAML is read as JSON is. A `.manifest` at the top says below which paths (`roots`) everything
    /// must stand, as in OPA's bundles.
    ///
    /// Everything is checked that can be checked without a plan: that texts are read and compile, that no
    /// function reaches itself, that nothing nests too deeply, that data does not collide, that there is a
    /// rule at all. With errors there is no bundle, and the plan counts as not judged.
    pub fn new(files: BTreeMap<String, String>) -> (Option<Self>, Diagnostics) {
        Self::checked(files, Self::check_rules)
    }

    /// The same for those who only run tests: the packages need not decide anything, as those of a library do not.
    pub fn for_tests(files: BTreeMap<String, String>) -> (Option<Self>, Diagnostics) {
        Self::checked(files, |_| Diagnostics::new())
    }

    fn checked(
        files: BTreeMap<String, String>,
        rules: impl Fn(&Self) -> Diagnostics,
    ) -> (Option<Self>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let digest =
            digest::root(files.iter().map(|(path, text)| (path.as_str(), Digest::of(text.as_bytes()))));
        let mut texts = BTreeMap::new();
        let mut data = Json::Object(Map::new());
        let mut manifest = None;
        for (path, text) in files {
            if path.ends_with(".rego") {
                texts.insert(path, text);
            } else if path == MANIFEST {
                manifest = Some(text);
            } else if [".json", ".yaml", ".yml"].iter().any(|end| path.ends_with(end)) {
                diagnostics.extend(add_data(&mut data, &path, &text));
            }
        }
        let mut modules = Vec::new();
        for (path, text) in &texts {
            match scan::module(path, text) {
                Ok(module) => modules.push(module),
                Err(flaw) => diagnostics.push(of_flaw(flaw)),
            }
        }
        if let Some(text) = manifest {
            diagnostics.append(within_roots(&text, &modules, &data));
        }
        if let Err(flaws) = scan::no_recursion(&modules) {
            diagnostics.extend(flaws.into_iter().map(of_flaw));
        }
        let bundle =
            Self { texts, modules, data, digest, compiled: Arc::default(), bounds: Bounds::default() };
        if !diagnostics.has_errors() {
            diagnostics.append(rules(&bundle));
        }
        if !diagnostics.has_errors() {
            let has_tests = bundle.modules.iter().any(Module::is_test);
            let found = if has_tests { bundle.engine(true).err() } else { bundle.judging().err() };
            diagnostics.extend(found.unwrap_or_default());
        }
        ((!diagnostics.has_errors()).then_some(bundle), diagnostics)
    }

    /// The same with other bounds of evaluation than the usual ones.
    #[must_use]
    pub fn within(self, bounds: Bounds) -> Self {
        Self { bounds, ..self }
    }

    /// Digest of all texts and data with their names.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Number of rules that can deny, demand or warn, and number of tests.
    pub fn counts(&self) -> (usize, usize) {
        (self.decision_rules().count(), self.tests().count())
    }

    /// Whether a text has these words.
    pub(crate) fn mentions(&self, words: &str) -> bool {
        self.texts.values().any(|text| text.contains(words))
    }

    /// The engine with all texts but tests, compiled once for all copies of the bundle.
    pub(crate) fn judging(&self) -> Result<Rego, Vec<Diagnostic>> {
        let mut rego = match self.compiled.get() {
            Some(rego) => rego.clone(),
            None => {
                let rego = self.engine(false)?;
                self.compiled.get_or_init(|| rego).clone()
            }
        };
        rego.set_bounds(self.bounds);
        Ok(rego)
    }

    /// The engine with all texts; tests only when asked for.
    pub(crate) fn engine(&self, with_tests: bool) -> Result<Rego, Vec<Diagnostic>> {
        let wanted = |path: &&String| with_tests || !path.ends_with("_test.rego");
        let texts = self
            .texts
            .iter()
            .filter(|(path, _)| wanted(path))
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let not_loaded = |path: &str, why: &str| {
            let detail = format!("{path} was not taken by the evaluator:\n{why}");
            error(codes::policy::POLICY_LOAD, "Policy cannot be loaded", detail)
        };
        let mut rego = Rego::load(texts, &self.data).map_err(|failures| {
            failures.iter().map(|(path, failed)| not_loaded(path, &failed.0)).collect::<Vec<_>>()
        })?;
        rego.set_bounds(self.bounds);
        Ok(rego)
    }

    fn check_rules(&self) -> Diagnostics {
        let code = codes::policy::POLICY_VACUOUS;
        if self.modules.iter().all(Module::is_test) {
            let detail = "There is no .rego file with rules, so nothing would ever be judged.".to_owned();
            return error(code, "No policies found", detail).into();
        }
        if self.decision_rules().next().is_none() {
            let detail =
                "No package has a rule named deny, violation, warn, require or undetermined, so nothing \
                          would ever be decided."
                    .to_owned();
            return error(code, "No policy decides anything", detail).into();
        }
        Diagnostics::new()
    }

    /// Rules that decide, once each: module, full name, and kind.
    pub(crate) fn decision_rules(&self) -> impl Iterator<Item = (&Module, String, Decides)> {
        let rules = self.modules.iter().filter(|module| !module.is_test()).flat_map(|module| {
            module.rules.iter().filter(|rule| !rule.function).filter_map(move |rule| {
                Some((format!("{}.{}", module.package, rule.name), (module, Decides::of(&rule.name)?)))
            })
        });
        let once: BTreeMap<String, (&Module, Decides)> = rules.collect();
        once.into_iter().map(|(name, (module, decides))| (module, name, decides))
    }

    /// Tests, once each: module, line, package and name.
    pub(crate) fn tests(&self) -> impl Iterator<Item = (&Module, usize, &str)> {
        let rules = self.modules.iter().flat_map(|module| {
            let is_test = |name: &str| name.starts_with("test_") || name.starts_with("todo_test_");
            module
                .rules
                .iter()
                .filter(move |rule| is_test(&rule.name) && !rule.function)
                .map(move |rule| ((module.package.as_str(), rule.name.as_str()), (module, rule.line)))
        });
        let mut once = BTreeMap::new();
        for (name, at) in rules {
            once.entry(name).or_insert(at);
        }
        once.into_iter().map(|((_, name), (module, line))| (module, line, name))
    }
}

/// What a rule's name says that it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decides {
    Deny,
    Warn,
    Require,
    Undetermined,
}

impl Decides {
    /// `deny`, `violation` and `warn` may have an ending, as with Conftest: `deny_region`.
    fn of(name: &str) -> Option<Self> {
        let named =
            |word: &str| name == word || name.strip_prefix(word).is_some_and(|rest| rest.starts_with('_'));
        match name {
            "require" => Some(Self::Require),
            "undetermined" => Some(Self::Undetermined),
            _ if named("deny") || named("violation") => Some(Self::Deny),
            _ if named("warn") => Some(Self::Warn),
            _ => None,
        }
    }
}

fn of_flaw(flaw: Flaw) -> Diagnostic {
    let detail = format!("{} line {}: {}.", flaw.path, flaw.line, flaw.what);
    error(codes::policy::POLICY_LOAD, "Policy cannot be loaded", detail)
}

/// The file of a bundle that says what belongs to it.
const MANIFEST: &str = ".manifest";

/// Holds packages and data against the roots of a manifest.
fn within_roots(text: &str, modules: &[Module], data: &Json) -> Diagnostics {
    let failed = |why: String| error(codes::policy::POLICY_LOAD, "Policy bundle cannot be loaded", why);
    let manifest: Json = match serde_json::from_str(text) {
        Ok(Json::Object(manifest)) => Json::Object(manifest),
        Ok(_) => return failed(format!("{MANIFEST} is no JSON object.")).into(),
        Err(why) => return failed(format!("{MANIFEST} is no JSON document: {why}.")).into(),
    };
    if manifest.get("wasm").and_then(Json::as_array).is_some_and(|wasm| !wasm.is_empty()) {
        return failed(format!("{MANIFEST} names WebAssembly modules, which are not evaluated here.")).into();
    }
    let Some(roots) = manifest.get("roots") else { return Diagnostics::new() };
    let Some(roots) = roots.as_array() else {
        return failed(format!("roots in {MANIFEST} is no list of paths.")).into();
    };
    let roots: Vec<Vec<&str>> = roots
        .iter()
        .filter_map(Json::as_str)
        .map(|root| root.split('/').filter(|part| !part.is_empty()).collect())
        .collect();
    let within = |path: &[&str]| roots.iter().any(|root| path.starts_with(root));
    let mut diagnostics = Diagnostics::new();
    for module in modules {
        let path: Vec<&str> = module.package.split('.').skip(1).collect();
        if !within(&path) {
            let why =
                format!("{} declares {}, which is below no root of {MANIFEST}.", module.path, module.package);
            diagnostics.push(failed(why));
        }
    }
    let mut open: Vec<(Vec<&str>, &Json)> = vec![(Vec::new(), data)];
    while let Some((path, value)) = open.pop() {
        if within(&path) {
            continue;
        }
        let leads = roots.iter().any(|root| root.starts_with(&path));
        match value.as_object().filter(|_| leads || path.is_empty()) {
            Some(members) => open.extend(members.iter().map(|(name, member)| {
                let mut path = path.clone();
                path.push(name);
                (path, member)
            })),
            None => {
                let why = format!("data.{} is below no root of {MANIFEST}.", path.join("."));
                diagnostics.push(failed(why));
            }
        }
    }
    diagnostics
}

fn add_data(data: &mut Json, path: &str, text: &str) -> Option<Diagnostic> {
    let failed = |why: String| {
        let detail = format!("{path} {why}.");
        Some(error(codes::policy::POLICY_LOAD, "Policy data cannot be loaded", detail))
    };
    let content: Json = if path.ends_with(".json") {
        match serde_json::from_str(text) {
            Ok(content) => content,
            Err(why) => return failed(format!("is no JSON document: {why}")),
        }
    } else {
        match document(text, FileKind::Yaml) {
            Ok(content) => content.to_json(),
            Err(why) => return failed(format!("is no YAML document: {why}")),
        }
    };
    if !content.is_object() {
        return failed("is no JSON object, so its content has no names in data".to_owned());
    }
    let folders: Vec<&str> = path.split('/').collect();
    let folders = folders.split_last().map_or(&[][..], |(_, folders)| folders);
    let wrapped = folders
        .iter()
        .rev()
        .fold(content, |inner, folder| Json::Object([((*folder).to_owned(), inner)].into_iter().collect()));
    merge(data, wrapped, "data").and_then(|place| failed(format!("gives {place} a second value")))
}

/// Puts one document over another; the first place where both have a value is returned.
fn merge(into: &mut Json, from: Json, place: &str) -> Option<String> {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => from.into_iter().find_map(|(name, value)| {
            let place = format!("{place}.{name}");
            match into.get_mut(&name) {
                Some(old) => merge(old, value, &place),
                None => {
                    into.insert(name, value);
                    None
                }
            }
        }),
        _ => Some(place.to_owned()),
    }
}

#[cfg(test)]
#[path = "bundle_tests.rs"]
pub(crate) mod tests;
