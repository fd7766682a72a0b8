//! The flags that several commands share, and how they are read.

use clap::{Arg, ArgAction, ArgMatches, Command};
use ordain_operations::StateFiles;

/// A flag that is on or off: `-input`, `-input=true`, `-input=false`.
pub fn switch(name: &'static str, default: bool, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("true")
        .default_value(if default { "true" } else { "false" })
        .value_parser(clap::builder::BoolishValueParser::new())
        .action(ArgAction::Set)
        .overrides_with(name)
        .hide_default_value(true)
        .hide_possible_values(true)
}

/// A flag with one value; the last one counts.
pub fn value(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::Set).overrides_with(name).allow_hyphen_values(true)
}

/// A flag that asks for a report: alone for standard output, with a value for a file.
pub fn report(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .help(help)
        .value_name("FILE")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("-")
        .action(ArgAction::Set)
        .overrides_with(name)
}

/// A flag that may be given many times.
pub fn many(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::Append).allow_hyphen_values(true)
}

/// Whether a switch is on.
pub fn is_on(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false)
}

/// Value of a flag.
pub fn text<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m str> {
    matches.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

/// Values of a flag that may be given many times.
pub fn texts(matches: &ArgMatches, name: &str) -> Vec<String> {
    matches.try_get_many::<String>(name).ok().flatten().into_iter().flatten().cloned().collect()
}

/// `-var` and `-var-file`.
pub fn variables(command: Command) -> Command {
    command
        .arg(many("var", "Set a root variable: -var 'name=value'"))
        .arg(many("var-file", "Set root variables from a file"))
}

/// `-var` and `-var-file` in the order in which they were given, as the later one wins.
pub fn given_variables(matches: &ArgMatches) -> Vec<ordain_operations::Given> {
    let indexed = |name: &str| {
        // Most commands know nothing of variables.
        if matches.try_contains_id(name).is_err() {
            return Vec::new();
        }
        let indices = matches.indices_of(name).into_iter().flatten();
        indices.zip(texts(matches, name)).collect::<Vec<_>>()
    };
    let vars = indexed("var").into_iter().map(|(at, text)| (at, ordain_operations::Given::Var(text)));
    let files = indexed("var-file").into_iter().map(|(at, path)| (at, ordain_operations::Given::File(path)));
    let mut all: Vec<_> = vars.chain(files).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, given)| given).collect()
}

/// `-lock` and `-lock-timeout`.
pub fn locking(command: Command) -> Command {
    command
        .arg(switch("lock", true, "Hold the state lock"))
        .arg(value("lock-timeout", "How long to wait for the lock, such as 30s").default_value("0s"))
}

/// What every command that prints takes.
pub fn output(command: Command) -> Command {
    command
        .arg(switch("no-color", false, "No colours"))
        .arg(switch("compact-warnings", false, "Show warnings as one line each"))
        .arg(switch("consolidate-warnings", true, "Show warnings that say the same once"))
        .arg(switch("consolidate-errors", false, "Show errors that say the same once"))
}

/// What planning takes, with or without a plan file.
pub fn planning(command: Command) -> Command {
    let command = command
        .arg(switch("destroy", false, "Plan to destroy everything"))
        .arg(switch("refresh-only", false, "Only bring the state up to date with the real objects"))
        .arg(switch("refresh", true, "Read the real objects before planning"))
        .arg(switch("minimal-refresh", false, "Read only the objects that would change"))
        .arg(many("target", "Plan only this address and what it depends on"))
        .arg(many("target-file", "Read -target addresses from a file, one a line"))
        .arg(many("exclude", "Plan all but this address and what depends on it"))
        .arg(many("exclude-file", "Read -exclude addresses from a file, one a line"))
        .arg(many("replace", "Replace this instance"))
        .arg(value("parallelism", "How many provider calls run at the same time").default_value("10"))
        .arg(switch("input", true, "Ask for what is missing"))
        .arg(switch("json", false, "Machine-readable output"))
        .arg(value("json-into", "Machine-readable output into a file, beside the usual output"))
        .arg(switch("show-sensitive", false, "Show sensitive values"))
        .arg(switch("concise", false, "Leave out lines about what is only read"))
        .arg(value(
            "deprecation",
            "Whose deprecation warnings are told: module:all, module:local or module:none",
        ))
        .arg(many("invoke", "Not supported: actions are no part of the language here"))
        .arg(switch("allow-deferral", false, "Plan what is known, defer the rest"))
        .arg(value("policies", "Directory of Rego policies; policies/ of the project when not given"));
    output(state_files(locking(variables(command))))
}

/// `-state`, `-state-out` and `-backup`.
pub fn state_files(command: Command) -> Command {
    command
        .arg(value("state", "State file of the local backend (legacy)"))
        .arg(value("state-out", "Write the new state here and leave the old one (legacy)"))
        .arg(value("backup", "Keep the replaced state here; - for nowhere (legacy)"))
}

/// What those flags say.
pub fn given_state_files(matches: &ArgMatches) -> StateFiles {
    let given = |name: &str| text(matches, name).filter(|path| !path.is_empty()).map(str::to_owned);
    StateFiles { state: given("state"), out: given("state-out"), backup: given("backup") }
}

/// Seconds of a duration such as `30s`, `5m`, `1h30m`; `None` when it is none.
pub fn seconds(text: &str) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|end| *end > 0)?;
        let (number, tail) = rest.split_at(digits);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        let factor = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
#[path = "flags_tests.rs"]
mod tests;
