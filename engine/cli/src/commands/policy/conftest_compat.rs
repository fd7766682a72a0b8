//! `ordain policy conftest-compat test|verify`: Conftest's commands with Conftest's flags.

use clap::{Arg, ArgMatches, Command};
use ordain_operations::conftest::{ConftestFlags, test, verify};
use ordain_policy::{CONFTEST_SHAPES, CheckResult, ConftestShape, shaped};

use crate::commands::Entry;
use crate::exit::Exit;
use crate::flags::{is_on, many, switch, text, texts, value};
use crate::session::Session;

/// Row of the table.
pub const ENTRY: Entry = Entry {
    words: &["policy", "conftest-compat"],
    about: "Test configurations as Conftest does: conftest-compat test|verify …",
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
            "How configurations are written: dockerfile, dotenv, hcl2, ignore, ini, json, jsonc, properties, toml, xml or yaml",
        ))
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
        .arg(Arg::new("words").num_args(1..).required(true).help("test or verify, and what to test"))
}

fn run(matches: &ArgMatches, session: &mut Session) -> Exit {
    let mut words = texts(matches, "words");
    let action = if words.is_empty() { String::new() } else { words.remove(0) };
    let flags = ConftestFlags {
        policies: listed(matches, "policy"),
        data: listed(matches, "data"),
        files: words,
        namespaces: listed(matches, "namespace"),
        all_namespaces: is_on(matches, "all-namespaces"),
        combine: is_on(matches, "combine"),
        show_builtin_errors: is_on(matches, "show-builtin-errors"),
        strict: is_on(matches, "strict"),
        v0: matches!(text(matches, "rego-version"), Some("v0" | "V0")),
        parser: text(matches, "parser").map(str::to_owned),
        ignore: text(matches, "ignore").map(str::to_owned),
        stdin_name: text(matches, "stdin-filename").map(str::to_owned),
    };
    if let Some(other) = text(matches, "rego-version").filter(|v| !matches!(*v, "v0" | "v1" | "V0" | "V1")) {
        return failed(
            session,
            "running test",
            &format!("load: loading policies: invalid Rego version: {other}"),
        );
    }
    if let Some(other) = text(matches, "output").filter(|shape| !CONFTEST_SHAPES.contains(shape)) {
        let detail = format!("-output={other} is not known; there are {}.", CONFTEST_SHAPES.join(", "));
        return session.usage("Unknown output", &detail);
    }
    match action.as_str() {
        "test" => match test(&session.workdir, &flags) {
            Ok(results) => finished(matches, session, &results, false),
            Err(why) => failed(session, "running test", &why),
        },
        "verify" => match verify(&session.workdir, &flags) {
            Ok(results) => finished(matches, session, &results, true),
            Err(why) => failed(session, "running verification", &why),
        },
        other => session
            .usage("Unknown command", &format!("conftest-compat knows test and verify, not {other:?}.")),
    }
}

/// Values of a flag that takes lists: given several times, or with commas.
fn listed(matches: &ArgMatches, name: &str) -> Vec<String> {
    texts(matches, name).iter().flat_map(|text| text.split(',')).map(str::to_owned).collect()
}

fn failed(session: &mut Session, what: &str, why: &str) -> Exit {
    session.ui.complain(&format!("Error: {what}: {why}\n"));
    Exit::Failed
}

fn finished(matches: &ArgMatches, session: &mut Session, results: &[CheckResult], verify: bool) -> Exit {
    let failures = results.iter().any(|result| !result.failures.is_empty());
    let warnings = results.iter().any(|result| !result.warnings.is_empty());
    let exit = match (failures, warnings, is_on(matches, "fail-on-warn")) {
        (true, _, true) => Exit::Changes,
        (true, _, false) | (false, true, true) => Exit::Failed,
        _ => Exit::Done,
    };
    if is_on(matches, "quiet") && exit == Exit::Done {
        return exit;
    }
    let shape = ConftestShape {
        output: text(matches, "output").unwrap_or("stdout").to_owned(),
        suppress_exceptions: is_on(matches, "suppress-exceptions"),
        show_skipped: verify,
        junit_hide_message: is_on(matches, "junit-hide-message"),
        github_hide_passed: is_on(matches, "github-hide-passed"),
    };
    session.ui.say(&shaped(results, &shape));
    if is_on(matches, "no-fail") { Exit::Done } else { exit }
}
