//! The program under test, built once.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Path of the `ordain` program, built by the same cargo in the same profile as the tests.
///
/// # Panics
/// The build fails.
#[allow(clippy::panic, reason = "a test run without a program to test must stop")]
pub fn ordain() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        build
            .args(["build", "--quiet", "--package", "ordain-cli", "--bin", "ordain"])
            .current_dir(crate::root());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        match build.status() {
            Ok(status) if status.success() => {}
            other => panic!("the program cannot be built: {other:?}"),
        }
        // A test program lives in target/PROFILE/deps.
        let here = std::env::current_exe().unwrap_or_default();
        let profile = here.ancestors().nth(2).map(PathBuf::from).unwrap_or_default();
        profile.join("ordain")
    })
}
