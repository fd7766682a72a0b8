//! A plan as people read it.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use ordain_addr::Mode;
use ordain_plan::{Action, Change, OutputChange, Plan, Reason, Schemas, json};
use ordain_value::{Marks, Path, Step, Value};

use super::object::{self, Shapes};
use super::style::{Color, Style};
use super::value::{Mark, Printer, line};

/// How many objects are imported, made, changed, destroyed, forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Imported.
    pub import: usize,
    /// Made, replacements included.
    pub add: usize,
    /// Changed in place.
    pub change: usize,
    /// Destroyed, replacements included.
    pub destroy: usize,
    /// No longer managed.
    pub forget: usize,
}

impl Counts {
    /// Counts of a plan.
    pub fn of(plan: &Plan) -> Counts {
        let mut counts = Counts::default();
        for change in &plan.changes {
            counts.import += usize::from(change.importing.is_some());
            match change.action {
                Action::Create => counts.add += 1,
                Action::Update => counts.change += 1,
                Action::Delete => counts.destroy += 1,
                Action::DeleteThenCreate | Action::CreateThenDelete => {
                    counts.add += 1;
                    counts.destroy += 1;
                }
                Action::Forget => counts.forget += 1,
                Action::CreateThenForget => {
                    counts.add += 1;
                    counts.forget += 1;
                }
                Action::NoOp | Action::Read => {}
            }
        }
        counts
    }

    /// The line that other tools parse: `Plan: 1 to add, 0 to change, 0 to destroy.`
    pub fn line(&self) -> String {
        let import = if self.import > 0 { format!("{} to import, ", self.import) } else { String::new() };
        // What is only forgotten is not counted, as tools that read this line know it.
        format!("{import}{} to add, {} to change, {} to destroy.", self.add, self.change, self.destroy)
    }
}

/// What a plan that only looks says when it saw something.
const REFRESH_ONLY: &str = "\nThis is a refresh-only plan, so Ordain will not take any actions to undo these. If\nyou were expecting these changes then you can apply this plan to record the\nupdated values in the state without changing any remote objects.\n";

/// Whether a change is worth showing: an action, a move or an import.
fn shown(change: &Change) -> bool {
    change.action != Action::NoOp || change.previous_address.is_some() || change.importing.is_some()
}

/// The plan as text, from the legend to the outputs.
pub fn plan(plan: &Plan, schemas: &Schemas, style: Style, show_sensitive: bool) -> String {
    let mut out = String::new();
    pieces(plan, schemas, style, show_sensitive, &mut |piece| out.push_str(piece));
    out
}

/// How long a piece is at least, all but the last.
const PIECE: usize = 32 << 10;

/// The same as it is made, piece by piece: the text of a large plan is as large as the plan.
pub fn pieces(plan: &Plan, schemas: &Schemas, style: Style, show_sensitive: bool, say: &mut dyn FnMut(&str)) {
    let listed = json::order(&plan.changes).into_iter().filter_map(|at| plan.changes.get(at));
    let shown: Vec<&Change> = listed.filter(|change| shown(change)).collect();
    let mut out = String::new();
    out.push_str(&drift(plan, schemas, style, show_sensitive));
    let outputs = outputs(plan, style, show_sensitive);
    let noted = plan.mode == ordain_plan::Mode::RefreshOnly && !plan.drift.is_empty();
    if noted {
        out.push_str(REFRESH_ONLY);
    }
    if shown.is_empty() && outputs.is_empty() && plan.deferred.is_empty() {
        if !noted {
            out.push_str(&nothing(plan, style));
        }
        return say(&out);
    }
    if noted {
        out.push_str(&format!("\n{}\n", "─".repeat(77)));
    }
    if !shown.is_empty() {
        out.push_str(&legend(&shown, style));
        out.push_str(if plan.errored {
            "\nOrdain planned the following actions, but then encountered a problem:\n"
        } else {
            "\nOrdain will perform the following actions:\n"
        });
        let mut blocks = Blocks { schemas, style, show_sensitive, shapes: Shapes::default() };
        for change in &shown {
            out.push('\n');
            blocks.one(&mut out, change);
            if out.len() >= PIECE {
                say(&out);
                out.clear();
            }
        }
        out.push_str(&format!("\n{} {}\n", style.bold("Plan:"), Counts::of(plan).line()));
    }
    out.push_str(&deferred(plan, style));
    if !outputs.is_empty() {
        out.push_str(&format!("\nChanges to Outputs:\n{outputs}"));
        if shown.is_empty() {
            out.push_str(
                "\nYou can apply this plan to save these new output values to the state, without\nchanging any real infrastructure.\n",
            );
        }
    }
    say(&out);
}

