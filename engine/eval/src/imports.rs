//! Import blocks, evaluated for the instances that they name.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use ordain_addr::{ConfigResource, Key, ModuleInstance, ProviderConfigAddr, ResourceInstance};
use ordain_config::blocks::{Import, Repetition};
use ordain_config::{Reference, Subject, key_of};
use ordain_diag::{Diagnostic, Diagnostics, Span, codes};
use ordain_lang::ast::{Expr, ExprKind, TraversalStep};
use ordain_lang::refs::references;
use ordain_value::{Kind, Marks, Type, Value, convert};

use crate::core::{Core, error};
use crate::expand::by_for_each;
use crate::graph::ModuleId;
use crate::scope::InstanceScope;
use crate::values::{InstanceId, KeyData};
use crate::{Mode, WantedImport};

/// Imports of one resource by instance.
pub(crate) type Imports = HashMap<ResourceInstance, WantedImport>;

impl Core {
    /// Imports that name instances of a resource. `None` after errors.
    pub(crate) fn imports_of(&self, target: &ConfigResource, found: &mut Diagnostics) -> Option<Imports> {
        let mut imports = Imports::default();
        let root = self.program.config(ModuleId(0))?;
        let before = found.error_count();
        if !self.input.imports {
            return Some(imports);
        }
        for import in root.refactoring.imports.iter().filter(|import| import.target == *target) {
            if target.module.is_root() {
                found.extend(self.names_itself(import));
            }
            if found.error_count() == before {
                self.add_import(import, &mut imports, found);
            }
        }
        (found.error_count() == before).then_some(imports)
    }

    /// Says of imports that the instance they are for does not exist.
    pub(crate) fn without_instance(&self, imports: &Imports) -> Vec<Diagnostic> {
        if self.input.mode == Mode::Validate {
            return Vec::new();
        }
        let exists = |address: &ResourceInstance| {
            let module = self.values.find(&address.module).and_then(|id| self.values.module(id));
            let set = module.and_then(|module| module.resources.get(&address.resource));
            set.is_some_and(|set| set.expansion.index_of(address.key.as_ref()).is_some())
        };
        let mut missing: Vec<_> = imports.iter().filter(|(address, _)| !exists(address)).collect();
        missing.sort_by(|a, b| a.0.cmp(b.0));
        let say = |(address, wanted): (&ResourceInstance, &WantedImport)| {
            let detail = format!(
                "The configuration for the given import {address} does not exist. All target instances must have an associated configuration to be imported."
            );
            let summary = "Configuration for import target does not exist";
            error(codes::config::INVALID_ARGUMENT, summary, detail, wanted.span)
        };
        missing.into_iter().map(say).collect()
    }

    fn add_import(&self, import: &Arc<Import>, imports: &mut Imports, found: &mut Diagnostics) {
        let root = InstanceId(0);
        if import.for_each.is_none() && !matches!(import.to.unwrapped().kind, ExprKind::Traversal(_)) {
            let detail = "A single static variable reference is required: only attribute access and indexing with constant keys. No calculations, function calls, template expressions, etc are allowed here.";
            found.push(error(codes::config::INVALID_ARGUMENT, "Invalid expression", detail, import.to.span));
            let detail = "A resource instance address is required here. The module path must be followed by a resource instance specification.";
            found.push(error(codes::config::INVALID_ARGUMENT, "Invalid address", detail, import.to.span));
            return;
        }
        let each = match &import.for_each {
            None => Some(vec![KeyData::None]),
            Some(expr) => {
                let value = found.take(self.evaluate(&self.scope(root, &KeyData::None), expr));
                value.and_then(|value| found.take(self.each_import(value, expr.span)))
            }
        };
        let mut own: HashSet<ResourceInstance> = HashSet::new();
        for keys in each.into_iter().flatten() {
            let scope = self.scope(root, &keys);
            let Some((address, wanted)) = self.one_import(&scope, import, found) else { return };
            let again = !own.insert(address.clone());
            let id = wanted.id.clone();
            let named = imports.insert(address.clone(), wanted);
            // Blocks that are repeated may name the same object at one address twice.
            let alike = |other: &WantedImport| import.for_each.is_some() && other.id == id;
            if named.is_some_and(|other| !alike(&other)) && !again {
                let detail =
                    format!("Another import block names {address} already. An object can be imported once.");
                let summary = format!("Duplicate import configuration for \"{}\"", import.target);
                found.push(error(codes::config::DUPLICATE, summary, detail, import.to.span));
            }
        }
    }

