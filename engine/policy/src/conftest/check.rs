//! `conftest test`: the rules `deny…`, `violation…` and `warn…` of a namespace over configurations.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ordain_rego::{
    Answer, BuiltinEnv, CompileOptions, Compiled, Error, Policies, Request, RuleName, Span, Trail, Value,
    base_documents,
};

use super::wildcard::Wildcard;
use super::{CheckResult, Configuration, ConftestQuestion, Finding};
use crate::evaluating::runtime;
use crate::rego::watched;

/// Tests configurations.
///
/// # Errors
///
/// What keeps them from being tested, in Conftest's words where it has them.
pub fn conftest_test(question: &ConftestQuestion) -> Result<Vec<CheckResult>, String> {
    watched(question.bounds.longest(), |cancel| tested(question, &cancel)).map_err(|failed| failed.0)?
}

fn tested(question: &ConftestQuestion, cancel: &Arc<AtomicBool>) -> Result<Vec<CheckResult>, String> {
    let data = base_documents(&question.data).map_err(|faults| loading("load documents", &faults))?;
    let (mut compiled, rules, mut known) = compile(question, &data)?;
    known.sort();
    let namespaces = if question.all_namespaces {
        known
    } else if question.namespaces.iter().any(|pattern| pattern.contains(['*', '?', '['])) {
        let patterns = wildcards(&question.namespaces)?;
        known.into_iter().filter(|name| patterns.iter().any(|pattern| pattern.matches(name))).collect()
    } else {
        question.namespaces.clone()
    };
    let combined = [combined(&question.inputs)];
    let inputs: &[Configuration] = if question.combine { &combined } else { &question.inputs };
    let mut results = Vec::new();
    for namespace in &namespaces {
        for input in inputs {
            let whole = std::slice::from_ref(&input.content);
            let parts = match &input.content {
                Value::Array(parts) if !question.combine => parts.as_slice(),
                _ => whole,
            };
            let mut result = CheckResult {
                file: input.path.clone(),
                namespace: namespace.clone(),
                ..CheckResult::default()
            };
            for part in parts {
                let compiled = &mut compiled;
                let mut checking = Checking { question, compiled, data: &data, input, part, cancel };
                checking.check(&rules, namespace, &mut result)?;
            }
            results.push(result);
        }
    }
    Ok(results)
}

/// Patterns of namespaces.
pub(super) fn wildcards(patterns: &[String]) -> Result<Vec<Wildcard>, String> {
    let wrong = |text: &String| format!("filter namespaces: match pattern {text:?}: syntax error in pattern");
    patterns.iter().map(|text| Wildcard::parse(text).ok_or_else(|| wrong(text))).collect()
}

/// Compiles the policies: what they are, their rules, and their packages.
fn compile(
    question: &ConftestQuestion,
    data: &Value,
) -> Result<(Compiled, Vec<RuleName>, Vec<String>), String> {
    if question.policies.is_empty() {
        return Err("load: loading policies: no policies found".to_owned());
    }
    let mut policies = Policies::new(question.version);
    for file in &question.policies {
        policies.add_file(&file.path, &file.text);
    }
    let (rules, packages) = (policies.rule_names(), policies.packages());
    let options = CompileOptions { strict: question.strict, conftest: true, ..CompileOptions::default() };
    let compiled = policies.compile(data, options).map_err(|errors| {
        let faults: Vec<String> = errors.iter().map(|error| placed(error, question)).collect();
        loading("loading policies", &faults)
    })?;
    if let Some(rule) =
        rules.iter().find(|rule| rule.bare_if && (is_failure(&rule.head) || is_warning(&rule.head)))
    {
        let path = question.policies.get(rule.file as usize).map_or("", |file| file.path.as_str());
        let why = "loading policies: rule is using 'if' keyword without 'contains' keyword";
        return Err(format!("load: {why}: rule in {path} at line {}", rule.row));
    }
    Ok((compiled, rules, packages))
}

