//! Documents of YAML as Conftest tells them apart: by lines that are `---` and nothing else, whatever stands around
//! them. Of what lies between two such lines the first document is read.

use ordain_policy::{FileKind, RegoValue, float_document};

/// A document, or an array of them.
///
/// # Errors
/// What is wrong with one.
pub(super) fn documents(text: &str) -> Result<RegoValue, String> {
    let separator = if text.contains("\r\n") { "\r\n---\r\n" } else { "\n---\n" };
    let mut parts: Vec<String> = text.split(separator).map(str::to_owned).collect();
    // Directives belong to the document behind the line.
    if text.starts_with('%')
        && let [directives, first, ..] = &parts[..]
    {
        let whole = format!("{directives}{separator}{first}");
        parts.splice(..2, [whole]);
    }
    let read = |part: &String| float_document(part, FileKind::Yaml);
    match &parts[..] {
        [only] => read(only).map_err(|why| format!("unmarshal yaml: {why}")),
        parts => parts
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(RegoValue::array)
            .map_err(|why| format!("unmarshal multiple documents: unmarshal subdocument yaml: {why}")),
    }
}

#[cfg(test)]
#[path = "yaml_form_tests.rs"]
mod tests;
