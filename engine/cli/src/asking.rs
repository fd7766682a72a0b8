//! Values for variables that must have one and were given none, asked of whoever types the command.

use ordain_diag::Sources;
use ordain_operations::{Given, Project, variables};

use crate::session::Session;

/// Asks for what is missing, in order of names, and adds the answers to what was given. Asks for nothing where the
/// values that were given cannot be read, and for nothing more once there is no answer: what is missing then is an
/// error of the plan.
pub fn for_missing(session: &mut Session, project: &Project, given: &mut Vec<Given>) {
    if !session.ui.input || session.ui.is_machine_only() {
        return;
    }
    let (inputs, found) =
        variables::collect(&session.workdir, &project.tree.root, given, &mut Sources::new());
    if found.has_errors() {
        return;
    }
    let declared = project.tree.root.variables.iter();
    let missing =
        declared.filter(|(name, variable)| variable.default.is_none() && !inputs.contains_key(*name));
    for (name, variable) in missing {
        let about = variable.description.as_deref().unwrap_or_default().trim_end();
        let about: String = about.lines().map(|line| format!("  {line}\n")).collect();
        let gap = if about.is_empty() { "" } else { "\n" };
        let title = session.ui.style().bold(&format!("var.{name}"));
        let prompt = format!("{title}\n{about}{gap}  Enter a value: ");
        let answer =
            if variable.sensitive { session.ui.ask_hidden(&prompt) } else { session.ui.ask(&prompt) };
        let Some(value) = answer else { return };
        session.ui.line("");
        given.push(Given::Asked { name: name.clone(), value });
    }
}
