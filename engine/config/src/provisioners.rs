//! Arguments of provisioners: which kinds there are, and what each takes.

use ordain_addr::ConfigResource;
use ordain_diag::{Diagnostic, Diagnostics, codes};
use ordain_lang::ast::BodySchema;

use crate::blocks::Provisioner;
use crate::{Module, ModuleTree};

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

/// Provisioners of resources that do not exist. They are told before anything is evaluated, by what they provision,
/// in order of their names.
pub(crate) fn missing_provisioners(tree: &ModuleTree) -> Diagnostics {
    let mut missing: Vec<(std::sync::Arc<str>, String)> = Vec::new();
    for module in tree.modules() {
        for block in module.resources.values() {
            let unknown = block.provisioners.iter().filter(|provisioner| schema(&provisioner.kind).is_none());
            let address = ConfigResource { module: module.path.clone(), resource: block.resource.clone() };
            missing.extend(unknown.map(|provisioner| (provisioner.kind.clone(), address.to_string())));
        }
    }
    missing.sort();
    missing.iter().map(|(kind, address)| missing_provisioner(kind).with_address(address)).collect()
}

fn missing_provisioner(kind: &str) -> Diagnostic {
    let detail = format!("There is no provisioner {kind:?}. There are local-exec, remote-exec and file.");
    Diagnostic::error(codes::config::INVALID_BLOCK, "Missing required provisioner plugin", detail)
}

fn check(provisioner: &Provisioner) -> Diagnostics {
    let Some(schema) = schema(&provisioner.kind) else {
        return missing_provisioner(&provisioner.kind).into();
    };
    provisioner.body.content(&schema).1
}