/// What has to wait for another plan, and why.
fn deferred(plan: &Plan, style: Style) -> String {
    if plan.deferred.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\nThis plan is partial. What is named here can only be planned when it has been applied:\n\n",
    );
    for deferred in &plan.deferred {
        let any = if deferred.index_unknown { "[*]" } else { "" };
        let why = match deferred.reason {
            "instance_count_unknown" => "which instances there are is not known",
            "deferred_prereq" => "something that it depends on is deferred",
            "resource_config_unknown" => "its provider has to know all of its configuration",
            "provider_config_unknown" => "the configuration of its provider is not wholly known",
            "absent_prereq" => "something that its provider needs for it is not there yet",
            other => other,
        };
        let name = style.bold(&format!("# {}{any} is deferred", deferred.change.address));
        out.push_str(&format!("  {name}\n  # (because {why})\n"));
    }
    out
}

fn nothing(plan: &Plan, style: Style) -> String {
    if plan.errored {
        return format!(
            "\n{}Ordain encountered an error while generating this plan.\n",
            style.bold(&style.paint(Color::Red, "Planning failed. "))
        );
    }
    if plan.mode == ordain_plan::Mode::RefreshOnly {
        return format!(
            "\n{}{}\n\nOrdain has checked that the real remote objects still match the result of\nyour most recent changes, and found no differences.\n",
            style.bold(&style.paint(Color::Green, "No changes.")),
            style.bold(" Your infrastructure still matches the configuration.")
        );
    }
    if plan.mode == ordain_plan::Mode::Destroy {
        return format!(
            "\n{} No objects need to be destroyed.\n\nEither you have not created any objects yet or the existing objects were\nalready deleted outside of Ordain.\n",
            style.bold(&style.paint(Color::Green, "No changes."))
        );
    }
    format!(
        "\n{}{}\n\nOrdain has compared your real infrastructure against your configuration\nand found no differences, so no changes are needed.\n",
        style.bold(&style.paint(Color::Green, "No changes.")),
        style.bold(" Your infrastructure matches the configuration.")
    )
}

fn drift(plan: &Plan, schemas: &Schemas, style: Style, show_sensitive: bool) -> String {
    let listed = json::order(&plan.drift).into_iter().filter_map(|at| plan.drift.get(at));
    let drifted: Vec<&Change> = listed.filter(|change| matters(plan, change)).collect();
    if drifted.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "\n{}\n\nOrdain detected the following changes made outside of Ordain since the\nlast \"ordain apply\" which may have affected this plan:\n",
        style.bold(&style.paint(Color::Cyan, "Note: Objects have changed outside of Ordain"))
    );
    let mut blocks = Blocks { schemas, style, show_sensitive, shapes: Shapes::default() };
    for change in drifted {
        out.push('\n');
        let words: Cow<'_, str> = match change.action {
            Action::Delete => "has been deleted".into(),
            Action::NoOp => format!("has moved to {}", change.address).into(),
            _ => "has changed".into(),
        };
        blocks.block(&mut out, change, &words, &[]);
    }
    if plan.mode == ordain_plan::Mode::RefreshOnly {
        return out;
    }
    let rule = "─".repeat(77);
    out.push_str(&format!(
        "\nUnless you have made equivalent changes to your configuration, or ignored the\nrelevant attributes using ignore_changes, the following plan may include\nactions to undo or respond to these changes.\n\n{rule}\n"
    ));
    out
}

/// Whether a change made outside has a part in what the plan does: what is planned reads an attribute that changed,
/// and there is something to do. What the plan undoes of an object is shown as its change. Asked for by itself
/// (`-refresh-only`), every change matters.
fn matters(plan: &Plan, change: &Change) -> bool {
    if plan.mode == ordain_plan::Mode::RefreshOnly {
        return true;
    }
    if !plan.changes.iter().any(shown) {
        return false;
    }
    // What is read of all instances together is not told of any of them.
    let instance = change.address.to_string();
    let mut read = plan.relevant.iter().filter(|relevant| relevant.resource == instance);
    read.any(|relevant| {
        let step = |step: &Value| {
            step.as_str().map_or_else(|| Step::Index(step.clone()), |name| Step::Attr(name.into()))
        };
        let path = Path(relevant.attribute.iter().map(step).collect());
        path.get(&change.before) != path.get(&change.after)
    })
}