pub(super) fn loading(what: &str, faults: &[String]) -> String {
    let s = if faults.len() == 1 { "" } else { "s" };
    format!("load: {what}: {} error{s} occurred during loading: {}", faults.len(), faults.join("\n"))
}

pub(super) fn placed(error: &Error, question: &ConftestQuestion) -> String {
    format!("{}: {}: {}", place(error.at, question), error.code.as_str(), error.message)
}

/// File and row.
fn place(at: Span, question: &ConftestQuestion) -> String {
    let file = usize::try_from(at.file()).ok().and_then(|file| question.policies.get(file));
    format!("{}:{}", file.map_or("", |file| file.path.as_str()), at.row())
}

/// All configurations as one: a list of paths and contents.
fn combined(inputs: &[Configuration]) -> Configuration {
    let mut all: Vec<(&str, &Value)> = Vec::new();
    for input in inputs {
        match &input.content {
            Value::Array(parts) => all.extend(parts.iter().map(|part| (input.path.as_str(), part))),
            whole => all.push((input.path.as_str(), whole)),
        }
    }
    all.sort_by(|a, b| a.0.cmp(b.0));
    let rows = all
        .into_iter()
        .map(|(path, content)| {
            Value::object(vec![("path".into(), path.into()), ("contents".into(), content.clone())])
        })
        .collect();
    Configuration { path: "Combined".to_owned(), directory: String::new(), content: Value::array(rows) }
}

struct Checking<'q> {
    question: &'q ConftestQuestion,
    compiled: &'q mut Compiled,
    data: &'q Value,
    input: &'q Configuration,
    part: &'q Value,
    cancel: &'q Arc<AtomicBool>,
}

