//! One instance of a resource, evaluated for being handed out.

use ordain_addr::{AbsResource, ConfigResource, Mode as ResourceMode, Resource, ResourceInstance};
use ordain_config::blocks::ResourceBlock;
use ordain_config::key_of;
use ordain_diag::{CheckKind, Diagnostics, codes};
use ordain_lang::ast::{Expr, ExprKind, TraversalStep};
use ordain_lang::eval::evaluate;
use ordain_provider::Block;
use ordain_value::{Path, Step, Value};

use crate::core::{Core, error};
use crate::decode::decode;
use crate::itself::self_references;
use crate::references::check_declared;
use crate::resources::Active;
use crate::scope::InstanceScope;
use crate::values::{InstanceId, KeyData};
use crate::{Mode, ReplaceTrigger, Triggering, WantedInstance};

impl Core {
    /// Evaluates an instance: preconditions, configuration and what goes with it. `None` after errors.
    pub(crate) fn prepare(
        &mut self,
        active: &Active,
        (instance, keys): (InstanceId, &KeyData),
        address: &ResourceInstance,
    ) -> (Option<WantedInstance>, Diagnostics) {
        let mut found = Diagnostics::new();
        let (block, info) = (&active.of.block, &active.info);
        if !found.take(self.may_begin(active, instance, keys, address)) {
            return (None, found);
        }
        let scope = self.scope(instance, keys);
        if active.itself.in_arguments {
            found.append(self_references(&block.body, address));
            if found.has_errors() {
                return (None, found);
            }
        }
        let config = found.take(self.arguments(active, &scope));
        if block.resource.mode != ResourceMode::Ephemeral {
            refuse_ephemeral(&config, &info.schema.block, block, &mut found);
        }
        if self.input.mode == Mode::Validate {
            found.append(self.check_provisioners(&scope, active));
        }
        let replace_triggers = self.triggers(&scope, active, address, &mut found);
        let provider_meta = self.provider_meta(&scope, active, &mut found);
        let chosen = (&active.provider, active.provider_key.as_ref());
        let provider = self.provider_instance(chosen, &scope, &mut found);
        if found.has_errors() {
            return (None, found);
        }
        let wanted = provider.map(|provider| WantedInstance {
            address: address.clone(),
            of: active.of.clone(),
            provider,
            config,
            provider_meta,
            replace_triggers,
            import: active.imports.get(address).cloned().map(Box::new),
        });
        (wanted, found)
    }

    /// Whether what must hold beforehand holds. Validation has looked at it, with all else that the block says.
    fn may_begin(
        &mut self,
        active: &Active,
        instance: InstanceId,
        keys: &KeyData,
        address: &ResourceInstance,
    ) -> (bool, Diagnostics) {
        let conditions = &active.of.block.lifecycle.preconditions;
        if conditions.is_empty() || self.input.mode == Mode::Validate {
            return (true, Diagnostics::new());
        }
        let (verdicts, found) = self.check_all(&self.scope(instance, keys), conditions, CheckKind::Resource);
        let (block, own) = (address.config().to_string(), address.to_string());
        self.checks.record(CheckKind::Resource, &block, own, &verdicts);
        (!self.stops(&verdicts), found)
    }

    /// What is wrong with the conditions of a resource whatever its object is, and whatever else is wrong with its block.
    pub(crate) fn validate_conditions(
        &self,
        active: &Active,
        instance: InstanceId,
        keys: &KeyData,
    ) -> Diagnostics {
        let lifecycle = &active.of.block.lifecycle;
        if lifecycle.preconditions.is_empty() && lifecycle.postconditions.is_empty() {
            return Diagnostics::new();
        }
        let object = Value::unknown(active.info.ty.clone());
        let (_, mut found) =
            self.check_all(&self.scope(instance, keys), &lifecycle.preconditions, CheckKind::Resource);
        let scope = self.scope(instance, keys).with_self(&object);
        let (_, after) = self.check_all(&scope, &lifecycle.postconditions, CheckKind::Resource);
        found.append(after);
        let path = self.values.module(instance).map(|module| module.address.path()).unwrap_or_default();
        let address = ConfigResource { module: path, resource: active.of.block.resource.clone() };
        found.at_address(&address.to_string())
    }

    /// The configuration of an instance. Where objects are only looked at, nobody asks for that of managed ones.
    fn arguments(&self, active: &Active, scope: &InstanceScope<'_>) -> (Value, Diagnostics) {
        let (block, info) = (&active.of.block, &active.info);
        if self.input.looks && block.resource.mode == ResourceMode::Managed {
            return (Value::unknown(info.ty.clone()), Diagnostics::new());
        }
        decode(&block.body, &info.schema.block, scope)
    }

