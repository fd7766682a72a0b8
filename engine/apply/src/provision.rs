//! Provisioners: programs that run after an object is made or before it is destroyed.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use ordain_addr::ResourceInstance;
use ordain_config::blocks::{OnFailure, Provisioner};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_eval::Evaluator;
use ordain_plan::{Event, Observer};
use ordain_provider::{Attribute, AttributeType, Block, Flags};
use ordain_value::{Type, Value};

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

/// Runs provisioners. Implemented by operations.
#[async_trait]
pub trait Provisioners: Send + Sync {
    /// Runs a command and hands its output on line by line. The error says how it ended, with the last
    /// of its output.
    async fn local_exec(
        &self,
        run: LocalExec,
        line: &(dyn for<'l> Fn(&'l str) + Send + Sync),
    ) -> Result<(), String>;
}

/// A provisioner with its arguments.
pub(crate) struct Task {
    pub(crate) kind: Arc<str>,
    on_failure: OnFailure,
    config: Value,
    header: Span,
}

/// Evaluates provisioners as blocks of an instance.
pub(crate) fn tasks<'p>(
    evaluator: &Evaluator,
    provisioners: impl Iterator<Item = &'p Provisioner>,
    address: &ResourceInstance,
    self_value: &Value,
) -> (Vec<Task>, Diagnostics) {
    let (mut tasks, mut found) = (Vec::new(), Diagnostics::new());
    for provisioner in provisioners {
        let (config, problems) = if &*provisioner.kind == "local-exec" {
            evaluator.evaluate_body(address, self_value.clone(), &provisioner.body, &local_exec_schema())
        } else {
            (Value::null(Type::Dynamic), unsupported(provisioner).into())
        };
        found.append(problems);
        tasks.push(Task {
            kind: provisioner.kind.clone(),
            on_failure: provisioner.on_failure,
            config,
            header: provisioner.header,
        });
    }
    (tasks, found)
}

fn unsupported(provisioner: &Provisioner) -> Diagnostic {
    let detail = format!(
        "The provisioner {:?} is not built yet; only local-exec is. Use a resource of a provider, or a local-exec \
         that calls the program you need.",
        provisioner.kind
    );
    Diagnostic::error(codes::apply::APPLY_FAILED, "Unsupported provisioner", detail)
        .with_span(provisioner.header)
}

/// Arguments of `local-exec`.
fn local_exec_schema() -> Block {
    let row = |name: &str, ty: Type, required: bool| {
        let flags = Flags { required, optional: !required, ..Flags::default() };
        (Arc::from(name), Attribute { ty: AttributeType::Plain(ty), flags, description: String::new() })
    };
    let attributes = BTreeMap::from([
        row("command", Type::String, true),
        row("interpreter", Type::list(Type::String), false),
        row("working_dir", Type::String, false),
        row("environment", Type::map(Type::String), false),
        row("quiet", Type::Bool, false),
    ]);
    Block { attributes, ..Block::default() }
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
        let outcome = local_exec(provisioners, observer, address, task).await;
        observer.event(Event::ProvisionEnded { address, kind: &task.kind, ok: outcome.is_ok() });
        let Err(why) = outcome else { continue };
        if task.on_failure == OnFailure::Continue {
            observer.event(Event::ProvisionOutput { address, kind: &task.kind, line: &why });
            continue;
        }
        let failed =
            Diagnostic::error(codes::apply::APPLY_FAILED, format!("{} provisioner error", task.kind), why)
                .with_span(task.header)
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
    if marks.is_sensitive() {
        say("(output suppressed due to sensitive value in config)");
        let silent = |_: &str| {};
        let outcome = provisioners.local_exec(run, &silent).await;
        return outcome.map_err(|_| "The command failed; its output holds sensitive values.".to_owned());
    }
    if !run.quiet {
        let shell = [String::from("/bin/sh"), String::from("-c")];
        let program = if run.interpreter.is_empty() { &shell[..] } else { &run.interpreter[..] };
        let words: Vec<String> =
            program.iter().chain([&run.command]).map(|word| format!("{word:?}")).collect();
        say(&format!("Executing: [{}]", words.join(" ")));
    }
    provisioners.local_exec(run, &say).await
}
