//! The developer command that renders a chart from a folder: `dev render-chart DIR --name R …`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Map as JsonMap, Value as Json, json};

use crate::capabilities;
use crate::chart::Chart;
use crate::chart::{read_values, reason};
use crate::data::Table;
use crate::outside::Detached;
use crate::render::{Capabilities, ReleaseInfo, RenderOptions, render};
use crate::semver::Version;
use crate::set::{SetKind, set_into};
use crate::tables::overlay;

/// What a command leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutput {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit code.
    pub exit: u8,
}

#[derive(Default)]
struct Options {
    chart: PathBuf,
    name: String,
    namespace: String,
    files: Vec<String>,
    sets: Vec<(SetKind, String)>,
    kube_version: Option<String>,
    api_versions: Vec<String>,
    is_upgrade: bool,
    include_crds: bool,
    json: bool,
}

/// Runs the command on the arguments after `dev render-chart`. Paths are relative to `directory`.
///
/// With `--json` prints `{"manifest", "hooks", "notes"}`, else the manifest followed by the hooks; a failure is
/// `Error: …` and exit code 1, a wrong argument exit code 2.
#[must_use]
pub fn render_chart_command(args: &[String], directory: &Path) -> CommandOutput {
    let options = match parse(args) {
        Ok(options) => options,
        Err(message) => {
            return CommandOutput { stdout: String::new(), stderr: format!("Error: {message}\n"), exit: 2 };
        }
    };
    match run(&options, directory) {
        Ok(stdout) => CommandOutput { stdout, stderr: String::new(), exit: 0 },
        Err(message) => {
            CommandOutput { stdout: String::new(), stderr: format!("Error: {message}\n"), exit: 1 }
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options =
        Options { name: "release-name".into(), namespace: "default".into(), ..Options::default() };
    let mut chart = None;
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let (flag, inline) = match arg.split_once('=').filter(|_| arg.starts_with("--")) {
            Some((flag, value)) => (flag, Some(value.to_owned())),
            None => (arg.as_str(), None),
        };
        let mut value = || {
            inline
                .clone()
                .or_else(|| rest.next().cloned())
                .ok_or_else(|| format!("flag needs an argument: {flag}"))
        };
        match flag {
            "--name" => options.name = value()?,
            "--namespace" => options.namespace = value()?,
            "-f" | "--values" => options.files.push(value()?),
            "--set" => options.sets.push((SetKind::Typed, value()?)),
            "--set-string" => options.sets.push((SetKind::Text, value()?)),
            "--set-json" => options.sets.push((SetKind::Json, value()?)),
            "--set-file" => options.sets.push((SetKind::File, value()?)),
            "--set-literal" => options.sets.push((SetKind::Literal, value()?)),
            "--kube-version" => options.kube_version = Some(value()?),
            "--api-versions" => options.api_versions.extend(value()?.split(',').map(str::to_owned)),
            "--is-upgrade" => options.is_upgrade = true,
            "--include-crds" => options.include_crds = true,
            "--json" => options.json = true,
            _ if flag.starts_with('-') => return Err(format!("unknown flag: {flag}")),
            _ if chart.is_none() => chart = Some(arg.clone()),
            _ => return Err(format!("one chart is rendered at a time, {arg} is a second one")),
        }
    }
    options.chart = chart.ok_or("which chart? give the path of a folder or archive")?.into();
    Ok(options)
}

/// The user's values: files, then `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`, whatever the
/// order of the flags.
fn user_values(options: &Options, directory: &Path) -> Result<Table, String> {
    let read = |path: &str| {
        // A path of nothing names no file, not the directory.
        let found = if path.is_empty() {
            Err(std::io::ErrorKind::NotFound.into())
        } else {
            std::fs::read(directory.join(path))
        };
        found.map_err(|e| format!("open {path}: {}", reason(&e)))
    };
    let read_text = |path: &str| read(path).map(|bytes| ordain_gostd::bytes::to_text(&bytes));
    let mut values = Table::new();
    for path in &options.files {
        let table = read_values(&read(path)?).map_err(|e| format!("failed to parse {path}: {e}"))?;
        overlay(&mut values, table);
    }
    let order = [
        (SetKind::Json, "--set-json"),
        (SetKind::Typed, "--set"),
        (SetKind::Text, "--set-string"),
        (SetKind::File, "--set-file"),
        (SetKind::Literal, "--set-literal"),
    ];
    for (kind, flag) in order {
        for (_, text) in options.sets.iter().filter(|(k, _)| *k == kind) {
            set_into(kind, text, &mut values, &read_text).map_err(|e| match kind {
                SetKind::Json => format!("failed parsing {flag} data {text}"),
                _ => format!("failed parsing {flag} data: {e}"),
            })?;
        }
    }
    Ok(values)
}

/// Helm's rule for names of releases.
///
/// # Errors
/// The rule, in Helm's words.
pub fn check_release_name(name: &str) -> Result<(), String> {
    const RULE: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
    let label = |l: &str| {
        let inner = l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        !l.is_empty() && inner && !l.starts_with('-') && !l.ends_with('-')
    };
    if name.len() <= 53 && name.split('.').all(label) {
        return Ok(());
    }
    if name.is_empty() {
        return Err("release name \"\": no name provided".into());
    }
    let quoted = ordain_gostd::quote(name);
    let what = "invalid release name, must match regex";
    Err(format!("release name {quoted}: {what} {RULE} and the length must not be longer than 53"))
}

fn run(options: &Options, directory: &Path) -> Result<String, String> {
    let mut have = capabilities::default_capabilities();
    if let Some(version) = &options.kube_version {
        let parsed = Version::parse(version).map_err(|e| format!("invalid kube version '{version}': {e}"))?;
        have.kube_version = format!("v{parsed}");
    }
    have.api_versions.extend(options.api_versions.iter().cloned());
    let values = user_values(options, directory)?;
    let chart = Chart::from_path(&directory.join(&options.chart))?;
    if chart.is_library() {
        return Err("library charts are not installable".into());
    }
    // What the chart lacks is said first.
    if chart.missing_dependencies().is_empty() {
        check_release_name(&options.name)?;
    }
    let release = ReleaseInfo {
        name: options.name.clone(),
        namespace: options.namespace.clone(),
        revision: 1,
        is_upgrade: options.is_upgrade,
    };
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let outside = Detached { now: (i64::try_from(since.as_secs()).unwrap_or(0), since.subsec_nanos()) };
    print(options, &chart, &values, &release, &have, &outside)
}

fn print(
    options: &Options,
    chart: &Chart,
    values: &Table,
    release: &ReleaseInfo,
    have: &Capabilities,
    outside: &Detached,
) -> Result<String, String> {
    let rendered =
        render(chart, values, release, have, outside, RenderOptions::default()).map_err(|e| e.to_string())?;
    let manifest = rendered.manifest(options.include_crds);
    if !options.json {
        let hooks: String =
            rendered.hooks.iter().map(|h| format!("---\n# Source: {}\n{}\n", h.path, h.manifest)).collect();
        return Ok(manifest + &hooks);
    }
    let hooks: Vec<Json> = rendered
        .hooks
        .iter()
        .map(|h| {
            json!({
                "name": h.name, "kind": h.kind, "path": h.path, "events": h.events, "weight": h.weight,
                "delete_policies": h.delete_policies, "manifest": h.manifest,
            })
        })
        .collect();
    let out = JsonMap::from_iter([
        ("manifest".to_owned(), Json::String(manifest)),
        ("hooks".to_owned(), Json::Array(hooks)),
        ("notes".to_owned(), Json::String(rendered.notes)),
    ]);
    Ok(format!("{}\n", Json::Object(out)))
}
