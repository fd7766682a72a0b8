//! The only file that knows the Rego engine.
//!
//! The engine is regorus. It sees no network, no files, no environment; the clock is an argument. Its known
//! differences from OPA are not papered over here: an evaluator of our own takes its place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use regorus::{Engine, Value};
use serde_json::Value as Json;

/// Rego texts and data, ready to be asked.
pub struct Rego {
    engine: Engine,
    now: Arc<Mutex<i64>>,
}

/// Why the engine did not take or answer something; its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(pub String);

fn failed(error: impl std::fmt::Display) -> Failed {
    Failed(error.to_string().trim().to_owned())
}

impl Rego {
    /// Compiles texts by path, with data. Every text that does not compile gives one failure; the engine
    /// reports the first fault of each.
    pub fn load<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
        data: &Json,
    ) -> Result<Self, Vec<(String, Failed)>> {
        let mut engine = Engine::new();
        let now = Arc::new(Mutex::new(0));
        let clock = now.clone();
        let fixed = move |_: Vec<Value>| Ok(Value::from(clock.lock().map(|now| *now).unwrap_or_default()));
        let mut failures = Vec::new();
        if let Err(error) = engine.add_extension("time.now_ns".to_owned(), 0, Box::new(fixed)) {
            failures.push(("time.now_ns".to_owned(), failed(error)));
        }
        for (path, text) in texts {
            if let Err(error) = engine.add_policy(path.to_owned(), text.to_owned()) {
                failures.push((path.to_owned(), failed(error)));
            }
        }
        if let Err(error) = engine.add_data_json(&data.to_string()) {
            failures.push(("data".to_owned(), failed(error)));
        }
        if failures.is_empty() { Ok(Self { engine, now }) } else { Err(failures) }
    }

    /// The time that `time.now_ns()` gives, in nanoseconds since 1970.
    pub fn set_now(&mut self, now_ns: i64) {
        if let Ok(mut now) = self.now.lock() {
            *now = now_ns;
        }
    }

    /// Sets `input`: the members of `base` (JSON text of an object), and beside them `more`. The text of
    /// `base` is read once and shared under the name `base_name` as well.
    pub fn set_input(
        &mut self,
        base: &str,
        base_name: &str,
        more: &BTreeMap<String, Json>,
    ) -> Result<(), Failed> {
        let base = Value::from_json_str(base).map_err(failed)?;
        let mut members = base.as_object().map_err(failed)?.clone();
        members.insert(Value::from(base_name), base);
        for (name, value) in more {
            members.insert(
                Value::from(name.as_str()),
                Value::from_json_str(&value.to_string()).map_err(failed)?,
            );
        }
        let mut input = Value::new_object();
        *input.as_object_mut().map_err(failed)? = members;
        self.engine.set_input(input);
        Ok(())
    }

    /// What a rule gives; `None` when it is undefined. Sets come as arrays.
    pub fn ask(&mut self, rule: &str) -> Result<Option<Json>, Failed> {
        match self.engine.eval_rule(rule.to_owned()).map_err(failed)? {
            Value::Undefined => Ok(None),
            value => serde_json::from_str(&value.to_json_str().map_err(failed)?).map(Some).map_err(failed),
        }
    }

    /// What a query gives, expression by expression; `None` when it is undefined.
    pub fn query(&mut self, query: &str) -> Result<Option<Vec<Json>>, Failed> {
        let results = self.engine.eval_query(query.to_owned(), false).map_err(failed)?;
        let Some(first) = results.result.into_iter().next() else { return Ok(None) };
        let json = |value: &Value| -> Result<Json, Failed> {
            serde_json::from_str(&value.to_json_str().map_err(failed)?).map_err(failed)
        };
        first.expressions.iter().map(|found| json(&found.value)).collect::<Result<Vec<_>, _>>().map(Some)
    }

    /// Keeps what `print` says instead of dropping it.
    pub fn gather_prints(&mut self) {
        self.engine.set_gather_prints(true);
    }

    /// What `print` said since the last call, `path:line: text`.
    pub fn take_prints(&mut self) -> Vec<String> {
        self.engine.take_prints().unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "rego_tests.rs"]
mod tests;
