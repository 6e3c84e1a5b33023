//! What the checks of oom_score_adj share.

use crate::doctor::diagnosis::Diagnosis;
use crate::facts::processes::Process;

pub(super) const PROC_DOC: &str = "https://man7.org/linux/man-pages/man5/proc_pid_oom_score_adj.5.html";
pub(super) const EXEC_DOC: &str = "https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html";

/// Tells a process's value.
pub(super) fn evidence_of(diagnosis: Diagnosis, process: &Process, adjustment: i32) -> Diagnosis {
    let source = format!("/proc/{}/oom_score_adj", process.pid);
    diagnosis.evidence(source, process.name.as_str(), adjustment.to_string())
}

/// Sets a running process's value.
pub(super) fn set_now(process: &Process, adjustment: i32) -> String {
    format!("echo {adjustment} | sudo tee /proc/{}/oom_score_adj", process.pid)
}
