//! The tests of policies: rules named `test_…`, as `opa test` runs them.

use crate::ast::{Expr, Kind, Rule, Span, Term};
use crate::builtins::{BuiltinEnv, Readable};
use crate::compile::CompileOptions;
use crate::engine::{Compiled, Policies, Trail};
use crate::error::Error;
use crate::eval::{Limits, Request};
use crate::load::{FileKind, SourceFile, base_documents};
use crate::parse::Version;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How tests are run.
#[derive(Debug, Clone)]
pub struct TestOptions {
    /// Version of the language.
    pub version: Version,
    /// Only tests whose full name (`data.a.test_x`) this pattern is found in.
    pub only: Option<regex::Regex>,
    /// What `time.now_ns()` gives.
    pub now_ns: i64,
    /// What `opa.runtime()` gives.
    pub runtime: Value,
    /// Whether to note which lines ran.
    pub cover: bool,
    /// Strict compiling.
    pub strict: bool,
    /// Conftest's functions may be called.
    pub conftest: bool,
    /// What Conftest's functions may read.
    pub readable: Readable,
    /// Bounds of each test.
    pub limits: Limits,
    /// Set when the time is over.
    pub cancel: Option<Arc<AtomicBool>>,
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// It gave true.
    Passed,
    /// It gave anything else, or nothing.
    Failed,
    /// It is named `todo_test_…`.
    Skipped,
    /// Its evaluation ended with errors; whether they come from running it.
    Errored(Vec<Error>, bool),
}

/// A case of a parameterised test.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestCase {
    /// Whether it, or a case inside of it, failed.
    pub failed: bool,
    /// Cases inside of it.
    pub cases: BTreeMap<String, TestCase>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRun {
    /// `data.a`
    pub package: String,
    /// Name of the rule; a second one of a name gets `#01`.
    pub name: String,
    /// Number of the module among those given, and the place there.
    pub at: Span,
    /// How it ended.
    pub outcome: TestOutcome,
    /// Cases by name.
    pub cases: BTreeMap<String, TestCase>,
    /// What `print` said.
    pub prints: Vec<String>,
}

/// Lines of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileCover {
    /// Rows that ran.
    pub covered: BTreeSet<u32>,
    /// Rows of heads and expressions that did not.
    pub missed: BTreeSet<u32>,
}

/// All tests of a set of files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TestReport {
    /// In the order of modules and rules.
    pub runs: Vec<TestRun>,
    /// Per module: what ran, if that was asked for.
    pub cover: Vec<FileCover>,
}

/// Why tests could not be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestFault {
    /// Documents that cannot be loaded, as `path: why`.
    Data(Vec<String>),
    /// Modules that do not parse or compile; files by number among the modules.
    Policies(Vec<Error>),
}

/// Runs all tests.
///
/// # Errors
///
/// What keeps the modules from being run at all.
pub fn run_tests(files: &[SourceFile], options: &TestOptions) -> Result<TestReport, TestFault> {
    let data = base_documents(files).map_err(TestFault::Data)?;
    let texts: Vec<&str> = files
        .iter()
        .filter(|file| FileKind::of(&file.path) == Some(FileKind::Rego))
        .map(|file| file.text.as_str())
        .collect();
    let mut policies = Policies::new(options.version);
    for text in &texts {
        policies.add(text);
    }
    let places = if options.cover { places(&policies) } else { BTreeSet::new() };
    let tests = policies.name_tests();
    let compile = CompileOptions {
        test_names: true,
        strict: options.strict,
        conftest: options.conftest,
        parts: options.cover,
    };
    let mut compiled = policies.compile(&data, compile).map_err(TestFault::Policies)?;
    let mut report = TestReport::default();
    let mut covered = BTreeSet::new();
    for test in tests {
        let full = crate::print::path(&test.path);
        if options.only.as_ref().is_some_and(|only| !only.is_match(&full)) {
            continue;
        }
        let run = run_one(&mut compiled, &test, &data, options, &mut covered);
        report.runs.push(run);
    }
    if options.cover {
        report.cover = cover(&texts, &places, &covered);
    }
    Ok(report)
}