    /// What an import is repeated for: anything with elements, which may be known as late as it likes while the
    /// configuration is only checked. The elements of lists have numbers as keys, those of sets themselves.
    fn each_import(&self, value: Value, span: Span) -> (Option<Vec<KeyData>>, Diagnostics) {
        let (value, marks) = value.unmark();
        if marks.is_ephemeral() || !value.is_known() {
            if self.input.mode == Mode::Validate {
                let any = || Value::unknown(Type::Dynamic);
                return (Some(vec![KeyData::Each(any(), any())]), Diagnostics::new());
            }
            return match by_for_each(value.with_marks(marks), false, span) {
                Ok(expansion) => (Some(vec![expansion.key_data(0)]), Diagnostics::new()),
                Err(problem) => (None, (*problem).into()),
            };
        }
        // Keys become addresses, which cannot be kept from anybody; values stay secret.
        let marked = |value: &Value| value.clone().with_marks(marks);
        let numbered = |items: &[Value]| {
            let keys = (0_i64..).zip(items);
            keys.map(|(at, item)| KeyData::Each(Value::number(at), marked(item))).collect()
        };
        let keys = match value.kind() {
            Kind::Null(_) => Vec::new(),
            Kind::Map(_, members) | Kind::Object(members) => members
                .iter()
                .map(|(key, value)| KeyData::Each(Value::string(&**key), marked(value)))
                .collect(),
            Kind::List(_, items) | Kind::Tuple(items) => numbered(items),
            Kind::Set(_, items) => {
                items.iter().map(|item| KeyData::Each(item.clone(), marked(item))).collect()
            }
            _ => {
                let detail = format!(
                    "An import is repeated for each element of a map, a set or a list, and this is of type {}.",
                    value.ty().friendly()
                );
                let problem = error(codes::eval::VARIABLE_VALUE, "Invalid for_each argument", detail, span);
                return (None, problem.into());
            }
        };
        (Some(keys), Diagnostics::new())
    }

    /// The id names the object that it is to find.
    fn names_itself(&self, import: &Import) -> Option<Diagnostic> {
        let expr = import.id.as_ref().or(import.identity.as_ref())?;
        let traversals = references(expr);
        let itself = traversals.iter().find(|traversal| {
            let subject = Reference::parse(traversal).map(|reference| reference.subject);
            matches!(subject, Ok(Subject::Resource(named, _)) if named == import.target.resource)
        })?;
        let detail = "The import ID cannot reference the resource being imported.";
        let summary = "Invalid import id argument";
        let span = Reference::parse(itself).map_or(itself.span(), |reference| reference.span);
        Some(error(codes::eval::VARIABLE_VALUE, summary, detail, span))
    }

    /// What is wrong with imports of resources that are not declared, whose configuration may be generated.
    pub(crate) fn undeclared_imports(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        let undeclared = |import: &&Arc<Import>| self.input.tree.resource(&import.target).is_none();
        let imports = &self.input.tree.root.refactoring.imports;
        let targets: BTreeSet<_> = imports.iter().filter(undeclared).map(|import| &import.target).collect();
        for target in targets {
            self.imports_of(target, &mut found);
        }
        found
    }