    fn provider_meta(
        &self,
        scope: &InstanceScope<'_>,
        active: &Active,
        found: &mut Diagnostics,
    ) -> Option<Value> {
        let module = self.values.module(scope.instance)?;
        let config = self.program.config(module.id)?;
        let metas = &config.settings.provider_meta;
        if metas.is_empty() {
            return None;
        }
        let (body, _) = metas.get(active.of.block.provider_name())?;
        let schema = self.input.schemas.get(&active.provider.provider)?.meta.as_ref()?;
        Some(found.take(decode(body, &schema.block, scope)))
    }

    fn triggers(
        &self,
        scope: &InstanceScope<'_>,
        active: &Active,
        address: &ResourceInstance,
        found: &mut Diagnostics,
    ) -> Vec<ReplaceTrigger> {
        // What they name is looked at by plans only, as in Terraform.
        let exprs = match self.input.mode {
            Mode::Validate => &[][..],
            _ => &active.of.block.lifecycle.replace_triggered_by,
        };
        let triggers = exprs.iter().filter_map(|expr| {
            let before = found.error_count();
            let absent = check_declared(scope, &ordain_lang::refs::references(expr));
            // What is named is shown as far as it is named, not the resource alone.
            found.append(absent.map(|problem| match problem.span {
                Some(span) if span.start == expr.span.start => problem.with_span(expr.span),
                _ => problem,
            }));
            let steps = if found.error_count() > before { None } else { constant_steps(expr, scope, found) };
            let (resource, rest) = split(steps?)?;
            let (instances, rest) = match rest.split_first() {
                None => (Triggering::All, rest),
                Some((Step::Index(key), rest)) => (Triggering::One(key_of(key)), rest.to_vec()),
                Some((Step::Attr(_), _)) => (Triggering::One(None), rest),
            };
            let resource = AbsResource { module: address.module.clone(), resource };
            Some(ReplaceTrigger { resource, instances, path: Path(rest), span: expr.span })
        });
        triggers.collect()
    }
}

/// Names and keys of an expression of names and indexes, the indexes evaluated.
fn constant_steps(expr: &Expr, scope: &InstanceScope<'_>, found: &mut Diagnostics) -> Option<Vec<Step>> {
    let step = |step: &TraversalStep| match step {
        TraversalStep::Attr(name) => Step::Attr(name.text.to_arc()),
        TraversalStep::Index(step) => Step::Index(step.key.clone()),
    };
    match &expr.unwrapped().kind {
        ExprKind::Traversal(traversal) => {
            let root = Step::Attr(traversal.root().text.to_arc());
            Some([root].into_iter().chain(traversal.steps().iter().map(step)).collect())
        }
        ExprKind::Relative(relative) => {
            let mut steps = constant_steps(&relative.source, scope, found)?;
            steps.extend(relative.steps.iter().map(step));
            Some(steps)
        }
        ExprKind::Index(pair) => {
            let mut steps = constant_steps(&pair.0, scope, found)?;
            steps.push(Step::Index(found.take(evaluate(&pair.1, scope)).unmark().0));
            Some(steps)
        }
        _ => {
            let detail = "Only a resource, an instance of one, or an attribute of one may be named here.";
            found.push(error(
                codes::eval::UNDECLARED,
                "Invalid replace_triggered_by expression",
                detail,
                expr.span,
            ));
            None
        }
    }
}

/// The resource at the start of steps, and the rest.
fn split(steps: Vec<Step>) -> Option<(Resource, Vec<Step>)> {
    let name = |at: usize| match steps.get(at) {
        Some(Step::Attr(name)) => Some(name.clone()),
        _ => None,
    };
    let first = name(0)?;
    let (mode, from) = match &*first {
        "data" => (ResourceMode::Data, 1),
        "ephemeral" => (ResourceMode::Ephemeral, 1),
        "resource" => (ResourceMode::Managed, 1),
        _ => (ResourceMode::Managed, 0),
    };
    let resource = Resource::new(mode, name(from)?, name(from + 1)?);
    Some((resource, steps.get(from + 2..).unwrap_or_default().to_vec()))
}

/// What must be stored may not come from something that must not.
fn refuse_ephemeral(config: &Value, schema: &Block, block: &ResourceBlock, found: &mut Diagnostics) {
    if !config.marks_deep().is_ephemeral() {
        return;
    }
    for (path, marks) in config.marked_paths() {
        if marks.is_ephemeral() && !schema.is_write_only(&path) {
            let argument = match path.0.first() {
                Some(Step::Attr(name)) => block.argument_span(name),
                _ => None,
            };
            let span = argument.unwrap_or(block.header);
            let shown = path.to_string();
            let detail = format!(
                "Ephemeral values are not valid for {:?}, because it is not a write-only attribute and must be persisted to state.",
                shown.trim_start_matches('.')
            );
            found.push(error(codes::eval::VARIABLE_VALUE, "Invalid use of ephemeral value", detail, span));
        }
    }
}
