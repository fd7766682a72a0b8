//! The names that an expression sees in one instance of a module.

use std::sync::Arc;

use ordain_addr::{Key, Mode as ResourceMode, Names, ResourceName};
use ordain_config::{Reference, Subject};
use ordain_diag::{Diagnostic, Diagnostics, Span};
use ordain_lang::ast::{Expr, Traversal};
use ordain_lang::{Functions, Resolution, Scope, World};
use ordain_value::{Marks, Type, Value};

use crate::core::Core;
use crate::deprecated::{self, Deprecated};
use crate::references;
use crate::values::{InstanceId, KeyData, Module};
use crate::{Mode, expand::Expansion};

/// The names that an expression sees.
pub(crate) struct InstanceScope<'c> {
    pub(crate) core: &'c Core,
    pub(crate) instance: InstanceId,
    pub(crate) keys: &'c KeyData,
    /// What `self` stands for, where it stands for anything.
    pub(crate) self_value: Option<&'c Value>,
}

/// A value and how many steps of the traversal it stands for.
type Found = Result<(Value, usize), Box<Diagnostic>>;

impl<'c> InstanceScope<'c> {
    /// The same with `self`.
    pub(crate) fn with_self(self, value: &'c Value) -> InstanceScope<'c> {
        InstanceScope { self_value: Some(value), ..self }
    }

    /// Finds references that name nothing, or what cannot be named here.
    pub(crate) fn check_references(&self, all: &[Traversal]) -> Diagnostics {
        references::check(self, all)
    }

    /// Whether any of these would be found bad without looking at values.
    pub(crate) fn fails_statically(&self, all: &[Traversal]) -> bool {
        references::check_statically(self, all).has_errors()
    }

    fn module(&self) -> Option<&'c Module> {
        self.core.values.module(self.instance)
    }