    fn one_import(
        &self,
        scope: &InstanceScope<'_>,
        import: &Import,
        found: &mut Diagnostics,
    ) -> Option<(ResourceInstance, WantedImport)> {
        let address = self.import_address(scope, import, found)?;
        // A key that is not known yet may be any, but it is one.
        let computed = matches!(import.to.unwrapped().kind, ExprKind::Index(_));
        let open = address.key.is_none() && computed;
        let target = self.input.tree.resource(&import.target);
        let fits = open && !target.is_some_and(|target| matches!(target.repetition, Repetition::Single));
        let some = Key::Str("key".into());
        let key = if open { Some(&some) } else { address.key.as_ref() };
        // Where nothing is declared, a validation has said so.
        let told = !computed && target.is_none() && self.input.mode == Mode::Validate;
        if !fits
            && !told
            && let Some(detail) = self.unlike_target(import, key)
        {
            let summary = "Invalid import 'to' expression";
            found.push(error(codes::config::INVALID_ARGUMENT, summary, detail, import.to.span));
            return None;
        }
        let id = match &import.id {
            None => None,
            Some(expr) => Some(self.import_id(scope, expr, found)?),
        };
        let identity = match &import.identity {
            None => None,
            Some(expr) => Some(found.take(self.evaluate(scope, expr))?.unmark_deep().0),
        };
        let provider =
            import.provider.as_ref().and_then(|(provider, _)| self.import_provider(import, provider));
        Some((address, WantedImport { id, identity, provider, span: import.header }))
    }

    /// Why no instance of the target can have such a key, and how its instances are named.
    fn unlike_target(&self, import: &Import, key: Option<&Key>) -> Option<String> {
        let target = &import.target;
        let declared = self.input.tree.resource(target).map(|declared| &declared.repetition);
        let (has, named) = match (declared.unwrap_or(&Repetition::Single), key) {
            (Repetition::Count(_), None | Some(Key::Str(_))) => ("count", format!("{target}[0]")),
            (Repetition::ForEach(_), None | Some(Key::Int(_))) => ("for_each", format!("{target}[\"key\"]")),
            (Repetition::Single | Repetition::Enabled(_), Some(_)) => {
                ("neither count nor for_each", target.to_string())
            }
            _ => return None,
        };
        Some(format!(
            "{target} has {has}, so that the address of an instance is like {named}. Mend the address in \"to\"."
        ))
    }

    fn import_provider(
        &self,
        import: &Import,
        provider: &ordain_config::blocks::ProviderRef,
    ) -> Option<ProviderConfigAddr> {
        let block = self.input.tree.resource(&import.target)?;
        let alias = provider.alias.as_ref().map(|alias| &*alias.text);
        let root = ordain_addr::ModulePath::root();
        let choice = self.input.tree.provider_config(&root, &provider.name.text, alias, &block.provider_addr);
        choice.ok().map(|choice| choice.address)
    }

    fn import_id(&self, scope: &InstanceScope<'_>, expr: &Expr, found: &mut Diagnostics) -> Option<Value> {
        let value = found.take(self.evaluate(scope, expr))?;
        let (value, marks) = value.unmark_deep();
        let mut refuse = |detail: &str| {
            found.push(error(codes::eval::VARIABLE_VALUE, "Invalid import id argument", detail, expr.span))
        };
        // Whether it may be shown or stored is asked where there is a plan.
        let planned = self.input.mode != Mode::Validate;
        if marks.is_sensitive() && planned {
            refuse("The import ID value is sensitive, and it would be shown in the plan.");
            return None;
        }
        if marks.is_ephemeral() && planned {
            refuse("The import ID value is ephemeral, and it would be stored in the plan.");
            return None;
        }
        if value.is_null() {
            refuse("The import ID cannot be null.");
            return None;
        }
        let Ok(value) = convert(value, &Type::String) else {
            if planned {
                refuse("The import ID value is unsuitable: a string is required.");
            } else {
                let detail = "The id of an import is a text.";
                found.push(error(codes::eval::VARIABLE_VALUE, "Incorrect value type", detail, expr.span));
            }
            return None;
        };
        if value.as_str() == Some("") {
            refuse("The import ID value evaluates to an empty string, please provide a non-empty value.");
            return None;
        }
        Some(value)
    }

