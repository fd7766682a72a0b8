//! `cargo fuzz` target; what it runs is `ordain_tests::fuzz_peer::peer`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ordain_tests::fuzz_peer::peer(data));
