//! `values.schema.json`: JSON Schema drafts 4 to 7, with the messages of github.com/xeipuuv/gojsonschema 1.2.
//!
//! References stay inside the schema: nothing is read from files or the network.

use serde_json::Value as Json;

use crate::chart::Chart;
use crate::data::{Data, Table};
use crate::go_json;

/// Checks the values of a chart and of its sub-charts.
///
/// # Errors
/// One line per finding below the name of its chart, as Helm prints them.
pub(crate) fn check(chart: &Chart, values: &Table) -> Result<(), String> {
    let mut out = String::new();
    collect(chart, values, &mut out);
    if out.is_empty() {
        return Ok(());
    }
    Err(format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{out}"))
}

fn collect(chart: &Chart, values: &Table, out: &mut String) {
    if let Some(schema) = &chart.schema
        && let Err(message) = check_one(schema, values)
    {
        out.push_str(&format!("{}:\n{message}", chart.name()));
    }
    let empty = Table::new();
    for child in &chart.dependencies {
        let inner = values.get(child.name()).and_then(Data::table).unwrap_or(&empty);
        collect(child, inner, out);
    }
}

/// Checks values against one schema.
///
/// # Errors
/// One line per finding.
pub(crate) fn check_one(schema: &[u8], values: &Table) -> Result<(), String> {
    let text = ordain_gostd::bytes::to_text(schema);
    // The library reads a stream: what follows the first value is not looked at, and a text that ends too early ends
    // with EOF.
    let first = serde_json::Deserializer::from_str(&text).into_iter::<Json>().next();
    let schema = match first {
        Some(Ok(schema)) => schema,
        None => return Err("EOF".into()),
        Some(Err(_)) => go_json::parse(&text)
            .map_err(|e| if e == "unexpected end of JSON input" { "unexpected EOF".into() } else { e })?,
    };
    ordain_jsonschema::verify(&schema).map_err(|e| match e.as_str() {
        // The words of the library's own release.
        "type must be of type string/array-of-strings" => {
            "Invalid type. Expected: string/array of strings, given: type".to_owned()
        }
        _ => e,
    })?;
    let values: Json = Data::Map(values.clone()).to_json();
    let findings = ordain_jsonschema::validate(&schema, &values, "(root)")?;
    if findings.is_empty() {
        return Ok(());
    }
    Err(findings.iter().map(|finding| format!("- {}: {}\n", finding.field, finding.reason)).collect())
}
