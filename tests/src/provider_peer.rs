//! Providers that others wrote, as programs: one in Python with the package `tf`, and examples of the Rust crate
//! `tf-provider`.
//!
//! `peers/notes.py` needs the package from the Python package index, which is put into `target/peers`; the crate wants a
//! `protoc`. Whoever asks for one that cannot be had here is told so on standard error.

#![allow(clippy::unwrap_used, reason = "part of tests: it stops where it cannot go on")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

fn run(program: &Path, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
}

/// The Python that has the package `tf`; `None` when it cannot be installed.
fn python() -> Option<PathBuf> {
    static ONE: Mutex<()> = Mutex::new(());
    let _alone = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = crate::root().join("target/peers/tf");
    let program = home.join("bin/python3");
    let there = run(&program, &["-c", "import tf.runner, grpc"]);
    let made = there
        || (run(Path::new("python3"), &["-m", "venv", &home.to_string_lossy()])
            && run(
                &program,
                &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "tf==1.2.0"],
            ));
    if !made {
        crate::skipped("the Python package tf cannot be installed here (python3 -m venv, pip install)");
    }
    made.then_some(program)
}

/// The provider of notes as a program of its own, named after its user; `None` when it cannot be had.
///
/// # Panics
/// The program cannot be written.
pub fn notes(name: &str) -> Option<PathBuf> {
    let python = python()?;
    let source = std::fs::read_to_string(crate::root().join("tests/peers/notes.py")).unwrap();
    let program = std::env::temp_dir().join(format!("ordain-notes-{name}-{}", std::process::id()));
    std::fs::write(&program, format!("#!{}\n{source}", python.display())).unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable).unwrap();
    Some(program)
}

/// A program that stands for `protoc`: the one that is there, or that of a Python package.
fn protoc() -> Option<PathBuf> {
    if run(Path::new("protoc"), &["--version"]) {
        return Some(PathBuf::from("protoc"));
    }
    let home = crate::root().join("target/peers/protoc");
    let (python, program) = (home.join("bin/python3"), home.join("bin/protoc"));
    let made = run(&python, &["-m", "grpc_tools.protoc", "--version"])
        || (run(Path::new("python3"), &["-m", "venv", &home.to_string_lossy()])
            && run(
                &python,
                &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "grpcio-tools"],
            ));
    if !made {
        return None;
    }
    let script = format!("#!/bin/sh\nexec {} -m grpc_tools.protoc \"$@\"\n", python.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    Some(program)
}

/// Builds on the crate `tf-provider` go one after the other, into one directory.
static ONE_BUILD: Mutex<()> = Mutex::new(());

/// A cargo of its own for what needs the crate `tf-provider`; `None` when it does not succeed.
fn build(what: &str, cargo: &mut Command) -> Option<()> {
    let home = crate::root().join("target/peers/tf-provider");
    cargo.env("CARGO_TARGET_DIR", home.join("build"));
    let built = match protoc() {
        Some(protoc) => cargo.env("PROTOC", protoc).output().is_ok_and(|output| output.status.success()),
        None => false,
    };
    if !built {
        crate::skipped(&format!("{what} cannot be built here (cargo, the crate tf-provider, protoc)"));
    }
    built.then_some(())
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// An example provider of the crate `tf-provider`; `None` when it cannot be built.
///
/// # Panics
/// A program beside it cannot be written.
pub fn example(name: &str) -> Option<PathBuf> {
    let _alone = ONE_BUILD.lock().unwrap_or_else(PoisonError::into_inner);
    let home = crate::root().join("target/peers/tf-provider");
    let program = home.join("bin").join(name);
    if program.is_file() {
        return Some(program);
    }
    let mut cargo = cargo();
    cargo.args(["install", "--quiet", "--debug", "--version", "0.2.2", "tf-provider", "--example", name]);
    cargo.arg("--root").arg(&home).current_dir(std::env::temp_dir());
    build(name, &mut cargo).map(|()| program)
}

/// The provider of books, `peers/shelf`, which stands on the crate `tf-provider`; `None` when it cannot be built.
///
/// # Panics
/// Its sources cannot be copied, or a program beside it not written.
pub fn shelf() -> Option<PathBuf> {
    let _alone = ONE_BUILD.lock().unwrap_or_else(PoisonError::into_inner);
    let home = crate::root().join("target/peers/tf-provider");
    // Built from a copy: cargo writes a lock file beside what it builds.
    let copy = home.join("shelf");
    std::fs::create_dir_all(&copy).unwrap();
    for name in ["Cargo.toml", "main.rs", "book.rs"] {
        let text = std::fs::read(crate::root().join("tests/peers/shelf").join(name)).unwrap();
        if std::fs::read(copy.join(name)).ok().as_ref() != Some(&text) {
            std::fs::write(copy.join(name), text).unwrap();
        }
    }
    let mut cargo = cargo();
    cargo.args(["build", "--quiet"]).current_dir(&copy);
    build("the provider of books", &mut cargo)?;
    Some(home.join("build/debug/terraform-provider-shelf"))
}
