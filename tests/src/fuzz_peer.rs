//! Policies beside another evaluator: any bytes choose rules and an input on which both are right.

use ordain_rego::{
    BuiltinEnv, CompileOptions, Limits, Policies, Request, Trail, Value as RegoValue, Version,
};
use serde_json::{Value, json};

/// Choices, byte by byte; the first ones where there are no bytes left.
struct Choices<'b>(std::slice::Iter<'b, u8>);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        usize::from(*self.0.next().unwrap_or(&0)) % end.max(1)
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    fn number(&mut self) -> &'static str {
        self.one(&[
            "input.n",
            "input.m",
            "3",
            "0",
            "count(input.xs)",
            "sum(input.ns)",
            "count(input.o)",
            "max([input.n, input.m])",
            "abs(input.n - input.m)",
        ])
    }

    fn text(&mut self) -> &'static str {
        self.one(&[
            "input.s",
            "input.t",
            "\"moon\"",
            "\"\"",
            "upper(input.s)",
            "lower(input.t)",
            "input.o.k",
            "concat(\"-\", [input.s, input.t])",
            "trim_prefix(input.s, \"mo\")",
            "replace(input.s, \"o\", \"0\")",
        ])
    }

    /// A condition on what the input has: where something is missing the two differ.
    fn condition(&mut self) -> String {
        match self.below(14) {
            0 => {
                format!(
                    "{} {} {}",
                    self.number(),
                    self.one(&["<", "<=", ">", ">=", "==", "!="]),
                    self.number()
                )
            }
            1 => format!("{} {} {}", self.text(), self.one(&["==", "!=", "<"]), self.text()),
            2 => format!("startswith({}, {})", self.text(), self.text()),
            3 => format!("{} in input.xs", self.text()),
            4 => format!("count({{y | some y in input.xs; y != {}}}) > {}", self.text(), self.below(4)),
            5 => format!("every z in input.ns {{ z > {} }}", self.below(5)),
            6 => format!("some k, v in input.o; k != v; v != {}", self.text()),
            7 => format!("some r in input.rs; r.type == {}; r.size > {}", self.text(), self.below(5)),
            8 => format!("count([r | some r in input.rs; r.type == \"moon\"]) == {}", self.below(4)),
            9 => format!("{{\"a\", \"b\"}} - {{x | some x in input.xs}} == {{{}}}", self.text()),
            10 => format!("contains({}, {})", self.text(), self.text()),
            11 => format!("split({}, \"o\")[0] == {}", self.text(), self.text()),
            12 => format!("{{r.type: r.size | some r in input.rs; r.size == 1}}[{}] == 1", self.text()),
            _ => format!("{} + {} > {} * 2", self.number(), self.number(), self.number()),
        }
    }

    fn policy(&mut self) -> String {
        let negated = if self.below(3) == 0 { "not f" } else { "f" };
        let (a, b, c, d) = (self.condition(), self.condition(), self.condition(), self.condition());
        format!(
            "package main\n\nimport rego.v1\n\nf if {{\n\t{a}\n\t{b}\n}}\n\ndefault g := 0\n\ng := 1 if {{\n\t{c}\n}} \
             else := 2 if {{\n\t{negated}\n}}\n\ns contains x if {{\n\tsome x in input.xs\n\t{d}\n}}\n\n\
             t contains r.size if {{\n\tsome r in input.rs\n\tr.type == \"{}\"\n}}\n",
            self.one(&["moon", "mars", "a"])
        )
    }

    fn input(&mut self) -> Value {
        let texts = ["moon", "a", "b"];
        json!({
            "n": self.below(6), "m": self.below(6), "s": self.one(&["moon", "mars"]), "t": self.one(&["MOON", "mo"]),
            "xs": (0..self.below(4)).map(|_| self.one(&texts)).collect::<Vec<_>>(),
            "ns": (0..self.below(4)).map(|_| self.below(9)).collect::<Vec<_>>(),
            "o": { "k": self.one(&["k", "moon"]), "l": "l" },
            "rs": (0..self.below(40)).map(|_| json!({ "type": self.one(&texts), "size": self.below(6) })).collect::<Vec<_>>(),
        })
    }
}

/// Answers of both evaluators, where the other one has any.
///
/// # Panics
/// When they differ: that is what the target looks for.
pub fn peer(bytes: &[u8]) {
    let mut choices = Choices(bytes.iter());
    let (policy, input) = (choices.policy(), choices.input().to_string());
    for rule in ["data.main.g", "data.main.s", "data.main.t"] {
        let Some(theirs) = theirs(&policy, &input, rule) else { continue };
        assert_eq!(ours(&policy, &input, rule), theirs, "{rule}\n{policy}\n{input}");
    }
}

fn ours(policy: &str, input: &str, rule: &str) -> Value {
    let mut policies = Policies::new(Version::V1);
    policies.add(policy);
    let data = RegoValue::object(Vec::new());
    let Ok(compiled) = policies.compile(&data, CompileOptions::default()) else { return Value::Null };
    let request = Request {
        input: RegoValue::parse_json(input).ok(),
        data,
        strict_errors: false,
        limits: Limits::default(),
        cover: false,
        veiled: false,
        reveal: None,
    };
    let found = compiled.values(&[rule], request, BuiltinEnv::new(0), &mut Trail::default());
    let given = found.into_iter().next().and_then(Result::ok).flatten();
    given.map_or(Value::Null, |given| given.value.to_json())
}

fn theirs(policy: &str, input: &str, rule: &str) -> Option<Value> {
    let mut engine = regorus::Engine::new();
    engine.add_policy("main.rego".to_owned(), policy.to_owned()).ok()?;
    engine.set_input(regorus::Value::from_json_str(input).ok()?);
    let value = engine.eval_rule(rule.to_owned()).ok()?;
    serde_json::from_str(&value.to_json_str().ok()?).ok()
}
