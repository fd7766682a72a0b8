//! Diagnostics as people read them: a box with file, line, snippet and the values involved.

use ordain_diag::{Diagnostic, FunctionCall, Severity, Source, Sources, Span};
use ordain_lang::ast::{Body, JsonNode, JsonValue};

use super::snippet::snippet;
use super::style::{Color, Style};

/// Columns that detail text is wrapped at; 0 leaves it as it is.
pub const WIDTH: usize = 78;

/// Bytes of a text beyond which findings are shown without the header of their block.
const LONGEST_PARSED: usize = 1 << 20;

/// One diagnostic as text with a final line break.
pub fn diagnostic(item: &Diagnostic, sources: &Sources, style: Style, width: usize) -> String {
    let (word, color) = match item.severity {
        Severity::Error => ("Error: ", Color::Red),
        Severity::Warning => ("Warning: ", Color::Yellow),
    };
    let mut lines = vec![format!("{}{}", style.bold(&style.paint(color, word)), style.bold(&item.summary))];
    if item.span.is_some() || item.address.is_some() {
        lines.push(String::new());
        lines.extend(place(item, sources, style));
    }
    for paragraph in item.paragraphs(sources) {
        lines.push(String::new());
        lines.extend(wrap(&paragraph, width));
    }
    boxed(&lines, color, style)
}

/// With colour a box is drawn in the diagnostic's colour; without, blank lines set it apart.
fn boxed(lines: &[String], color: Color, style: Style) -> String {
    if !style.color {
        return format!("\n{}\n", lines.join("\n"));
    }
    let bar = style.paint(color, "│");
    let mut out = format!("{}\n", style.paint(color, "╷"));
    for line in lines {
        out.push_str(&format!("{bar} {line}\n"));
    }
    out.push_str(&format!("{}\n", style.paint(color, "╵")));
    out
}

fn place(item: &Diagnostic, sources: &Sources, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(address) = &item.address {
        lines.push(format!("  with {address},"));
    }
    let Some(span) = item.span else { return lines };
    let Some(source) = sources.get(span.file) else { return lines };
    let start = source.position(span.start as usize);
    let context = context_header(item, source).map(|header| format!(", in {header}")).unwrap_or_default();
    lines.push(format!("  on {} line {}{context}:", source.name, start.line));
    lines.extend(marked(item, span, source, style));
    if !item.values.is_empty() || item.call.is_some() {
        lines.push("    ├────────────────".to_owned());
        if let Some(call) = &item.call {
            lines.push(format!("    │ while calling {}", called(call, style)));
        }
        for value in &item.values {
            lines.push(format!("    │ {} {}", style.bold(&value.traversal), value.statement));
        }
    }
    lines
}

/// A function with the names of its parameters.
fn called(call: &FunctionCall, style: Style) -> String {
    let names = call.parameters.iter().map(|parameter| parameter.name.clone());
    let rest = call.variadic.iter().map(|parameter| format!("{}...", parameter.name));
    let names: Vec<String> = names.chain(rest).collect();
    format!("{}({})", style.bold(&call.called_as), names.join(", "))
}