    /// What the module may use of other modules, and is asked not to.
    fn deprecated(&self) -> &'c [Deprecated] {
        let compiled = self.module().and_then(|module| self.core.program.module(module.id));
        compiled.map_or(&[], |compiled| &compiled.deprecated)
    }

    fn find(&self, traversal: &Traversal) -> Found {
        let reference = Reference::parse(traversal)?;
        let span = reference.span;
        let whole = |value: Value| Ok((value, reference.consumed));
        let Some(module) = self.module() else { return whole(Value::unknown(Type::Dynamic)) };
        match &reference.subject {
            Subject::Variable(name) => match module.variables.get(*name) {
                Some(value) => whole(value.clone()),
                None => self.missing(&reference),
            },
            Subject::Local(name) => match module.locals.get(*name) {
                Some(value) => whole(value.clone()),
                None => self.missing(&reference),
            },
            Subject::Resource(resource, key) => self.resource(module, *resource, key.as_ref(), &reference),
            Subject::Module(name, key, output) => self.call(module, name, key.as_ref(), *output, &reference),
            Subject::CountIndex => match self.keys {
                KeyData::Count(index) => whole(index.clone()),
                _ => Err(references::no_count(span)),
            },
            Subject::EachKey => match self.keys {
                KeyData::Each(key, _) => whole(key.clone()),
                _ => Err(references::no_each(span)),
            },
            Subject::EachValue => match self.keys {
                KeyData::Each(_, value) => whole(value.clone()),
                _ => Err(references::no_each_value(span)),
            },
            Subject::SelfObject => match self.self_value {
                // What is unknown as a whole has no type in a validation: only the names after it are checked.
                Some(value) if self.core.input.mode == Mode::Validate && !value.is_known() => {
                    whole(Value::unknown(Type::Dynamic))
                }
                Some(value) => whole(value.clone()),
                None => Err(references::no_self(span)),
            },
            Subject::Path(name) => self.path(name, span).and_then(whole),
            Subject::Terraform(name) => self.terraform(name, span).and_then(whole),
        }
    }

    /// What has no value yet: undeclared, or skipped because of an error elsewhere.
    fn missing(&self, reference: &Reference<'_>) -> Found {
        let found = references::check_one(self, reference, &[]);
        match found.into_iter().next() {
            Some(problem) => Err(Box::new(problem)),
            None => Ok((Value::unknown(Type::Dynamic), reference.consumed)),
        }
    }

    fn resource(
        &self,
        module: &Module,
        resource: ResourceName<'_>,
        key: Option<&Key>,
        reference: &Reference<'_>,
    ) -> Found {
        let only_imported = self.core.is_only_imported(module.id, resource);
        if only_imported {
            return Ok((Value::unknown(Type::Dynamic), reference.consumed));
        }
        let Some(set) = module.resources.get(&resource as &dyn Names) else { return self.missing(reference) };
        if self.core.input.mode == Mode::Validate {
            // The steps were checked against the schema; what they lead to is not known, not even its type.
            let marks = match resource.mode {
                ResourceMode::Ephemeral => Marks::EPHEMERAL,
                ResourceMode::Managed | ResourceMode::Data => Marks::NONE,
            };
            return Ok((Value::unknown(Type::Dynamic).with_marks(marks), reference.consumed));
        }
        let names = reference.consumed - usize::from(key.is_some());
        // Where the key fits nothing, the language reports the index into the whole.
        match key.filter(|key| {
            matches!(set.expansion, Expansion::Count(_) | Expansion::ForEach(_))
                && set.expansion.index_of(Some(key)).is_some()
        }) {
            Some(key) => match set.by_key(Some(key)) {
                Some(value) => Ok((value, reference.consumed)),
                None => Ok((set.whole(), names)),
            },
            None => Ok((set.whole(), names)),
        }
    }

    fn call(
        &self,
        module: &Module,
        name: &str,
        key: Option<&Key>,
        output: Option<&str>,
        reference: &Reference<'_>,
    ) -> Found {
        let Some(set) = module.calls.get(name) else { return self.missing(reference) };
        let child = self.core.program.module(module.id).and_then(|module| module.children.get(name));
        let config = child.and_then(|child| self.core.program.config(*child));
        let Some(config) = config else { return self.missing(reference) };
        let known = self.deprecated();
        let marks = |output: &str| deprecated::marks(known, name, output);
        if self.core.input.mode == Mode::Validate
            && key.is_none()
            && matches!(set.expansion, Expansion::Single)
        {
            // Only which outputs there are is known.
            let unknown =
                |name: &Arc<str>| (name.clone(), Value::unknown(Type::Dynamic).with_marks(marks(name)));
            return Ok((Value::object(config.outputs.keys().map(unknown)), 1));
        }
        let index = set.expansion.index_of(key);
        let known = !matches!(set.expansion, Expansion::AnyCount | Expansion::AnyEach);
        if let (Some(index), Some(output), true) = (index, output, known)
            && config.outputs.contains_key(output)
        {
            let instance = set.instances.get(index).and_then(|instance| self.core.values.module(*instance));
            let value = instance.and_then(|instance| instance.outputs.get(output).cloned());
            let value = value.unwrap_or_else(|| Value::unknown(Type::Dynamic));
            return Ok((value.with_marks(marks(output)), reference.consumed));
        }
        if self.core.input.mode == Mode::Validate
            && key.is_some()
            && matches!(set.expansion, Expansion::Single)
        {
            // Which instances there are is not known while validating.
            return Ok((Value::unknown(Type::Dynamic), reference.consumed));
        }
        let names: Vec<_> = config.outputs.keys().map(|output| (output.clone(), marks(output))).collect();
        match self.core.values.whole_call(self.instance, name, &names) {
            Some(value) => Ok((value, 1)),
            None => self.missing(reference),
        }
    }

    fn path(&self, name: &str, span: Span) -> Result<Value, Box<Diagnostic>> {
        let id = self.module().map(|module| module.id);
        match name {
            "module" => {
                let dir = id.and_then(|id| self.core.program.config(id)).map(|config| config.dir.clone());
                Ok(Value::string(dir.as_deref().unwrap_or(".")))
            }
            "root" => Ok(Value::string(".")),
            "cwd" => {
                Ok(Value::string(self.core.input.world.started_in().to_string_lossy().replace('\\', "/")))
            }
            _ => Err(references::bad_path(name, span)),
        }
    }

    fn terraform(&self, name: &str, span: Span) -> Result<Value, Box<Diagnostic>> {
        match name {
            "workspace" => Ok(Value::string(&self.core.input.workspace)),
            "applying" => Ok(Value::bool(self.core.input.mode == Mode::Apply).with_marks(Marks::EPHEMERAL)),
            _ => Err(references::bad_terraform(name, span)),
        }
    }
}

impl Scope for InstanceScope<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        match self.find(traversal) {
            Ok((value, consumed)) => Resolution::Found { value, consumed },
            Err(problem) => Resolution::Failed(problem),
        }
    }

    fn settle(&self, expr: &Expr, value: Value, found: &mut Diagnostics) -> Value {
        match self.deprecated() {
            [] => value,
            known => deprecated::settle(known, self.core.input.mode, expr, value, found),
        }
    }

    fn functions(&self) -> Option<&dyn Functions> {
        let module = self.core.values.module(self.instance)?;
        let path = &self.core.program.config(module.id)?.path;
        self.core.input.functions.get(path).map(|functions| &**functions as &dyn Functions)
    }

    fn world(&self) -> &dyn World {
        &*self.core.input.world
    }

    fn has_plan_time(&self) -> bool {
        self.core.input.mode != Mode::Console
    }
}

/// A scope with a few names more: iterators of `dynamic` blocks.
pub(crate) struct Named<'s> {
    pub(crate) inner: &'s dyn Scope,
    pub(crate) name: Arc<str>,
    pub(crate) value: Value,
}

impl Scope for Named<'_> {
    fn resolve(&self, traversal: &Traversal) -> Resolution {
        if traversal.root().text == self.name {
            return Resolution::Found { value: self.value.clone(), consumed: 0 };
        }
        self.inner.resolve(traversal)
    }

    fn settle(&self, expr: &Expr, value: Value, found: &mut Diagnostics) -> Value {
        self.inner.settle(expr, value, found)
    }

    fn functions(&self) -> Option<&dyn Functions> {
        self.inner.functions()
    }

    fn world(&self) -> &dyn World {
        self.inner.world()
    }
}
