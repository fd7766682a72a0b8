//! Harness of the tests that look at the project as a whole.
//!
//! `layers` compares the dependencies of the crates with the map in `ARCHITECTURE.md`, `tidy` holds the
//! rules on files and names, `cases` runs the directories under `tests/cases/`,
//! `expressions`, `rego`, `scenarios` and `recorded` run what was recorded, `fuzzing` feeds broken text to every reader, `workflows` runs the steps of `workflows/`.

pub mod binary;
pub mod case;
pub mod expression;
pub mod fuzz;
pub mod fuzz_peer;
pub mod github;
pub mod helm_peer;
pub mod normal;
pub mod policy_case;
pub mod provider_peer;
pub mod provider_place;
pub mod ratchet;
pub mod recorded;
pub mod run;
pub mod sandbox;
pub mod scenario;
pub mod validation;
pub mod workflow;

use std::path::{Path, PathBuf};

/// Directory of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Says that a test looks at nothing here, and why: past the capture of the test runner, so that it is seen.
pub fn skipped(why: &str) {
    use std::io::Write;
    let _closed = writeln!(std::io::stderr().lock(), "skipped: {why}");
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    let _exists = std::fs::create_dir_all(to);
    for entry in std::fs::read_dir(from).into_iter().flatten().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            let _unreadable = std::fs::copy(entry.path(), target);
        }
    }
}

/// All files below a directory whose names end in `suffix`, build output left out. Sorted.
pub fn files(directory: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_path_buf()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                pending.push(path);
            } else if name.ends_with(suffix) && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
