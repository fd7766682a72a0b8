//! Policies behind one face: texts and data, asked rule by rule.
//!
//! The evaluator is `ordain-rego`. It sees no network, no files, no environment; the clock is an argument. It runs
//! on a thread of its own, so that deeply nested texts have room wherever this is called from.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use ordain_rego::{
    BuiltinEnv, Code, CompileOptions, Compiled, Error, Given, Limits, Policies, Request, Span, Trail, Tried,
    Value, Version,
};
use serde_json::Value as Json;

/// Bytes of stack: what the fixed limits on nesting need in unoptimised builds.
const STACK: usize = 512 << 20;

/// Rego texts and data, ready to be asked. Copies share what was compiled.
#[derive(Clone)]
pub struct Rego {
    compiled: Arc<Mutex<Compiled>>,
    paths: Arc<[String]>,
    texts: Arc<[String]>,
    data: Value,
    input: Option<Value>,
    veiled: bool,
    reveal: Option<fn(&Value) -> Value>,
    bounds: Bounds,
    now: i64,
}

/// Why the engine did not take or answer something; its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed(pub String);

fn failed(error: impl std::fmt::Display) -> Failed {
    Failed(error.to_string().trim().to_owned())
}

/// Bounds of judging.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Steps, depth and room of one evaluation.
    pub limits: Limits,
    /// Seconds that one evaluation may take.
    pub seconds: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { limits: Limits::default(), seconds: 120 }
    }
}

impl Bounds {
    pub(crate) fn longest(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Runs `work` where it has room; sets the flag that it is given once `longest` is over.
pub(crate) fn watched<T: Send>(
    longest: Duration,
    work: impl FnOnce(Arc<AtomicBool>) -> T + Send,
) -> Result<T, Failed> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = cancel.clone();
    let (done, waiting) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let run = move || {
            let out = work(flag);
            drop(done);
            out
        };
        let thread =
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).map_err(failed)?;
        if waiting.recv_timeout(longest) == Err(mpsc::RecvTimeoutError::Timeout) {
            cancel.store(true, Ordering::Relaxed);
        }
        thread.join().map_err(|_| Failed("evaluation ended unexpectedly".to_owned()))
    })
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
        let (paths, texts): (Vec<String>, Vec<String>) =
            texts.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).unzip();
        let data = Value::from_json(data);
        let compiled = roomy(|| {
            let mut policies = Policies::new(Version::V1);
            for (path, text) in paths.iter().zip(&texts) {
                policies.add_file(path, text);
            }
            policies.compile(&data, CompileOptions::default())
        });
        let compiled = compiled.map_err(|why| vec![(String::new(), why)])?;
        let compiled = compiled.map_err(|errors| {
            // Of what is told at one place of a text that does not parse, how it begins is enough here.
            let one = |a: &Error, b: &Error| a.code == Code::Parse && (a.code, a.at) == (b.code, b.at);
            errors
                .chunk_by(one)
                .filter_map(<[Error]>::first)
                .map(|error| (path_of(error, &paths).to_owned(), told(error, &paths, &texts)))
                .collect::<Vec<_>>()
        })?;
        Ok(Self {
            compiled: Arc::new(Mutex::new(compiled)),
            paths: paths.into(),
            texts: texts.into(),
            data,
            input: None,
            veiled: false,
            reveal: None,
            bounds: Bounds::default(),
            now: 0,
        })
    }

    /// The time that `time.now_ns()` gives, in nanoseconds since 1970.
    pub fn set_now(&mut self, now_ns: i64) {
        self.now = now_ns;
    }

    /// Sets `input`; `veiled` says whether anything in it is unknown or sensitive.
    pub fn set_input(&mut self, input: Value, veiled: bool) {
        self.input = Some(input);
        self.veiled = veiled;
    }

    /// Sets how much an evaluation may take.
    pub fn set_bounds(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// What tests put in the place of the input may have unknown values, written as `reveal` reads them.
    pub fn set_reveal(&mut self, reveal: fn(&Value) -> Value) {
        self.reveal = Some(reveal);
        self.veiled = true;
    }

    fn request(&self) -> Request {
        Request {
            input: self.input.clone(),
            data: self.data.clone(),
            strict_errors: false,
            limits: self.bounds.limits,
            cover: false,
            veiled: self.veiled,
            reveal: self.reveal,
        }
    }

    /// What rules give, in their order.
    pub fn values(&self, rules: &[&str]) -> Result<Vec<Result<Option<Given>, Failed>>, Failed> {
        let compiled = self.compiled.lock().map_err(|_| Failed("an evaluation failed".to_owned()))?;
        let (request, mut env, mut trail) = (self.request(), BuiltinEnv::new(self.now), Trail::default());
        let compiled = &*compiled;
        let found = watched(self.bounds.longest(), |cancel| {
            env.cancel = Some(cancel);
            compiled.values(rules, request, env, &mut trail)
        })?;
        Ok(found.into_iter().map(|given| given.map_err(|error| self.told(&error))).collect())
    }

    /// What kinds of values a rule can give, as far as its text says; `None` where it may be any.
    pub fn kinds(&self, rule: &str) -> Option<BTreeSet<&'static str>> {
        self.compiled.lock().ok()?.kinds(rule)
    }

    /// Compiled once more, so that [`Rego::explain`] tells which part of a condition an evaluation came to.
    pub fn in_parts(mut self) -> Result<Self, Failed> {
        let options = CompileOptions { parts: true, ..CompileOptions::default() };
        let compiled = roomy(|| {
            let mut policies = Policies::new(Version::V1);
            for (path, text) in self.paths.iter().zip(self.texts.iter()) {
                policies.add_file(path, text);
            }
            policies.compile(&self.data, options)
        })?;
        let compiled = compiled.map_err(|_| Failed("the policies do not compile again".to_owned()))?;
        self.compiled = Arc::new(Mutex::new(compiled));
        Ok(self)
    }

    /// Why a rule gives what it gives, body by body.
    pub fn explain(&self, rule: &str) -> Result<Vec<Tried>, Failed> {
        let compiled = self.compiled.lock().map_err(|_| Failed("an evaluation failed".to_owned()))?;
        let (request, mut env) = (self.request(), BuiltinEnv::new(self.now));
        let compiled = &*compiled;
        watched(self.bounds.longest(), |cancel| {
            env.cancel = Some(cancel);
            compiled.explain(rule, request, env)
        })?
        .map_err(|error| self.told(&error))
    }

    /// File and row of a place.
    pub fn place(&self, at: Span) -> (&str, u32) {
        let file = usize::try_from(at.file()).unwrap_or(usize::MAX);
        (self.paths.get(file).map_or("", String::as_str), at.row())
    }

    fn told(&self, error: &Error) -> Failed {
        told(error, &self.paths, &self.texts)
    }

    /// A place in the texts, and what is written there: `a.rego:7: x.y == 1`.
    pub fn written(&self, at: Span) -> String {
        let file = usize::try_from(at.file()).unwrap_or(usize::MAX);
        let path = self.paths.get(file).map_or("", String::as_str);
        let bytes = usize::try_from(at.start()).unwrap_or(0)..usize::try_from(at.end()).unwrap_or(0);
        let text = self.texts.get(file).and_then(|text| text.get(bytes)).unwrap_or("");
        let words: Vec<&str> = text.split_whitespace().collect();
        format!("{path}:{}: {}", at.row(), words.join(" "))
    }

    /// What a rule gives, under what, and what `print` said on the way.
    pub fn give(&self, rule: &str) -> (Result<Option<Given>, Failed>, Vec<String>) {
        let Ok(compiled) = self.compiled.lock() else {
            return (Err(Failed("an evaluation failed".to_owned())), Vec::new());
        };
        let (request, mut env, mut trail) = (self.request(), BuiltinEnv::new(self.now), Trail::default());
        let compiled = &*compiled;
        let found = watched(self.bounds.longest(), |cancel| {
            env.cancel = Some(cancel);
            compiled.values(&[rule], request, env, &mut trail)
        });
        let given = match found {
            Err(failed) => Err(failed),
            Ok(found) => {
                found.into_iter().next().transpose().map(Option::flatten).map_err(|error| self.told(&error))
            }
        };
        (given, trail.prints)
    }

    /// What a rule gives; `None` when it is undefined. Sets come as arrays.
    #[cfg(test)]
    pub fn ask(&self, rule: &str) -> Result<Option<Json>, Failed> {
        if !self.compiled.lock().is_ok_and(|compiled| compiled.has_rule(rule)) {
            return Err(Failed(format!("there is no rule {rule}")));
        }
        Ok(self.give(rule).0?.map(|given| given.value.to_json()))
    }
}

