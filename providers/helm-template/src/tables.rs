//! Which value wins: chart defaults, parents, globals and the user's (`chartutil/coalesce.go`).

use crate::chart::Chart;
use crate::data::{Data, Table};

const GLOBAL: &str = "global";

/// `CoalesceValues` (`merge` false: a null removes the default) or `MergeValues` (`merge` true: nulls stay).
///
/// # Errors
/// A value that is no table where a sub-chart's table is wanted.
pub fn coalesce(chart: &Chart, values: &Table, merge: bool) -> Result<Table, String> {
    let mut out = values.clone();
    chart_values(chart, &mut out, merge);
    sub_charts(chart, &mut out, merge)?;
    Ok(out)
}

fn sub_charts(chart: &Chart, values: &mut Table, merge: bool) -> Result<(), String> {
    for child in &chart.dependencies {
        let name = child.name().to_owned();
        let mut inner = match values.remove(&name) {
            None => Table::new(),
            Some(Data::Map(table)) => table,
            Some(other) => {
                let shown = ordain_gostd::sprintf("%t", &[other.to_value().to_arg()]);
                return Err(format!("type mismatch on {name}: {shown}"));
            }
        };
        globals(&mut inner, values);
        let inner = coalesce(child, &inner, merge)?;
        values.insert(name, Data::Map(inner));
    }
    Ok(())
}

/// Hands the parent's globals down; they win over the child's.
fn globals(child: &mut Table, parent: &Table) {
    let mut down = match child.get(GLOBAL) {
        None => Table::new(),
        Some(Data::Map(table)) => table.clone(),
        Some(_) => return,
    };
    let empty = Table::new();
    let up = match parent.get(GLOBAL) {
        None => &empty,
        Some(Data::Map(table)) => table,
        Some(_) => return,
    };
    for (key, value) in up {
        match (value, down.get(key)) {
            (Data::Map(table), None) => drop(down.insert(key.clone(), Data::Map(table.clone()))),
            (Data::Map(table), Some(Data::Map(old))) => {
                let mut merged = table.clone();
                tables(&mut merged, old, true);
                down.insert(key.clone(), Data::Map(merged));
            }
            (Data::Map(_), Some(_)) | (_, Some(Data::Map(_))) => {}
            (value, _) => drop(down.insert(key.clone(), value.clone())),
        }
    }
    child.insert(GLOBAL.into(), Data::Map(down));
}

fn chart_values(chart: &Chart, values: &mut Table, merge: bool) {
    for (key, default) in &chart.values {
        match values.get_mut(key) {
            None => drop(values.insert(key.clone(), default.clone())),
            Some(Data::Null) if !merge => drop(values.remove(key)),
            Some(Data::Map(given)) => {
                if let Data::Map(default) = default {
                    // Nulls meant for a sub-chart must reach it.
                    let for_child = chart.dependencies.iter().any(|c| c.name() == key);
                    tables(given, default, merge || for_child);
                }
            }
            Some(_) => {}
        }
    }
}

/// Fills a table from another; what is there stays (`CoalesceTables`, `MergeTables`).
pub fn tables(target: &mut Table, source: &Table, merge: bool) {
    for (key, value) in source {
        match target.get_mut(key) {
            Some(Data::Null) if !merge => drop(target.remove(key)),
            None => drop(target.insert(key.clone(), value.clone())),
            Some(Data::Map(inner)) => {
                if let Data::Map(value) = value {
                    tables(inner, value, merge);
                }
            }
            Some(_) => {}
        }
    }
}

/// User values one over the other: tables merge, everything else is replaced.
pub fn overlay(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Data::Map(old)), Data::Map(new)) => overlay(old, new),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

/// The table at a dotted path.
pub(crate) fn table_at<'t>(values: &'t Table, path: &str) -> Option<&'t Table> {
    path.split('.').try_fold(values, |table, part| table.get(part)?.table())
}

/// The value at a dotted path, unless it is a table.
pub(crate) fn value_at<'t>(values: &'t Table, path: &str) -> Option<&'t Data> {
    let (table, key) = match path.rsplit_once('.') {
        Some((parents, key)) => (table_at(values, parents)?, key),
        None => (values, path),
    };
    table.get(key).filter(|v| v.table().is_none())
}
