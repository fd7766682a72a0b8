//! Recorded validations, each through `ordain validate -json`; `tests/conformance/validate/README.md` says how.

use ordain_tests::ratchet::Ratchet;
use ordain_tests::validation::read_all;

#[test]
fn validations() -> Result<(), String> {
    let ratchet = Ratchet::of("validate", "validations", "ORDAIN_VALIDATION");
    ordain_tests::binary::ordain();
    ratchet.hold(&read_all(ratchet.directory()), |case| &case.id, |case| case.run())
}
