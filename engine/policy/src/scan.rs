//! Which rules a Rego text declares, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use crate::decisions::Stage;
use crate::tokens::{Kind, Token, tokens};

/// One text with its rules.
#[derive(Clone, Debug)]
pub struct Module {
    /// Path in the bundle.
    pub path: String,
    /// Package, such as `data.ordain.vm_size`.
    pub package: String,
    /// Names of imports and what they stand for, such as `prices` for `data.prices`.
    pub imports: BTreeMap<String, String>,
    /// Rules in the order of the text.
    pub rules: Vec<Rule>,
    /// Stages at which its decisions count, by the package's metadata; `None` for all.
    pub stages: Option<Vec<Stage>>,
}

/// One rule, or one of several bodies of a rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Name in its package.
    pub name: String,
    /// Whether it takes arguments.
    pub function: bool,
    /// Line on which it begins.
    pub line: usize,
    /// Everything from the name to the end of the body, without comments.
    pub tokens: Vec<Token>,
}

/// Something that keeps a text from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Path in the bundle.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, without full stop.
    pub what: String,
}

const KEYWORDS: &[&str] = &[
    "as", "contains", "default", "else", "every", "false", "if", "import", "in", "not", "null", "package",
    "set", "some", "true", "with",
];

/// Reads one text.
///
/// # Errors
/// What keeps it from being used.
pub fn module(path: &str, text: &str) -> Result<Module, Flaw> {
    let flaw = |line, what: String| Flaw { path: path.to_owned(), line, what };
    let all = tokens(text).map_err(|(line, what)| flaw(line, what))?;
    let comments = all.iter().take_while(|token| token.name() != Some("package"));
    let stages = stages(comments).map_err(|(line, what)| flaw(line, what))?;
    let code: Vec<Token> = all.into_iter().filter(|token| !matches!(token.kind, Kind::Comment(_))).collect();
    let starts: Vec<usize> = (0..code.len()).filter(|at| begins(&code, *at)).collect();
    let mut module = Module {
        path: path.to_owned(),
        package: String::new(),
        imports: BTreeMap::new(),
        rules: Vec::new(),
        stages,
    };
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(code.len());
        let statement = code.get(*start..end).unwrap_or(&[]);
        match statement.first().and_then(Token::name) {
            Some("package") => {
                module.package = format!("data.{}", reference(statement.get(1..).unwrap_or(&[])).0)
            }
            Some("import") => module.import(statement.get(1..).unwrap_or(&[])),
            _ => module.rules.extend(rule(statement)),
        }
    }
    if module.package.is_empty() {
        return Err(flaw(1, "it declares no package".to_owned()));
    }
    Ok(module)
}

/// `stages: [plan, apply]` in the metadata before `package`.
fn stages<'a>(comments: impl Iterator<Item = &'a Token>) -> Result<Option<Vec<Stage>>, (usize, String)> {
    for token in comments {
        let Kind::Comment(comment) = &token.kind else { continue };
        let Some(list) = comment.trim().strip_prefix("stages:") else { continue };
        let list = list.trim().trim_start_matches('[').trim_end_matches(']');
        let stage = |word: &str| match word.trim() {
            "plan" => Ok(Stage::Plan),
            "approve" => Ok(Stage::Approve),
            "resource" => Ok(Stage::Resource),
            "apply" => Ok(Stage::Apply),
            other => Err((
                token.line,
                format!("{other:?} is no stage; there are plan, approve, resource and apply"),
            )),
        };
        return list.split(',').map(stage).collect::<Result<Vec<_>, _>>().map(Some);
    }
    Ok(None)
}

/// Whether a statement begins with this token: outside brackets, first on its line, and nothing before it asks
/// for more.
fn begins(code: &[Token], at: usize) -> bool {
    let Some(token) = code.get(at).filter(|token| token.first && token.depth == 0) else { return false };
    if !token.name().is_some_and(|name| !matches!(name, "else" | "if" | "contains" | "in" | "with" | "as")) {
        return false;
    }
    match at.checked_sub(1).and_then(|before| code.get(before)).map(|before| &before.kind) {
        None | Some(Kind::Text(_) | Kind::Number | Kind::Comment(_)) => true,
        Some(Kind::Mark(mark)) => matches!(*mark, ")" | "]" | "}"),
        Some(Kind::Name(name)) => {
            !matches!(name.as_str(), "if" | "contains" | "else" | "in" | "not" | "with")
        }
    }
}

/// The dotted reference at the beginning of tokens (`a.b["c"].d`), and how many tokens it takes.
pub fn reference(code: &[Token]) -> (String, usize) {
    let mut text = match code.first().and_then(Token::name) {
        Some(name) => name.to_owned(),
        None => return (String::new(), 0),
    };
    let mut at = 1;
    loop {
        let next = |offset: usize| code.get(at + offset);
        let step = match next(0) {
            Some(token) if token.is(".") => next(1).and_then(Token::name).map(|name| (name, 2)),
            Some(token) if token.is("[") && next(2).is_some_and(|token| token.is("]")) => {
                next(1).and_then(Token::text).map(|name| (name, 3))
            }
            _ => None,
        };
        let Some((name, taken)) = step else { return (text, at) };
        text.push('.');
        text.push_str(name);
        at += taken;
    }
}

