//! A short run of every fuzz target on mutations of the recorded cases, the same on every machine.
//!
//! `ORDAIN_FUZZ_SECONDS=300` runs each target for that long, `ORDAIN_FUZZ=policy,peer` these alone; `tests/fuzz/` is for
//! longer hunts.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops where it cannot go on"
)]

use std::time::{Duration, Instant};

use ordain_tests::expression::read_all;
use ordain_tests::fuzz::TARGETS;

/// Inputs for each target where no time is given.
const INPUTS: u32 = 4000;

/// No input of a few kilobytes may take longer, on a busy machine and without optimisation.
const LONGEST: Duration = Duration::from_secs(10);

/// Marsaglia's xorshift: a run is the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or(0)
    }
}

const PIECES: &[&str] = &[
    "${",
    "%{",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\\",
    "\n",
    "<<EOT\n",
    "<<-A\n",
    "~",
    "#",
    "//",
    "/*",
    "*/",
    "for ",
    "if ",
    " : ",
    "...",
    "=>",
    "=",
    "?",
    ".*",
    "[*]",
    "\u{feff}",
    "\u{301}",
    "é",
    "😀",
    "\0",
    "1e999999",
    "9999999999999999999999",
    "-",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    "- ",
    "? ",
    "!!",
    "\\Q",
    "(?",
    "{1000}",
    "[^",
    "\u{c1}\u{ff}",
    "\r\n",
    "\\u{110000}",
    ",",
    "null",
    "true",
];

fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 => {
                let end = (at + random.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
            1 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap_or(0),
            2 => {
                let other = &seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                let part: Vec<u8> = other[from..(from + random.below(40)).min(other.len())].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let piece = PIECES[random.below(PIECES.len())].repeat(1 + random.below(300) / 20 * 20);
                bytes.splice(at..at, piece.into_bytes());
            }
            4 => bytes.truncate(at),
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
        bytes.truncate(8192);
    }
    bytes
}

/// Texts of recorded policies, and what stands in their braces.
fn policies() -> Vec<Vec<u8>> {
    let directory = ordain_tests::root().join("tests/conformance/rego");
    let mut out = Vec::new();
    for case in ordain_tests::policy_case::read_all(&directory) {
        for text in case.modules() {
            let bodies = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
            out.extend(bodies.map(|body| body.trim().as_bytes().to_vec()));
            out.push(text.into_bytes());
        }
    }
    out.retain(|text| !text.is_empty() && text.len() < 4096);
    out.sort();
    out.dedup();
    out
}

/// Policies nest as deeply as their limits let them: that takes more room than a test has.
const STACK: usize = 512 << 20;

#[test]
fn nothing_that_is_read_stops_the_program() {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(all_targets).expect("a thread");
    thread.join().expect("targets that end");
}

fn all_targets() {
    let directory = ordain_tests::root().join("tests/conformance/expressions");
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    for case in read_all(&directory) {
        seeds.push(case.expr.into_bytes());
        seeds.extend(case.own.files.into_values().map(String::into_bytes));
    }
    seeds.push(
        b"\x84\xa1a\xa1x\xa1b\x92\x01\xcb\x3f\xf8\0\0\0\0\0\0\xa1c\x81\xa1k\xc3\xa1d\xc4\x08\"string\""
            .to_vec(),
    );
    seeds.push(b"\xd4\0\0".to_vec());
    seeds.push(b"\xc7\x03\x0c\x81\x01\xc2".to_vec());
    seeds.sort();
    seeds.dedup();
    let time = std::env::var("ORDAIN_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let time: Option<Duration> = time.map(Duration::from_secs);
    let policies = policies();
    let chosen = std::env::var("ORDAIN_FUZZ").unwrap_or_default();
    let chosen: Vec<&str> = chosen.split(',').filter(|name| !name.is_empty()).collect();
    for (name, run) in TARGETS.iter().filter(|(name, _)| chosen.is_empty() || chosen.contains(name)) {
        let seeds = if matches!(*name, "policy" | "evaluation") { &policies } else { &seeds };
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let (begin, mut count) = (Instant::now(), 0);
        while time.map_or(count < INPUTS, |time| begin.elapsed() < time) {
            let input = mutated(&mut random, seeds);
            let started = Instant::now();
            let outcome = std::panic::catch_unwind(|| run(&input));
            assert!(outcome.is_ok(), "{name} panics on {:?}", String::from_utf8_lossy(&input));
            assert!(started.elapsed() < LONGEST, "{name} hangs on {:?}", String::from_utf8_lossy(&input));
            count += 1;
        }
        println!("{name}: {count} inputs in {:.1} s", begin.elapsed().as_secs_f64());
    }
}
