//! Resolving a module's names, and what imports and names may not do.

use super::Compiler;
use super::resolve::{self, Resolver};
use super::vars;
use crate::ast::{Kind, Name, Node, Term};
use crate::error::Code;
use std::collections::{BTreeMap, BTreeSet};

impl Compiler {
    /// Resolves the names of rules and imports everywhere.
    pub(crate) fn resolve(&mut self) {
        let mut exports: BTreeMap<String, BTreeSet<Name>> = BTreeMap::new();
        for module in &self.modules {
            let names = module.rules.iter().filter_map(|rule| rule.head.path.first()?.as_var().cloned());
            exports.entry(crate::print::path(&module.package)).or_default().extend(names);
        }
        for number in 0..self.modules.len() {
            let Some(module) = self.modules.get_mut(number) else { continue };
            let names = exports.get(&crate::print::path(&module.package));
            let mut globals = resolve::globals(&module.package, names.into_iter().flatten(), &module.imports);
            let mut faults = Vec::new();
            for rule in &mut module.rules {
                let mut resolver = Resolver { globals: &mut globals, hidden: Vec::new() };
                if let Err(message) = resolver.rule(rule) {
                    faults.push((rule.at, message));
                }
            }
            if self.options.strict {
                for import in &module.imports {
                    if globals.get(&resolve::import_name(import)).is_some_and(|global| !global.used) {
                        let shown = shown_import(import);
                        faults.push((import.at, format!("{shown} unused")));
                    }
                }
            }
            for (at, message) in faults {
                self.fail(Code::Compile, at, message);
            }
        }
    }

    /// `input` and `data` may not be names of rules or variables.
    pub(crate) fn check_names(&mut self) {
        let mut faults = Vec::new();
        let reserved = |name: &str| matches!(name, "input" | "data");
        for module in self.modules.iter().filter(|module| self.options.strict || module.strict_names) {
            for rule in &module.rules {
                for branch in rule.branches() {
                    if let Some(name) = branch.head.path.first().and_then(Term::as_var)
                        && reserved(name)
                    {
                        let message = format!("rules must not shadow {name} (use a different rule name)");
                        faults.push((branch.at, message));
                    }
                    let mut look = |expr: &crate::ast::Expr| {
                        if let Kind::Call(terms) = &expr.kind
                            && expr.is_assignment()
                            && let Some(Term { node: Node::Ref(path), .. }) = terms.get(1)
                            && let [head] = path.as_slice()
                            && let Some(name) = head.as_var()
                            && reserved(name)
                        {
                            let hint = "(use a different variable name)";
                            faults.push((expr.at, format!("variables must not shadow {name} {hint}")));
                        }
                    };
                    let head = &branch.head;
                    for term in head.path.iter().chain(&head.key).chain(&head.value) {
                        vars::closures_of(term, &mut |body| vars::each_expr(body, &mut look));
                    }
                    vars::each_expr(&branch.body, &mut look);
                }
            }
        }
        for (at, message) in faults {
            self.fail(Code::Compile, at, message);
        }
    }

    /// Two imports may not bear one name.
    pub(crate) fn check_imports(&mut self) {
        let mut faults = Vec::new();
        for module in self.modules.iter().filter(|module| self.options.strict || module.strict_names) {
            let mut seen = BTreeMap::new();
            for import in &module.imports {
                let name = resolve::import_name(import);
                if let Some(first) = seen.insert(name, import) {
                    let shown = shown_import(first);
                    faults.push((import.at, format!("import must not shadow {shown}")));
                }
            }
        }
        for (at, message) in faults {
            self.fail(Code::Compile, at, message);
        }
    }
}

fn shown_import(import: &crate::ast::Import) -> String {
    let path = crate::print::term(&Term::new(Node::Ref(import.path.clone()), import.at));
    match &import.alias {
        Some(alias) => format!("import {path} as {alias}"),
        None => format!("import {path}"),
    }
}
