//! `policy eval`: a query against policies and documents, answered in the shape of `opa eval`.

use std::collections::BTreeMap;

use ordain_rego::{
    Answer, BuiltinEnv, CompileOptions, Error, FileKind, Limits, Policies, Request, SourceFile, Trail, Value,
    Version, base_documents,
};
use serde_json::{Map, Value as Json, json};

use crate::rego::watched;

/// What a query is asked with.
#[derive(Clone, Debug)]
pub struct Question {
    /// Modules and documents.
    pub files: Vec<SourceFile>,
    /// Text of `input`, if there is one; JSON.
    pub input: Option<String>,
    /// The query.
    pub query: String,
    /// What `time.now_ns()` gives.
    pub now_ns: i64,
    /// Strict compiling.
    pub strict: bool,
    /// Errors of functions end the evaluation.
    pub strict_errors: bool,
    /// Version of the language.
    pub version: Version,
    /// What `opa.runtime()` shows as the environment.
    pub environment: BTreeMap<String, String>,
    /// Bounds of the evaluation.
    pub limits: Limits,
    /// Seconds that it may take.
    pub seconds: u64,
}

/// The document to print, what `print` said, and whether it went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// `{"result": …}`, `{}` or `{"errors": …}`; numbers with their digits.
    pub document: String,
    /// Lines for standard error.
    pub prints: Vec<String>,
    /// No errors.
    pub ok: bool,
}

/// Asks.
pub fn evaluate(question: &Question) -> Reply {
    let mut trail = Trail::default();
    let answers = ask(question, &mut trail);
    let (document, ok) = match answers {
        Ok(answers) if answers.is_empty() => ("{}".to_owned(), true),
        Ok(answers) => {
            let rows: Vec<String> = answers.iter().map(shown).collect();
            (format!("{{\n  \"result\": [\n    {}\n  ]\n}}", rows.join(",\n    ")), true)
        }
        Err(errors) => {
            (serde_json::to_string_pretty(&json!({ "errors": errors })).unwrap_or_default(), false)
        }
    };
    Reply { document, prints: trail.prints, ok }
}

fn ask(question: &Question, trail: &mut Trail) -> Result<Vec<Answer>, Vec<Json>> {
    let plain = |message: &str| json!({ "message": message });
    let data = base_documents(&question.files).map_err(|faults| load_faults(question, &faults))?;
    let input = match &question.input {
        Some(text) => Some(Value::parse_json(text).map_err(|error| vec![plain(&error.to_string())])?),
        None => None,
    };
    let modules: Vec<&SourceFile> =
        question.files.iter().filter(|file| FileKind::of(&file.path) == Some(FileKind::Rego)).collect();
    let describe =
        |errors: Vec<Error>| errors.iter().map(|error| located(error, &modules)).collect::<Vec<_>>();
    let mut policies = Policies::new(question.version);
    for module in &modules {
        policies.add_file(&module.path, &module.text);
    }
    let options = CompileOptions { strict: question.strict, ..CompileOptions::default() };
    let mut compiled = policies.compile(&data, options).map_err(describe)?;
    let request = Request {
        input,
        data,
        strict_errors: question.strict_errors,
        limits: question.limits,
        cover: false,
        veiled: false,
        reveal: None,
    };
    let mut env = BuiltinEnv::new(question.now_ns);
    env.runtime = runtime(&question.environment);
    let longest = std::time::Duration::from_secs(question.seconds);
    let answers = watched(longest, |cancel| {
        env.cancel = Some(cancel);
        compiled.query(&question.query, request, env, trail)
    });
    answers.map_err(|why| vec![plain(&why.0)])?.map_err(describe)
}

/// Everything that is wrong with the files, file by file, where documents are.
fn load_faults(question: &Question, documents: &[String]) -> Vec<Json> {
    let mut out = Vec::new();
    for file in &question.files {
        if FileKind::of(&file.path) == Some(FileKind::Rego) {
            let mut policies = Policies::new(question.version);
            policies.add(&file.text);
            out.extend(policies.faults().iter().map(|error| located(error, &[file])));
        } else {
            let own = format!("{}: ", file.path);
            let faults = documents.iter().filter(|fault| fault.starts_with(&own));
            out.extend(faults.map(|fault| json!({ "message": fault })));
        }
    }
    out
}

/// What `opa.runtime()` gives: the version whose answers these are, and the environment that is handed over.
pub(crate) fn runtime(environment: &BTreeMap<String, String>) -> Value {
    let env = environment.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect();
    Value::object(vec![
        ("version".into(), "1.19.0".into()),
        ("commit".into(), "".into()),
        ("env".into(), Value::object(env)),
    ])
}

/// An error in OPA's shape.
pub(crate) fn located(error: &Error, modules: &[&SourceFile]) -> Json {
    let mut out = Map::new();
    out.insert("message".to_owned(), json!(error.message));
    out.insert("code".to_owned(), json!(error.code.as_str()));
    let file = usize::try_from(error.at.file()).ok().and_then(|file| modules.get(file));
    let path = file.map_or("", |file| file.path.as_str());
    out.insert("location".to_owned(), json!({ "file": path, "row": error.at.row(), "col": error.at.col() }));
    Json::Object(out)
}

fn shown(answer: &Answer) -> String {
    let expressions: Vec<String> =
        answer.expressions.iter().map(|value| format!("{{\"value\": {}}}", value.to_json_text())).collect();
    let mut out = format!("{{\"expressions\": [{}]", expressions.join(", "));
    if !answer.bindings.is_empty() {
        let bindings: Vec<String> = answer
            .bindings
            .iter()
            .map(|(name, value)| format!("{}: {}", json!(name), value.to_json_text()))
            .collect();
        out.push_str(&format!(", \"bindings\": {{{}}}", bindings.join(", ")));
    }
    out.push('}');
    out
}
