//! One resource object before and after: arguments, then nested blocks, as its schema has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_plan::Change;
use ordain_provider::{Block, NestedBlock, Nesting};
use ordain_value::{Kind, Marks, Path, Type, Value};

use super::value::{Mark, Printer, pad};

/// Attributes that are shown even when they stay, because they say which object it is.
const TELLING: [&str; 3] = ["id", "name", "tags"];

/// The body of a resource block without its braces. `indent` is the column of the block's own symbol.
pub fn body(printer: &Printer<'_>, change: &Change, schema: Option<&Block>, indent: usize) -> String {
    block(printer, &change.before, &change.after, schema, &Path::root(), indent)
}

fn block(
    printer: &Printer<'_>,
    before: &Value,
    after: &Value,
    schema: Option<&Block>,
    path: &Path,
    indent: usize,
) -> String {
    let mut out = attributes(printer, before, after, schema, path, indent);
    let Some(schema) = schema else { return out };
    let mut hidden = 0;
    for (name, nested) in &schema.blocks {
        hidden += blocks(
            printer,
            &mut out,
            name,
            nested,
            &Pair::at(before, after, name),
            &path.attr(name.clone()),
            indent,
        );
    }
    if hidden > 0 {
        out.push('\n');
        out.push_str(&printer.hidden(hidden, "block", indent + 4));
    }
    out
}

struct Pair {
    before: Value,
    after: Value,
}

impl Pair {
    fn at(before: &Value, after: &Value, name: &str) -> Pair {
        // Inside an unknown object every part is unknown.
        let part = |value: &Value| match value.kind() {
            Kind::Unknown(_) => Value::unknown(Type::Dynamic),
            _ => value.get(name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic)),
        };
        Pair { before: part(before), after: part(after) }
    }
}

struct Row {
    name: Arc<str>,
    mark: Mark,
    pair: Pair,
}

fn rows(before: &Value, after: &Value, schema: Option<&Block>) -> (Vec<Row>, usize) {
    let names: Vec<(Arc<str>, bool)> = match schema {
        Some(schema) => {
            schema.attributes.iter().map(|(name, at)| (name.clone(), at.flags.sensitive)).collect()
        }
        None => {
            let members = [before, after].into_iter().filter_map(Value::as_members);
            let names: BTreeMap<Arc<str>, bool> =
                members.flat_map(|m| m.keys()).map(|name| (name.clone(), false)).collect();
            names.into_iter().collect()
        }
    };
    let mut hidden = 0;
    let mut rows = Vec::new();
    for (name, sensitive) in names {
        let mut pair = Pair::at(before, after, &name);
        let mark = Mark::of(&pair.before, &pair.after);
        if pair.before.is_null() && pair.after.is_null() {
            continue;
        }
        if mark == Mark::Same && !TELLING.contains(&&*name) {
            hidden += 1;
            continue;
        }
        if sensitive {
            pair.before = pair.before.with_marks(Marks::SENSITIVE);
            pair.after = pair.after.with_marks(Marks::SENSITIVE);
        }
        rows.push(Row { name, mark, pair });
    }
    (rows, hidden)
}

fn attributes(
    printer: &Printer<'_>,
    before: &Value,
    after: &Value,
    schema: Option<&Block>,
    path: &Path,
    indent: usize,
) -> String {
    let (rows, hidden) = rows(before, after, schema);
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for row in &rows {
        let fill = pad(width - row.name.chars().count());
        let at = path.attr(row.name.clone());
        let value = match row.mark {
            Mark::Same => printer.whole(&row.pair.after, indent + 4, Mark::Same),
            _ => printer.change(&row.pair.before, &row.pair.after, &at, indent + 4, true),
        };
        let symbol = row.mark.symbol(printer.style);
        out.push_str(&format!("{}{symbol}{}{fill} = {value}\n", pad(indent + 4), row.name));
    }
    out.push_str(&printer.hidden(hidden, "attribute", indent + 4));
    out
}

/// Prints the nested blocks of one type; gives the number of those left out.
fn blocks(
    printer: &Printer<'_>,
    out: &mut String,
    name: &str,
    nested: &NestedBlock,
    pair: &Pair,
    path: &Path,
    indent: usize,
) -> usize {
    let mut hidden = 0;
    for (label, mark, before, after, at) in pairs(nested, pair, path) {
        if mark == Mark::Same {
            hidden += 1;
            continue;
        }
        let forces = printer.forces(&at);
        let symbol = mark.symbol(printer.style);
        out.push_str(&format!("\n{}{symbol}{name}{label} {{{forces}\n", pad(indent + 4)));
        if after.is_known() {
            out.push_str(&block(printer, &before, &after, Some(&nested.block), &at, indent + 4));
        } else {
            out.push_str(&format!("{}(known after apply)\n", pad(indent + 8)));
        }
        out.push_str(&format!("{}}}\n", pad(indent + 6)));
    }
    hidden
}

type NestedChange = (String, Mark, Value, Value, Path);

fn pairs(nested: &NestedBlock, pair: &Pair, path: &Path) -> Vec<NestedChange> {
    let null = || Value::null(Type::Dynamic);
    match nested.nesting {
        Nesting::Single | Nesting::Group => {
            if pair.before.is_null() && pair.after.is_null() {
                return Vec::new();
            }
            vec![(
                String::new(),
                Mark::of(&pair.before, &pair.after),
                pair.before.clone(),
                pair.after.clone(),
                path.clone(),
            )]
        }
        _ if !pair.after.is_known() => {
            vec![(String::new(), Mark::Change, null(), pair.after.clone(), path.clone())]
        }
        Nesting::Set => {
            let (old, new) = (items(&pair.before), items(&pair.after));
            let gone = old.iter().filter(|item| !new.contains(item));
            let gone = gone.map(|item| (String::new(), Mark::Remove, item.clone(), null(), path.clone()));
            let now = new.iter().map(|item| {
                let mark = if old.contains(item) { Mark::Same } else { Mark::Add };
                (String::new(), mark, null(), item.clone(), path.clone())
            });
            gone.chain(now).collect()
        }
        Nesting::List => {
            let (old, new) = (items(&pair.before), items(&pair.after));
            (0..old.len().max(new.len()))
                .map(|at| {
                    let before = old.get(at).cloned().unwrap_or_else(null);
                    let after = new.get(at).cloned().unwrap_or_else(null);
                    let key = i64::try_from(at).unwrap_or(i64::MAX);
                    (String::new(), Mark::of(&before, &after), before, after, path.index(key))
                })
                .collect()
        }
        Nesting::Map => {
            let members = [&pair.before, &pair.after].into_iter().filter_map(|v| v.as_members());
            let keys: std::collections::BTreeSet<&Arc<str>> = members.flat_map(|m| m.keys()).collect();
            keys.into_iter()
                .map(|key| {
                    let before = pair.before.get(key).cloned().unwrap_or_else(null);
                    let after = pair.after.get(key).cloned().unwrap_or_else(null);
                    let label = format!(" {}", ordain_addr::quote(key));
                    (label, Mark::of(&before, &after), before, after, path.index(&**key))
                })
                .collect()
        }
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_items().unwrap_or(&[])
}
