//! Arguments in, text and exit code out.

mod args;
mod asking;
mod commands;
mod exit;
mod flags;
mod machine;
mod progress;
mod render;
mod request;
mod session;
mod testing;
mod transfers;
mod typing;
mod ui;

use std::process::ExitCode;

use ordain_diag::{Diagnostic, Sources, codes};
use ordain_operations::log::{self, Level, Log};
use ordain_operations::{Workdir, guarded};
use session::Session;
use ui::{Deprecations, Ui};

fn main() -> ExitCode {
    if let Some(why) = guarded::become_provider(&std::env::args().collect::<Vec<_>>()) {
        ui::interrupted(&format!("{why}\n"));
        return ExitCode::from(126);
    }
    let env = std::env::vars().collect();
    let line = match args::prepare(std::env::args().collect(), &env) {
        Ok(line) => line,
        Err(why) => {
            Ui::terminal(true, false, Log::silent()).complain(&format!("{why}\n"));
            return ExitCode::from(1);
        }
    };
    if line.words.get(1).is_some_and(|word| word == "--version") {
        return start(vec!["ordain".to_owned(), "version".to_owned()], line.chdir, env);
    }
    start(line.words, line.chdir, env)
}

fn start(
    words: Vec<String>,
    chdir: Option<std::path::PathBuf>,
    env: std::collections::BTreeMap<String, String>,
) -> ExitCode {
    let speaks_json = words.iter().skip(2).any(|word| matches!(word.as_str(), "--json" | "--json=true"));
    let operates = words.get(1).is_some_and(|word| machine::SPEAKERS.contains(&word.as_str()));
    let command = words.get(1).cloned().unwrap_or_default();
    let matches = match commands::parser().try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return misused(&error, &command, speaks_json && operates),
    };
    let Some((entry, inner)) = commands::find(&matches) else { return ExitCode::from(1) };
    let input = flags::is_on(inner, "input") || inner.try_contains_id("input").is_err();
    let dir = directory(chdir);
    let log = match &dir {
        Ok(dir) => log::open(&Workdir::new(dir.clone(), env.clone())),
        Err(_) => Log::silent(),
    };
    log.line(Level::Info, &format!("version {}: {}", env!("CARGO_PKG_VERSION"), entry.words.join(" ")));
    let mut ui = Ui::terminal(flags::is_on(inner, "no-color"), input && input_allowed(&env), log.clone());
    ui.grouping.compact = flags::is_on(inner, "compact-warnings");
    ui.grouping.warnings =
        flags::is_on(inner, "consolidate-warnings") || inner.try_contains_id("consolidate-warnings").is_err();
    ui.grouping.errors = flags::is_on(inner, "consolidate-errors");
    ui.concise = flags::is_on(inner, "concise");
    if let Some(text) = flags::text(inner, "deprecation") {
        let Some(which) = Deprecations::parse(text) else {
            let detail = format!("{text:?} is none of module:all, module:local and module:none.");
            let wrong = Diagnostic::error(codes::cli::USAGE, "Invalid value of -deprecation", detail);
            ui.diagnostics(&wrong.into(), &Sources::new());
            return ExitCode::from(1);
        };
        ui.deprecations = which;
    }
    let dir = match dir {
        Ok(dir) => dir,
        Err(why) => {
            ui.complain(&format!("\nError: {why}\n"));
            return ExitCode::from(1);
        }
    };
    if let Err(exit) = speak_json(&mut ui, entry.words, inner, &dir) {
        return exit;
    }
    match Session::new(ui, dir, env) {
        Ok(mut session) => {
            // Where a workspace is made, -state says what it begins with.
            if entry.words != ["workspace", "new"] {
                session.workdir.state_files = flags::given_state_files(inner);
            }
            session.workdir.given = flags::given_variables(inner);
            let code = (entry.run)(inner, &mut session).code();
            log.line(Level::Info, &format!("exit status {code}"));
            ExitCode::from(code)
        }
        Err(_) => ExitCode::from(1),
    }
}

/// `-json` and `-json-into` of the commands that know the machine-readable interface.
fn speak_json(
    ui: &mut Ui,
    words: &[&str],
    matches: &clap::ArgMatches,
    dir: &std::path::Path,
) -> Result<(), ExitCode> {
    if !words.first().is_some_and(|word| machine::SPEAKERS.contains(word)) {
        return Ok(());
    }
    let into = flags::text(matches, "json-into");
    if flags::is_on(matches, "json") {
        ui.only_machine(machine::Machine::new(Box::new(std::io::stdout())));
        if into.is_some() {
            let detail =
                "-json writes to standard output and -json-into to a file beside it: one of them is enough.";
            let both = Diagnostic::error(codes::cli::USAGE, "Incompatible -json and -json-into", detail);
            ui.diagnostics(&both.into(), &Sources::new());
            return Err(ExitCode::from(1));
        }
    } else if let Some(path) = into {
        match std::fs::File::create(dir.join(path)) {
            Ok(file) => ui.also_machine(machine::Machine::new(Box::new(file))),
            Err(error) => {
                let detail = format!("The file of -json-into cannot be written: {path}: {error}.");
                let error =
                    Diagnostic::error(codes::cli::USAGE, "Failed to open the -json-into file", detail);
                ui.diagnostics(&error.into(), &Sources::new());
                return Err(ExitCode::from(1));
            }
        }
    }
    Ok(())
}

fn input_allowed(env: &std::collections::BTreeMap<String, String>) -> bool {
    let set = env.get("ORDAIN_INPUT").or_else(|| env.get("TF_INPUT")).map(String::as_str);
    !matches!(set, Some("0" | "false"))
}

fn directory(chdir: Option<std::path::PathBuf>) -> Result<std::path::PathBuf, String> {
    let here =
        std::env::current_dir().map_err(|error| format!("the working directory cannot be read: {error}"))?;
    let Some(chdir) = chdir else { return Ok(here) };
    let dir = here.join(&chdir);
    if dir.is_dir() { Ok(dir) } else { Err(format!("-chdir: {} is not a directory", chdir.display())) }
}

/// A command line that does not parse: help goes to standard output with 0, mistakes to standard error.
fn misused(error: &clap::Error, command: &str, json: bool) -> ExitCode {
    use clap::error::ErrorKind;
    let asked_for_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if asked_for_help || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _gone = error.print();
        return ExitCode::from(u8::from(!asked_for_help));
    }
    let text = error.to_string();
    let detail = text.strip_prefix("error: ").unwrap_or(&text).trim_end();
    let mut ui = Ui::terminal(true, false, Log::silent());
    if json {
        ui.only_machine(machine::Machine::new(Box::new(std::io::stdout())));
        let error = Diagnostic::error(codes::cli::USAGE, "Failed to parse command-line flags", detail);
        ui.diagnostics(&error.into(), &Sources::new());
        return ExitCode::from(1);
    }
    let stray = error.kind() == ErrorKind::UnknownArgument
        && error
            .get(clap::error::ContextKind::InvalidArg)
            .is_some_and(|arg| !arg.to_string().starts_with('-'));
    let summary = match (stray, command) {
        (true, "output") => "Unexpected argument",
        (true, "init") => "Too many command line arguments. Did you mean to use -chdir?",
        (true, _) => "Too many command line arguments",
        (false, _) => "Failed to parse command-line flags",
    };
    ui.complain(&format!("\nError: {summary}\n\n{detail}\n"));
    ExitCode::from(1)
}
