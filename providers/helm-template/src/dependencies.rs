//! Which sub-charts are on, under which name, and what they export (`chartutil/dependencies.go`).

use crate::chart::{Chart, Dependency, Parentage};
use crate::data::{Data, Table};
use crate::semver::is_compatible;
use crate::tables::{coalesce, table_at, tables, value_at};

/// Prepares a chart for rendering: aliases, conditions, tags, import-values.
///
/// # Errors
/// Values of the wrong shape.
pub(crate) fn process(chart: &mut Chart, values: &Table) -> Result<(), String> {
    enable(chart, values, "")?;
    import(chart)
}

/// Dependencies that `Chart.yaml` declares and `charts/` lacks, by name.
pub(crate) fn missing(chart: &Chart) -> Vec<&str> {
    let has = |name: &str| chart.dependencies.iter().any(|c| c.name() == name);
    chart.metadata.dependencies.iter().map(|d| d.name.as_str()).filter(|name| !has(name)).collect()
}

fn fits(chart: &Chart, wanted: &Dependency) -> bool {
    chart.name() == wanted.name && is_compatible(&wanted.version, &chart.metadata.version)
}

fn enable(chart: &mut Chart, values: &Table, path: &str) -> Result<(), String> {
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    if let Parentage::Original(name) = &chart.parentage {
        chart.parentage = Parentage::Copy(name.clone());
    }
    rename(chart);
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
        enable(child, &merged, &below)?;
    }
    Ok(())
}

/// Sub-charts nobody declares stay as they are and come first; declared ones take their aliases.
fn rename(chart: &mut Chart) {
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

fn import(chart: &mut Chart) -> Result<(), String> {
    for child in &mut chart.dependencies {
        import(child)?;
    }
    if chart.metadata.dependencies.is_empty() {
        return Ok(());
    }
    let merged = coalesce(chart, &Table::new(), true)?;
    let mut imported = Table::new();
    for dependency in &chart.metadata.dependencies {
        for item in &dependency.import_values {
            let Some((child, parent)) = import_paths(item)? else { continue };
            if let Some(table) = table_at(&merged, &format!("{}.{child}", dependency.name)) {
                tables(&mut imported, &wrapped(&parent, table.clone()), true);
            }
        }
    }
    chart.values = merged;
    tables(&mut chart.values, &imported, true);
    Ok(())
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