impl Checking<'_> {
    fn check(&mut self, rules: &[RuleName], namespace: &str, out: &mut CheckResult) -> Result<(), String> {
        let relevant: Vec<&str> = rules
            .iter()
            .filter(|rule| rule.namespace == namespace)
            .filter_map(|rule| rule.name.as_deref())
            .filter(|name| is_failure(name) || is_warning(name))
            .collect();
        let mut names: Vec<&str> = Vec::new();
        for name in &relevant {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        let (mut found, mut successes) = (0, 0);
        for name in names {
            let query = format!("data.{namespace}.exception[_][_] == {:?}", without_prefix(name));
            let exceptions = self.ask(&query, out)?.len();
            found += exceptions;
            for _ in 0..exceptions {
                let message = query.clone();
                out.exceptions.push(Finding { message, place: None, metadata: Vec::new() });
            }
            let query = format!("data.{namespace}.{name}");
            let answers = self.ask(&query, out)?;
            if exceptions > 0 {
                continue;
            }
            for finding in findings(&answers, &query)? {
                if finding.message.is_empty() {
                    successes += 1;
                } else {
                    found += 1;
                    let list = if is_failure(name) { &mut out.failures } else { &mut out.warnings };
                    list.push(finding);
                }
            }
        }
        out.successes += successes + relevant.len().saturating_sub(found + successes);
        Ok(())
    }

    fn ask(&mut self, query: &str, out: &mut CheckResult) -> Result<Vec<Answer>, String> {
        let file = Value::object(vec![
            ("name".into(), base_name(&self.input.path).into()),
            ("dir".into(), self.input.directory.as_str().into()),
        ]);
        let mut data: Vec<(Value, Value)> =
            self.data.as_object().map(|object| object.pairs().to_vec()).unwrap_or_default();
        let mut conftest: Vec<(Value, Value)> = self
            .data
            .as_object()
            .and_then(|object| object.get_str("conftest")?.as_object())
            .map(|object| object.pairs().to_vec())
            .unwrap_or_default();
        conftest.push(("file".into(), file));
        data.push(("conftest".into(), Value::object(conftest)));
        let request = Request {
            input: Some(self.part.clone()),
            data: Value::object(data),
            strict_errors: self.question.show_builtin_errors,
            limits: self.question.bounds.limits,
            cover: false,
            veiled: false,
            reveal: None,
        };
        let mut env = BuiltinEnv::new(self.question.now_ns);
        env.runtime = runtime(&self.question.environment);
        env.readable.clone_from(&self.question.readable);
        env.cancel = Some(Arc::clone(self.cancel));
        let mut trail = Trail::default();
        let answers = self.compiled.query(query, request, env, &mut trail);
        let said = trail.prints.into_iter().zip(&trail.print_places);
        out.prints.extend(said.map(|(line, at)| format!("{}: {line}", place(*at, self.question))));
        answers.map_err(|errors| {
            let faults: Vec<String> = errors.iter().map(|error| placed(error, self.question)).collect();
            format!("query rule: check: query rule: evaluating policy: {}", faults.join("\n"))
        })
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What the value of a rule says. An empty message is a success.
fn findings(answers: &[Answer], query: &str) -> Result<Vec<Finding>, String> {
    let mut out = Vec::new();
    for value in answers.iter().flat_map(|answer| &answer.expressions) {
        let members: Vec<Value> = match value {
            Value::Array(items) => items.to_vec(),
            Value::Set(set) => set.members().to_vec(),
            _ => Vec::new(),
        };
        if members.is_empty() {
            out.push(Finding { message: String::new(), place: None, metadata: Vec::new() });
        }
        for member in members {
            match member {
                Value::String(message) => {
                    let metadata = vec![("query".to_owned(), Value::from(query))];
                    out.push(Finding { message: message.to_string(), place: None, metadata });
                }
                Value::Object(_) => out.push(object_finding(&member, query)?),
                _ => {}
            }
        }
    }
    Ok(out)
}

fn object_finding(member: &Value, query: &str) -> Result<Finding, String> {
    let mut metadata: BTreeMap<String, Value> = BTreeMap::new();
    let (mut message, mut place) = (None, None);
    for (key, value) in member.as_object().into_iter().flat_map(ordain_rego::Object::iter) {
        match key.as_str() {
            Some("msg") => message = value.as_str().map(str::to_owned),
            Some("_loc") => place = location(value),
            Some(name) => {
                metadata.insert(name.to_owned(), value.clone());
            }
            None => {
                metadata.insert(key.to_json_text(), value.clone());
            }
        }
    }
    metadata.insert("query".to_owned(), Value::from(query));
    let missing = "query rule: check: query rule: new result: \"msg\" field must be present and a string";
    let message = message.ok_or(missing)?;
    Ok(Finding { message, place, metadata: metadata.into_iter().collect() })
}

fn location(value: &Value) -> Option<(String, String)> {
    let object = value.as_object()?;
    let file = object.get_str("file").and_then(Value::as_str).unwrap_or_default().to_owned();
    let line =
        object.get_str("line").and_then(Value::as_number).map(ordain_rego::Number::text).unwrap_or_default();
    (!file.is_empty() || !line.is_empty()).then_some((file, line))
}

fn is_failure(name: &str) -> bool {
    is_named(name, "deny") || is_named(name, "violation")
}

fn is_warning(name: &str) -> bool {
    is_named(name, "warn")
}

/// `word`, or `word_part_part…` of letters and digits.
fn is_named(name: &str, word: &str) -> bool {
    let Some(rest) = name.strip_prefix(word) else { return false };
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    rest.is_empty() || rest.strip_prefix('_').is_some_and(|rest| rest.split('_').all(part))
}

fn without_prefix(name: &str) -> &str {
    if matches!(name, "violation" | "deny" | "warn") {
        return "";
    }
    ["violation_", "deny_", "warn_"]
        .iter()
        .fold(name, |name, prefix| name.strip_prefix(prefix).unwrap_or(name))
}
