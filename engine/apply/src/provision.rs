//! Provisioners: programs that run after an object is made or before it is destroyed.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::ResourceInstance;
use ordain_config::blocks::{OnFailure, Provisioner};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_eval::{Evaluator, connection_schema, provisioner_schema};
use ordain_lang::ast::Body;
use ordain_plan::{Event, Observer};
use ordain_provider::Block;
use ordain_value::{Kind, Marks, Value};

/// A command to run on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalExec {
    /// The command.
    pub command: String,
    /// Program and arguments that get the command as last argument; the system's shell when empty.
    pub interpreter: Vec<String>,
    /// Directory to run in.
    pub working_dir: Option<String>,
    /// Variables beside those of this process.
    pub environment: BTreeMap<String, String>,
    /// Whether the command itself is not shown.
    pub quiet: bool,
}

/// How a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandFailed {
    /// How it ended, or why it could not begin; nothing of what it said.
    pub status: String,
    /// The last of its output.
    pub output: String,
}

/// Where and how another machine is reached: a `connection` block with its defaults filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Settings as texts by their names, those that are not set left out.
    pub settings: BTreeMap<String, String>,
}

impl Connection {
    /// A setting that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Whether a setting is true.
    pub fn is_on(&self, name: &str, default: bool) -> bool {
        self.get(name).map_or(default, |text| text == "true")
    }
}

/// Scripts to run on another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteExec {
    /// Commands, one a line of a script for the shell.
    Inline(Vec<String>),
    /// Files with scripts, on this machine.
    Scripts(Vec<String>),
}

/// Something to copy to another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// What is copied.
    pub from: Copied,
    /// Path there.
    pub destination: String,
}

/// What is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// A file or directory; of a directory with `/` at its end, what it holds.
    Path(String),
    /// A text.
    Content(String),
}

/// Runs provisioners. Implemented by operations.
#[async_trait]
pub trait Provisioners: Send + Sync {
    /// Runs scripts on another machine and hands their output on line by line.
    async fn remote_exec(
        &self,
        connection: &Connection,
        run: RemoteExec,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), String>;

    /// Copies to another machine.
    async fn copy(
        &self,
        connection: &Connection,
        copy: Copy,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), String>;

    /// Runs a command and hands its output on line by line.
    async fn local_exec(
        &self,
        run: LocalExec,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), CommandFailed>;
}

/// A provisioner with its arguments.
pub(crate) struct Task {
    pub(crate) kind: Arc<str>,
    on_failure: OnFailure,
    config: Value,
    /// Evaluated `connection` blocks, the provisioner's own first.
    connections: Vec<Value>,
    /// Where its arguments begin.
    place: Span,
}

/// Evaluates provisioners as blocks of an instance.
pub(crate) fn tasks<'p>(
    evaluator: &Evaluator,
    provisioners: impl Iterator<Item = &'p Provisioner>,
    outer: Option<&Body>,
    address: &ResourceInstance,
    self_value: &Value,
) -> (Vec<Task>, Diagnostics) {
    let (mut tasks, mut found) = (Vec::new(), Diagnostics::new());
    for provisioner in provisioners {
        let Some(schema) = provisioner_schema(&provisioner.kind) else { continue };
        let mut value = |body: &Body, schema: &Block| {
            found.take(evaluator.evaluate_body(address, self_value.clone(), body, schema))
        };
        let config = value(&provisioner.body, &schema);
        let connections = [provisioner.connection.as_ref(), outer].into_iter().flatten();
        let connections = connections.filter(|_| &*provisioner.kind != "local-exec");
        let connections: Vec<Value> = connections.map(|body| value(body, &connection_schema())).collect();
        let known = config.is_wholly_known() && connections.iter().all(Value::is_wholly_known);
        if !known && !found.has_errors() {
            found.push(not_known(provisioner));
        }
        tasks.push(Task {
            kind: provisioner.kind.clone(),
            on_failure: provisioner.on_failure,
            config,
            connections,
            place: provisioner.body.missing_item(),
        });
    }
    (tasks, found)
}

/// A provisioner is not run with gaps where values are missing.
fn not_known(provisioner: &Provisioner) -> Diagnostic {
    let detail = "Its arguments depend on values that are still not known now that the object is made, so it was not \
                  run. Have it depend on what is known by then, such as the attributes of the object itself.";
    let summary = format!("Unknown values for {} provisioner", provisioner.kind);
    Diagnostic::error(codes::apply::APPLY_FAILED, summary, detail).with_span(provisioner.header)
}

/// Runs tasks one after the other, up to the first that fails and must not.
pub(crate) async fn run(
    provisioners: &dyn Provisioners,
    observer: &dyn Observer,
    address: &ResourceInstance,
    tasks: &[Task],
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for task in tasks {
        observer.event(Event::ProvisionStarted { address, kind: &task.kind });
        let outcome = match &*task.kind {
            "local-exec" => local_exec(provisioners, observer, address, task).await,
            _ => remote(provisioners, observer, address, task).await,
        };
        let goes_on = task.on_failure == OnFailure::Continue;
        let passed_over = outcome.as_ref().err().filter(|_| goes_on).map(String::as_str);
        observer.event(Event::ProvisionEnded { address, kind: &task.kind, ok: outcome.is_ok(), passed_over });
        let Err(why) = outcome else { continue };
        if goes_on {
            continue;
        }
        let failed =
            Diagnostic::error(codes::apply::APPLY_FAILED, format!("{} provisioner error", task.kind), why)
                .with_span(task.place)
                .with_address(address.to_string());
        found.push(failed);
        break;
    }
    found
}