/// A rule that is a test.
pub(crate) struct Named {
    /// Path of the rule up to its name as a test.
    pub(crate) path: Vec<Value>,
    package: Vec<Value>,
    at: Span,
    skipped: bool,
    /// Its value is an object of cases.
    cases: bool,
}

impl Policies {
    /// Finds the tests. A test whose name was there before gets another name, so that both run.
    pub(crate) fn name_tests(&mut self) -> Vec<Named> {
        let mut seen: BTreeMap<Vec<Value>, usize> = BTreeMap::new();
        let mut out = Vec::new();
        for module in &mut self.modules {
            for rule in &mut module.rules {
                let Some((part, name)) = test_name(rule) else { continue };
                let skipped = !name.starts_with("test_");
                let before = path_to(&module.package, rule, part);
                let count = seen.entry(before).or_default();
                if *count > 0 && !skipped {
                    let name = format!("{name}#{count:02}");
                    rename(rule, part, &name);
                }
                *count += 1;
                let path = path_to(&module.package, rule, part);
                let dynamic = rule.head.path.iter().skip(1).any(|part| part.as_constant().is_none());
                let object = rule.head.path.len() == 2 && !rule.has_if && rule.head.args.is_empty();
                let cases = rule.head.key.is_none() && (dynamic || object);
                out.push(Named { path, package: module.package.clone(), at: rule.at, skipped, cases });
            }
        }
        out
    }
}

/// The part of a rule's path that makes it a test.
pub(crate) fn test_name(rule: &Rule) -> Option<(usize, String)> {
    rule.head.path.iter().enumerate().find_map(|(at, part)| {
        let name = match part.as_var() {
            Some(name) if at == 0 => name.to_string(),
            _ => part.as_constant()?.as_str()?.to_owned(),
        };
        (name.starts_with("test_") || name.starts_with("todo_test_")).then_some((at, name))
    })
}

fn rename(rule: &mut Rule, part: usize, name: &str) {
    let mut next = Some(rule);
    while let Some(rule) = next {
        if let Some(term) = rule.head.path.get_mut(part) {
            *term = if part == 0 { Term::var(name, term.at) } else { Term::constant(name, term.at) };
        }
        next = rule.otherwise.as_deref_mut();
    }
}

fn path_to(package: &[Value], rule: &Rule, part: usize) -> Vec<Value> {
    let names = rule.head.path.iter().take(part + 1).filter_map(|part| match part.as_var() {
        Some(name) => Some(Value::from(&**name)),
        None => part.as_constant().cloned(),
    });
    package.iter().cloned().chain(names).collect()
}

fn run_one(
    compiled: &mut Compiled,
    test: &Named,
    data: &Value,
    options: &TestOptions,
    covered: &mut BTreeSet<Span>,
) -> TestRun {
    let names = test.path.get(test.package.len()..).unwrap_or_default();
    let name: Vec<String> = names.iter().map(|part| part.as_str().unwrap_or_default().to_owned()).collect();
    let mut run = TestRun {
        package: crate::print::path(&test.package),
        name: name.join("."),
        at: test.at,
        outcome: TestOutcome::Skipped,
        cases: BTreeMap::new(),
        prints: Vec::new(),
    };
    if test.skipped {
        return run;
    }
    let request = Request {
        input: None,
        data: data.clone(),
        strict_errors: false,
        limits: options.limits,
        cover: options.cover,
        veiled: false,
        reveal: None,
    };
    let mut env = BuiltinEnv::new(options.now_ns);
    env.runtime = options.runtime.clone();
    env.readable.clone_from(&options.readable);
    env.cancel.clone_from(&options.cancel);
    let mut trail = Trail::default();
    let answers = compiled.query(&crate::print::path(&test.path), request, env, &mut trail);
    run.prints = trail.prints;
    covered.append(&mut trail.covered);
    run.outcome = match answers {
        Err(errors) => {
            let running = errors.iter().all(|error| error.code.as_str().starts_with("eval_"));
            TestOutcome::Errored(errors, running)
        }
        Ok(answers) => match answers.first().and_then(|answer| answer.expressions.first()) {
            Some(value) if test.cases => {
                let (mut failed, mut cases) = cases_of(value);
                for path in &trail.cases {
                    failed |= note_case(&mut cases, path);
                }
                run.cases = cases;
                if failed { TestOutcome::Failed } else { TestOutcome::Passed }
            }
            Some(Value::Bool(true)) => TestOutcome::Passed,
            _ => TestOutcome::Failed,
        },
    };
    run
}

