//! Recorded expressions, each through `ordain console`; `tests/conformance/expressions/README.md` says how.
//!
//! What passes is a ratchet: `ordain_tests::ratchet` says how it is held. `ORDAIN_EXPRESSION=part` runs some.

use ordain_tests::expression::read_all;
use ordain_tests::ratchet::Ratchet;

#[test]
fn expressions() -> Result<(), String> {
    let ratchet = Ratchet::of("expressions", "expressions", "ORDAIN_EXPRESSION");
    ordain_tests::binary::ordain();
    ratchet.hold(&read_all(ratchet.directory()), |case| &case.id, |case| case.run())
}
