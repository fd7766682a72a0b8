//! `policy conftest-compat`: files of policies, data and configurations for Conftest's commands.

mod codeowners;
mod dockerfile;
mod dockerfile_lines;
mod dockerfile_rules;
mod dotenv;
mod forms;
mod ini;
mod lines;
mod parsing;
mod settings;
mod toml_form;
mod xml;
mod yaml_form;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use forms::{Form, KNOWN};
pub use parsing::parse;
pub use settings::Settings;

use ordain_policy::{
    CheckResult, ConfigForm, Configuration, ConftestQuestion, FileKind, Readable, RegoValue, SourceFile,
    Version, conftest_test, conftest_verify, float_document,
};

use crate::repository::Repository;
use crate::{Workdir, hcl_to_json, policy_sources};

/// Largest configuration beside policies that is kept for `parse_config_file`, in bytes.
const LARGEST_BESIDE: u64 = 4 << 20;

/// What reads those.
const READERS: [&str; 2] = ["parse_config_file", "parse_combined_config_files"];

/// What Conftest's flags say.
#[derive(Clone, Debug, Default)]
pub struct ConftestFlags {
    /// `--policy`; `policy` if none is given.
    pub policies: Vec<String>,
    /// `--data`
    pub data: Vec<String>,
    /// Files and directories to test.
    pub files: Vec<String>,
    /// `--namespace`
    pub namespaces: Vec<String>,
    /// `--all-namespaces`
    pub all_namespaces: bool,
    /// `--combine`
    pub combine: bool,
    /// `--show-builtin-errors`
    pub show_builtin_errors: bool,
    /// `--strict`
    pub strict: bool,
    /// `--rego-version v0`
    pub v0: bool,
    /// `--parser`
    pub parser: Option<String>,
    /// `--ignore`: paths of directories' files that this expression is found in are left out.
    pub ignore: Option<String>,
    /// `--stdin-filename`
    pub stdin_name: Option<String>,
}

/// `conftest test`
///
/// # Errors
/// What keeps the configurations from being tested.
pub fn test(workdir: &Workdir, flags: &ConftestFlags) -> Result<Vec<CheckResult>, String> {
    let files = listed(workdir, flags).map_err(|why| format!("parse files: {why}"))?;
    let mut inputs = Vec::new();
    for path in files {
        inputs.push(
            configuration(workdir, flags, &path).map_err(|why| format!("parse configurations: {why}"))?,
        );
    }
    let mut question = question(workdir, flags)?;
    question.inputs = inputs;
    if question.namespaces.is_empty() {
        question.namespaces.push("main".to_owned());
    }
    unexpected(policy_sources::with_room(|| conftest_test(&question)))
}

/// `conftest verify`
///
/// # Errors
/// What keeps the tests from being run, and the first error of one.
pub fn verify(workdir: &Workdir, flags: &ConftestFlags) -> Result<Vec<CheckResult>, String> {
    let question = question(workdir, flags)?;
    unexpected(policy_sources::with_room(|| conftest_verify(&question)))
}

fn unexpected<T>(outcome: Option<Result<T, String>>) -> Result<T, String> {
    outcome.unwrap_or_else(|| Err("evaluation ended unexpectedly".to_owned()))
}

