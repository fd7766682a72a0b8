//! Values of root variables: from the environment, from files, from the command line.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_config::{Early, EarlyValue, Module};
use ordain_diag::{Diagnostic, Diagnostics, FileId, Sources, Span, codes};
use ordain_eval::{VariableInput, VariableSource, VariableText};
use ordain_lang::ast::{Body, BodySchema};
use ordain_lang::parse::{parse_json, parse_native};
use ordain_value::Value;

use crate::Workdir;

/// A value given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// `-var 'name=value'`
    Var(String),
    /// `-var-file=path`
    File(String),
    /// What somebody answered when asked for a variable.
    Asked {
        /// The variable.
        name: Arc<str>,
        /// Its value as it was typed.
        value: String,
    },
}

/// Values by variable name: the source that wins for each.
pub type Inputs = BTreeMap<Arc<str>, VariableInput>;

/// Collects values in Terraform's order, later ones winning: environment, `terraform.tfvars`,
/// `*.auto.tfvars` in order of name, then the command line as given. Texts are added to `sources`.
/// What must not be shown of them, as the root module declares, is hidden there.
pub fn collect(
    workdir: &Workdir,
    root: &Module,
    given: &[Given],
    sources: &mut Sources,
) -> (Inputs, Diagnostics) {
    collect_for_tests(workdir, None, root, given, sources)
}

/// The same for tests: those in a directory have files of values there too, which come before the command
/// line.
pub fn collect_for_tests(
    workdir: &Workdir,
    directory: Option<&str>,
    root: &Module,
    given: &[Given],
    sources: &mut Sources,
) -> (Inputs, Diagnostics) {
    let mut collector = Collector::new(workdir, root, sources);
    collector.environment();
    for directory in [Some("."), directory].into_iter().flatten() {
        for name in automatic_files(workdir, directory) {
            collector.file(&name);
        }
    }
    collector.given(given);
    (collector.inputs, collector.found)
}

/// What the configuration may refer to while it is read. What is wrong with the values is told where they are
/// collected for planning.
pub fn early(workdir: &Workdir) -> Early {
    let (inputs, _) = collect(workdir, &Module::default(), &workdir.given, &mut Sources::new());
    let value = |input: VariableInput| match input.value {
        VariableText::Text(text, _) => EarlyValue::Text(text),
        VariableText::Value(value) => EarlyValue::Value(value),
    };
    Early {
        variables: inputs.into_iter().map(|(name, input)| (name, value(input))).collect(),
        workspace: workdir.workspace().0.into(),
    }
}

/// Only the values that the command line itself names, by `-var` and `-var-file`.
pub fn named_values(
    workdir: &Workdir,
    root: &Module,
    given: &[Given],
    sources: &mut Sources,
) -> (Inputs, Diagnostics) {
    let mut collector = Collector::new(workdir, root, sources);
    collector.given(given);
    // What is wrong with them was told where all values were collected.
    (collector.inputs, Diagnostics::new())
}

/// Files that are read without being named.
fn automatic_files(workdir: &Workdir, directory: &str) -> Vec<String> {
    let entries = std::fs::read_dir(workdir.path(directory)).into_iter().flatten().flatten();
    let mut automatic: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json"))
        .collect();
    automatic.sort();
    let path = |name: &str| if directory == "." { name.to_owned() } else { format!("{directory}/{name}") };
    let named = ["terraform.tfvars", "terraform.tfvars.json"].map(path);
    let named = named.into_iter().filter(|name| workdir.path(name).is_file());
    named.chain(automatic.iter().map(|name| path(name))).collect()
}

struct Collector<'a> {
    workdir: &'a Workdir,
    root: &'a Module,
    sources: &'a mut Sources,
    inputs: Inputs,
    found: Diagnostics,
}

impl<'a> Collector<'a> {
    fn new(workdir: &'a Workdir, root: &'a Module, sources: &'a mut Sources) -> Self {
        Self { workdir, root, sources, inputs: Inputs::new(), found: Diagnostics::new() }
    }

    fn environment(&mut self) {
        // `TF_VAR_` first, so that `ORDAIN_VAR_` wins. The case of names is kept.
        for prefix in ["TF_VAR_", "ORDAIN_VAR_"] {
            for (key, text) in &self.workdir.env {
                if let Some(name) = key.strip_prefix(prefix).filter(|name| !name.is_empty()) {
                    let file = self
                        .sources
                        .add(format!("<value for var.{name} from the environment>"), text.as_str());
                    self.conceal(name, whole(text, file));
                    let input = text_input(text, file, VariableSource::Environment);
                    self.inputs.insert(name.into(), input);
                }
            }
        }
    }

