//! What all parts of the evaluator share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ordain_addr::{AbsResource, Mode as ResourceMode, ProviderAddr, ProviderConfigAddr, Resource};
use ordain_diag::{Diagnostic, Diagnostics};
use ordain_lang::Scope;
use ordain_lang::ast::{Expr, Traversal};
use ordain_lang::eval::evaluate;
use ordain_provider::{ProviderSchema, Schema};
use ordain_value::{Type, Value};

use crate::checks::CheckTable;
use crate::compile::Program;
use crate::graph::ModuleId;
use crate::provider_keys::ProviderKeys;
use crate::quick_hash::QuickMap;
use crate::scope::InstanceScope;
use crate::sensitive::{SensitiveParts, sensitive_parts};
use crate::values::{InstanceId, KeyData, Values};
use crate::{Input, Mode, Objects};

/// A schema with what is derived from it once.
pub(crate) struct TypeInfo {
    pub(crate) schema: Arc<Schema>,
    pub(crate) ty: Type,
    pub(crate) sensitive: SensitiveParts,
}

type TypeKey = (ProviderAddr, ResourceMode, Arc<str>);

/// What all parts of the evaluator share.
pub(crate) struct Core {
    pub(crate) input: Input,
    pub(crate) program: Arc<Program>,
    pub(crate) values: Values,
    pub(crate) presets: HashMap<AbsResource, Objects>,
    /// Whether a resource without presets has no instances, in console mode.
    pub(crate) presets_are_all: bool,
    pub(crate) checks: CheckTable,
    /// Keys of provider configurations with `for_each`, by their blocks.
    pub(crate) provider_keys: HashMap<ProviderConfigAddr, ProviderKeys>,
    /// Filled as types are asked for: a provider may have more than a thousand.
    types: Mutex<QuickMap<TypeKey, Option<Arc<TypeInfo>>>>,
}

/// A value, or that there is none because of errors among the diagnostics beside it.
pub(crate) type Evaluated = (Option<Value>, Diagnostics);

impl Core {
    pub(crate) fn new(input: Input, program: Arc<Program>) -> Core {
        let (checks, types) = (CheckTable::default(), Mutex::default());
        Core {
            input,
            program,
            values: Values::default(),
            presets: HashMap::new(),
            presets_are_all: false,
            checks,
            provider_keys: HashMap::new(),
            types,
        }
    }

    /// What is known of a resource's type.
    pub(crate) fn type_of(&self, id: ModuleId, resource: &Resource) -> Option<Arc<TypeInfo>> {
        let block = self.program.resource(id, resource)?;
        let key = (block.provider_addr.clone(), resource.mode, resource.type_name.clone());
        let mut types = self.types.lock().unwrap_or_else(PoisonError::into_inner);
        types
            .entry(key)
            .or_insert_with_key(|(provider, mode, name)| self.find_type(provider, *mode, name))
            .clone()
    }

    fn find_type(&self, provider: &ProviderAddr, mode: ResourceMode, name: &str) -> Option<Arc<TypeInfo>> {
        let provider = self.input.schemas.get(provider)?;
        let schema = schema_of(provider, mode, name)?;
        let (ty, sensitive) = (schema.block.value_type(), sensitive_parts(&schema.block));
        Some(Arc::new(TypeInfo { schema: schema.clone(), ty, sensitive }))
    }

    /// Whether an `import` block names a resource that is not declared: a validation tells that once, and not of every
    /// reference to it.
    pub(crate) fn is_only_imported(&self, id: ModuleId, resource: &Resource) -> bool {
        let imports = &self.input.tree.root.refactoring.imports;
        if imports.is_empty() || self.input.mode != Mode::Validate {
            return false;
        }
        let Some(config) = self.program.config(id) else { return false };
        let mut imports = imports.iter();
        !config.resources.contains_key(resource)
            && imports.any(|one| one.target.resource == *resource && one.target.module == config.path)
    }

    /// A scope in a module instance.
    pub(crate) fn scope<'c>(&'c self, instance: InstanceId, keys: &'c KeyData) -> InstanceScope<'c> {
        InstanceScope { core: self, instance, keys, self_value: None }
    }

    /// Evaluates an expression, after its references were found good.
    pub(crate) fn evaluate(&self, scope: &InstanceScope<'_>, expr: &Expr) -> Evaluated {
        self.evaluate_with(scope, expr, &ordain_lang::refs::references(expr))
    }

    /// As [`Core::evaluate`], where the references of the expression are known.
    pub(crate) fn evaluate_with(
        &self,
        scope: &InstanceScope<'_>,
        expr: &Expr,
        names: &[Traversal],
    ) -> Evaluated {
        let found = scope.check_references(names);
        if found.has_errors() {
            return (None, found);
        }
        let (value, diagnostics) = evaluate(expr, scope as &dyn Scope);
        let failed = diagnostics.has_errors();
        ((!failed).then_some(value), diagnostics)
    }
}

/// The schema of a type.
pub(crate) fn schema_of<'p>(
    provider: &'p ProviderSchema,
    mode: ResourceMode,
    name: &str,
) -> Option<&'p Arc<Schema>> {
    let types = match mode {
        ResourceMode::Managed => &provider.resources,
        ResourceMode::Data => &provider.data_sources,
        ResourceMode::Ephemeral => &provider.ephemeral,
    };
    types.get(name)
}

/// An error of this crate.
pub(crate) fn error(
    code: ordain_diag::Code,
    summary: impl Into<String>,
    detail: impl Into<String>,
    span: ordain_diag::Span,
) -> Diagnostic {
    Diagnostic::error(code, summary, detail).with_span(span)
}