fn question(workdir: &Workdir, flags: &ConftestFlags) -> Result<ConftestQuestion, String> {
    let (bounds, found) = crate::judging::bounds(&Repository::around(workdir));
    if let Some(wrong) = found.iter().next() {
        return Err(format!("ordain.hcl: {}: {}", wrong.summary, wrong.detail));
    }
    let default = ["policy".to_owned()];
    let given = if flags.policies.is_empty() { &default[..] } else { &flags.policies };
    let kind = |file: &SourceFile| FileKind::of(&file.path);
    let mut policies = Vec::new();
    let mut readable = BTreeMap::new();
    for path in given {
        let at = "load: loading policies: load: 1 error occurred during loading";
        let files = policy_sources::read(workdir, path).map_err(|why| format!("{at}: {why}"))?;
        for file in files {
            // What two paths lead to is read once.
            let known = policies.iter().any(|known: &SourceFile| known.path == file.path);
            if kind(&file) == Some(FileKind::Rego) && !known {
                policies.push(file);
            }
        }
    }
    // Only what a rule may ask for is read: what lies beside policies may be much.
    if policies.iter().any(|file| READERS.iter().any(|name| file.text.contains(name))) {
        for path in given {
            beside(workdir, path, &mut readable)?;
        }
    }
    if policies.is_empty() {
        return Err(format!("load: loading policies: no policies found in [{}]", given.join(" ")));
    }
    let modules = policies.iter().map(|file| file.path.clone()).collect();
    let mut data = Vec::new();
    for path in &flags.data {
        let at = "load: load documents: 1 error occurred during loading";
        let files = policy_sources::read(workdir, path).map_err(|why| format!("{at}: {why}"))?;
        data.extend(files.into_iter().filter(|file| kind(file) != Some(FileKind::Rego)));
    }
    Ok(ConftestQuestion {
        policies,
        data,
        inputs: Vec::new(),
        namespaces: flags.namespaces.clone(),
        all_namespaces: flags.all_namespaces,
        combine: flags.combine,
        show_builtin_errors: flags.show_builtin_errors,
        strict: flags.strict,
        version: if flags.v0 { Version::V0 } else { Version::V1 },
        now_ns: crate::clock::now_ns(),
        environment: workdir.env.clone(),
        readable: Readable { files: readable, modules, read: Some(read) },
        bounds,
    })
}

/// Configurations that lie beside policies, by their paths.
fn beside(workdir: &Workdir, given: &str, out: &mut BTreeMap<String, String>) -> Result<(), String> {
    let mut pending = vec![(workdir.path(given), shortest(given))];
    while let Some((directory, at)) = pending.pop() {
        if !directory.is_dir() {
            continue;
        }
        for (name, path) in entries(&directory)? {
            let shown = below(&at, &name);
            let fits = || path.metadata().is_ok_and(|meta| meta.len() <= LARGEST_BESIDE);
            if path.is_dir() {
                if !path.is_symlink() {
                    pending.push((path, shown));
                }
            } else if Form::of(&shown).is_some() && fits() {
                // What cannot be read is as absent as what is not there: the rule that asks is told.
                if let Ok(text) = std::fs::read_to_string(&path) {
                    out.insert(shown, text);
                }
            }
        }
    }
    Ok(())
}

/// What `parse_config` and its kin answer.
fn read(form: ConfigForm<'_>, text: &str) -> Result<RegoValue, String> {
    let (found, path) = match form {
        ConfigForm::Named(name) => (Form::named(name), ""),
        ConfigForm::Of(path) => (Form::of(path), path),
    };
    let (ConfigForm::Named(name) | ConfigForm::Of(name)) = form;
    match found {
        Some(Form::Unread(name)) => {
            Err(format!("configurations of the kind {name} cannot be read here; {KNOWN}"))
        }
        Some(form) => {
            content(form, path, text, &BTreeMap::new()).map_err(|why| format!("unmarshal config: {why}"))
        }
        None => Err(format!("create config parser: unknown parser: {name}")),
    }
}

/// The files to test: those given, and those of directories that have a known form.
fn listed(workdir: &Workdir, flags: &ConftestFlags) -> Result<Vec<String>, String> {
    let ignore =
        match flags.ignore.as_deref().filter(|pattern| !pattern.is_empty()).map(ordain_policy::pattern) {
            None => None,
            Some(Ok(pattern)) => Some(pattern),
            Some(Err(why)) => return Err(format!("given regexp couldn't be parsed :{why}")),
        };
    let ignored = |path: &str| ignore.as_ref().is_some_and(|pattern| pattern.is_match(path));
    let mut out = Vec::new();
    for given in flags.files.iter().filter(|given| !given.is_empty()) {
        if given == "-" {
            out.push(given.clone());
            continue;
        }
        let path = workdir.path(given);
        let meta = std::fs::metadata(&path)
            .map_err(|_| format!("get file info: stat {given}: no such file or directory"))?;
        if !meta.is_dir() {
            if !ignored(given) {
                out.push(given.clone());
            }
            continue;
        }
        let mut pending = vec![(path, shortest(given))];
        let mut found = Vec::new();
        while let Some((directory, shown)) = pending.pop() {
            for (name, path) in entries(&directory)? {
                let shown = below(&shown, &name);
                if path.is_dir() {
                    pending.push((path, shown));
                } else if Form::of(&shown).is_some() && !ignored(&shown) {
                    found.push(shown);
                }
            }
        }
        found.sort();
        out.extend(found);
    }
    if out.is_empty() { Err("no files found".to_owned()) } else { Ok(out) }
}

