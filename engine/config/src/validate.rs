//! What can be said about a configuration without any values or schemas.

use ordain_addr::{ConfigResource, ModulePath, Target};
use ordain_diag::Diagnostics;

use crate::blocks::ModuleCall;
use crate::fields::{bad_argument, bad_block};
use crate::provisioners::check_provisioners;
use ordain_lang::suggest::{did_you_mean, nearest};

use crate::{Module, ModuleTree};

/// Checks what [`crate::load`] does not: arguments of module calls, and `removed` and `import` blocks
/// against what is declared. References are checked where schemas are at hand, by the evaluator.
pub fn validate(tree: &ModuleTree) -> Diagnostics {
    let mut found = Diagnostics::new();
    for module in tree.modules() {
        for call in module.calls.values() {
            if let Some(child) = &call.child {
                check_arguments(call, child, &mut found);
            }
        }
        check_removed(tree, module, &mut found);
        check_provisioners(module, &mut found);
    }
    for import in &tree.root.refactoring.imports {
        if tree.resource(&import.target).is_none() {
            let detail = format!(
                "The configuration for the given import target {} does not exist. All target instances must have an associated configuration to be imported.",
                import.target
            );
            found.push(bad_argument(
                "Configuration for import target does not exist",
                detail,
                import.to.span,
            ));
        }
    }
    found
}

fn check_arguments(call: &ModuleCall, child: &Module, found: &mut Diagnostics) {
    for variable in child.variables.values() {
        if variable.default.is_none() && !call.arguments.contains_key(&variable.name.text) {
            let detail =
                format!("The argument {:?} is required, but no definition was found.", variable.name.text);
            found.push(bad_argument("Missing required argument", detail, call.header));
        }
    }
    for block in &call.blocks {
        let detail = format!("Blocks of type {:?} are not expected here.", block.text);
        found.push(bad_block("Unsupported block type", detail, block.span));
    }
    for (name, argument) in &call.arguments {
        if !child.variables.contains_key(name) {
            let meant = did_you_mean(nearest(name, child.variables.keys().map(|name| &**name)));
            let detail = format!("An argument named {name:?} is not expected here.{meant}");
            found.push(bad_argument("Unsupported argument", detail, argument.name.span));
        }
    }
}

fn check_removed(tree: &ModuleTree, module: &Module, found: &mut Diagnostics) {
    for removed in &module.refactoring.removed {
        let (target, span) = &removed.from;
        let inside = |path: ModulePath| ModulePath(module.path.0.iter().chain(&path.0).cloned().collect());
        match target {
            Target::Module(from) if tree.module(&inside(from.path())).is_some() => {
                let detail =
                    format!("This statement declares that {from} was removed, but it is still declared.");
                found.push(bad_block("Removed module still exists", detail, *span));
            }
            Target::Resource(from) => {
                let address =
                    ConfigResource { module: inside(from.module.path()), resource: from.resource.clone() };
                if tree.resource(&address).is_some() {
                    let detail =
                        format!("This statement declares that {from} was removed, but it is still declared.");
                    found.push(bad_block("Removed resource still exists", detail, *span));
                }
            }
            Target::Module(_) | Target::Instance(_) => {}
        }
    }
}
