//! Functions as the compiler sees them: built in, of rules, or part of the language.

use super::{Compiler, tree};
use crate::ast::{Expr, Kind, Node, Span, Term, operator_name};
use crate::builtins;
use crate::error::Code;
use crate::ir::Function;
use crate::types::{Signature, Type};

/// A function and the number of its operands.
pub(crate) struct FunctionKind {
    /// Nothing for those that the evaluator has operations for.
    pub(crate) function: Option<Function>,
    pub(crate) arity: usize,
}

/// Functions that are not to be used any more; calling them is an error in version 1.
const DEPRECATED: [&str; 11] = [
    "all",
    "any",
    "cast_array",
    "cast_boolean",
    "cast_null",
    "cast_object",
    "cast_set",
    "cast_string",
    "net.cidr_overlap",
    "re_match",
    "set_diff",
];

/// Functions of the language itself, which no table of functions lists.
const SPECIAL: [(&str, usize); 9] = [
    ("eq", 2),
    ("assign", 2),
    ("internal.print", 1),
    ("internal.test_case", 1),
    ("internal.template_string", 1),
    ("internal.member_2", 2),
    ("internal.member_3", 3),
    ("rego.metadata.chain", 0),
    ("rego.metadata.rule", 0),
];

/// Number of operands of a function that is not of rules.
pub(crate) fn arity(name: &str, conftest: bool) -> Option<usize> {
    if let Some((_, arity)) = SPECIAL.iter().find(|(special, _)| *special == name) {
        return Some(*arity);
    }
    find(name, conftest).map(|builtin| builtin.signature.args.len())
}

fn find(name: &str, conftest: bool) -> Option<&'static builtins::Builtin> {
    builtins::find(name).or_else(|| conftest.then(|| crate::conftest::find(name)).flatten())
}

/// Types of a function that is not of rules.
pub(crate) fn signature(name: &str) -> Option<Signature> {
    let of = |args: Vec<Type>, result| Some(Signature { args, variadic: false, result });
    match name {
        "eq" | "assign" => of(vec![Type::Any, Type::Any], Some(Type::Boolean)),
        "internal.print" | "internal.test_case" => of(vec![Type::array(Type::Any)], None),
        "internal.template_string" => of(vec![Type::array(Type::Any)], Some(Type::String)),
        "internal.member_2" => of(vec![Type::Any, Type::Any], Some(Type::Boolean)),
        "internal.member_3" => of(vec![Type::Any, Type::Any, Type::Any], Some(Type::Boolean)),
        "rego.metadata.chain" => of(Vec::new(), Some(Type::array(Type::Any))),
        "rego.metadata.rule" => of(Vec::new(), Some(Type::Any)),
        // Whether Conftest's functions may be called was settled before types are looked at.
        _ => find(name, true).map(|builtin| builtin.signature.clone()),
    }
}

impl Compiler {
    pub(crate) fn note_arities(&mut self) {
        for module in &self.modules {
            for rule in &module.rules {
                // What is no function takes nothing; that it cannot be called is told when types are known.
                let path = crate::print::path(&tree::ground_path(&module.package, rule));
                let count = self.arity.rules.entry(path).or_default();
                *count = rule.head.args.len().max(*count);
            }
        }
    }

    /// The function that an operator names.
    pub(crate) fn function(&self, operator: &Term) -> Option<FunctionKind> {
        let name = operator_name(operator);
        if let Some(arity) = self.arity.rules.get(&name) {
            let path: Option<Vec<_>> = operator.as_ref()?.iter().map(part_value).collect();
            let place = self.tree.find(&path?)?;
            return Some(FunctionKind { function: Some(Function::Rules(place)), arity: *arity });
        }
        let arity = arity(&name, self.options.conftest)?;
        let function = match name.as_str() {
            "internal.member_2" | "internal.member_3" => Some(Function::Member),
            _ => find(&name, self.options.conftest).map(Function::Builtin),
        };
        Some(FunctionKind { function, arity })
    }

    /// Tells calls of functions that do not exist, and calls with too many or too few operands.
    pub(crate) fn check_functions(&mut self, body: &[Expr]) {
        let mut faults = Vec::new();
        super::vars::each_expr(body, &mut |expr| {
            let Kind::Call(terms) = &expr.kind else { return };
            let Some((operator, operands)) = terms.split_first() else { return };
            let name = operator_name(operator);
            let Some(arity) = self.arity.of(operator) else {
                faults.push((expr.at, format!("undefined function {}", self.written(&name))));
                return;
            };
            let count = operands.len();
            let fits = if expr.generated && !expr.is_equality() {
                count == arity + 1
            } else {
                count == arity || count == arity + 1
            };
            let given = if expr.generated { count.saturating_sub(1) } else { count };
            if !fits {
                faults.push((expr.at, self.arity_message(&name, arity, given)));
            }
        });
        for (at, message) in faults {
            self.fail(Code::Type, at, message);
        }
    }

    /// A name as it was written, where its head was given another one.
    fn written(&self, name: &str) -> String {
        let head = name.split('.').next().unwrap_or_default();
        match self.rewritten.get(head) {
            Some(from) => format!("{from}{}", name.get(head.len()..).unwrap_or_default()),
            None => name.to_owned(),
        }
    }

    /// Tells calls of rules that are no functions.
    pub(crate) fn check_called(&mut self, body: &[Expr]) {
        let mut faults = Vec::new();
        super::vars::each_expr(body, &mut |expr| {
            let Kind::Call(terms) = &expr.kind else { return };
            let Some(operator) = terms.first() else { return };
            let name = operator_name(operator);
            if self.arity.rules.get(&name) == Some(&0) {
                faults.push((expr.at, format!("undefined function {name}")));
            }
        });
        for (at, message) in faults {
            self.fail(Code::Type, at, message);
        }
    }

    fn arity_message(&self, name: &str, arity: usize, given: usize) -> String {
        if self.arity.rules.contains_key(name) {
            let s = if given == 1 { "" } else { "s" };
            return format!("function {name} has arity {arity}, got {given} argument{s}");
        }
        format!("{name}: arity mismatch")
    }

    /// Calls of functions that are to go.
    pub(crate) fn deprecated(&self) -> Vec<(Span, String)> {
        let mut faults = Vec::new();
        for module in self.modules.iter().filter(|module| self.options.strict || module.strict_names) {
            for rule in &module.rules {
                for branch in rule.branches() {
                    super::vars::each_expr(&branch.body, &mut |expr| {
                        let name = expr.operator().unwrap_or_default();
                        if DEPRECATED.contains(&name.as_str()) && !self.arity.rules.contains_key(&name) {
                            let message = format!("deprecated built-in function calls in expression: {name}");
                            faults.push((expr.at, message));
                        }
                    });
                }
            }
        }
        faults
    }
}

/// A part of a path as a value: a name or a constant.
pub(crate) fn part_value(part: &Term) -> Option<crate::value::Value> {
    match &part.node {
        Node::Var(name) => Some((&**name).into()),
        Node::Constant(value) => Some(value.clone()),
        _ => None,
    }
}
