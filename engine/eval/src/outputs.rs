//! Outputs: value, sensitivity, preconditions.

use std::sync::Arc;

use ordain_config::blocks::Output;
use ordain_diag::{CheckKind, Diagnostics, codes};
use ordain_value::{Marks, Type, Value};

use crate::Mode;
use crate::core::{Core, error};
use crate::graph::ModuleId;
use crate::scope::InstanceScope;
use crate::values::KeyData;

impl Core {
    pub(crate) fn run_output(&mut self, id: ModuleId, name: &Arc<str>, found: &mut Diagnostics) {
        let Some(config) = self.program.config(id).cloned() else { return };
        let Some(output) = config.outputs.get(name) else { return };
        let address = self.object_address(id, &format!("output.{name}"));
        self.checks.reach(CheckKind::OutputValue, &address);
        if id == ModuleId(0) && output.ephemeral {
            let detail =
                "Ephemeral outputs are not allowed in the root module: their values would have to be stored.";
            let (code, summary) = (codes::eval::VARIABLE_VALUE, "Ephemeral output not allowed");
            return found.push(error(code, summary, detail, output.header));
        }
        for instance in self.values.instances(id) {
            let own = self.instance_address(instance, &format!("output.{name}"));
            let scope = self.scope(instance, &KeyData::None);
            // While destroying, outputs are only there for providers; their conditions say nothing then.
            let conditions: &[_] = match self.input.mode {
                Mode::Destroy => &[],
                _ => &output.preconditions,
            };
            let (verdicts, problems) = self.check_all(&scope, conditions, CheckKind::OutputValue);
            found.append(problems.at_address(&own));
            let value =
                if self.stops(&verdicts) { None } else { self.output_value(&scope, id, output, found) };
            if !output.preconditions.is_empty() {
                self.checks.record(CheckKind::OutputValue, &address, own, &verdicts);
            }
            if let (Some(value), Some(module)) = (value, self.values.module_mut(instance)) {
                module.outputs.insert(name.clone(), value);
            }
        }
    }

    fn output_value(
        &self,
        scope: &InstanceScope<'_>,
        id: ModuleId,
        output: &Output,
        found: &mut Diagnostics,
    ) -> Option<Value> {
        let Some(expr) = &output.value else { return Some(Value::unknown(Type::Dynamic)) };
        let value = found.take(self.evaluate(scope, expr));
        let named = self.check_depends_on(scope, &output.depends_on);
        let named_well = !named.has_errors();
        found.append(named);
        let value = value?;
        let marks = value.marks_deep();
        let is_root = id == ModuleId(0);
        if is_root && marks.is_sensitive() && !output.sensitive {
            let detail = "To reduce the risk of accidentally exporting sensitive data that was intended to be only internal, Terraform requires that any root module output containing sensitive data be explicitly marked as sensitive, to confirm your intent.\n\nIf you do intend to export this data, annotate the output value as sensitive by adding the following argument:\n    sensitive = true";
            found.push(error(
                codes::eval::VARIABLE_VALUE,
                "Output refers to sensitive values",
                detail,
                output.header,
            ));
            return None;
        }
        if marks.is_ephemeral() && !output.ephemeral {
            let detail = "This output value is not declared as returning an ephemeral value, so it cannot be set to a result derived from an ephemeral value.";
            found.push(error(codes::eval::VARIABLE_VALUE, "Ephemeral value not allowed", detail, expr.span));
            return None;
        }
        // In a called module `sensitive` only allows such values: as Terraform 1.11 does it, the caller gets
        // the value with the marks that it has anyway.
        let sensitive = if output.sensitive && is_root { Marks::SENSITIVE } else { Marks::NONE };
        let ephemeral = if output.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
        Some(value.with_marks(sensitive.union(ephemeral))).filter(|_| named_well)
    }
}
