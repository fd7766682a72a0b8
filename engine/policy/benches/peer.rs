//! A plan of 50 MB under two rules, and a thousand resources under a thousand rules, beside another evaluator.
//!
//! `cargo bench -p ordain-policy --bench peer`. Each figure is of a process of its own: seconds to load (policies and
//! input), seconds to evaluate, and the greatest resident size. A process that does nothing says what the program itself
//! takes: what is above that is the evaluator's. Of a plan in memory, the process that has
//! it and does nothing is what is above.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark stops where it cannot go on"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use ordain_plan::file::{Inputs, Origin, Place, PlanFile};
use ordain_plan::testkit::{change, empty_plan};
use ordain_plan::{Action, Schemas, TypeSchema};
use ordain_policy::plan_document;
use ordain_rego::{BuiltinEnv, CompileOptions, Compiled, Limits, Policies, Request, Trail, Value, Version};
use ordain_value::{Type, Value as Known};
use serde_json::{Value as Json, json};

const CASES: [&str; 2] = ["50 MB × 2 rules", "1000 × 1000"];

/// Resource changes of the big plan.
const BIG: usize = 28_467;

/// A resource change as a provider of many attributes gives it: nested blocks, nulls, tags.
fn written(at: usize, ty: &str, blocks: usize) -> String {
    let mut inner = String::new();
    for block in 0..blocks {
        let _ = write!(
            inner,
            "{}{{\"name\":\"block {block} of {at}\",\"port\":{},\"enabled\":true,\"labels\":{{\"a\":\"x{at}\",\"b\":null}},\
             \"limits\":[{{\"cpu\":{block},\"memory\":null}}],\"zones\":[\"1\",\"2\",\"3\"],\"timeouts\":null}}",
            if block > 0 { "," } else { "" },
            at % 65_536
        );
    }
    format!(
        "{{\"address\":\"{ty}.r[{at}]\",\"mode\":\"managed\",\"type\":\"{ty}\",\"name\":\"r\",\"index\":{at},\
         \"provider_name\":\"registry.terraform.io/hashicorp/azurerm\",\
         \"change\":{{\"actions\":[\"create\"],\"before\":null,\"after\":{{\"name\":\"r{at}\",\"size\":{},\
         \"location\":\"westeurope\",\"identity\":[],\"kind\":null,\"tags\":{{\"owner\":\"team {at}\",\"env\":\"prod\"}},\
         \"block\":[{inner}]}},\"after_unknown\":{{\"id\":true,\"block\":[]}},\"before_sensitive\":false,\
         \"after_sensitive\":{{\"tags\":{{}}}}}}}}",
        at % 12
    )
}

fn plan(case: usize) -> String {
    let changes: Vec<String> = match case {
        0 => (0..BIG).map(|at| written(at, "azurerm_thing", 8)).collect(),
        _ => (0..1000).map(|at| written(at, &format!("type_{at}"), 1)).collect(),
    };
    format!("{{\"format_version\":\"1.2\",\"resource_changes\":[{}]}}", changes.join(","))
}

fn policy(case: usize) -> String {
    let mut out = "package main\n\nimport rego.v1\n".to_owned();
    let rules: Vec<String> = match case {
        0 => vec![
            "\tr.change.after.size == 11\n\tr.change.after.location == \"moon\"".to_owned(),
            "\tnot startswith(r.change.after.name, \"r\")".to_owned(),
        ],
        _ => (0..1000)
            .map(|at| format!("\tr.type == \"type_{at}\"\n\tr.change.after.size > {}", at % 10))
            .collect(),
    };
    for (at, body) in rules.iter().enumerate() {
        let _ = write!(
            out,
            "\ndeny contains msg if {{\n\tsome r in input.resource_changes\n{body}\n\tmsg := concat(\" \", \
             [r.address, \"{at}\"])\n}}\n"
        );
    }
    out
}

fn peak_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Load, evaluation, and how many things are denied.
type Figures = (f64, f64, usize);

fn ours(policy: &str, input: &Path) -> Figures {
    let begin = Instant::now();
    let mut policies = Policies::new(Version::V1);
    policies.add(policy);
    let compiled = policies.compile(&Value::object(Vec::new()), CompileOptions::default()).expect("policies");
    let input = Value::read_json(std::fs::read_to_string(input).unwrap()).expect("a plan");
    judged(&compiled, input, begin)
}

