//! CSV tables with a header line (RFC 4180), read as strictly as Go's `encoding/csv` reads them.

use std::sync::Arc;

use ordain_value::{Type, Value};

use super::spec::{FunctionError, FunctionResult};

/// The table as a list of objects.
pub(super) fn decode(text: &str) -> FunctionResult {
    let mut reader = Reader { rest: text, line: 0 };
    let header = reader.record()?.ok_or_else(|| FunctionError::call("missing header line"))?;
    let mut seen = std::collections::BTreeSet::new();
    for name in &header {
        if !seen.insert(name) {
            return Err(FunctionError::call(format!("duplicate column name {name:?}")));
        }
    }
    let names: Vec<Arc<str>> = header.iter().map(|name| Arc::from(&*ordain_value::nfc(name))).collect();
    let ty = Type::object(names.iter().map(|name| (name.clone(), Type::String)));
    let mut rows = Vec::new();
    while let Some(fields) = reader.record()? {
        if fields.len() != header.len() {
            return Err(reader.error("wrong number of fields"));
        }
        rows.push(Value::object(names.iter().cloned().zip(fields.iter().map(Value::string))));
    }
    Ok(Value::list(ty, rows))
}

struct Reader<'t> {
    rest: &'t str,
    line: usize,
}

impl<'t> Reader<'t> {
    fn error(&self, what: &str) -> FunctionError {
        FunctionError::call(format!("CSV parse error on line {}: {what}", self.line))
    }

    /// The next line without its break.
    fn line(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.line += 1;
        Some(line.strip_suffix('\r').unwrap_or(line))
    }

    /// The fields of the next line that is not empty.
    fn record(&mut self) -> Result<Option<Vec<String>>, FunctionError> {
        let mut line = loop {
            match self.line() {
                None => return Ok(None),
                Some("") => {}
                Some(line) => break line,
            }
        };
        let mut fields = Vec::new();
        loop {
            let Some(quoted) = line.strip_prefix('"') else {
                let (field, rest) = match line.split_once(',') {
                    Some((field, rest)) => (field, Some(rest)),
                    None => (line, None),
                };
                if field.contains('"') {
                    return Err(self.error("bare \" in non-quoted-field"));
                }
                fields.push(field.to_owned());
                match rest {
                    Some(rest) => line = rest,
                    None => return Ok(Some(fields)),
                }
                continue;
            };
            let (field, rest) = self.quoted(quoted)?;
            fields.push(field);
            match rest.strip_prefix(',') {
                Some(rest) => line = rest,
                None if rest.is_empty() => return Ok(Some(fields)),
                None => return Err(self.error("extraneous or missing \" in quoted-field")),
            }
        }
    }

    /// A field up to its closing quote, and the rest of that line.
    fn quoted(&mut self, mut line: &'t str) -> Result<(String, &'t str), FunctionError> {
        let mut field = String::new();
        loop {
            match line.split_once('"') {
                Some((part, rest)) => {
                    field.push_str(part);
                    match rest.strip_prefix('"') {
                        Some(rest) => {
                            field.push('"');
                            line = rest;
                        }
                        None => return Ok((field, rest)),
                    }
                }
                None => {
                    field.push_str(line);
                    field.push('\n');
                    line =
                        self.line().ok_or_else(|| self.error("extraneous or missing \" in quoted-field"))?;
                }
            }
        }
    }
}
