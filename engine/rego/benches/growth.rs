//! A thousand rules over 100, 1,000 and 10,000 resources: what an evaluation takes per resource should stay the same.
//!
//! `cargo bench -p ordain-rego --bench growth`. The figures of each shape of rules are ratios: the time of a resource
//! among many to that of a resource among the fewest.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark stops where it cannot go on"
)]

use std::fmt::Write as _;
use std::time::Instant;

use ordain_rego::{BuiltinEnv, CompileOptions, Compiled, Limits, Policies, Request, Trail, Value, Version};

const RULES: usize = 1000;
const RESOURCES: [usize; 3] = [100, 1000, 10_000];

/// Shapes of rules: the body of the rule with a number.
type Shape = (&'static str, fn(usize) -> String);

const SHAPES: [Shape; 4] = [
    ("type of each", |at| {
        format!(
            "some r in input.resource_changes\n\tr.type == \"type_{at}\"\n\tr.change.after.size > {}",
            at % 10
        )
    }),
    ("through a function", |at| {
        format!("some r in of_type(\"type_{at}\")\n\tr.change.after.size > {}", at % 10)
    }),
    ("by a table", |at| format!("some r in by_type[\"type_{at}\"]\n\tr.change.after.size > {}", at % 10)),
    ("every one, not", |at| {
        format!(
            "some r in input.resource_changes\n\tr.type == \"type_{at}\"\n\tnot r.change.after.tags.owner"
        )
    }),
];

fn policy(body: fn(usize) -> String) -> String {
    let mut out = "package main\n\nby_type[ty] contains r if {\n\tsome r in input.resource_changes\n\tty := r.type\n}\n\nof_type(ty) := [r | some r in input.resource_changes; r.type == ty]\n".to_owned();
    for at in 0..RULES {
        let _ = write!(
            out,
            "\ndeny contains msg if {{\n\t{}\n\tmsg := concat(\" \", [r.address, \"{at}\"])\n}}\n",
            body(at)
        );
    }
    out
}

fn plan(resources: usize) -> Value {
    let row = |at: usize| {
        format!(
            "{{\"address\":\"type_{0}.r[{at}]\",\"type\":\"type_{0}\",\"change\":{{\"actions\":[\"create\"],\"after\":{{\"size\":{1},\"tags\":{{\"env\":\"prod\"}}}}}}}}",
            at % RULES,
            at % 12
        )
    };
    let rows: Vec<String> = (0..resources).map(row).collect();
    Value::read_json(format!("{{\"resource_changes\":[{}]}}", rows.join(","))).expect("a plan")
}

/// Seconds of the best of three evaluations, and how many things are denied.
fn measured(compiled: &Compiled, input: &Value) -> (f64, usize) {
    let mut best = (f64::INFINITY, 0);
    for _ in 0..3 {
        let request = Request {
            input: Some(input.clone()),
            data: Value::object(Vec::new()),
            strict_errors: false,
            limits: Limits::default(),
            cover: false,
            veiled: false,
            reveal: None,
        };
        let begin = Instant::now();
        let found = compiled.values(&["data.main.deny"], request, BuiltinEnv::new(0), &mut Trail::default());
        let given = found.into_iter().next().unwrap().expect("an evaluation").expect("a set");
        let seconds = begin.elapsed().as_secs_f64();
        if seconds < best.0 {
            best = (seconds, given.value.as_set().unwrap().len());
        }
    }
    best
}

fn work() {
    println!("{:<20} {:>10} {:>10} {:>10} {:>8}", "shape", "resources", "seconds", "denied", "ratio");
    for (name, body) in SHAPES {
        let mut policies = Policies::new(Version::V1);
        policies.add(&policy(body));
        let compiled =
            policies.compile(&Value::object(Vec::new()), CompileOptions::default()).expect("policies");
        let mut first = None;
        for resources in RESOURCES {
            let (seconds, denied) = measured(&compiled, &plan(resources));
            let each = seconds / resources as f64;
            let ratio = each / *first.get_or_insert(each);
            println!("{name:<20} {resources:>10} {seconds:>10.4} {denied:>10} {ratio:>8.2}");
        }
    }
}

fn main() {
    std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap().join().unwrap();
}
