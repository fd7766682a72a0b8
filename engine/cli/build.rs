//! How the program is linked: the table of addresses that the loader fills in at every start is packed.
//!
//! Unpacked it has two megabytes, which every command reads into memory before it does anything. The C library
//! unpacks it since version 2.36, and a program with a packed table asks for that version by name. So it is packed
//! where the build runs on such a system for itself, and not with `ORDAIN_PORTABLE=1`, for a program that is
//! built here and carried to an older system.

use std::process::Command;

/// First version of the C library that knows packed tables.
const SINCE: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ORDAIN_PORTABLE");
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let own = var("HOST") == var("TARGET");
    let gnu = var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu";
    if own && gnu && var("ORDAIN_PORTABLE").is_empty() && version().is_some_and(|version| version >= SINCE) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Version of the C library of this system, as `getconf` says it: `glibc 2.36`.
fn version() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