fn legend(changes: &[&Change], style: Style) -> String {
    let has = |wanted: &[Action]| changes.iter().any(|change| wanted.contains(&change.action));
    let (plus, minus) = (style.paint(Color::Green, "+"), style.paint(Color::Red, "-"));
    let rows = [
        (has(&[Action::Create]), format!("  {plus} create")),
        (has(&[Action::Update]), format!("  {} update in-place", style.paint(Color::Yellow, "~"))),
        (has(&[Action::Delete]), format!("  {minus} destroy")),
        (has(&[Action::DeleteThenCreate]), format!("{minus}/{plus} destroy and then create replacement")),
        (has(&[Action::CreateThenDelete]), format!("{plus}/{minus} create replacement and then destroy")),
        (has(&[Action::Read]), format!(" {} read (data resources)", style.paint(Color::Cyan, "<="))),
    ];
    let rows: String = rows.into_iter().filter(|row| row.0).map(|row| format!("{}\n", row.1)).collect();
    if rows.is_empty() && !has(&[Action::Forget, Action::CreateThenForget]) {
        return String::new();
    }
    format!(
        "\nOrdain used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:\n{rows}"
    )
}

/// Objects before and after, each as a block with a title.
struct Blocks<'s> {
    schemas: &'s Schemas,
    style: Style,
    show_sensitive: bool,
    shapes: Shapes<'s>,
}

impl Blocks<'_> {
    /// One change with its title.
    fn one(&mut self, out: &mut String, change: &Change) {
        let (words, remarks) = title(change);
        self.block(out, change, &words, &remarks);
    }

    fn block(&mut self, out: &mut String, change: &Change, words: &str, remarks: &[String]) {
        let style = self.style;
        let address = match &change.previous_address {
            Some(previous) if only_moves(change) => previous,
            _ => &change.address,
        };
        // What is let go of stands one column to the left.
        let indent = if change.action == Action::Forget { " " } else { "  " };
        let start = out.len();
        // Nothing keeps a text from being written to.
        let _ = match change.deposed.as_ref().filter(|_| !only_moves(change)) {
            Some(key) => write!(out, "{indent}# {address} (deposed object {key})"),
            None => write!(out, "{indent}# {address}"),
        };
        if style.color {
            let head = style.bold(&out.split_off(start));
            out.push_str(&head);
        }
        line(out, &[" ", words]);
        for remark in remarks {
            line(out, &[indent, "# ", remark]);
        }
        let resource = &change.address.resource;
        let kind = match resource.mode {
            Mode::Managed => "resource",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        };
        let symbol = symbol(change.action, style);
        line(out, &[&symbol, kind, " \"", &resource.type_name, "\" \"", &resource.name, "\" {"]);
        // Without a schema, nested blocks are shown as arguments.
        let schema = self.schemas.get(&change.provider.provider, resource.mode, &resource.type_name);
        let schema = schema.map(Arc::as_ref);
        let printer = Printer {
            style,
            replace: &change.replace_paths,
            show_sensitive: self.show_sensitive,
            complete: false,
        };
        // Nothing happens to an object that is let go of.
        let after = if change.action == Action::Forget { &change.before } else { &change.after };
        object::body(&printer, (&change.before, after), schema, (self.shapes.of(schema), 2), out);
        out.push_str("    }\n");
    }
}

fn symbol(action: Action, style: Style) -> Cow<'static, str> {
    let plain = match action {
        Action::NoOp => "    ",
        Action::Create => "  + ",
        Action::Update => "  ~ ",
        Action::Delete => "  - ",
        Action::DeleteThenCreate => "-/+ ",
        Action::CreateThenDelete => "+/- ",
        Action::Read if style.color => return format!(" {} ", style.paint(Color::Cyan, "<=")).into(),
        Action::Read => " <= ",
        Action::Forget => " . ",
        Action::CreateThenForget => "  . ",
    };
    if !style.color {
        return plain.into();
    }
    let painted = |sign: char| match sign {
        '+' => style.paint(Color::Green, "+"),
        '-' => style.paint(Color::Red, "-"),
        '~' => style.paint(Color::Yellow, "~"),
        other => other.into(),
    };
    plain.chars().map(painted).collect()
}

/// Whether nothing comes of a change but another address. Its title begins with the old one.
fn only_moves(change: &Change) -> bool {
    change.action == Action::NoOp && change.importing.is_none() && change.previous_address.is_some()
}

