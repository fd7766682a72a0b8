use super::*;
use crate::outside::Detached;

fn findings(files: &[(&str, &str)], values: &str) -> Vec<String> {
    let files: Vec<File> = files
        .iter()
        .map(|(name, text)| File { name: (*name).to_owned(), data: text.as_bytes().into() })
        .collect();
    let values = crate::chart::read_values(values.as_bytes()).unwrap();
    lint("/charts/web", &files, &values, &Detached::default())
}

const CHART: (&str, &str) = ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n");

#[test]
fn a_sound_chart_passes_whatever_it_demands() {
    let demands = ("templates/a.yaml", "a: {{ required \"need\" .Values.a }}\nb: {{ fail \"no\" }}\n");
    assert_eq!(findings(&[CHART, demands], ""), [] as [&str; 0]);
}

#[test]
fn errors_name_their_files() {
    let broken = ("templates/a.yaml", "a: [\n");
    let found = findings(&[CHART, broken], "");
    assert!(found[0].starts_with("templates/a.yaml: unable to parse YAML: error converting"), "{found:?}");
    let nil = ("templates/a.yaml", "a: {{ .Values.x.y.z }}\n");
    let found = findings(&[CHART, nil], "");
    assert!(found[0].starts_with("templates/: template: web/templates/a.yaml:1:"), "{found:?}");
    let odd = ("templates/a.json", "{}");
    let found = findings(&[CHART, odd], "");
    let valid = "Valid extensions are .yaml, .yml, .tpl, or .txt";
    assert_eq!(found, [format!("templates/a.json: file extension '.json' not valid. {valid}")]);
    let bare = ("templates/d.yaml", "kind: Deployment\nmetadata: {name: d}\n");
    let why = "a Deployment must contain matchLabels or matchExpressions, and \"d\" does not";
    assert_eq!(findings(&[CHART, bare], ""), [format!("templates/d.yaml: {why}")]);
}

#[test]
fn the_chart_file_and_the_values_are_judged() {
    let chart = (
        "Chart.yaml",
        "apiVersion: v3\nname: web\nversion: 0.1.0\nappVersion: 1.5\nicon: nowhere\nmaintainers: [{name: m, email: x}]\n",
    );
    let found = findings(&[chart], "");
    let wanted = [
        "Chart.yaml: apiVersion 'v3' is not valid. The value must be either \"v1\" or \"v2\"",
        "Chart.yaml: appVersion should be of type string but it's of type float64",
        "Chart.yaml: invalid email 'x' for maintainer 'm'",
        "Chart.yaml: invalid icon URL 'nowhere'",
    ];
    assert_eq!(found, wanted);
    let schema = ("values.schema.json", "{\"properties\": {\"count\": {\"type\": \"integer\"}}}");
    let template = ("templates/a.yaml", "a: 1\n");
    let found = findings(&[CHART, schema, template], "count: x");
    assert!(found[0].starts_with("values.yaml: - count: Invalid type."), "{found:?}");
    assert!(found[1].starts_with("templates/: values don't meet"), "{found:?}");
}

#[test]
fn charts_that_nobody_declared_are_found() {
    let sub = ("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 0.1.0\n");
    let wanted = ["/charts/web: chart metadata is missing these dependencies: sub"];
    assert_eq!(findings(&[CHART, sub], ""), wanted);
}
