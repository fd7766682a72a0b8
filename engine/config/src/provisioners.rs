//! Arguments of provisioners: which kinds there are, and what each takes.

use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::BodySchema;

use crate::Module;
use crate::blocks::Provisioner;

/// Arguments of a kind of provisioner and whether they are required; `None` for kinds that do not exist.
fn schema(kind: &str) -> Option<BodySchema> {
    let attributes: &[(&str, bool)] = match kind {
        "local-exec" => &[
            ("command", true),
            ("interpreter", false),
            ("working_dir", false),
            ("environment", false),
            ("quiet", false),
        ],
        "remote-exec" => &[("inline", false), ("script", false), ("scripts", false)],
        "file" => &[("source", false), ("content", false), ("destination", true)],
        _ => return None,
    };
    Some(BodySchema::new(attributes, &[]))
}

/// Checks the provisioners of `removed` blocks. Those of resources are checked with their values, by the
/// evaluator.
pub(crate) fn check_provisioners(module: &Module, found: &mut Diagnostics) {
    for provisioner in module.refactoring.removed.iter().flat_map(|block| &block.provisioners) {
        found.append(check(provisioner));
    }
}

fn check(provisioner: &Provisioner) -> Diagnostics {
    let Some(schema) = schema(&provisioner.kind) else {
        let detail = format!(
            "There is no provisioner {:?}. Provisioners are local-exec, remote-exec and file.",
            provisioner.kind
        );
        let summary = "Missing required provisioner plugin";
        return Diagnostic::error(codes::config::INVALID_BLOCK, summary, detail).into();
    };
    provisioner.body.content(&schema).1
}