    /// Keeps the value of a sensitive or ephemeral variable out of what findings show.
    fn conceal(&mut self, name: &str, span: Span) {
        if self.root.variables.get(name).is_some_and(|variable| variable.sensitive || variable.ephemeral) {
            self.sources.hide(span);
        }
    }

    fn given(&mut self, given: &[Given]) {
        for item in given {
            match item {
                Given::Var(text) => self.argument(text),
                Given::File(path) => self.file(path),
                Given::Asked { name, value } => {
                    let file = self.sources.add(format!("<value for var.{name}>"), value.as_str());
                    self.conceal(name, whole(value, file));
                    self.inputs.insert(name.clone(), text_input(value, file, VariableSource::Other));
                }
            }
        }
    }

    fn argument(&mut self, argument: &str) {
        let Some((name, text)) = argument.split_once('=') else {
            let detail = format!(
                "The given -var option {argument:?} is not correctly specified. Must be a variable name and value \
                 separated by an equals sign, like -var=\"key=value\"."
            );
            self.found.push(Diagnostic::error(codes::eval::VARIABLE_VALUE, "Invalid -var option", detail));
            return;
        };
        if name.is_empty() || name.contains(char::is_whitespace) {
            let detail = format!(
                "The variable name {name:?} is invalid due to the presence of whitespace or because it is empty."
            );
            self.found.push(Diagnostic::error(codes::eval::VARIABLE_VALUE, "Invalid -var option", detail));
            return;
        }
        let file = self.sources.add(format!("<value for var.{name} from -var>"), text);
        self.conceal(name, whole(text, file));
        self.inputs.insert(name.into(), text_input(text, file, VariableSource::CommandLine));
    }

    fn file(&mut self, path: &str) {
        let text = match std::fs::read_to_string(self.workdir.path(path)) {
            Ok(text) => text,
            Err(error) => {
                let detail = match error.kind() {
                    std::io::ErrorKind::NotFound => format!("Given variables file {path} does not exist."),
                    _ => format!("Error while reading {path}: {error}."),
                };
                self.found.push(Diagnostic::error(codes::cli::IO, "Failed to read variables file", detail));
                return;
            }
        };
        let file = self.sources.add(path, text.as_str());
        for attribute in self.found.take(arguments(path, file, &text)) {
            self.conceal(&attribute.name.text, attribute.name.span.to(attribute.expr.span));
            // What cannot be read is no value, nor is one that was given before it.
            self.inputs.remove(&*attribute.name.text);
            if let Some(value) = ordain_config::constant(&attribute.expr, &mut self.found) {
                let source = VariableSource::File(attribute.name.span);
                let input = VariableInput { value: VariableText::Value(value), source };
                self.inputs.insert(attribute.name.text.to_arc(), input);
            }
        }
    }
}

fn whole(text: &str, file: FileId) -> Span {
    Span { file, start: 0, end: u32::try_from(text.len()).unwrap_or(u32::MAX) }
}

fn text_input(text: &str, file: FileId, source: VariableSource) -> VariableInput {
    VariableInput { value: VariableText::Text(text.into(), file), source }
}

fn arguments(path: &str, file: FileId, text: &str) -> (Vec<ordain_lang::ast::Attribute>, Diagnostics) {
    let (body, mut found) =
        if path.ends_with(".json") { parse_json(file, text) } else { parse_native(file, text) };
    let attributes = found.take(body.just_attributes());
    (attributes, found)
}

/// Constants of a file of arguments that are known, such as one given with `-backend-config`. The text is added to
/// `sources`.
pub fn read_values(
    path: &str,
    text: &str,
    known: &dyn Fn(&str) -> bool,
    sources: &mut Sources,
) -> (Vec<(Arc<str>, Value)>, Diagnostics) {
    let file = sources.add(path, text);
    let (body, mut found) =
        if path.ends_with(".json") { parse_json(file, text) } else { parse_native(file, text) };
    let attributes = match &body {
        Body::Native(native) => {
            let names = native.attributes.iter().map(|attribute| &*attribute.name.text);
            let names: Vec<(&str, bool)> =
                names.filter(|name| known(name)).map(|name| (name, false)).collect();
            found.take(body.content(&BodySchema::new(&names, &[]))).attributes
        }
        _ => found.take(body.just_attributes()),
    };
    let values = attributes.into_iter().filter_map(|attribute| {
        Some((attribute.name.text.to_arc(), ordain_config::constant(&attribute.expr, &mut found)?))
    });
    let values = values.collect();
    (values, found)
}
