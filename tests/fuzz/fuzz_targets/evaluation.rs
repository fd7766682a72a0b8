//! `cargo fuzz` target; what it runs is `ordain_tests::fuzz::evaluation`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ordain_tests::fuzz::evaluation(data));