    /// The instance that `to` names, with its keys evaluated.
    fn import_address(
        &self,
        scope: &InstanceScope<'_>,
        import: &Import,
        found: &mut Diagnostics,
    ) -> Option<ResourceInstance> {
        let mut keys = Vec::new();
        self.keys_in(scope, &import.to, &mut keys, found)?;
        let mut module = ModuleInstance::root();
        let mut next = 0;
        // Steps of the address in order: each name, and the key behind it if there is one.
        for (depth, name) in import.target.module.0.iter().enumerate() {
            let key = keys.iter().find(|(at, _)| *at == depth).map(|(_, key)| key.clone());
            module = module.child(name.clone(), key);
            next = depth + 1;
        }
        let key = keys.iter().find(|(at, _)| *at == next).map(|(_, key)| key.clone());
        Some(ResourceInstance::new(module, import.target.resource.clone(), key))
    }

    /// Keys with the number of the module call (or, last, resource) that they stand behind.
    fn keys_in(
        &self,
        scope: &InstanceScope<'_>,
        expr: &Expr,
        keys: &mut Vec<(usize, ordain_addr::Key)>,
        found: &mut Diagnostics,
    ) -> Option<usize> {
        let mut names = 0;
        let depth = |names: &mut usize, step: &TraversalStep, keys: &mut Vec<_>| {
            match step {
                TraversalStep::Attr(_) => *names += 1,
                TraversalStep::Index(step) => keys.extend(key_of(&step.key).map(|key| (level(*names), key))),
            };
        };
        match &expr.unwrapped().kind {
            ExprKind::Traversal(traversal) => {
                names += 1;
                traversal.steps().iter().for_each(|step| depth(&mut names, step, keys));
            }
            ExprKind::Relative(relative) => {
                names = self.keys_in(scope, &relative.source, keys, found)?;
                relative.steps.iter().for_each(|step| depth(&mut names, step, keys));
            }
            ExprKind::Index(pair) => {
                names = self.keys_in(scope, &pair.0, keys, found)?;
                if let Some(other) = references(&pair.1).iter().find(|name| &*name.root().text != "each") {
                    let root = other.root();
                    let detail = format!(
                        "There is no variable named {:?}. In the address of an import only each.key and each.value can be used.",
                        root.text
                    );
                    found.push(error(codes::eval::UNDECLARED, "Unknown variable", detail, root.span));
                    return None;
                }
                let (value, marks) = found.take(self.evaluate(scope, &pair.1))?.unmark_deep();
                if let Some(kind) = unfit_for_address(marks) {
                    let detail = format!(
                        "The key of the instance is {kind}, and an address is shown and stored. Name the instance by a value that is not."
                    );
                    let summary = "Invalid index expression";
                    found.push(error(codes::eval::VARIABLE_VALUE, summary, &detail, pair.1.span));
                    return None;
                }
                if !value.is_known() && self.input.mode == Mode::Validate {
                    return Some(names);
                }
                match key_of(&value) {
                    Some(key) => keys.push((level(names), key)),
                    None => {
                        found.push(bad_key(pair.1.span));
                        return None;
                    }
                }
            }
            _ => {}
        }
        Some(names)
    }
}

/// Which call or resource a key behind so many names belongs to: `module.a` is two names, and so is
/// `type.name`.
fn level(names: usize) -> usize {
    (names / 2).saturating_sub(1)
}

/// What keeps a value out of an address.
fn unfit_for_address(marks: Marks) -> Option<&'static str> {
    match (marks.is_sensitive(), marks.is_ephemeral()) {
        (true, _) => Some("sensitive"),
        (_, true) => Some("ephemeral"),
        _ => None,
    }
}

fn bad_key(span: Span) -> ordain_diag::Diagnostic {
    let detail = "An instance key is a known whole number or text.";
    error(codes::eval::VARIABLE_VALUE, "Invalid address", detail, span)
}
