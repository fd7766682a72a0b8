//! Random policies, inputs and completions: what is certain is so under every completion, what is excluded under
//! none, and nothing comes about that was not foreseen.

use std::io::Write as _;

use super::tests::{compiled, values, waits};
use super::*;
use crate::Given;

/// Random numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % sides
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }
}

const TEXTS: &[&str] = &["eu-1", "eu-2", "us", "", "a"];
const NAMES: &[&str] = &["a", "b", "n", "t", "xs", "o"];

/// Something that is not known, by what is known of it.
#[derive(Clone)]
enum Hole {
    Text(&'static str),
    Number(i64, i64),
    Truth,
    Texts(usize, usize),
    Object,
    Anything,
}

fn hole(dice: &mut Dice) -> (Hole, bool) {
    let hole = match dice.roll(7) {
        0 => Hole::Text("eu-"),
        1 => Hole::Text(""),
        2 => Hole::Number(1, 3),
        3 => Hole::Truth,
        4 => Hole::Texts(1, 2),
        5 => Hole::Object,
        _ => Hole::Anything,
    };
    (hole, dice.roll(3) == 0)
}

fn unknown((hole, null): &(Hole, bool), name: &str) -> Value {
    let texts = || Type::array(Type::String);
    let ty = match hole {
        Hole::Text(_) => Type::String,
        Hole::Number(..) => Type::Number,
        Hole::Truth => Type::Boolean,
        Hole::Texts(..) => texts(),
        Hole::Object => Type::Object(vec![("k".to_owned(), Type::String)], None),
        Hole::Anything => Type::Any,
    };
    let ty = if *null && ty != Type::Any { Type::one_of([ty, Type::Null]) } else { ty };
    let mut out = Unknown::new(ty, waits(name));
    match hole {
        Hole::Text(prefix) if !prefix.is_empty() => out.prefix = Some((*prefix).into()),
        Hole::Number(least, most) => {
            out.bounds = (Some(((*least).into(), true)), Some(((*most).into(), true)))
        }
        Hole::Texts(least, most) => out.length = (*least, Some(*most)),
        _ => {}
    }
    out.value()
}

fn completed((hole, null): &(Hole, bool), dice: &mut Dice) -> Value {
    if *null && dice.roll(3) == 0 {
        return Value::Null;
    }
    match hole {
        Hole::Text("") => Value::from(dice.pick(TEXTS)),
        Hole::Text(prefix) => Value::from(format!("{prefix}{}", dice.pick(&["1", "2", "", "a"]))),
        Hole::Number(least, most) => {
            let span = usize::try_from(most - least + 1).unwrap();
            (least + i64::try_from(dice.roll(span)).unwrap()).into()
        }
        Hole::Truth => Value::Bool(dice.roll(2) == 0),
        Hole::Texts(least, most) => {
            let count = least + dice.roll(most - least + 1);
            Value::array((0..count).map(|_| Value::from(dice.pick(TEXTS))).collect())
        }
        Hole::Object => Value::object(vec![(Value::from("k"), Value::from(dice.pick(TEXTS)))]),
        Hole::Anything => known(dice, 1),
    }
}

fn known(dice: &mut Dice, depth: usize) -> Value {
    match dice.roll(if depth == 0 { 4 } else { 6 }) {
        0 => Value::from(dice.pick(TEXTS)),
        1 => i64::try_from(dice.roll(4)).unwrap().into(),
        2 => Value::Bool(dice.roll(2) == 0),
        3 => Value::Null,
        4 => Value::array((0..dice.roll(3)).map(|_| known(dice, depth - 1)).collect()),
        _ => Value::object(
            (0..dice.roll(3))
                .map(|_| (Value::from(dice.pick(&["k", "l"])), known(dice, depth - 1)))
                .collect(),
        ),
    }
}

/// An input: for each name a value, a hole, or an array with holes.
enum Part {
    Known(Value),
    Hole((Hole, bool)),
    Items(Vec<Part>),
}

fn part(dice: &mut Dice, name: &str) -> Part {
    match dice.roll(8) {
        0..3 => Part::Hole(hole(dice)),
        3 | 4 if name == "xs" => Part::Items((0..dice.roll(4)).map(|_| part(dice, "item")).collect()),
        _ => Part::Known(known(dice, 2)),
    }
}

fn open(part: &Part, name: &str) -> Value {
    match part {
        Part::Known(value) => value.clone(),
        Part::Hole(hole) => unknown(hole, name),
        Part::Items(items) => Value::array(items.iter().map(|item| open(item, name)).collect()),
    }
}

fn closed(part: &Part, dice: &mut Dice) -> Value {
    match part {
        Part::Known(value) => value.clone(),
        Part::Hole(hole) => completed(hole, dice),
        Part::Items(items) => Value::array(items.iter().map(|item| closed(item, dice)).collect()),
    }
}

/// An expression over the input, and a variable where there is one.
fn term(dice: &mut Dice, var: Option<&str>) -> String {
    let name = dice.pick(NAMES);
    if let Some(var) = var.filter(|_| dice.roll(4) == 0) {
        return var.to_owned();
    }
    match dice.roll(10) {
        0..4 => format!("input.{name}"),
        4 => format!("input.{name}.k"),
        5 => format!("input.{name}[0]"),
        6 => format!("{:?}", dice.pick(TEXTS)),
        7 => dice.roll(4).to_string(),
        8 => format!("object.get(input, [{name:?}, \"k\"], \"us\")"),
        _ => dice
            .pick(&["r1", "r2", "f(input.a)", "upper(input.a)", "s", "m", "m.k", "count(input.xs)"])
            .to_owned(),
    }
}

/// A condition that names the variable, as each that is declared must be.
fn about(dice: &mut Dice, var: &str) -> String {
    let other = term(dice, Some(var));
    match dice.roll(6) {
        0 => format!("{var} == {other}"),
        1 => format!("{var} != {other}"),
        2 => format!("{var} > {other}"),
        3 => format!("startswith({var}, \"eu-\")"),
        4 => format!("{var} in [\"eu-1\", 2, {other}]"),
        _ => format!("not {var} == {other}"),
    }
}

fn condition(dice: &mut Dice, var: Option<&str>, depth: usize) -> String {
    let (a, b) = (term(dice, var), term(dice, var));
    match dice.roll(if depth == 0 { 10 } else { 16 }) {
        0 => a,
        1 | 2 => format!("{a} == {b}"),
        3 => format!("{a} != {b}"),
        4 => format!("{a} {} {b}", dice.pick(&["<", "<=", ">", ">="])),
        5 => format!("startswith({a}, {:?})", dice.pick(&["eu-", "e", "us", ""])),
        6 => format!("{}({a})", dice.pick(&["is_string", "is_null", "is_number", "is_array", "is_boolean"])),
        7 => format!("{a} in {{\"eu-1\", 2, \"us\"}}"),
        8 => format!("{a} in {}", dice.pick(&["input.xs", "s", "m", "{input.a, input.b}"])),
        9 => format!("count({a}) > {}", dice.roll(3)),
        10 | 11 => format!("not {}", condition(dice, var, 0)),
        12 => format!("every y in input.xs {{ {} }}", about(dice, "y")),
        13 => format!("count({{y | some y in input.xs; {}}}) > {}", about(dice, "y"), dice.roll(3)),
        14 => format!("count([y | some y in s; {}]) == {}", about(dice, "y"), dice.roll(3)),
        _ => format!("{{y: 1 | some y in input.xs; {}}}[{a}]", about(dice, "y")),
    }
}

fn body(dice: &mut Dice) -> String {
    let mut lines = Vec::new();
    let var = (dice.roll(2) == 0).then_some("x");
    if var.is_some() {
        let from = dice.pick(&["input.xs", "input.o", "s", "input.a", "[input.a, input.b]"]);
        lines.push(format!("some x in {from}"));
        lines.push(about(dice, "x"));
    }
    for _ in 0..=dice.roll(2) {
        lines.push(condition(dice, var, 1));
    }
    lines.join("\n  ")
}

fn policy(dice: &mut Dice) -> String {
    let mut out = "package p\nimport rego.v1\n".to_owned();
    // Rules only use those before them, by the names that `term` knows.
    let plain = |dice: &mut Dice| loop {
        let text = condition(dice, None, 0);
        if !["r1", "r2", "f(", " s", "m", "(s)", "s "].iter().any(|name| text.contains(name)) && text != "s" {
            return text;
        }
    };
    let (a, b, c, d, e, f) = (plain(dice), plain(dice), plain(dice), plain(dice), plain(dice), plain(dice));
    out.push_str(&format!("r1 := \"eu-1\" if {{ {a} }}\nelse := 2 if {{ {b} }}\n"));
    out.push_str(&format!("default r2 := false\nr2 if {{ {c} }}\n"));
    out.push_str(&format!("f(v) := 1 if {{ v == \"eu-1\"; {d} }}\nf(v) := 2 if v == 2\n"));
    out.push_str(&format!(
        "s contains input.b if {{ {e} }}\ns contains y if {{ some y in input.xs; y != \"us\" }}\n"
    ));
    out.push_str(&format!("m[k] := v if {{ some k, v in input.o; {f} }}\n"));
    for at in 0..2 {
        let text = body(dice);
        let member = match dice.roll(3) {
            0 => format!("\"d{at}\""),
            1 => "sprintf(\"d %v\", [input.a])".to_owned(),
            _ => format!("{{\"msg\": \"d{at}\", \"v\": input.b}}"),
        };
        out.push_str(&format!("deny contains {member} if {{\n  {text}\n}}\n"));
    }
    out
}

/// What the open answer says of a closed one that it must not.
fn fault(open: &Given, closed: Option<&Value>) -> Option<String> {
    let may = |a: &Value, b: &Value| !matches!(same(a, b), Truth::No);
    let Some(closed) = closed else {
        return open.open.is_certain().then(|| "is certain and not there".to_owned());
    };
    if !may(&open.value, closed) && open.value.members().is_none_or(|_| closed.as_set().is_none()) {
        return Some(format!("{:?} cannot become {closed}", open.value));
    }
    let (Some(members), Some(set)) = (open.value.members(), closed.as_set()) else { return None };
    for (member, under) in &members.listed {
        if under.is_certain() && open.open.is_certain() && !set.iter().any(|other| may(member, other)) {
            return Some(format!("{member} is certain and not in {closed}"));
        }
    }
    let foreseen =
        |found: &Value| members.more.is_some() || members.listed.iter().any(|(member, _)| may(member, found));
    set.iter()
        .find(|found| !foreseen(found))
        .map(|found| format!("{found} was not foreseen in {}", open.value))
}

#[test]
fn certain_answers_hold_under_every_completion() {
    let rounds: usize =
        std::env::var("ORDAIN_TRIPLES").ok().and_then(|text| text.parse().ok()).unwrap_or(150);
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let rules = ["data.p.deny", "data.p.r1", "data.p.r2", "data.p.s", "data.p.m"];
    let (mut policies, mut triples, mut decided, mut open_ones) = (0, 0, 0, 0);
    for _ in 0..rounds {
        let text = policy(&mut dice);
        // Some are of types that cannot fit.
        let Ok(compiled) = compiled(&text) else { continue };
        policies += 1;
        for _ in 0..3 {
            let parts: Vec<(&str, Part)> = NAMES.iter().map(|name| (*name, part(&mut dice, name))).collect();
            let named = |value: &dyn Fn(&Part, &str) -> Value| {
                let pairs = parts.iter().map(|(name, part)| (Value::from(*name), value(part, name)));
                Value::object(pairs.collect())
            };
            let before = values(&compiled, &rules, named(&|part, name| open(part, name)));
            for _ in 0..4 {
                let pairs = parts.iter().map(|(name, part)| (Value::from(*name), closed(part, &mut dice)));
                let input = Value::object(pairs.collect());
                let after = values(&compiled, &rules, input.clone());
                for ((rule, before), after) in rules.iter().zip(&before).zip(&after) {
                    // Conflicts end an evaluation: then nothing is decided.
                    let (Ok(before), Ok(after)) = (before, after) else { continue };
                    let after = after.as_ref().map(|given| &given.value);
                    let wrong = match before {
                        Some(before) => fault(before, after),
                        None => after.map(|found| format!("excluded, and there is {found}")),
                    };
                    let shown = named(&|part, name| open(part, name));
                    assert!(wrong.is_none(), "{rule}: {wrong:?}\n{text}\n{shown}\n{input}");
                    triples += 1;
                    match before {
                        Some(before) if !before.open.is_certain() || before.value.is_unknown() => {
                            open_ones += 1
                        }
                        _ => decided += 1,
                    }
                }
            }
        }
    }
    let line = format!(
        "SOUND: {triples} triples of {policies} policies, {decided} decided, {open_ones} open, 0 unsound\n"
    );
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
