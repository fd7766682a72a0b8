//! `ordain policy conftest-compat test|verify|parse`: Conftest's commands with Conftest's flags.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use ordain_operations::conftest::{ConftestFlags, Settings, parse, test, verify};
use ordain_policy::{CONFTEST_SHAPES, CheckResult, ConftestShape, shaped};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, many, switch, text, texts, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["policy", "conftest-compat"],
    about: "Test configurations as Conftest does: conftest-compat test|verify|parse …",
    flags,
    run,
};

fn flags(command: Command) -> Command {
    command
        .arg(many("policy", "Directory or file of policies; policy when not given").short('p'))
        .arg(many("data", "Directory or file of documents").short('d'))
        .arg(many("namespace", "Namespace of rules, with * ? [ as wildcards; main when not given").short('n'))
        .arg(value("output", "stdout, json, table, tap, junit, github, azuredevops or sarif").short('o'))
        .arg(value(
            "parser",
            "How configurations are written: codeowners, dockerfile, dotenv, hcl2, ignore, ini, json, jsonc, properties, toml, xml or yaml",
        ))
        .arg(
            value("config-file", "File of flags; conftest.toml, .yaml, .yml or .json when not given").short('c'),
        )
        .arg(value("ignore", "Regular expression of paths to leave out"))
        .arg(value("rego-version", "Version of Rego that policies are written in: v0 or v1"))
        .arg(value("stdin-filename", "Name of the configuration on standard input"))
        .arg(switch("all-namespaces", false, "Test the rules of all namespaces"))
        .arg(switch("combine", false, "Test all configurations as one"))
        .arg(switch("fail-on-warn", false, "Warnings are failures"))
        .arg(switch("no-fail", false, "Failures are no error"))
        .arg(switch("quiet", false, "Say nothing when all passes"))
        .arg(switch("strict", false, "Compile policies strictly"))
        .arg(switch("show-builtin-errors", false, "Errors of built-in functions are errors"))
        .arg(switch("suppress-exceptions", false, "Do not list exceptions"))
        .arg(switch("junit-hide-message", false, "No messages in the names of JUnit tests"))
        .arg(switch("github-hide-passed", false, "No files that pass in the form of GitHub"))
        .arg(switch("no-color", false, "No colours"))
        .arg(Arg::new("words").num_args(1..).required(true).help("test or verify, and what to test; or parse, and what to read"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let settings = match Settings::read(&session.workdir, text(matches, "config-file")) {
        Ok(settings) => settings,
        Err(why) => {
            session.ui.complain(&format!("Error: {why}\n"));
            return Exit::Failed;
        }
    };
    let mut words = texts(matches, "words");
    let action = if words.is_empty() { String::new() } else { words.remove(0) };
    let given = Given { matches, settings };
    let outcome = given.flags(words).and_then(|flags| Ok((flags, given.shown(&action)?)));
    let (flags, shown) = match outcome {
        Ok(read) => read,
        Err(why) => {
            session.ui.complain(&format!("Error: {why}\n"));
            return Exit::Failed;
        }
    };
    if let Some(other) = given.one("rego-version").filter(|v| !matches!(*v, "v0" | "v1" | "V0" | "V1")) {
        let why = format!("load: loading policies: invalid Rego version: {other}");
        return failed(session, "running test", &why);
    }
    if !CONFTEST_SHAPES.contains(&&*shown.shape.output) {
        let output = &shown.shape.output;
        let detail = format!("-output={output} is not known; there are {}.", CONFTEST_SHAPES.join(", "));
        return session.usage("Unknown output", &detail);
    }
    match action.as_str() {
        "test" => match test(&session.workdir, &flags) {
            Ok(results) => finished(session, &results, &shown),
            Err(why) => failed(session, "running test", &why),
        },
        "verify" => match verify(&session.workdir, &flags) {
            Ok(results) => finished(session, &results, &shown),
            Err(why) => failed(session, "running verification", &why),
        },
        "parse" => match parse(&session.workdir, &flags) {
            Ok(text) => {
                session.ui.say(&text);
                Exit::Done
            }
            Err(why) => {
                session.ui.complain(&format!("Error: {why}\n"));
                Exit::Failed
            }
        },
        other => session.usage(
            "Unknown command",
            &format!("conftest-compat knows test, verify and parse, not {other:?}."),
        ),
    }
}

/// What the command line says, and settings where it does not.
struct Given<'m> {
    matches: &'m ArgMatches,
    settings: Settings,
}

/// How results are told.
struct Shown {
    shape: ConftestShape,
    fail_on_warn: bool,
    no_fail: bool,
    quiet: bool,
}

impl Given<'_> {
    fn listed(&self, name: &str) -> Vec<String> {
        let given = texts(self.matches, name);
        if given.is_empty() {
            return self.settings.many(name);
        }
        given.iter().flat_map(|text| text.split(',')).map(str::to_owned).collect()
    }

    fn one(&self, name: &str) -> Option<&str> {
        text(self.matches, name).or_else(|| self.settings.single(name))
    }

    fn is_on(&self, name: &str) -> Result<bool, String> {
        match self.matches.value_source(name) {
            Some(ValueSource::CommandLine) => Ok(is_on(self.matches, name)),
            _ => self.settings.is_on(name),
        }
    }

    fn flags(&self, files: Vec<String>) -> Result<ConftestFlags, String> {
        Ok(ConftestFlags {
            policies: self.listed("policy"),
            data: self.listed("data"),
            files,
            namespaces: self.listed("namespace"),
            all_namespaces: self.is_on("all-namespaces")?,
            combine: self.is_on("combine")?,
            show_builtin_errors: self.is_on("show-builtin-errors")?,
            strict: self.is_on("strict")?,
            v0: matches!(self.one("rego-version"), Some("v0" | "V0")),
            parser: self.one("parser").filter(|name| !name.is_empty()).map(str::to_owned),
            ignore: self.one("ignore").map(str::to_owned),
            stdin_name: self.one("stdin-filename").filter(|name| !name.is_empty()).map(str::to_owned),
        })
    }

    fn shown(&self, action: &str) -> Result<Shown, String> {
        let tests = action == "test";
        Ok(Shown {
            shape: ConftestShape {
                output: self.one("output").unwrap_or("stdout").to_owned(),
                suppress_exceptions: tests && self.is_on("suppress-exceptions")?,
                show_skipped: !tests,
                junit_hide_message: self.is_on("junit-hide-message")?,
                github_hide_passed: self.is_on("github-hide-passed")?,
            },
            fail_on_warn: tests && self.is_on("fail-on-warn")?,
            no_fail: tests && self.is_on("no-fail")?,
            quiet: self.is_on("quiet")?,
        })
    }
}

fn failed(session: &mut Session, what: &str, why: &str) -> Exit {
    session.ui.complain(&format!("Error: {what}: {why}\n"));
    Exit::Failed
}

fn finished(session: &mut Session, results: &[CheckResult], shown: &Shown) -> Exit {
    let failures = results.iter().any(|result| !result.failures.is_empty());
    let warnings = results.iter().any(|result| !result.warnings.is_empty());
    let exit = match (failures, warnings, shown.fail_on_warn) {
        (true, _, true) => Exit::Changes,
        (true, _, false) | (false, true, true) => Exit::Failed,
        _ => Exit::Done,
    };
    if shown.quiet && exit == Exit::Done {
        return exit;
    }
    session.ui.say(&shaped(results, &shown.shape));
    if shown.no_fail { Exit::Done } else { exit }
}
