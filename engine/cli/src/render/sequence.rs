//! Lists and sets before and after.

use ordain_value::{Path, Value};

use super::alignment::{Step, steps};
use super::value::{Mark, Printer, add, line, pad};

/// All elements under one mark, at the end of a text.
pub fn add_whole(printer: &Printer<'_>, out: &mut String, items: &[Value], indent: usize, mark: Mark) {
    if items.is_empty() {
        return out.push_str("[]");
    }
    out.push_str("[\n");
    for item in items {
        add(out, &[&pad(indent + 4), &mark.symbol(printer.style)]);
        printer.add_whole(out, item, indent + 4, mark);
        out.push_str(",\n");
    }
    close(out, indent);
}

fn push(printer: &Printer<'_>, out: &mut String, mark: Mark, text: &str, indent: usize) {
    line(out, &[&pad(indent + 4), &mark.symbol(printer.style), text, ","]);
}

fn close(out: &mut String, indent: usize) {
    add(out, &[&pad(indent), "  ]"]);
}

/// Two lists, with one unchanged neighbour shown around each change.
pub fn list_changed(
    printer: &Printer<'_>,
    before: &Value,
    after: &Value,
    path: &Path,
    indent: usize,
) -> String {
    let (old, new) = (before.as_items().unwrap_or(&[]), after.as_items().unwrap_or(&[]));
    let mut rows: Vec<Row> = Vec::new();
    let whole = |items: &[Value], at: usize, mark: Mark| {
        let text = items.get(at).map(|item| printer.whole(item, indent + 4, mark)).unwrap_or_default();
        Row { remark: String::new(), mark, text }
    };
    for step in steps(old, new) {
        rows.push(match step {
            Step::Same(at) => whole(new, at, Mark::Same),
            Step::Removed(at) => whole(old, at, Mark::Remove),
            Step::Added(at) => whole(new, at, Mark::Add),
            Step::Changed(a, b) => {
                let key = i64::try_from(b).unwrap_or(i64::MAX);
                let Some((old, new)) = old.get(a).zip(new.get(b)) else { continue };
                let mark = Mark::of_parts(old, new);
                let text = match mark {
                    Mark::Add => printer.whole(new, indent + 4, mark),
                    _ => printer.becomes(old, new, &path.index(key), indent + 4),
                };
                Row { remark: printer.disclosure(old, new, indent + 4), mark, text }
            }
        });
    }
    let mut out = format!("[{}\n", printer.forces(path));
    print_rows(printer, &mut out, &rows, indent);
    close(&mut out, indent);
    out
}

/// One element.
struct Row {
    /// Lines above it.
    remark: String,
    mark: Mark,
    text: String,
}

/// Rows with unchanged ones left out except next to a change.
fn print_rows(printer: &Printer<'_>, out: &mut String, rows: &[Row], indent: usize) {
    let changed = |at: usize| rows.get(at).is_some_and(|row| row.mark != Mark::Same);
    let mut hidden = 0;
    for (at, row) in rows.iter().enumerate() {
        let near = changed(at) || changed(at + 1) || (at > 0 && changed(at - 1));
        if !near {
            hidden += 1;
            continue;
        }
        out.push_str(&printer.hidden(hidden, "element", indent + 4));
        hidden = 0;
        out.push_str(&row.remark);
        push(printer, out, row.mark, &row.text, indent);
    }
    out.push_str(&printer.hidden(hidden, "element", indent + 4));
}

/// Two sets: what went, what came, and how many stayed.
pub fn set_changed(
    printer: &Printer<'_>,
    before: &Value,
    after: &Value,
    path: &Path,
    indent: usize,
) -> String {
    let (old, new) = (before.as_items().unwrap_or(&[]), after.as_items().unwrap_or(&[]));
    let mut out = format!("[{}\n", printer.forces(path));
    for item in old.iter().filter(|item| !new.contains(item)) {
        push(printer, &mut out, Mark::Remove, &printer.whole(item, indent + 4, Mark::Remove), indent);
    }
    for item in new.iter().filter(|item| !old.contains(item)) {
        push(printer, &mut out, Mark::Add, &printer.whole(item, indent + 4, Mark::Add), indent);
    }
    let stayed = new.iter().filter(|item| old.contains(item)).count();
    out.push_str(&printer.hidden(stayed, "element", indent + 4));
    close(&mut out, indent);
    out
}
