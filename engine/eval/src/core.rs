//! What all parts of the evaluator share.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use ordain_addr::{AbsResource, Mode as ResourceMode, Names, ProviderConfigAddr, ResourceName};
use ordain_diag::{Diagnostic, Diagnostics};
use ordain_lang::Scope;
use ordain_lang::ast::{Expr, Traversal};
use ordain_lang::eval::evaluate;
use ordain_provider::{ProviderSchema, Schema};
use ordain_value::{Type, Value};

use crate::checks::CheckTable;
use crate::compile::{Program, ResourceKind};
use crate::graph::ModuleId;
use crate::provider_keys::ProviderKeys;
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

/// What all parts of the evaluator share.
pub(crate) struct Core {
    pub(crate) input: Input,
    pub(crate) program: Arc<Program>,
    /// Whether the configuration was validated before: what does not hang on values was judged then.
    pub(crate) validated: bool,
    pub(crate) values: Values,
    pub(crate) presets: HashMap<AbsResource, Objects>,
    /// Whether a resource without presets has no instances, in console mode.
    pub(crate) presets_are_all: bool,
    pub(crate) checks: CheckTable,
    /// Keys of provider configurations with `for_each`, by their blocks.
    pub(crate) provider_keys: HashMap<ProviderConfigAddr, ProviderKeys>,
    /// By the compiled table of types. Filled as they are asked for: some take their time.
    types: Box<[OnceLock<Option<Arc<TypeInfo>>>]>,
}

/// A value, or that there is none because of errors among the diagnostics beside it.
pub(crate) type Evaluated = (Option<Value>, Diagnostics);

impl Core {
    pub(crate) fn new(input: Input, program: Arc<Program>, validated: bool) -> Core {
        let (checks, types) =
            (CheckTable::default(), program.kinds.iter().map(|_| OnceLock::new()).collect());
        Core {
            input,
            program,
            validated,
            values: Values::default(),
            presets: HashMap::new(),
            presets_are_all: false,
            checks,
            provider_keys: HashMap::new(),
            types,
        }
    }

    /// What is known of a resource's type.
    pub(crate) fn type_of(&self, id: ModuleId, resource: &dyn Names) -> Option<Arc<TypeInfo>> {
        self.type_at(self.program.compiled_resource(id, resource)?.kind).cloned()
    }

    /// The same by the index of the type.
    pub(crate) fn type_at(&self, kind: usize) -> Option<&Arc<TypeInfo>> {
        let info = self.types.get(kind)?;
        info.get_or_init(|| self.find_type(self.program.kinds.get(kind)?)).as_ref()
    }

    fn find_type(&self, kind: &ResourceKind) -> Option<Arc<TypeInfo>> {
        let provider = self.input.schemas.get(&kind.provider)?;
        let schema = schema_of(provider, kind.mode, &kind.name)?;
        let (ty, sensitive) = (schema.block.value_type(), sensitive_parts(&schema.block));
        Some(Arc::new(TypeInfo { schema: schema.clone(), ty, sensitive }))
    }

    /// Whether an `import` block names a resource that is not declared: a validation tells that once, and not of every
    /// reference to it.
    pub(crate) fn is_only_imported(&self, id: ModuleId, resource: ResourceName<'_>) -> bool {
        let imports = &self.input.tree.root.refactoring.imports;
        if imports.is_empty() || self.input.mode != Mode::Validate {
            return false;
        }
        let Some(config) = self.program.config(id) else { return false };
        let mut imports = imports.iter();
        !config.resources.contains_key(&resource as &dyn Names)
            && imports.any(|one| resource == one.target.resource && one.target.module == config.path)
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