/// What the title says, and the remarks under it.
fn title(change: &Change) -> (Cow<'static, str>, Vec<String>) {
    let mut remarks = Vec::new();
    let forgets = matches!(change.action, Action::Forget | Action::CreateThenForget);
    if change.deposed.is_some() {
        remarks.push("(left over from a partially-failed replacement of this instance)".to_owned());
    }
    if forgets {
        remarks.push("(destroy = false is set in the configuration)".to_owned());
    } else if let Some(remark) = change.reason.and_then(|reason| remark(reason, change)) {
        remarks.push(remark);
    }
    if let Some(previous) = change.previous_address.as_ref().filter(|_| !only_moves(change)) {
        remarks.push(format!("(moved from {previous})"));
    }
    let imported = change.importing.as_ref().filter(|_| change.action != Action::NoOp);
    if let Some(id) = imported.and_then(|import| import.id.as_ref()) {
        remarks.push(format!("(imported from \"{id}\")"));
    }
    if imported.is_some() && matches!(change.action, Action::DeleteThenCreate | Action::CreateThenDelete) {
        remarks.push("Warning: this will destroy the imported resource".to_owned());
    }
    if change.generated_config.is_some() {
        remarks.push("(config will be generated)".to_owned());
    }
    if only_moves(change) {
        return (format!("has moved to {}", change.address).into(), remarks);
    }
    let words = match (change.action, change.reason) {
        (Action::Create, _) => "will be created",
        (Action::Read, _) => "will be read during apply",
        (Action::Update, _) => "will be updated in-place",
        (Action::Delete, _) => "will be destroyed",
        (Action::Forget, _) if change.deposed.is_some() => {
            "will be removed from Ordain state, but will not be destroyed"
        }
        (Action::Forget | Action::CreateThenForget, _) => {
            "will no longer be managed by Ordain, but will not be destroyed"
        }
        (Action::NoOp, _) => "will be imported",
        (_, Some(Reason::ReplaceBecauseTainted)) => "is tainted, so must be replaced",
        (_, Some(Reason::ReplaceByRequest)) => "will be replaced, as requested",
        (_, Some(Reason::ReplaceByTriggers)) => "will be replaced due to changes in replace_triggered_by",
        _ => "must be replaced",
    };
    (words.into(), remarks)
}

fn remark(reason: Reason, change: &Change) -> Option<String> {
    let address = &change.address;
    let key = address.key.as_ref().map(ToString::to_string).unwrap_or_default();
    Some(match reason {
        Reason::DeleteBecauseNoResourceConfig => {
            format!("(because {} is not in configuration)", address.resource)
        }
        Reason::DeleteBecauseWrongRepetition => match &address.key {
            None => "(because resource uses count or for_each)".to_owned(),
            Some(ordain_addr::Key::Int(_)) => "(because resource does not use count)".to_owned(),
            Some(ordain_addr::Key::Str(_)) => "(because resource does not use for_each)".to_owned(),
        },
        Reason::DeleteBecauseCountIndex => format!("(because index {key} is out of range for count)"),
        Reason::DeleteBecauseEachKey => format!("(because key {key} is not in for_each map)"),
        Reason::DeleteBecauseNotEnabled => "(because enabled is false)".to_owned(),
        Reason::DeleteBecauseNoModule => format!("(because {} is not in configuration)", address.module),
        Reason::DeleteBecauseNoMoveTarget => {
            let before = change.previous_address.as_deref().unwrap_or(address);
            format!("(because {before} was moved to {address}, which is not in configuration)")
        }
        Reason::ReadBecauseConfigUnknown => "(config refers to values not yet known)".to_owned(),
        Reason::ReadBecauseDependencyPending => {
            "(depends on a resource or a module with changes pending)".to_owned()
        }
        Reason::ReadBecauseCheckNested => "(config will be reloaded to verify a check block)".to_owned(),
        Reason::ReplaceBecauseCannotUpdate
        | Reason::ReplaceBecauseTainted
        | Reason::ReplaceByRequest
        | Reason::ReplaceByTriggers => return None,
    })
}

/// Whether an output changes in a way that can be shown: that it is sensitive from now on is no value.
fn is_seen(output: &OutputChange) -> bool {
    let plain = |value: &Value| value.clone().unmark_deep().0;
    // Of what is not shown, an empty text is nothing.
    let nothing = |value: &Value| output.sensitive && (value.is_null() || value.as_str() == Some(""));
    let (before, after) = (plain(&output.before), plain(&output.after));
    let same = before == after && output.action == Action::Update || nothing(&before) && nothing(&after);
    let never_was = before.is_null() && output.action == Action::Delete;
    output.action != Action::NoOp && !same && !never_was
}

fn outputs(plan: &Plan, style: Style, show_sensitive: bool) -> String {
    let changed: Vec<_> = plan.outputs.iter().filter(|output| is_seen(output)).collect();
    // Those that stay as they are have a part in the width, as among the arguments of a resource.
    let width = plan.outputs.iter().map(|output| output.name.chars().count()).max().unwrap_or(0);
    let printer = Printer { style, replace: &[], show_sensitive, complete: false };
    let mut out = String::new();
    for output in changed {
        let marks = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
        let seen = |value: &Value| object::untyped(value).into_owned().with_marks(marks);
        let (before, after) = (seen(&output.before), seen(&output.after));
        let mark = match output.action {
            Action::Create => Mark::Add,
            Action::Delete => Mark::Remove,
            _ if after.is_null() => Mark::Remove,
            _ => Mark::Change,
        };
        let value = printer.change(&before, &after, &Path::root(), 2, true);
        out.push_str(&format!("  {}{:width$} = {value}\n", mark.symbol(style), output.name));
    }
    out
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
