//! Which backend a working directory uses: what its configuration says, what `init` settled, and opening it.

use std::collections::BTreeMap;

use ordain_backends::table::{self, Backend, Settings};
use ordain_diag::{Diagnostic, Diagnostics, Sources, codes};
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

    /// Digest of kind and settings.
    fn digest(&self) -> String {
        let text = serde_json::to_vec(&(&self.kind, &self.settings)).unwrap_or_default();
        ordain_plan::Digest::of(&text).to_string()
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
pub fn add_arguments(
    choice: &mut Choice,
    workdir: &Workdir,
    arguments: &[String],
    sources: &mut Sources,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for argument in arguments {
        match argument.split_once('=') {
            Some((name, value)) if !workdir.path(argument).is_file() => {
                let name = name.trim();
                if !table::has_argument(&choice.kind, name) {
                    let detail = format!(
                        "The backend {:?} has no argument {name:?}, which -backend-config gives.",
                        choice.kind
                    );
                    let summary = "Invalid backend configuration argument";
                    found.push(Diagnostic::error(codes::config::INVALID_ARGUMENT, summary, detail));
                    continue;
                }
                choice.settings.insert(name.to_owned(), value.to_owned());
            }
            None if argument.is_empty() => {}
            _ => found.append(add_file(choice, workdir, argument, sources)),
        }
    }
    found
}

fn add_file(choice: &mut Choice, workdir: &Workdir, path: &str, sources: &mut Sources) -> Diagnostics {
    let text = match std::fs::read_to_string(workdir.path(path)) {
        Ok(text) => text,
        Err(error) => {
            let detail = format!("The file {path:?} given with -backend-config cannot be read: {error}.");
            return Diagnostic::error(codes::cli::IO, "Failed to read file", detail).into();
        }
    };
    let json = path.ends_with(".json");
    let kind = choice.kind.clone();
    let known = |name: &str| table::has_argument(&kind, name);
    let (values, mut found) = crate::variables::read_values(path, &text, &known, sources);
    let broken = found.has_errors();
    for (name, value) in values {
        if json && !broken && !known(&name) {
            let detail = format!("The backend {kind:?} has no argument {name:?}, which {path} gives.");
            found.push(Diagnostic::error(codes::config::INVALID_ARGUMENT, "Unsupported argument", detail));
        }
        add(&mut choice.settings, &name, &value);
    }
    found
}

fn saved_path(workdir: &Workdir) -> std::path::PathBuf {
    workdir.data_dir().join("terraform.tfstate")
}

/// What `init` settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The backend, with what `-backend-config` said.
    pub choice: Choice,
    /// Digest of what the block alone said then; none where another program settled it.
    block: Option<String>,
}

impl Saved {
    /// Whether it was settled for this block, however its settings were completed.
    pub fn is_of(&self, block: &Choice) -> bool {
        let of_it = |(name, value)| self.choice.settings.get(name) == Some(value);
        self.choice.kind == block.kind
            && match &self.block {
                Some(digest) => *digest == block.digest() || self.choice == *block,
                // Settings of -backend-config are known to that program alone.
                None => block.settings.iter().all(of_it),
            }
    }
}

/// The backend that `init` settled, or the one that is used where nothing is declared.
pub fn settled(workdir: &Workdir) -> Choice {
    saved(workdir).map_or_else(Choice::local, |saved| saved.choice)
}

/// What `init` settled; `None` when it settled nothing.
pub fn saved(workdir: &Workdir) -> Option<Saved> {
    let text = std::fs::read_to_string(saved_path(workdir)).ok()?;
    let document: Json = serde_json::from_str(&text).ok()?;
    let backend = document.get("backend")?;
    let config = backend.get("config")?.as_object()?;
    let settings = config.iter().filter_map(|(name, value)| match value {
        Json::Null => None,
        Json::String(text) => Some((name.clone(), text.clone())),
        other => Some((name.clone(), other.to_string())),
    });
    let choice = Choice { kind: backend.get("type")?.as_str()?.to_owned(), settings: settings.collect() };
    let block = document.pointer("/ordain/block").and_then(Json::as_str).map(str::to_owned);
    Some(Saved { choice, block })
}

/// Remembers what `init` settled, and for which block; nothing for the implied local backend. Settings that are
/// secrets are stored as Terraform stores them, readable to the owner only.
pub fn save(workdir: &Workdir, choice: Option<&Choice>, block: Option<&Choice>) -> Result<(), Diagnostic> {
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
                "ordain": { "block": block.map(Choice::digest) },
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
    if let Some(reason) = unsettled(declared.as_ref(), saved.as_ref()) {
        let detail = format!(
            "Reason: {reason}\n\nThe backend says where the state is. Run \"ordain init\" to settle it: with -reconfigure to \
             use it as it is, with -migrate-state to copy the present state there."
        );
        // Terraform has it in two spellings, and tools look for either.
        let mark = if declared.is_some() && saved.is_some() { ':' } else { ',' };
        let summary = format!("Backend initialization required{mark} please run \"terraform init\"");
        return Err(Diagnostic::error(codes::state::STATE_STORE, summary, detail).into());
    }
    connect(workdir, &saved.map_or_else(Choice::local, |saved| saved.choice)).map_err(Diagnostics::from)
}

/// Why `init` has to run before anything else.
fn unsettled(declared: Option<&Choice>, saved: Option<&Saved>) -> Option<String> {
    match (declared, saved) {
        (None, None) => None,
        (Some(wanted), None) => {
            Some(format!("Initial configuration of the requested backend {:?}", wanted.kind))
        }
        (None, Some(saved)) => Some(format!("Unsetting the previously set backend {:?}", saved.choice.kind)),
        (Some(wanted), Some(saved)) if wanted.kind != saved.choice.kind => {
            Some(format!("Backend type changed from {:?} to {:?}", saved.choice.kind, wanted.kind))
        }
        (Some(wanted), Some(saved)) => {
            (!saved.is_of(wanted)).then(|| "Backend configuration block has changed".to_owned())
        }
    }
}

/// Where in which backend the state is, without credentials, as a plan says it.
pub fn place(workdir: &Workdir) -> String {
    let choice = settled(workdir);
    let parts = ["storage_account_name", "bucket", "address", "container_name", "prefix", "key", "path"];
    let parts: Vec<&str> =
        parts.iter().filter_map(|name| choice.settings.get(*name)).map(String::as_str).collect();
    format!("{}:{}", choice.kind, parts.join("/"))
}

/// Opens a backend with its settings and the environment's.
pub fn connect(workdir: &Workdir, choice: &Choice) -> Result<Backend, Diagnostic> {
    table::open(&choice.kind, &choice.settings, workdir.dir.clone(), &workdir.env)
}
