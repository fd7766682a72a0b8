//! Policies behind one face: texts and data, asked rule by rule.
//!
//! The evaluator is `ordain-rego`. It sees no network, no files, no environment; the clock is an argument. It runs
//! on a thread of its own, so that deeply nested texts have room wherever this is called from.

use std::collections::BTreeMap;

use ordain_rego::{
    BuiltinEnv, CompileOptions, Compiled, Error, Limits, Policies, Request, Trail, Value, Version,
};
use serde_json::Value as Json;

/// Bytes of stack: what the fixed limits on nesting need in unoptimised builds.
const STACK: usize = 512 << 20;

/// Rego texts and data, ready to be asked.
pub struct Rego {
    compiled: Compiled,
    paths: Vec<String>,
    data: Value,
    input: Option<Value>,
    now: i64,
    gather: bool,
    prints: Vec<String>,
}

/// Why the engine did not take or answer something; its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(pub String);

fn failed(error: impl std::fmt::Display) -> Failed {
    Failed(error.to_string().trim().to_owned())
}

/// Runs `work` where it has room.
fn roomy<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failed> {
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).map_err(failed)?;
        thread.join().map_err(|_| Failed("evaluation ended unexpectedly".to_owned()))
    })
}

impl Rego {
    /// Compiles texts by path, with data. Every fault of every text is a failure under the path of its text.
    pub fn load<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
        data: &Json,
    ) -> Result<Self, Vec<(String, Failed)>> {
        let (paths, texts): (Vec<String>, Vec<&str>) =
            texts.into_iter().map(|(path, text)| (path.to_owned(), text)).unzip();
        let data = Value::from_json(data);
        let compiled = roomy(|| {
            let mut policies = Policies::new(Version::V1);
            for text in texts {
                policies.add(text);
            }
            policies.compile(&data, CompileOptions::default())
        });
        let compiled = compiled.map_err(|why| vec![(String::new(), why)])?;
        let compiled = compiled.map_err(|errors| {
            errors
                .iter()
                .map(|error| (path_of(error, &paths).to_owned(), told(error, &paths)))
                .collect::<Vec<_>>()
        })?;
        Ok(Self { compiled, paths, data, input: None, now: 0, gather: false, prints: Vec::new() })
    }

    /// The time that `time.now_ns()` gives, in nanoseconds since 1970.
    pub fn set_now(&mut self, now_ns: i64) {
        self.now = now_ns;
    }

    /// Sets `input`: the members of `base` (JSON text of an object), and beside them `more`. The text of
    /// `base` is read once and shared under the name `base_name` as well.
    pub fn set_input(
        &mut self,
        base: &str,
        base_name: &str,
        more: &BTreeMap<String, Json>,
    ) -> Result<(), Failed> {
        let base = Value::parse_json(base).map_err(failed)?;
        let Value::Object(members) = &base else {
            return Err(Failed(format!("{} where an object is needed", base.type_name())));
        };
        let mut members = members.pairs().to_vec();
        members.push((Value::from(base_name), base.clone()));
        members
            .extend(more.iter().map(|(name, value)| (Value::from(name.as_str()), Value::from_json(value))));
        self.input = Some(Value::object(members));
        Ok(())
    }

    /// What a rule gives; `None` when it is undefined. Sets come as arrays.
    pub fn ask(&mut self, rule: &str) -> Result<Option<Json>, Failed> {
        if !self.compiled.has_rule(rule) {
            return Err(Failed(format!("there is no rule {rule}")));
        }
        Ok(self.query(rule)?.and_then(|values| values.into_iter().next()))
    }

    /// What a query gives, expression by expression; `None` when it is undefined.
    pub fn query(&mut self, query: &str) -> Result<Option<Vec<Json>>, Failed> {
        let request = Request {
            input: self.input.clone(),
            data: self.data.clone(),
            strict_errors: false,
            limits: Limits::default(),
            cover: false,
        };
        let env = BuiltinEnv::new(self.now);
        let mut trail = Trail::default();
        let compiled = &mut self.compiled;
        let answers = roomy(|| compiled.query(query, request, env, &mut trail))?;
        if self.gather {
            self.prints.append(&mut trail.prints);
        }
        let answers = answers.map_err(|errors| {
            let all: Vec<String> = errors.iter().map(|error| told(error, &self.paths).0).collect();
            Failed(all.join("\n"))
        })?;
        let first = answers.into_iter().next();
        Ok(first.map(|answer| answer.expressions.iter().map(Value::to_json).collect()))
    }

    /// Keeps what `print` says instead of dropping it.
    pub fn gather_prints(&mut self) {
        self.gather = true;
    }

    /// What `print` said since the last call, line by line.
    pub fn take_prints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.prints)
    }
}

fn path_of<'p>(error: &Error, paths: &'p [String]) -> &'p str {
    usize::try_from(error.at.file).ok().and_then(|file| paths.get(file)).map_or("", String::as_str)
}

fn told(error: &Error, paths: &[String]) -> Failed {
    let path = path_of(error, paths);
    let message = &error.message;
    Failed(match error.at.row {
        0 => message.clone(),
        row => format!("{path}:{row}:{}: {message}", error.at.col),
    })
}

#[cfg(test)]
#[path = "rego_tests.rs"]
mod tests;