fn path_of<'p>(error: &Error, paths: &'p [String]) -> &'p str {
    usize::try_from(error.at.file()).ok().and_then(|file| paths.get(file)).map_or("", String::as_str)
}

/// The error with its place, the line and a mark under what it is about.
fn told(error: &Error, paths: &[String], texts: &[String]) -> Failed {
    let path = path_of(error, paths);
    let message = &error.message;
    if error.at.row() == 0 {
        return Failed(message.clone());
    }
    let text = usize::try_from(error.at.file()).ok().and_then(|file| texts.get(file));
    let line = usize::try_from(error.at.row()).ok().and_then(|row| text?.lines().nth(row.checked_sub(1)?));
    if line.is_none_or(|line| line.trim().is_empty())
        && let Some(shown) = text.and_then(|text| after_last(text, error.at.row()))
    {
        return Failed(format!("{path}:{}:{}: {message}{shown}", error.at.row(), error.at.col()));
    }
    let mut out = format!("{path}:{}:{}: {message}", error.at.row(), error.at.col());
    if let Some(line) = line {
        // Tabs stay tabs, so that the mark stands under its place however wide they are.
        let before = line.chars().take(usize::try_from(error.at.col().saturating_sub(1)).unwrap_or(0));
        let pad: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let left = line.chars().count().saturating_sub(pad.chars().count());
        let wide = usize::try_from(error.at.end().saturating_sub(error.at.start()))
            .unwrap_or(1)
            .clamp(1, left.max(1));
        let number = error.at.row().to_string();
        let blank = " ".repeat(number.len());
        out.push_str(&format!("\n  {number} | {line}\n  {blank} | {pad}{}", "^".repeat(wide)));
    }
    Failed(out)
}

/// The last line with something on it before a row, with a mark behind its end: where a text ends too early.
fn after_last(text: &str, row: u32) -> Option<String> {
    let most = usize::try_from(row).ok()?;
    let (at, line) =
        text.lines().enumerate().take(most).filter(|(_, line)| !line.trim().is_empty()).last()?;
    let number = (at + 1).to_string();
    let blank = " ".repeat(number.len());
    let pad: String = line.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    Some(format!("\n  {number} | {line}\n  {blank} | {pad}^"))
}

#[cfg(test)]
#[path = "rego_tests.rs"]
mod tests;
