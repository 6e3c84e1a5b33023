//! Runs the built program as a user would, in an environment that is the same everywhere.

use std::path::Path;
use std::process::{Command, Output};

/// The program, with nothing of the caller's environment but what is needed to find other programs.
pub(super) fn memtune() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_memtune"));
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin").env("LC_ALL", "C.UTF-8");
    command
}

/// What a run printed, with everything that differs between machines named instead of shown.
pub(super) fn transcript(output: &Output, root: Option<&Path>) -> String {
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.stderr.is_empty() {
        text.push_str("--- standard error ---\n");
        text.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    if let Some(root) = root {
        text = text.replace(&root.display().to_string(), "[ROOT]");
    }
    text.replace(env!("CARGO_BIN_EXE_memtune"), "memtune").replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
}

/// The folder tests/cases.
pub(super) fn cases() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}
