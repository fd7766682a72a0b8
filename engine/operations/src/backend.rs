//! Which backend a working directory uses: what its configuration says, what `init` settled, and opening it.

use std::collections::BTreeMap;

use ordain_backends::table::{self, Backend, Settings};
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_value::{Kind, Value};
use serde_json::{Value as Json, json};

use crate::{Project, Workdir};

/// A backend and its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Name of the backend.
    pub kind: String,
    /// Its settings as texts.
    pub settings: Settings,
}

impl Choice {
    /// What is used where nothing is declared.
    pub fn local() -> Choice {
        Choice { kind: "local".to_owned(), settings: Settings::new() }
    }
}

/// What the configuration declares; `None` without a `backend` block.
pub fn declared(project: &Project) -> (Option<Choice>, Diagnostics) {
    let mut found = Diagnostics::new();
    let Some(block) = &project.tree.root.settings.backend else { return (None, found) };
    let kind = block.kind.text.to_string();
    if !table::NAMES.contains(&kind.as_str()) {
        let detail =
            format!("There is no backend type named {kind:?}. Known ones: {}.", table::NAMES.join(", "));
        let error = Diagnostic::error(codes::state::STATE_STORE, "Unsupported backend type", detail);
        found.push(error.with_span(block.kind.span));
        return (None, found);
    }
    let mut settings = Settings::new();
    found.append(block.problems.clone());
    for (name, value) in &block.settings {
        add(&mut settings, &name.text, value);
    }
    (Some(Choice { kind, settings }), found)
}

/// Adds a setting as text; null ones are not set, lists and maps are kept as JSON.
fn add(settings: &mut Settings, name: &str, value: &Value) {
    let text = match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => return,
        Kind::String(text) => text.to_string(),
        Kind::Bool(value) => value.to_string(),
        Kind::Number(number) => number.to_string(),
        _ => match ordain_value::json::to_json(value, &value.ty()) {
            Ok(document) => document.to_string(),
            Err(_) => return,
        },
    };
    settings.insert(name.to_owned(), text);
}

/// Adds `-backend-config` arguments: `name=value`, or a file of them.
pub fn add_arguments(choice: &mut Choice, workdir: &Workdir, arguments: &[String]) -> Diagnostics {
    let mut found = Diagnostics::new();
    for argument in arguments {
        match argument.split_once('=') {
            Some((name, value)) if !workdir.path(argument).is_file() => {
                choice.settings.insert(name.trim().to_owned(), value.to_owned());
            }
            _ => found.append(add_file(choice, workdir, argument)),
        }
    }
    found
}

fn add_file(choice: &mut Choice, workdir: &Workdir, path: &str) -> Diagnostics {
    let text = match std::fs::read_to_string(workdir.path(path)) {
        Ok(text) => text,
        Err(error) => {
            let detail = format!("The file {path:?} given with -backend-config cannot be read: {error}.");
            return Diagnostic::error(codes::cli::IO, "Invalid backend configuration argument", detail)
                .into();
        }
    };
    let (values, found) = crate::variables::read_values(path, &text);
    for (name, value) in values {
        add(&mut choice.settings, &name, &value);
    }
    found
}

fn saved_path(workdir: &Workdir) -> std::path::PathBuf {
    workdir.data_dir().join("terraform.tfstate")
}

/// What `init` settled; `None` when it settled nothing.
pub fn saved(workdir: &Workdir) -> Option<Choice> {
    let text = std::fs::read_to_string(saved_path(workdir)).ok()?;
    let document: Json = serde_json::from_str(&text).ok()?;
    let backend = document.get("backend")?;
    let config = backend.get("config")?.as_object()?;
    let settings = config.iter().filter_map(|(name, value)| match value {
        Json::Null => None,
        Json::String(text) => Some((name.clone(), text.clone())),
        other => Some((name.clone(), other.to_string())),
    });
    Some(Choice { kind: backend.get("type")?.as_str()?.to_owned(), settings: settings.collect() })
}

/// Remembers what `init` settled; nothing for the implied local backend. Settings that are secrets are
/// stored as Terraform stores them, readable to the owner only.
pub fn save(workdir: &Workdir, choice: Option<&Choice>) -> Result<(), Diagnostic> {
    let path = saved_path(workdir);
    let done = match choice {
        None => match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
        Some(choice) => {
            let config: BTreeMap<&String, &String> = choice.settings.iter().collect();
            let document = json!({
                "version": 3,
                "terraform_version": crate::LANGUAGE_VERSION,
                "backend": { "type": choice.kind, "config": config, "hash": 0 },
            });
            crate::files::write_private(&path, format!("{document:#}\n").as_bytes())
        }
    };
    done.map_err(|error| {
        let detail = format!("{} cannot be written: {error}.", path.display());
        Diagnostic::error(codes::cli::IO, "Failed to save the backend configuration", detail)
    })
}

/// Opens the backend that commands other than `init` use.
///
/// # Errors
/// The configuration and what `init` settled differ, or the backend cannot be opened.
pub fn open(workdir: &Workdir, project: &Project) -> Result<Backend, Diagnostics> {
    let (declared, found) = declared(project);
    if found.has_errors() {
        return Err(found);
    }
    let saved = saved(workdir);
    let reason = match (&declared, &saved) {
        (None, None) => None,
        (Some(_), None) => Some("Initial configuration of the requested backend"),
        (None, Some(_)) => Some("Unsetting the previously set backend"),
        (Some(declared), Some(saved)) if declared.kind != saved.kind => Some("Backend type changed"),
        (Some(declared), Some(saved)) => {
            // Settings from -backend-config are known to init alone, so only what the block says is compared.
            let same = declared.settings.iter().all(|(name, value)| saved.settings.get(name) == Some(value));
            (!same).then_some("Backend configuration block has changed")
        }
    };
    if let Some(reason) = reason {
        let detail = format!(
            "Reason: {reason}.\n\nThe backend says where the state is. Run \"init\" to settle it: with -reconfigure to \
             use it as it is, with -migrate-state to copy the present state there."
        );
        let summary = "Backend initialization required, please run \"terraform init\"";
        return Err(Diagnostic::error(codes::state::STATE_STORE, summary, detail).into());
    }
    connect(workdir, &saved.unwrap_or_else(Choice::local)).map_err(Diagnostics::from)
}

/// Where in which backend the state is, without credentials, as a plan says it.
pub fn place(workdir: &Workdir) -> String {
    let choice = saved(workdir).unwrap_or_else(Choice::local);
    let parts = ["storage_account_name", "bucket", "address", "container_name", "prefix", "key", "path"];
    let parts: Vec<&str> =
        parts.iter().filter_map(|name| choice.settings.get(*name)).map(String::as_str).collect();
    format!("{}:{}", choice.kind, parts.join("/"))
}

/// Opens a backend with its settings and the environment's.
pub fn connect(workdir: &Workdir, choice: &Choice) -> Result<Backend, Diagnostic> {
    table::open(&choice.kind, &choice.settings, workdir.dir.clone(), &workdir.env)
}
