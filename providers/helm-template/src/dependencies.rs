//! Which sub-charts are on, under which name, and what they export (`chartutil/dependencies.go`).

use std::collections::BTreeSet;

use crate::chart::{Chart, Dependency, Parentage};
use crate::data::{Data, Table};
use crate::semver::is_compatible;
use crate::tables::{coalesce, table_at, tables, value_at};

/// Prepares a chart for rendering: aliases, conditions, tags, import-values.
///
/// # Errors
/// Values of the wrong shape.
pub(crate) fn process(chart: &mut Chart, values: &Table) -> Result<(), String> {
    number(chart, &mut 0);
    enable(chart, values, "", &mut Lines::new())?;
    let mut lines = Imports::default();
    import(chart, &mut lines)?;
    forget(chart, &lines.again);
    Ok(())
}

/// Lines whose values were imported, and those that a second copy came to, which then say nothing of values.
#[derive(Default)]
struct Imports {
    done: Lines,
    again: Lines,
}

/// Lines that were processed already. Helm's copies of a chart point at the same lines, and what one copy does to a line
/// holds for the next: its name is the alias from then on, and its values are imported once.
type Lines = BTreeSet<usize>;

fn number(chart: &mut Chart, last: &mut usize) {
    for wanted in &mut chart.metadata.dependencies {
        *last += 1;
        wanted.line = *last;
    }
    chart.dependencies.iter_mut().for_each(|child| number(child, last));
}

/// Dependencies that `Chart.yaml` declares and `charts/` lacks, by name.
pub(crate) fn missing(chart: &Chart) -> Vec<&str> {
    let has = |name: &str| chart.dependencies.iter().any(|c| c.name() == name);
    chart.metadata.dependencies.iter().map(|d| d.name.as_str()).filter(|name| !has(name)).collect()
}

fn fits(chart: &Chart, wanted: &Dependency) -> bool {
    chart.name() == wanted.name && is_compatible(&wanted.version, &chart.metadata.version)
}

fn enable(chart: &mut Chart, values: &Table, path: &str, renamed: &mut Lines) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    if let Parentage::Original(name) = &chart.parentage {
        chart.parentage = Parentage::Copy(name.clone());
    }
    rename(chart, renamed);
    for wanted in &mut chart.metadata.dependencies {
        wanted.enabled = true;
    }
    let merged = coalesce(chart, values, false)?;
    apply_tags(&mut chart.metadata.dependencies, &merged);
    apply_conditions(&mut chart.metadata.dependencies, &merged, path);
    let off: Vec<String> =
        chart.metadata.dependencies.iter().filter(|d| !d.enabled).map(|d| d.name.clone()).collect();
    chart.dependencies.retain(|c| !off.iter().any(|name| name == c.name()));
    chart.metadata.dependencies.retain(|d| !off.contains(&d.name));
    for child in &mut chart.dependencies {
        let below = format!("{path}{}.", child.metadata.name);
        enable(child, &merged, &below, renamed)?;
    }
    Ok(())
}

/// Sub-charts nobody declares stay as they are and come first; declared ones take their aliases.
fn rename(chart: &mut Chart, renamed: &mut Lines) {
    for wanted in chart.metadata.dependencies.iter_mut().filter(|d| renamed.contains(&d.line)) {
        wanted.name.clone_from(&wanted.alias);
    }
    let declared = &chart.metadata.dependencies;
    let mut kept: Vec<Chart> =
        chart.dependencies.iter().filter(|c| !declared.iter().any(|d| fits(c, d))).cloned().collect();
    for wanted in &mut chart.metadata.dependencies {
        if let Some(found) = chart.dependencies.iter().find(|c| fits(c, wanted)) {
            let mut copy = found.clone();
            copy.parentage = Parentage::Original(found.metadata.name.clone());
            if !wanted.alias.is_empty() {
                copy.metadata.name.clone_from(&wanted.alias);
            }
            kept.push(copy);
        }
        if !wanted.alias.is_empty() {
            wanted.name.clone_from(&wanted.alias);
            renamed.insert(wanted.line);
        }
    }
    chart.dependencies = kept;
}

fn apply_tags(wanted: &mut [Dependency], values: &Table) {
    let Some(tags) = table_at(values, "tags") else { return };
    for dependency in wanted {
        let set: Vec<bool> = dependency
            .tags
            .iter()
            .filter_map(|tag| match tags.get(tag) {
                Some(Data::Bool(b)) => Some(*b),
                _ => None,
            })
            .collect();
        dependency.enabled = set.is_empty() || set.contains(&true);
    }
}

/// The first path that leads to a boolean decides; text and missing values do not.
fn apply_conditions(wanted: &mut [Dependency], values: &Table, path: &str) {
    for dependency in wanted {
        let found = dependency.condition.trim().split(',').filter(|c| !c.is_empty()).find_map(|condition| {
            match value_at(values, &format!("{path}{condition}")) {
                Some(Data::Bool(b)) => Some(*b),
                _ => None,
            }
        });
        if let Some(on) = found {
            dependency.enabled = on;
        }
    }
}

fn import(chart: &mut Chart, lines: &mut Imports) -> Result<(), String> {
    for child in &mut chart.dependencies {
        import(child, lines)?;
    }
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    let merged = coalesce(chart, &Table::new(), true)?;
    let mut taken = Table::new();
    for dependency in &mut chart.metadata.dependencies {
        if !lines.done.insert(dependency.line) {
            lines.again.insert(dependency.line);
            continue;
        }
        for item in std::mem::take(&mut dependency.import_values) {
            let Some((child, parent)) = import_paths(&item)? else { continue };
            if let Some(table) = table_at(&merged, &format!("{}.{child}", dependency.name)) {
                tables(&mut taken, &wrapped(&parent, table.clone()), true);
            }
            // From now on both names are written out, whatever form the line had.
            let both = [("child", child), ("parent", parent)].map(|(k, v)| (k.to_owned(), Data::Text(v)));
            dependency.import_values.push(Data::Map(Table::from(both)));
        }
    }
    chart.values = merged;
    tables(&mut chart.values, &taken, true);
    Ok(())
}

fn forget(chart: &mut Chart, lines: &Lines) {
    for dependency in chart.metadata.dependencies.iter_mut().filter(|d| lines.contains(&d.line)) {
        dependency.import_values.clear();
    }
    chart.dependencies.iter_mut().for_each(|child| forget(child, lines));
}

/// Where the values come from in the child and go to in the parent.
fn import_paths(item: &Data) -> Result<Option<(String, String)>, String> {
    match item {
        Data::Text(name) => Ok(Some((format!("exports.{name}"), ".".into()))),
        Data::Map(map) => {
            let field = |key: &str| {
                map.get(key)
                    .and_then(Data::text)
                    .map(str::to_owned)
                    .ok_or_else(|| format!("import-values: {key} is not text"))
            };
            Ok(Some((field("child")?, field("parent")?)))
        }
        // Anything else is passed over, as Helm does.
        _ => Ok(None),
    }
}

/// A table put at a dotted path.
fn wrapped(path: &str, table: Table) -> Table {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, part| Table::from([(part.to_owned(), Data::Map(inner))]))
}