/// Header of the block around the finding, as `resource "x" "y"`: the one that it names, else the outermost
/// one; in JSON syntax the path to it, as `resource.x.y`.
pub fn context_header(item: &Diagnostic, source: &Source) -> Option<String> {
    let Some(header) = item.context else { return outermost(item.span?, source) };
    let text = source.text.get(header.start as usize..header.end as usize)?;
    let line = text.lines().next()?.trim_end().trim_end_matches('{');
    let words: Vec<&str> = line.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Header of the outermost block in which a range begins; what begins with the block itself is in none. Only what is
/// reported pays for the parsing, and what was broken has shown its findings already.
fn outermost(span: Span, source: &Source) -> Option<String> {
    if source.text.len() > LONGEST_PARSED {
        return None;
    }
    if source.name.ends_with(".json") {
        let (Body::Json(root), _) = ordain_lang::parse::parse_json(span.file, &source.text) else {
            return None;
        };
        let path = json_path(&root, span.start);
        return (!path.is_empty()).then_some(path);
    }
    let (body, _) = ordain_lang::parse::parse_native(span.file, &source.text);
    let Body::Native(body) = body else { return None };
    let block =
        body.blocks.iter().find(|block| block.span.start < span.start && span.start <= block.span.end)?;
    let labels: String =
        block.labels.iter().map(|label| format!(" {}", ordain_gostd::quote(&label.text))).collect();
    Some(format!("{}{labels}", block.block_type.text))
}

/// Names and numbers that lead to the innermost object in which an offset lies.
fn json_path(root: &JsonNode, at: u32) -> String {
    let holds = |node: &JsonNode| {
        let nested = matches!(node.value, JsonValue::Object(_) | JsonValue::Array(_));
        nested && node.span.start <= at && at < node.span.end
    };
    let (mut path, mut node, mut end) = (String::new(), root, 0);
    loop {
        if matches!(node.value, JsonValue::Object(_)) {
            end = path.len();
        }
        let inner = match &node.value {
            JsonValue::Object(members) => {
                members.iter().find(|(_, value)| holds(value)).map(|(name, value)| {
                    let dot = if path.is_empty() { "" } else { "." };
                    (format!("{dot}{}", name.text), value)
                })
            }
            JsonValue::Array(items) => {
                let found = items.iter().enumerate().find(|(_, item)| holds(item));
                found.map(|(index, item)| (format!("[{index}]"), item))
            }
            _ => None,
        };
        let Some((step, inner)) = inner else { break };
        path.push_str(&step);
        node = inner;
    }
    path.truncate(end);
    path
}

/// How many lines are shown before and after the one in which a finding begins. What is around it, such as the bracket
/// that it stands in, may have thousands.
const NEAR: usize = 4;

/// The lines that a finding touches, with its span marked.
fn marked(item: &Diagnostic, span: Span, source: &Source, style: Style) -> Vec<String> {
    let shown = snippet(item, span, source);
    let (mut begin, mut left_out) = (0, false);
    let mut out = Vec::new();
    let at = source.position(span.start as usize).line;
    for (number, line) in (shown.first..).zip(&shown.lines) {
        if number == shown.first || number.abs_diff(at) <= NEAR {
            out.push(format!("{number:4}: {}", mark(line, shown.start, shown.end, begin, style)));
            left_out = false;
        } else if !left_out {
            out.push("      …".to_owned());
            left_out = true;
        }
        begin += line.len() + 1;
    }
    out
}

/// A line that begins at an offset, with what lies between two offsets underlined.
fn mark(line: &str, start: usize, end: usize, begin: usize, style: Style) -> String {
    let cut = |at: usize| at.saturating_sub(begin).min(line.len());
    let (start, end) = (cut(start), cut(end));
    match (line.get(..start), line.get(start..end), line.get(end..)) {
        (Some(before), Some(marked), Some(after)) if !marked.is_empty() => {
            format!("{before}{}{after}", style.underline(marked))
        }
        _ => line.to_owned(),
    }
}

/// Wraps each paragraph; lines that begin with blanks are left as they are.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut out = Vec::new();
    for line in text.trim_end().lines() {
        if width == 0 || line.starts_with([' ', '\t']) || line.chars().count() <= width {
            out.push(line.to_owned());
            continue;
        }
        let mut current = String::new();
        for word in line.split(' ') {
            if !current.is_empty() && current.chars().count() + 1 + word.chars().count() > width {
                out.push(std::mem::take(&mut current));
            }
            if !current.is_empty() {
                current.push(' ');
            }
            current.push_str(word);
        }
        out.push(current);
    }
    out
}

#[cfg(test)]
#[path = "diag_tests.rs"]
mod tests;
