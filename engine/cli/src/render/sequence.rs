//! Lists and sets before and after.

use std::collections::BTreeMap;

use ordain_value::{Path, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::value::{Mark, Printer, pad};

/// All elements under one mark.
pub fn whole(printer: &Printer<'_>, items: &[Value], indent: usize, mark: Mark) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let mut out = "[\n".to_owned();
    for item in items {
        push(printer, &mut out, mark, &printer.whole(item, indent + 4, mark), indent);
    }
    close(&mut out, indent);
    out
}

fn push(printer: &Printer<'_>, out: &mut String, mark: Mark, text: &str, indent: usize) {
    out.push_str(&format!("{}{}{text},\n", pad(indent + 4), mark.symbol(printer.style)));
}

fn close(out: &mut String, indent: usize) {
    out.push_str(&format!("{}  ]", pad(indent)));
}

/// A number for each distinct value, since values themselves cannot be hashed.
fn numbered(old: &[Value], new: &[Value]) -> (Vec<usize>, Vec<usize>) {
    let mut ids: BTreeMap<&Value, usize> = BTreeMap::new();
    let mut number = |value| {
        let next = ids.len();
        *ids.entry(value).or_insert(next)
    };
    (old.iter().map(&mut number).collect(), new.iter().map(&mut number).collect())
}

/// Two lists: the longest common part stays, with one unchanged neighbour shown around each change.
pub fn list_changed(
    printer: &Printer<'_>,
    before: &Value,
    after: &Value,
    path: &Path,
    indent: usize,
) -> String {
    let (old, new) = (before.as_items().unwrap_or(&[]), after.as_items().unwrap_or(&[]));
    let mut rows: Vec<(Mark, String)> = Vec::new();
    let (old_ids, new_ids) = numbered(old, new);
    for op in capture_diff_slices(Algorithm::Myers, &old_ids, &new_ids) {
        match op {
            DiffOp::Equal { old_index, len, .. } => {
                for item in old.iter().skip(old_index).take(len) {
                    rows.push((Mark::Same, printer.whole(item, indent + 4, Mark::Same)));
                }
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                removed(printer, &mut rows, old, old_index, old_len, indent);
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                added(printer, &mut rows, new, new_index, new_len, indent)
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let pairs = old_len.min(new_len);
                for at in 0..pairs {
                    if let (Some(a), Some(b)) = (old.get(old_index + at), new.get(new_index + at)) {
                        let key = i64::try_from(new_index + at).unwrap_or(i64::MAX);
                        let text = printer.change(a, b, &path.index(key), indent + 4, false);
                        rows.push((Mark::Change, text));
                    }
                }
                removed(printer, &mut rows, old, old_index + pairs, old_len - pairs, indent);
                added(printer, &mut rows, new, new_index + pairs, new_len - pairs, indent);
            }
        }
    }
    let mut out = format!("[{}\n", printer.forces(path));
    print_rows(printer, &mut out, &rows, indent);
    close(&mut out, indent);
    out
}

fn removed(
    printer: &Printer<'_>,
    rows: &mut Vec<(Mark, String)>,
    items: &[Value],
    at: usize,
    n: usize,
    indent: usize,
) {
    for item in items.iter().skip(at).take(n) {
        rows.push((Mark::Remove, printer.whole(item, indent + 4, Mark::Remove)));
    }
}

fn added(
    printer: &Printer<'_>,
    rows: &mut Vec<(Mark, String)>,
    items: &[Value],
    at: usize,
    n: usize,
    indent: usize,
) {
    for item in items.iter().skip(at).take(n) {
        rows.push((Mark::Add, printer.whole(item, indent + 4, Mark::Add)));
    }
}

/// Rows with unchanged ones left out except next to a change.
fn print_rows(printer: &Printer<'_>, out: &mut String, rows: &[(Mark, String)], indent: usize) {
    let changed = |at: usize| rows.get(at).is_some_and(|row| row.0 != Mark::Same);
    let mut hidden = 0;
    for (at, (mark, text)) in rows.iter().enumerate() {
        let near = changed(at) || changed(at + 1) || (at > 0 && changed(at - 1));
        if !near {
            hidden += 1;
            continue;
        }
        out.push_str(&printer.hidden(hidden, "element", indent + 4));
        hidden = 0;
        push(printer, out, *mark, text, indent);
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
