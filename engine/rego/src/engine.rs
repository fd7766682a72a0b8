//! Policies and queries: what the rest of the program calls.

use crate::ast::{Module, Name, Span};
use crate::builtins::BuiltinEnv;
use crate::compile::{CompileOptions, Compiler, compile, generated_names};
use crate::error::{Code, Error};
use crate::eval::{Answer, Machine, Request, Tried};
use crate::ir::Program;
use crate::parse::{self, Version};
use crate::unknown::Open;
use crate::value::Value;
use std::collections::{BTreeSet, HashSet};

/// Modules that were parsed, by number of their file.
pub struct Policies {
    pub(crate) modules: Vec<Module>,
    errors: Vec<Error>,
    version: Version,
    /// Of each file, as messages name it.
    paths: Vec<Box<str>>,
    taken: HashSet<Name>,
    logical: bool,
    names: parse::Names,
}

/// A rule, as far as its name goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleName {
    /// Package without `data.`.
    pub namespace: String,
    /// The name, if the rule has a plain one: not `a.b`, not `a[x] if …`.
    pub name: Option<String>,
    /// The first part of its path.
    pub head: String,
    /// `a[x] if …` and `a.b if …`: a key, where a member of a set was probably meant.
    pub bare_if: bool,
    /// Number of the file.
    pub file: u32,
    /// Row of the head.
    pub row: u32,
}

/// Compiled modules, ready for queries.
pub struct Compiled {
    compiler: Compiler,
    program: Program,
    version: Version,
    files: u32,
}

/// What a rule gives.
#[derive(Debug, Clone)]
pub struct Given {
    /// The value.
    pub value: Value,
    /// Under what it is defined.
    pub open: Open,
}

/// What a query gave besides its answers.
#[derive(Debug, Default)]
pub struct Trail {
    /// What `print` said, line by line.
    pub prints: Vec<String>,
    /// Where each line was said.
    pub print_places: Vec<Span>,
    /// Places of expressions and heads that ran, if that was asked for.
    pub covered: BTreeSet<Span>,
    /// Cases of parameterised tests that began.
    pub(crate) cases: Vec<Vec<Value>>,
}

impl Policies {
    /// No modules; texts will be in this version.
    #[must_use]
    pub fn new(version: Version) -> Self {
        Self {
            modules: Vec::new(),
            errors: Vec::new(),
            version,
            paths: Vec::new(),
            taken: HashSet::new(),
            logical: false,
            names: parse::Names::default(),
        }
    }

    /// Lets files import `future.keywords.and` and `.or`, which OPA has only behind a switch of its Go interface.
    #[must_use]
    pub fn with_logical_words(self) -> Self {
        Self { logical: true, ..self }
    }

    /// Adds a file; spans bear the number that this gives back.
    pub fn add(&mut self, text: &str) -> u32 {
        self.add_file("", text)
    }

    /// Adds a file whose path stands in messages that tell of places in other files.
    pub fn add_file(&mut self, path: &str, text: &str) -> u32 {
        let file = u32::try_from(self.paths.len()).unwrap_or(u32::MAX);
        self.paths.push(path.into());
        self.taken.extend(generated_names(text));
        match parse::module_with(text, file, self.version, self.logical, &mut self.names) {
            Ok(module) => self.modules.push(module),
            Err(issues) => {
                self.errors
                    .extend(issues.into_iter().map(|(message, at)| Error::new(Code::Parse, at, message)));
            }
        }
        file
    }

    /// What is wrong with the texts so far.
    #[must_use]
    pub fn faults(&self) -> &[Error] {
        &self.errors
    }

    /// The packages without `data.`, in order.
    #[must_use]
    pub fn packages(&self) -> Vec<String> {
        let mut out = Vec::new();
        for module in &self.modules {
            let path = crate::print::path(&module.package);
            let name = path.strip_prefix("data.").unwrap_or(&path).to_owned();
            if !out.contains(&name) {
                out.push(name);
            }
        }
        out
    }

