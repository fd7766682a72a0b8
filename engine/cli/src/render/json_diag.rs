//! Diagnostics as Terraform's JSON form has them (`validate -json`, `-json` output).

use ordain_diag::{CallParameter, Diagnostic, FunctionCall, Severity, Source, Sources, Span};
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
    out.insert("detail".into(), item.paragraphs(sources).join("\n\n").into());
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
    let mut out = json!({
        "context": context_header(item, source),
        "code": shown.lines.join("\n"),
        "start_line": shown.first,
        "highlight_start_offset": shown.start,
        "highlight_end_offset": shown.end,
        "values": values,
    });
    if let (Some(call), Some(out)) = (&item.call, out.as_object_mut()) {
        out.insert("function_call".into(), function_call(call));
    }
    out
}

fn function_call(call: &FunctionCall) -> Value {
    let ty = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    let parameter = |of: &CallParameter| json!({ "name": of.name, "type": ty(&of.ty) });
    let mut signature = Map::new();
    signature.insert("name".into(), call.name.clone().into());
    signature.insert("params".into(), call.parameters.iter().map(parameter).collect());
    if let Some(variadic) = &call.variadic {
        signature.insert("variadic_param".into(), parameter(variadic));
    }
    signature.insert("return_type".into(), ty(&call.returns));
    json!({ "called_as": call.called_as, "signature": signature })
}