/// The path of what is in a directory.
fn below(directory: &str, name: &str) -> String {
    match directory {
        "." => name.to_owned(),
        "/" => format!("/{name}"),
        directory => format!("{directory}/{name}"),
    }
}

/// A path without parts that say nothing.
fn shortest(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match (part, out.last()) {
            ("..", Some(last)) if *last != ".." => drop(out.pop()),
            ("..", None) if path.starts_with('/') => {}
            _ => out.push(part),
        }
    }
    match (path.starts_with('/'), out.is_empty()) {
        (true, _) => format!("/{}", out.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => out.join("/"),
    }
}

fn entries(directory: &Path) -> Result<Vec<(String, PathBuf)>, String> {
    let entries = std::fs::read_dir(directory).map_err(|error| format!("walk path: {error}"))?;
    let named = |entry: std::fs::DirEntry| (entry.file_name().to_string_lossy().into_owned(), entry.path());
    Ok(entries.flatten().map(named).collect())
}

fn configuration(workdir: &Workdir, flags: &ConftestFlags, path: &str) -> Result<Configuration, String> {
    let form = match &flags.parser {
        Some(name) => Form::named(name),
        None if path == "-" => Some(Form::Yaml),
        None => Form::of(path),
    };
    let form = match form {
        None => return Err(format!("new parser: new: unknown parser: {KNOWN}, path: {path}")),
        Some(Form::Unread(name)) => {
            return Err(format!(
                "new parser: configurations of the kind {name} cannot be read here, so nothing would be tested; {KNOWN}, and --ignore leaves files out, path: {path}"
            ));
        }
        Some(form) => form,
    };
    let text = if path == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(|error| format!("read standard in: {error}"))?
    } else {
        std::fs::read_to_string(workdir.path(path))
            .map_err(|error| format!("open file: {error}, path: {path}"))?
    };
    let content = content(form, path, &text, &workdir.env)
        .map_err(|why| format!("parser unmarshal: {why}, path: {path}"))?;
    let shown = match &flags.stdin_name {
        Some(name) if path == "-" => name.clone(),
        _ => path.to_owned(),
    };
    let directory = workdir.path(path).parent().map(|parent| parent.to_string_lossy().into_owned());
    Ok(Configuration { path: shown, directory: directory.unwrap_or_default(), content })
}

fn content(form: Form, path: &str, text: &str, env: &BTreeMap<String, String>) -> Result<RegoValue, String> {
    let read = |document: serde_json::Value| float_document(&document.to_string(), FileKind::Json);
    match form {
        Form::Jsonc => {
            let plain = lines::without_comments(text);
            let plain = String::from_utf8(plain).map_err(|error| format!("unmarshal jsonc: {error}"))?;
            float_document(&plain, FileKind::Json).map_err(|why| format!("unmarshal jsonc: {why}"))
        }
        Form::Ignore => read(lines::ignored(text)),
        Form::Properties => {
            lines::properties(text).map_err(|why| format!("parse properties file: {why}")).and_then(read)
        }
        Form::Dotenv => {
            dotenv::variables(text, env).map_err(|why| format!("read .env file: {why}")).and_then(read)
        }
        Form::Codeowners => {
            codeowners::rules(text).map_err(|why| format!("failed to parse CODEOWNERS: {why}")).and_then(read)
        }
        Form::Ini => ini::sections(text).map_err(|why| format!("read ini file: {why}")).and_then(read),
        Form::Dockerfile => {
            dockerfile::commands(text).map_err(|why| format!("parse dockerfile: {why}")).and_then(read)
        }
        Form::Xml => xml::elements(text).map_err(|why| format!("unmarshal xml: {why}")).and_then(read),
        Form::Unread(name) => Err(format!("configurations of the kind {name} cannot be read")),
        Form::Json => float_document(text.trim_start_matches('\u{feff}'), FileKind::Json)
            .map_err(|why| format!("unmarshal json: {why}")),
        Form::Yaml => yaml_form::documents(text),
        Form::Toml => toml_form::document(text).map_err(|why| format!("unmarshal toml: {why}")),
        Form::Hcl => {
            let document = hcl_to_json::document(path, text);
            let document = document.map_err(|why| format!("convert to bytes: {why}"))?;
            float_document(&document.to_string(), FileKind::Json)
        }
    }
}
