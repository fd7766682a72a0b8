//! Recorded scenarios, step by step; `tests/conformance/scenarios/README.md` says how.

use ordain_tests::ratchet::Ratchet;
use ordain_tests::scenario::{Scenario, read_all};

#[test]
fn scenarios() -> Result<(), String> {
    let ratchet = Ratchet::of("scenarios", "scenarios", "ORDAIN_SCENARIO");
    ordain_tests::binary::ordain();
    ratchet.hold(&read_all(ratchet.directory()), |case| &case.id, Scenario::run)
}