    /// The names of all rules, in order.
    #[must_use]
    pub fn rule_names(&self) -> Vec<RuleName> {
        let mut out = Vec::new();
        for module in &self.modules {
            let path = crate::print::path(&module.package);
            let namespace = path.strip_prefix("data.").unwrap_or(&path).to_owned();
            for rule in &module.rules {
                let parts = rule.head.path.len();
                let first = rule.head.path.first().and_then(crate::ast::Term::as_var);
                let head = first.map(ToString::to_string).unwrap_or_default();
                let implied = rule.head.implied && rule.head.key.is_none();
                let plain = parts == 1 || (parts == 2 && rule.head.key.is_none() && !implied);
                out.push(RuleName {
                    namespace: namespace.clone(),
                    name: plain.then(|| head.clone()),
                    head,
                    bare_if: parts > 1 && implied,
                    file: rule.head.at.file(),
                    row: rule.head.at.row(),
                });
            }
        }
        out
    }

    /// Compiles. `data` are the base documents, where rules may not stand.
    ///
    /// # Errors
    ///
    /// All errors of the texts, else all those of the first stage of compiling that finds any.
    pub fn compile(self, data: &Value, options: CompileOptions) -> Result<Compiled, Vec<Error>> {
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        drop(self.names);
        let files = u32::try_from(self.paths.len()).unwrap_or(u32::MAX);
        let (compiler, program) = compile(self.modules, data, options, self.taken, self.paths)?;
        Ok(Compiled { compiler, program, version: self.version, files })
    }
}

impl Compiled {
    /// Whether rules stand at a path such as `data.a.deny`.
    #[must_use]
    pub fn has_rule(&self, path: &str) -> bool {
        let keys: Vec<Value> = path.split('.').map(Value::from).collect();
        let place = self.program.tree.find(&keys).and_then(|place| self.program.tree.place(place));
        place.is_some_and(|place| !place.rules.is_empty())
    }

    /// What kinds of values (`set`, `string`) the rules at a path such as `data.a.deny` can give, as far as the texts
    /// say; `None` where it may be any, and where there are no rules.
    #[must_use]
    pub fn kinds(&self, path: &str) -> Option<BTreeSet<&'static str>> {
        let mut types = &*self.compiler.types;
        for key in path.split('.').skip(1) {
            types = types.child(&Value::from(key))?;
        }
        types.own.as_ref()?.kinds()
    }

    /// What rules give, each by its path such as `data.a.deny`, all under one input: what several read is computed
    /// once. `None` where a rule is undefined.
    pub fn values(
        &self,
        rules: &[&str],
        request: Request,
        env: BuiltinEnv,
        trail: &mut Trail,
    ) -> Vec<Result<Option<Given>, Error>> {
        let mut machine = Machine::new(&self.program, request, env);
        let all = rules.iter().map(|rule| {
            let keys: Vec<Value> = rule.split('.').skip(1).map(Value::from).collect();
            let (value, open) = machine.document_at(&keys).map_err(|stop| *stop)?;
            Ok(value.map(|value| Given { value, open }))
        });
        let all = all.collect();
        trail.prints.append(&mut machine.prints);
        trail.print_places.append(&mut machine.print_places);
        trail.covered.append(&mut machine.covered);
        all
    }

    /// Why the rules at a path such as `data.a.deny` give what they give, body by body.
    ///
    /// # Errors
    ///
    /// What ended the evaluation.
    pub fn explain(&self, rule: &str, request: Request, env: BuiltinEnv) -> Result<Vec<Tried>, Error> {
        let keys: Vec<Value> = rule.split('.').map(Value::from).collect();
        Machine::new(&self.program, request, env).explain(&keys).map_err(|stop| *stop)
    }

    /// Asks a query.
    ///
    /// # Errors
    ///
    /// What is wrong with the query, or what ended the evaluation.
    pub fn query(
        &mut self,
        text: &str,
        request: Request,
        env: BuiltinEnv,
        trail: &mut Trail,
    ) -> Result<Vec<Answer>, Vec<Error>> {
        let body = parse::query(text, self.files, self.version).map_err(|issues| {
            issues.into_iter().map(|(message, at)| Error::new(Code::Parse, at, message)).collect::<Vec<_>>()
        })?;
        self.compiler.note_names(text);
        let query = self.compiler.query(body)?;
        let mut machine = Machine::new(&self.program, request, env);
        let answers = machine.answers(&query);
        trail.prints.append(&mut machine.prints);
        trail.print_places.append(&mut machine.print_places);
        trail.covered.append(&mut machine.covered);
        trail.cases.append(&mut machine.cases);
        answers.map_err(|error| vec![error])
    }
}

/// A regular expression as policies write them.
///
/// # Errors
///
/// Why it is none.
pub fn pattern(text: &str) -> Result<regex::Regex, String> {
    ordain_gostd::regexp::compile(text).map_err(|error| error.to_string())
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
