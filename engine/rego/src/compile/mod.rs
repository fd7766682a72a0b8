//! Syntax trees to a program: names, safety, static checks, and the order of evaluation.

mod cases;
mod conflicts;
mod expand;
mod finish;
mod functions;
mod imports;
mod index;
mod lacking;
mod locals;
mod lower;
mod metadata;
mod query;
mod recursion;
mod resolve;
mod safety;
mod shared;
mod tree;
mod types;
mod typing;
mod vars;
mod with;
mod written;

use crate::ast::{Module, Name, Rule, Span, Term};
use crate::error::{Code, Error};
use crate::ir;
use crate::value::Value;
use metadata::Annotations;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use vars::{Names, Skip};

pub(crate) use functions::arity;
pub(crate) use index::Need;
pub(crate) use query::Query;
pub(crate) use tree::Tree;
pub(crate) use vars::{closures_of, each_expr};

/// How strict compiling is.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompileOptions {
    /// Unused imports, variables and parameters, and deprecated functions are errors.
    pub strict: bool,
    /// Cases of parameterised tests are noted.
    pub test_names: bool,
    /// Conftest's functions may be called.
    pub conftest: bool,
    /// What the compiler takes out of expressions has places of its own: coverage and explanations tell how far an
    /// expression came.
    pub parts: bool,
}

/// Number of a rule: its module, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RuleKey {
    pub(crate) module: usize,
    pub(crate) rule: usize,
}

/// How many operands functions take, by their names as text.
#[derive(Debug, Default)]
pub(crate) struct Arity {
    rules: HashMap<String, usize>,
    /// Conftest's functions may be called.
    conftest: bool,
}

impl Arity {
    /// Of a function of rules; 0 if rules of that name are no functions.
    pub(crate) fn of_rules(&self, operator: &Term) -> Option<usize> {
        self.rules.get(&crate::ast::operator_name(operator)).copied()
    }

    /// Of the rules at a path that begins with `data`.
    fn at(&self, path: &[Value]) -> Option<usize> {
        self.rules.get(&crate::print::path(path)).copied()
    }

    pub(crate) fn of(&self, operator: &Term) -> Option<usize> {
        let name = crate::ast::operator_name(operator);
        self.rules.get(&name).copied().or_else(|| functions::arity(&name, self.conftest))
    }
}

/// Compiles modules, stage by stage; the first stage that finds errors is the last one.
pub(crate) struct Compiler {
    pub(crate) options: CompileOptions,
    pub(crate) modules: Vec<Module>,
    pub(crate) errors: Vec<Error>,
    /// How many there were before the body in which names are given.
    errors_before: usize,
    pub(crate) rewritten: written::Written,
    pub(crate) arity: Arity,
    pub(crate) tree: Tree,
    pub(crate) packages: BTreeSet<usize>,
    /// Types of rules.
    pub(crate) types: Arc<types::Types>,
    generated: usize,
    /// Names that look generated and were written by somebody: optimised bundles have them.
    taken: HashSet<Name>,
    /// Of each file, as messages name it.
    paths: Vec<Box<str>>,
    shared: shared::Shared,
}

/// Compiles modules. `data` are the base documents: rules may not stand where one of them does.
pub(crate) fn compile(
    modules: Vec<Module>,
    data: &Value,
    options: CompileOptions,
    taken: HashSet<Name>,
    paths: Vec<Box<str>>,
) -> Result<(Compiler, ir::Program), Vec<Error>> {
    let mut compiler = Compiler {
        options,
        modules,
        errors: Vec::new(),
        errors_before: 0,
        rewritten: written::Written::default(),
        arity: Arity { conftest: options.conftest, ..Arity::default() },
        tree: Tree::new(),
        packages: BTreeSet::new(),
        types: Arc::default(),
        generated: 0,
        taken,
        paths,
        shared: shared::Shared::default(),
    };
    let annotations = compiler.check(data)?;
    let program = compiler.finish(&annotations)?;
    Ok((compiler, program))
}

/// The names in a text that look generated.
pub(crate) fn generated_names(text: &str) -> impl Iterator<Item = Name> {
    text.split(|c: char| c != '_' && !c.is_ascii_alphanumeric())
        .filter(|word| word.starts_with("__local"))
        .map(Name::from)
}

impl Compiler {
    /// Names in the text of a query that must not be generated.
    pub(crate) fn note_names(&mut self, text: &str) {
        self.taken.extend(generated_names(text));
    }

    pub(crate) fn fail(&mut self, code: Code, at: Span, message: impl Into<String>) {
        self.errors.push(Error::new(code, at, message));
    }

