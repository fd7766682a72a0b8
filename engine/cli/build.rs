//! How the program is linked: what runs every day stands together, and the table of addresses that the loader fills
//! in at every start is packed.
//!
//! A plan runs three megabytes of functions that lie all over thirty, and the kernel brings every page in with its
//! neighbours. `layout.ld` names these functions (`tests/benches/layout.py` makes it). It changes where they stand and
//! nothing else; a linker chosen by flags of the build may not know such scripts, so it gets none.
//!
//! Unpacked the table has two megabytes, which every command reads into memory before it does anything. The C library
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
    if var("TARGET") == "x86_64-unknown-linux-gnu"
        && var("OPT_LEVEL") != "0"
        && !other_linker(&var("CARGO_ENCODED_RUSTFLAGS"))
    {
        println!("cargo::rerun-if-changed=layout.ld");
        // Word by word: a path may hold commas.
        for word in ["-Xlinker", "-T", "-Xlinker", &format!("{}/layout.ld", var("CARGO_MANIFEST_DIR"))] {
            println!("cargo::rustc-link-arg-bin=ordain={word}");
        }
    }
    let own = var("HOST") == var("TARGET");
    let gnu = var("CARGO_CFG_TARGET_OS") == "linux" && var("CARGO_CFG_TARGET_ENV") == "gnu";
    if own && gnu && var("ORDAIN_PORTABLE").is_empty() && version().is_some_and(|version| version >= SINCE) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Whether flags of the compiler name another linker than its own or the system's.
fn other_linker(flags: &str) -> bool {
    flags.contains("linker=") || flags.contains("fuse-ld")
}

/// Version of the C library of this system, as `getconf` says it: `glibc 2.36`.
fn version() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
}
