//! Diagnostics as Terraform's JSON form has them (`validate -json`, `-json` output).

use ordain_diag::{Diagnostic, Severity, Source, Sources, Span};
use serde_json::{Map, Value, json};

use super::diag::context_header;
use super::snippet::snippet as shown_lines;

/// One diagnostic.
pub fn diagnostic(item: &Diagnostic, sources: &Sources) -> Value {
    let mut out = Map::new();
    let severity = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    out.insert("severity".into(), severity.into());
    out.insert("summary".into(), item.summary.clone().into());
    let mut detail = item.detail.clone();
    for hint in &item.hints {
        detail = if detail.is_empty() { hint.clone() } else { format!("{detail}\n\n{hint}") };
    }
    out.insert("detail".into(), detail.into());
    if let Some(address) = &item.address {
        out.insert("address".into(), address.clone().into());
    }
    if let Some((span, source)) = item.span.and_then(|span| Some((span, sources.get(span.file)?))) {
        out.insert("range".into(), range(span, source));
        out.insert("snippet".into(), snippet(item, span, source));
    }
    out.insert("code".into(), item.code.id.into());
    Value::Object(out)
}

fn range(span: Span, source: &Source) -> Value {
    let place = |byte: u32| {
        let at = source.position(byte as usize);
        json!({ "line": at.line, "column": at.column, "byte": at.byte })
    };
    let mut end = place(span.end);
    // A marker has a width of one at least, also at the end of the text.
    if span.end <= span.start {
        let at = source.position(span.start as usize);
        end = json!({ "line": at.line, "column": at.column + 1, "byte": at.byte + 1 });
    }
    json!({ "filename": &*source.name, "start": place(span.start), "end": end })
}

fn snippet(item: &Diagnostic, span: Span, source: &Source) -> Value {
    let shown = shown_lines(item, span, source);
    let values: Vec<Value> = item
        .values
        .iter()
        .map(|value| json!({ "traversal": value.traversal, "statement": value.statement }))
        .collect();
    json!({
        "context": context_header(item, source),
        "code": shown.lines.join("\n"),
        "start_line": shown.first,
        "highlight_start_offset": shown.start,
        "highlight_end_offset": shown.end,
        "values": values,
    })
}
