//! Recorded policies, each through what stands behind `ordain policy`; `tests/conformance/rego/README.md` says how.
//!
//! What passes is a ratchet: `ordain_tests::ratchet` says how it is held. `ORDAIN_REGO=part` runs some.

use ordain_tests::policy_case::read_all;
use ordain_tests::ratchet::Ratchet;

mod rego_run;

#[test]
fn policies() -> Result<(), String> {
    let ratchet = Ratchet::of("rego", "policies", "ORDAIN_REGO");
    ratchet.hold(&read_all(ratchet.directory()), |case| &case.id, |case| case.judge(&rego_run::run(case)))
}