fn rule(statement: &[Token]) -> Option<Rule> {
    let skipped = usize::from(statement.first()?.name() == Some("default"));
    let tokens = statement.get(skipped..)?;
    let (name, taken) = reference(tokens);
    if name.is_empty() || KEYWORDS.contains(&name.as_str()) {
        return None;
    }
    let function = tokens.get(taken).is_some_and(|token| token.is("("));
    Some(Rule { name, function, line: tokens.first()?.line, tokens: tokens.to_vec() })
}

impl Module {
    fn import(&mut self, statement: &[Token]) {
        let (path, taken) = reference(statement);
        let alias = match statement.get(taken).and_then(Token::name) {
            Some("as") => statement.get(taken + 1).and_then(Token::name),
            _ => path.rsplit('.').next(),
        };
        if let Some(alias) = alias {
            self.imports.insert(alias.to_owned(), path.clone());
        }
    }

    /// Whether it holds tests rather than policies.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("_test.rego")
    }
}

/// Refuses rules that reach themselves through a function: the engine would not stop.
///
/// # Errors
/// One flaw for every circle found.
pub fn no_recursion(modules: &[Module]) -> Result<(), Vec<Flaw>> {
    let mut graph: BTreeMap<String, Node<'_>> = BTreeMap::new();
    for module in modules {
        for rule in &module.rules {
            let node = graph.entry(format!("{}.{}", module.package, rule.name)).or_insert_with(|| Node {
                module,
                line: rule.line,
                function: false,
                next: BTreeSet::new(),
            });
            node.function |= rule.function;
        }
    }
    let names: BTreeSet<String> = graph.keys().cloned().collect();
    for module in modules {
        for rule in &module.rules {
            let found = references(module, rule, &names);
            if let Some(node) = graph.get_mut(&format!("{}.{}", module.package, rule.name)) {
                node.next.extend(found);
            }
        }
    }
    let flaws = circles(&graph);
    if flaws.is_empty() { Ok(()) } else { Err(flaws) }
}

struct Node<'a> {
    module: &'a Module,
    line: usize,
    function: bool,
    next: BTreeSet<String>,
}

/// Rules that a rule refers to.
fn references(module: &Module, rule: &Rule, names: &BTreeSet<String>) -> BTreeSet<String> {
    let locals = locals(rule);
    let mut found = BTreeSet::new();
    for at in 1..rule.tokens.len() {
        let after_dot = rule.tokens.get(at - 1).is_some_and(|token| token.is("."));
        let rest = rule.tokens.get(at..).unwrap_or(&[]);
        let Some(first) = rest.first().and_then(Token::name).filter(|_| !after_dot) else { continue };
        let (path, _) = reference(rest);
        let full = match module.imports.get(first) {
            Some(target) => format!("{target}{}", path.strip_prefix(first).unwrap_or("")),
            None if first == "data" => path,
            None if locals.contains(first) => continue,
            None => format!("{}.{path}", module.package),
        };
        found.extend(longest_prefix(&full, names));
    }
    found
}

fn longest_prefix(path: &str, names: &BTreeSet<String>) -> Option<String> {
    let mut path = path;
    loop {
        if let Some(name) = names.get(path) {
            return Some(name.clone());
        }
        path = path.rsplit_once('.')?.0;
    }
}

/// Names that a rule binds itself: arguments, `some` and `every` variables, assignments.
fn locals(rule: &Rule) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut declaring = false;
    for (at, token) in rule.tokens.iter().enumerate() {
        let next = rule.tokens.get(at + 1);
        match token.name() {
            Some("some" | "every") => declaring = true,
            Some("in") => declaring = false,
            Some(name) if declaring || next.is_some_and(|next| next.is(":=")) => {
                found.insert(name);
            }
            _ if declaring && (token.is("{") || next.is_some_and(|next| next.first)) => declaring = false,
            _ => {}
        }
    }
    if rule.function {
        let arguments = rule.tokens.iter().take_while(|token| !token.is(")"));
        found.extend(arguments.skip(1).filter_map(Token::name));
    }
    found
}

/// Circles with a function in them, found by walking with a stack of our own.
fn circles(graph: &BTreeMap<String, Node<'_>>) -> Vec<Flaw> {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut flaws = Vec::new();
    for start in graph.keys() {
        let mut path: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut enter = Some(start.as_str());
        loop {
            if let Some(name) = enter.take() {
                if let Some(from) = path.iter().position(|(on, _)| *on == name) {
                    let circle: Vec<&str> = path.iter().skip(from).map(|(on, _)| *on).collect();
                    flaws.extend(flaw_of(graph, &circle));
                } else if !done.contains(name) {
                    let next = graph.get(name).map(|node| node.next.iter().map(String::as_str).collect());
                    path.push((name, next.unwrap_or_default()));
                }
            }
            let Some((name, next)) = path.last_mut() else { break };
            match next.pop() {
                Some(next) => enter = Some(next),
                None => {
                    done.insert(name);
                    path.pop();
                }
            }
        }
    }
    flaws
}

fn flaw_of(graph: &BTreeMap<String, Node<'_>>, circle: &[&str]) -> Option<Flaw> {
    if !circle.iter().any(|name| graph.get(*name).is_some_and(|node| node.function)) {
        // Rules without arguments are checked by the engine, which knows their bodies better.
        return None;
    }
    let first = graph.get(*circle.first()?)?;
    let mut names = circle.to_vec();
    names.push(circle.first()?);
    let what = format!("rego_recursion_error: {} is recursive: {}", circle.first()?, names.join(" -> "));
    Some(Flaw { path: first.module.path.clone(), line: first.line, what })
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