fn cases_of(value: &Value) -> (bool, BTreeMap<String, TestCase>) {
    let mut out = BTreeMap::new();
    let mut any = false;
    if let Value::Object(object) = value {
        for (key, value) in object.iter() {
            let (failed, cases) = match value {
                Value::Object(_) => cases_of(value),
                other => (*other != Value::Bool(true), BTreeMap::new()),
            };
            any |= failed;
            out.insert(case_name(key), TestCase { failed, cases });
        }
    }
    (any, out)
}

fn case_name(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json_text(), str::to_owned)
}

/// A case that began: if it gave no value, it failed.
fn note_case(cases: &mut BTreeMap<String, TestCase>, path: &[Value]) -> bool {
    let Some((key, rest)) = path.split_first() else { return true };
    let entry =
        cases.entry(case_name(key)).or_insert_with(|| TestCase { failed: true, cases: BTreeMap::new() });
    if rest.is_empty() {
        return entry.failed;
    }
    let failed = note_case(&mut entry.cases, rest);
    entry.failed |= failed;
    failed
}

/// Heads and expressions of all modules.
fn places(policies: &Policies) -> BTreeSet<Span> {
    let mut out = BTreeSet::new();
    for rule in policies.modules.iter().flat_map(|module| &module.rules) {
        for branch in rule.branches() {
            out.insert(branch.head.at);
            let mut note = |expr: &Expr| {
                if !matches!(expr.kind, Kind::Some(_)) {
                    out.insert(expr.at);
                }
            };
            crate::compile::each_expr(&branch.body, &mut note);
            for term in branch.head.key.iter().chain(&branch.head.value) {
                crate::compile::closures_of(term, &mut |body| crate::compile::each_expr(body, &mut note));
            }
        }
    }
    out
}

fn cover(texts: &[&str], places: &BTreeSet<Span>, covered: &BTreeSet<Span>) -> Vec<FileCover> {
    let mut out = vec![FileCover::default(); texts.len()];
    for at in covered {
        if let Some((rows, file)) = rows(texts, *at)
            && let Some(file) = out.get_mut(file)
        {
            file.covered.extend(rows);
        }
    }
    let mut furthest: Vec<(u32, u32, u32)> = Vec::with_capacity(covered.len());
    for at in covered {
        let before = furthest.last().filter(|(file, ..)| *file == at.file()).map_or(0, |(.., end)| *end);
        furthest.push((at.file(), at.start(), at.end().max(before)));
    }
    // What stands within something that ran is not missed, as with OPA: the body of an `every` without members.
    let ran_around = |at: &Span| {
        let behind = furthest.partition_point(|(file, start, _)| (*file, *start) <= (at.file(), at.start()));
        let last = behind.checked_sub(1).and_then(|last| furthest.get(last));
        last.is_some_and(|(file, _, end)| *file == at.file() && *end >= at.end())
    };
    for at in places.difference(covered).filter(|at| !ran_around(at)) {
        if let Some((rows, file)) = rows(texts, *at)
            && let Some(file) = out.get_mut(file)
        {
            file.missed.extend(rows);
        }
    }
    out
}

fn rows(texts: &[&str], at: Span) -> Option<(std::ops::RangeInclusive<u32>, usize)> {
    let file = usize::try_from(at.file()).ok()?;
    let text = texts.get(file)?.get(at.start() as usize..at.end() as usize)?;
    let more = text.bytes().filter(|byte| *byte == b'\n').count();
    Some((at.row()..=at.row() + u32::try_from(more).ok()?, file))
}