fn judged(compiled: &Compiled, input: Value, begin: Instant) -> Figures {
    let loaded = begin.elapsed();
    let request = Request {
        // Not freed with the evaluation: the other evaluator does not do that either.
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
    let evaluated = begin.elapsed();
    let denied = given.value.as_set().unwrap().len();
    // As at the end of a program.
    std::mem::forget((input, given));
    (loaded.as_secs_f64(), evaluated.as_secs_f64(), denied)
}

/// The same from a plan in memory, without a text in between.
fn direct(policy: &str, input: &Path) -> Figures {
    let file = Arc::new(stored(input));
    let begin = Instant::now();
    let mut policies = Policies::new(Version::V1);
    policies.add(policy);
    let compiled = policies.compile(&Value::object(Vec::new()), CompileOptions::default()).expect("policies");
    let input = plan_document(&file).0.expect("a plan");
    let figures = judged(&compiled, input, begin);
    std::mem::forget(file);
    figures
}

/// The plan whose JSON form has these changes, read row by row: taking the text apart leaves no room behind that would
/// count later.
fn stored(input: &Path) -> PlanFile {
    let mut plan = empty_plan();
    let mut schemas = Schemas::new();
    let text = std::fs::read_to_string(input).unwrap();
    let rows = text.split_once("[{").unwrap().1.trim_end_matches("}]}");
    for row in rows.split("},{\"address\"") {
        let begins = if row.starts_with("\"address\"") { "" } else { "\"address\"" };
        let row: Json = serde_json::from_str(&format!("{{{begins}{row}}}")).unwrap();
        let mut change = change(row["address"].as_str().unwrap(), Action::Create);
        change.after = known(&row["change"]["after"]);
        let resource = &change.address.resource;
        let schema = TypeSchema {
            version: 0,
            ty: Type::Dynamic,
            sensitive: Vec::new(),
            blocks: Vec::new(),
            write_only: Vec::new(),
        };
        let provider = change.provider.provider.clone();
        schemas.insert(provider, resource.mode, resource.type_name.clone(), Arc::new(schema));
        plan.changes.push(change);
    }
    let header = serde_json::from_value(json!({
        "engine": "", "terraform_version": "1.11.4", "sealing": "none",
        "place": Place::default(), "origin": Origin::default(), "inputs": Inputs::default(),
    }));
    PlanFile {
        header: header.unwrap(),
        plan,
        schemas,
        configuration: Default::default(),
        snapshot: Default::default(),
        decisions: Json::Null,
        obligations: Json::Null,
        approvals: Vec::new(),
        closed: None,
    }
}

fn known(json: &Json) -> Known {
    match json {
        Json::Null => Known::null(Type::Dynamic),
        Json::Bool(truth) => Known::bool(*truth),
        Json::Number(number) => Known::number(number.as_i64().unwrap()),
        Json::String(text) => Known::string(text),
        Json::Array(items) => Known::tuple(items.iter().map(known)),
        Json::Object(members) => {
            Known::object(members.iter().map(|(name, member)| (name.as_str(), known(member))))
        }
    }
}

fn peer(policy: &str, input: &Path) -> Figures {
    let begin = Instant::now();
    let mut engine = regorus::Engine::new();
    engine.add_policy("main.rego".to_owned(), policy.to_owned()).expect("policies");
    let input = regorus::Value::from_json_str(&std::fs::read_to_string(input).unwrap()).expect("a plan");
    engine.set_input(input);
    let loaded = begin.elapsed();
    let begin = Instant::now();
    let given = engine.eval_rule("data.main.deny".to_owned()).expect("an evaluation");
    let evaluated = begin.elapsed();
    (loaded.as_secs_f64(), evaluated.as_secs_f64(), given.as_set().unwrap().len())
}

fn one(engine: &str, case: usize, input: &Path) {
    let policy = policy(case);
    let run = match engine {
        "ours" => ours,
        "direct" => direct,
        "held" => |_: &str, input: &Path| {
            std::mem::forget(stored(input));
            (0.0, 0.0, 0)
        },
        "idle" => |_: &str, _: &Path| (0.0, 0.0, 0),
        _ => peer,
    };
    let (load, evaluate, denied) = run(&policy, input);
    println!("{load} {evaluate} {} {denied}", peak_kilobytes());
}

fn measured(engine: &str, case: usize, input: &Path) -> Vec<f64> {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program)
        .env("ORDAIN_BENCH_ONE", format!("{engine},{case},{}", input.display()))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<f64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    assert_eq!(figures.len(), 4, "{engine}: {text} {}", String::from_utf8_lossy(&output.stderr));
    figures
}

fn main() {
    if let Ok(asked) = std::env::var("ORDAIN_BENCH_ONE") {
        let parts: Vec<&str> = asked.splitn(3, ',').collect();
        let input = PathBuf::from(parts[2]);
        // Deeply nested policies need room; so does the other evaluator.
        let (engine, case) = (parts[0].to_owned(), parts[1].parse().unwrap());
        let work = move || one(&engine, case, &input);
        std::thread::Builder::new().stack_size(256 << 20).spawn(work).unwrap().join().unwrap();
        return;
    }
    println!(
        "{:<16} {:<8} {:>8} {:>10} {:>9} {:>8}",
        "case", "engine", "load s", "evaluate s", "peak MB", "denied"
    );
    for (case, name) in CASES.iter().enumerate() {
        let input = std::env::temp_dir().join(format!("ordain-bench-{}-{case}.json", std::process::id()));
        std::fs::write(&input, plan(case)).unwrap();
        let size = std::fs::metadata(&input).unwrap().len();
        println!("{name}: {size} bytes");
        let idle = measured("idle", case, &input)[2];
        let held = measured("held", case, &input)[2];
        println!(
            "{name:<16} program alone {:.1} MB, with a plan in memory {:.1} MB",
            idle / 1024.0,
            held / 1024.0
        );
        let all: Vec<Vec<f64>> = ["ours", "direct", "regorus"]
            .iter()
            .map(|engine| {
                let mut best = measured(engine, case, &input);
                for _ in 0..2 {
                    let next = measured(engine, case, &input);
                    if next[0] + next[1] < best[0] + best[1] {
                        best = next;
                    }
                }
                println!(
                    "{name:<16} {engine:<8} {:>8.3} {:>10.3} {:>9.1} {:>8}",
                    best[0],
                    best[1],
                    best[2] / 1024.0,
                    best[3]
                );
                best
            })
            .collect();
        let [ours, direct, peer] = all.as_slice() else { panic!("three figures") };
        assert_eq!(ours[3], peer[3], "the answers differ");
        assert_eq!(direct[3], peer[3], "the answers differ");
        for (what, figures, before) in [("ours", ours, idle), ("direct", direct, held)] {
            let time = (figures[0] + figures[1]) / (peer[0] + peer[1]);
            let memory = (figures[2] - before) / (peer[2] - idle);
            println!(
                "{name:<16} {what}: time × {time:.2}, memory × {memory:.2} (of whole processes × {:.2})",
                figures[2] / peer[2]
            );
        }
        std::fs::remove_file(&input).unwrap();
    }
}