    /// A place as messages tell of it.
    pub(crate) fn place_of(&self, at: Span) -> String {
        let path = usize::try_from(at.file()).ok().and_then(|file| self.paths.get(file));
        match path.filter(|path| !path.is_empty()) {
            Some(path) => format!("{path}:{}", at.row()),
            None => format!("{}:{}", at.row(), at.col()),
        }
    }

    /// A name that nobody wrote, standing for `from` if given.
    pub(crate) fn generate(&mut self, from: Option<&Name>) -> Name {
        let mut made: Name = format!("__local{}__", self.generated).into();
        self.generated += 1;
        while self.taken.contains(&made) {
            made = format!("__local{}__", self.generated).into();
            self.generated += 1;
        }
        if let Some(from) = from {
            self.rewritten.insert(self.generated - 1, from);
        }
        made
    }

    pub(crate) fn rule(&self, key: RuleKey) -> Option<&Rule> {
        self.modules.get(key.module)?.rules.get(key.rule)
    }

    pub(crate) fn settled(&mut self) -> Result<(), Vec<Error>> {
        if self.errors.is_empty() {
            return Ok(());
        }
        let mut errors = std::mem::take(&mut self.errors);
        errors.sort_by_key(|error| error.at);
        errors.dedup();
        Err(errors)
    }

    /// All stages before those that go through the rules in the order in which these need each other.
    fn check(&mut self, data: &Value) -> Result<Annotations, Vec<Error>> {
        self.resolve();
        self.settled()?;
        self.check_names();
        self.check_imports();
        self.settled()?;
        self.plant();
        self.note_arities();
        self.each_rule(Compiler::rename_rule);
        self.settled()?;
        self.each_branch(Compiler::expand_texts);
        self.settled()?;
        self.each_branch(Compiler::expand_rule);
        let annotations = self.gather_annotations();
        self.settled()?;
        self.place_metadata(&annotations);
        self.check_with();
        self.settled()?;
        self.check_places(data)?;
        self.each_branch(|compiler, rule| compiler.check_functions(&rule.body));
        self.settled()?;
        self.each_branch(Compiler::check_head_safety);
        self.settled()?;
        self.each_branch(Compiler::order_rule);
        self.settled()?;
        self.each_branch(|_, rule| {
            expand::equals(&mut rule.body);
            rule.head.key.iter_mut().for_each(expand::equals_in_term);
            rule.head.value.iter_mut().for_each(expand::equals_in_term);
        });
        self.check_recursion();
        self.settled()?;
        self.each_branch(|compiler, rule| compiler.check_called(&rule.body));
        self.settled()?;
        Ok(annotations)
    }

    /// Calls `f` on every rule.
    fn each_rule(&mut self, f: impl Fn(&mut Self, &mut Rule)) {
        for module in 0..self.modules.len() {
            let mut rules = match self.modules.get_mut(module) {
                Some(module) => std::mem::take(&mut module.rules),
                None => continue,
            };
            rules.iter_mut().for_each(|rule| f(self, rule));
            if let Some(module) = self.modules.get_mut(module) {
                module.rules = rules;
            }
        }
    }

    /// Calls `f` on every rule and every `else`.
    fn each_branch(&mut self, f: impl Fn(&mut Self, &mut Rule)) {
        self.each_rule(|compiler, rule| {
            let mut next = Some(rule);
            while let Some(rule) = next {
                f(compiler, rule);
                next = rule.otherwise.as_deref_mut();
            }
        });
    }

    fn check_head_safety(&mut self, rule: &mut Rule) {
        let mut known = vars::of_body(&rule.body, Skip::CLOSURES);
        rule.head.args.iter().for_each(|arg| vars::term_into(arg, Skip::NOTHING, &mut known));
        let head = &rule.head;
        let terms = head.path.iter().skip(1).chain(&head.key).chain(&head.value);
        let mut lacking = BTreeSet::new();
        for term in terms {
            for name in vars::of_term(term, Skip::NOTHING) {
                if !known.contains(&name) {
                    let mut at = term.at;
                    vars::within(term, &mut |inner| {
                        if inner.as_var() == Some(&name) {
                            at = inner.at;
                        }
                    });
                    lacking.insert((name, at));
                }
            }
        }
        self.report_lacking(lacking);
    }

    fn order_rule(&mut self, rule: &mut Rule) {
        let globals: Names =
            rule.head.args.iter().flat_map(|arg| vars::of_term(arg, Skip::NOTHING)).collect();
        let mut lacking = BTreeSet::new();
        safety::reorder(&mut rule.body, &self.arity, &globals, &mut lacking);
        self.report_lacking(lacking);
    }
}
