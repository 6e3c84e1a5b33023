//! Links the unwinder statically where the compiler has it.
//!
//! Otherwise libgcc_s.so is loaded at every start, only to print a backtrace after a panic: that is a tenth of the time that
//! `memtune --version` takes.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is_gnu = env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|environment| environment == "gnu");
    let is_native = env::var("HOST") == env::var("TARGET");
    if is_gnu && is_native && compiler_has("libgcc_eh.a") {
        println!("cargo:rustc-link-lib=dylib=gcc_eh");
    }
}

/// The C compiler, which links, prints a full path for a library that it finds, and the bare name for one that it does not.
#[expect(clippy::disallowed_methods, reason = "a build script examines no machine")]
fn compiler_has(library: &str) -> bool {
    let answer = Command::new("cc").arg(format!("-print-file-name={library}")).output();
    answer.is_ok_and(|answer| Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_absolute())
}
