//! Names the largest processes, so that a finding says who is meant.

use crate::doctor::diagnosis::Diagnosis;
use crate::facts::process_fields::read_amount;
use crate::facts::processes::Process;
use crate::facts::readings::Readings;

const MOST_NAMED: usize = 5;

/// The largest processes by resident size; none where the processes cannot be read.
pub(super) fn largest<'r>(readings: &'r Readings) -> Vec<&'r Process> {
    let processes = readings.processes().map_or(&[][..], Vec::as_slice);
    let mut largest: Vec<&Process> = processes.iter().filter(|process| process.resident.0 > 0).collect();
    largest.sort_by_key(|process| (std::cmp::Reverse(process.resident), process.pid));
    largest.truncate(MOST_NAMED);
    largest
}

/// Adds the largest processes by resident size.
pub(super) fn name_largest(readings: &Readings, diagnosis: Diagnosis) -> Diagnosis {
    largest(readings).into_iter().fold(diagnosis, |diagnosis, process| {
        let (name, pid) = (&process.name, process.pid);
        diagnosis.evidence(
            format!("/proc/{pid}/stat"),
            format!("{name} (PID {pid}), one of the {MOST_NAMED} largest by resident size"),
            process.resident,
        )
    })
}

/// Adds what `field` of `file` says of the largest processes, where this user may read it and it is not nothing.
pub(super) fn name_field(readings: &Readings, diagnosis: Diagnosis, file: &str, field: &str) -> Diagnosis {
    largest(readings).into_iter().fold(diagnosis, |diagnosis, process| {
        let (name, pid) = (&process.name, process.pid);
        match read_amount(readings.host(), pid, file, field) {
            Ok(Some(amount)) if amount.0 > 0 => diagnosis.evidence(
                format!("/proc/{pid}/{file}"),
                format!("{field} of {name} (PID {pid})"),
                amount,
            ),
            _ => diagnosis,
        }
    })
}