async fn local_exec(
    provisioners: &dyn Provisioners,
    observer: &dyn Observer,
    address: &ResourceInstance,
    task: &Task,
) -> Result<(), String> {
    let (config, marks) = task.config.clone().unmark_deep();
    let text = |name: &str| config.get(name).and_then(Value::as_str).map(str::to_owned);
    let command = text("command").unwrap_or_default();
    if command.is_empty() {
        return Err("local-exec provisioner command must be a non-empty string".to_owned());
    }
    let strings = |value: Option<&Value>| -> Vec<String> {
        let items = value.and_then(Value::as_items).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let environment = config.get("environment").and_then(Value::as_members).into_iter().flatten();
    let run = LocalExec {
        interpreter: strings(config.get("interpreter")),
        working_dir: text("working_dir"),
        environment: environment
            .filter_map(|(name, value)| Some((name.to_string(), value.as_str()?.to_owned())))
            .collect(),
        quiet: config.get("quiet").and_then(Value::as_bool).unwrap_or(false),
        command,
    };
    let kind: &str = &task.kind;
    let say = |line: &str| observer.event(Event::ProvisionOutput { address, kind, line });
    if let Some(kinds) = hidden(marks) {
        say(&format!("(output suppressed due to {kinds} value in config)"));
        let outcome = provisioners.local_exec(run, &|_: &str| {}).await;
        return outcome.map_err(|failed| {
            format!(
                "The command failed: {}. It holds {kinds} values, so neither it nor its output is shown.",
                failed.status
            )
        });
    }
    if run.quiet {
        say("local-exec: Executing: Suppressed by quiet=true");
    } else {
        let shell = [String::from("/bin/sh"), String::from("-c")];
        let program = if run.interpreter.is_empty() { &shell[..] } else { &run.interpreter[..] };
        let words: Vec<String> =
            program.iter().chain([&run.command]).map(|word| format!("{word:?}")).collect();
        say(&format!("Executing: [{}]", words.join(" ")));
    }
    let command = run.command.clone();
    provisioners.local_exec(run, &say).await.map_err(|CommandFailed { status, output }| {
        format!("Error running command '{command}': {status}. Output: {output}")
    })
}

/// What kinds of values keep a provisioner's output from being shown, if any do.
fn hidden(marks: Marks) -> Option<&'static str> {
    match (marks.is_sensitive(), marks.is_ephemeral()) {
        (false, false) => None,
        (true, false) => Some("sensitive"),
        (false, true) => Some("ephemeral"),
        (true, true) => Some("sensitive, ephemeral"),
    }
}

/// Texts of the settings of `connection` blocks, those of the first where it has them.
fn connection(task: &Task) -> Result<Connection, String> {
    if task.connections.is_empty() {
        return Err("Missing connection configuration for provisioner.".to_owned());
    }
    let mut settings = BTreeMap::new();
    for block in task.connections.iter().rev() {
        let (block, _) = block.clone().unmark_deep();
        for (name, value) in block.as_members().into_iter().flatten() {
            let text = match value.kind() {
                Kind::String(text) => text.to_string(),
                Kind::Bool(value) => value.to_string(),
                _ => continue,
            };
            settings.insert(name.to_string(), text);
        }
    }
    let connection = Connection { settings };
    match connection.get("host") {
        Some(_) => Ok(connection),
        None => Err("host for provisioner cannot be empty".to_owned()),
    }
}

async fn remote(
    provisioners: &dyn Provisioners,
    observer: &dyn Observer,
    address: &ResourceInstance,
    task: &Task,
) -> Result<(), String> {
    let connection = connection(task)?;
    let (config, marks) = task.config.clone().unmark_deep();
    let kind: &str = &task.kind;
    let say = |line: &str| observer.event(Event::ProvisionOutput { address, kind, line });
    let silent = |_: &str| {};
    let hidden = hidden(marks);
    if let Some(kinds) = hidden {
        say(&format!("(output suppressed due to {kinds} value in config)"));
    }
    let line: &(dyn for<'l> Fn(&'l str) + Send + Sync) = if hidden.is_some() { &silent } else { &say };
    let text = |name: &str| config.get(name).and_then(Value::as_str).map(str::to_owned);
    let texts = |name: &str| {
        let items = config.get(name).and_then(Value::as_items)?;
        Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>())
    };
    if kind == "file" {
        let from = match (text("source"), text("content")) {
            (Some(path), None) => Copied::Path(path),
            (None, Some(content)) => Copied::Content(content),
            (Some(_), Some(_)) => return Err("Cannot set both 'source' and 'content'".to_owned()),
            (None, None) => return Err("Must provide one of 'source' or 'content'".to_owned()),
        };
        let copy = Copy { from, destination: text("destination").unwrap_or_default() };
        return provisioners.copy(&connection, copy, line).await;
    }
    let run = match (texts("inline"), text("script"), texts("scripts")) {
        (Some(commands), None, None) => RemoteExec::Inline(commands),
        (None, Some(script), None) => RemoteExec::Scripts(vec![script]),
        (None, None, Some(scripts)) => RemoteExec::Scripts(scripts),
        _ => return Err("Only one of \"inline\", \"script\", or \"scripts\" must be set".to_owned()),
    };
    let outcome = provisioners.remote_exec(&connection, run, line).await;
    outcome.map_err(|why| match hidden {
        Some(kinds) => format!("The command failed; it holds {kinds} values, so its output is not shown."),
        None => why,
    })
}
