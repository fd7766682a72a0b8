//! What `with` may replace, and by what.

use super::functions::part_value;
use super::{Compiler, vars};
use crate::ast::{Node, Term, With, operator_name};
use crate::builtins;
use crate::error::Code;
use crate::ir::{Function, FunctionName, Target};
use crate::value::Value;

impl Compiler {
    /// Tells replacements that cannot be.
    pub(crate) fn check_with(&mut self) {
        let mut faults = Vec::new();
        for module in &self.modules {
            for branch in module.rules.iter().flat_map(crate::ast::Rule::branches) {
                vars::each_expr(&branch.body, &mut |expr| {
                    for with in &expr.with {
                        if let Err((code, message)) = self.allowed(&with.target) {
                            faults.push((code, with.target.at, message));
                        }
                    }
                });
            }
        }
        for (code, at, message) in faults {
            self.fail(code, at, message);
        }
    }

    pub(crate) fn allowed(&self, target: &Term) -> Result<(), (Code, String)> {
        let head = match &target.node {
            Node::Ref(path) => path.first().and_then(Term::as_var),
            Node::Var(name) => Some(name),
            _ => None,
        };
        match head.map(|name| &**name) {
            Some("input") => Ok(()),
            Some("data") => self.replaceable(target),
            _ => replaceable_function(&operator_name(target)),
        }
    }

    fn replaceable(&self, target: &Term) -> Result<(), (Code, String)> {
        let path = target.as_ref().unwrap_or_default();
        let mut at = 0;
        for part in path.iter().skip(1).take(path.len().saturating_sub(2)) {
            let Some(next) = part.as_constant().and_then(|key| self.tree.child(at, key)) else {
                return Ok(());
            };
            if self.tree.place(next).is_some_and(|place| !place.rules.is_empty()) {
                let message = "with keyword cannot partially replace virtual document(s)";
                return Err((Code::Compile, message.to_owned()));
            }
            at = next;
        }
        Ok(())
    }

    /// What a target names.
    pub(crate) fn with_target(&mut self, target: &Term) -> Option<Target> {
        let path = match &target.node {
            Node::Ref(path) => path.clone(),
            Node::Var(_) => [target.clone()].into(),
            _ => return None,
        };
        let keys: Option<Vec<Value>> = path.iter().skip(1).map(|part| part.as_constant().cloned()).collect();
        let Some(keys) = keys else { return Some(Target::Open) };
        match path.first().and_then(Term::as_var).map(|name| &**name) {
            Some("input") => Some(Target::Input(keys)),
            Some("data") => {
                let whole: Vec<Value> =
                    std::iter::once(Value::from("data")).chain(keys.iter().cloned()).collect();
                match self.tree.find(&whole) {
                    Some(place) if self.is_function(place) => {
                        Some(Target::Function(FunctionName::Rules(place)))
                    }
                    _ => Some(Target::Data(keys)),
                }
            }
            _ => {
                let name = operator_name(target);
                builtins::find(&name).map(|builtin| Target::Function(FunctionName::Builtin(builtin.name)))
            }
        }
    }

    pub(crate) fn is_function(&self, place: usize) -> bool {
        let count = self.tree.place(place).and_then(|place| self.arity.at(&place.path));
        count.is_some_and(|count| count > 0)
    }

    /// Whether `with` puts a function where only a document can stand: it is then looked at as a document, and told.
    pub(crate) fn stands_for_document(&self, with: &With) -> bool {
        let of_rules = |term: &Term| self.arity.of_rules(term).is_some_and(|count| count > 0);
        let is_name = matches!(with.value.node, Node::Ref(_) | Node::Var(_));
        let is_builtin = is_name && builtins::find(&operator_name(&with.value)).is_some();
        match with.target.as_ref().and_then(|path| path.first()).and_then(Term::as_var).map(|name| &**name) {
            Some("input") => is_builtin || (is_name && of_rules(&with.value)),
            Some("data") => is_builtin && !of_rules(&with.target),
            _ => false,
        }
    }

    /// The function that a replacement names, if it names one.
    pub(crate) fn with_function(&self, value: &Term) -> Option<Function> {
        let path = match &value.node {
            Node::Ref(path) => path.as_slice(),
            Node::Var(_) => std::slice::from_ref(value),
            _ => return None,
        };
        let keys: Vec<Value> = path.iter().map(part_value).collect::<Option<_>>()?;
        if keys.first().and_then(Value::as_str) == Some("data") {
            let place = self.tree.find(&keys)?;
            return self.is_function(place).then_some(Function::Rules(place));
        }
        builtins::find(&operator_name(value)).map(Function::Builtin)
    }
}

fn replaceable_function(name: &str) -> Result<(), (Code, String)> {
    let fault =
        |what: &str| Err((Code::Compile, format!("with keyword replacing built-in function: {what}")));
    if matches!(name, "eq" | "rego.metadata.chain" | "rego.metadata.rule") {
        return fault(&format!("replacement of \"{name}\" invalid"));
    }
    if name.starts_with("internal.") {
        return fault(&format!("replacement of internal function \"{name}\" invalid"));
    }
    match builtins::find(name) {
        Some(builtin) if builtin.relation => fault("target must not be a relation"),
        Some(builtin) if builtin.signature.result.is_none() => fault("target must not be a void function"),
        Some(_) => Ok(()),
        None => {
            let wanted = "with keyword target must reference existing input, data, or a function";
            Err((Code::Type, wanted.to_owned()))
        }
    }
}
