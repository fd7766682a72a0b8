//! What policies say, as people read it.

use ordain_policy::{Decision, Decisions};

use super::style::{Color, Style};

/// One line a decision; nothing where policies say nothing.
pub fn decisions(decisions: &Decisions, style: Style) -> String {
    let mut out = String::new();
    let mut add = |color, word: &str, decision: &Decision| {
        let at = if decision.addresses.is_empty() {
            String::new()
        } else {
            format!(" ({})", decision.addresses.join(", "))
        };
        let rule = style.paint(Color::Grey, &format!("[{}]", decision.rule));
        out.push_str(&format!("  {} {}{at} {rule}\n", style.paint(color, word), decision.message));
    };
    for decision in &decisions.deny {
        add(Color::Red, "deny:", decision);
    }
    for requirement in &decisions.require {
        add(Color::Yellow, "needs approval:", &requirement.decision);
    }
    for decision in &decisions.warn {
        add(Color::Yellow, "warning:", decision);
    }
    for obligation in &decisions.obligations {
        let paths = obligation.paths.join(", ");
        out.push_str(&format!(
            "  {} {} cannot be judged before {paths} is known; it is judged right before the change {}\n",
            style.paint(Color::Cyan, "later:"),
            obligation.address,
            style.paint(Color::Grey, &format!("[{}]", obligation.rule))
        ));
        for condition in &obligation.conditions {
            out.push_str(&style.paint(Color::Grey, &format!("         if {condition}")));
            out.push('\n');
        }
    }
    if out.is_empty() { out } else { format!("\n{}\n{out}", style.bold("Policies:")) }
}
