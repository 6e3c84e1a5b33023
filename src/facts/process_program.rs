//! What a process runs, where the kernel knows only the interpreter.

use super::processes::{self, Process};
use super::readings::Readings;

/// Whether the process is a Python interpreter; RHEL's own is called platform-python.
fn is_interpreter(process: &Process) -> bool {
    process.name.starts_with("python") || process.name == "platform-python"
}

/// The program that a process runs: its name or, of a Python interpreter, the script's.
pub fn program_of(readings: &Readings, process: &Process) -> String {
    let script = || {
        let words = processes::command_line(readings.host(), process.pid);
        // What follows `-c` is a text of Python, and names nothing.
        let mut words = words.into_iter().skip(1).take_while(|word| word != "-c");
        let script = words.find(|word| !word.starts_with('-'))?;
        script.rsplit('/').next().map(str::to_owned)
    };
    is_interpreter(process).then(script).flatten().unwrap_or_else(|| process.name.clone())
}
