//! W05: who may read a swap file.

use crate::doctor::check::Check;
use crate::doctor::diagnosis::Diagnosis;
use crate::doctor::finding::Fix;
use crate::doctor::group::Group;
use crate::doctor::shell::{can_be_typed, quoted};
use crate::facts::readings::Readings;
use crate::host::{FileStatus, IfThere, Lacking, Reason};

use super::commands::affair_of_host;
use crate::swap::planned;

/// The checks of this file.
pub(in crate::doctor) const CHECKS: &[Check] = &[Check {
    id: "W05",
    name: "swap-file-permissions",
    group: Group::Swap,
    question: "Can only root read the swap files?",
    thresholds: "error where a swap file does not belong to root, or where its mode lets anyone else read or write it",
    why: "A swap file holds pieces of every program's memory: passwords, keys, letters. Whoever may read it reads all of that; whoever may write it can change a running program of root's.",
    sources: &[
        "https://www.man7.org/linux/man-pages/man8/swapon.8.html",
        "https://www.man7.org/linux/man-pages/man8/mkswap.8.html",
    ],
    examine: swap_file_permissions,
}];

fn swap_file_permissions(readings: &Readings) -> Result<Diagnosis, Lacking> {
    if let Some(answer) = affair_of_host(readings) {
        return Ok(answer);
    }
    let paths = swap_files(readings)?;
    if paths.is_empty() {
        return Ok(Diagnosis::ok("There are no swap files"));
    }
    if !readings.host().is_live() {
        let why = "a captured tree does not keep whose a file is".to_owned();
        return Err(Lacking::new(paths.join(", "), Reason::Failed(why)));
    }
    let mut files = Vec::new();
    for path in paths {
        // A planned file that is not there is another check's.
        if let Some(status) = readings.host().status(&path).if_there()? {
            files.push((path, status));
        }
    }
    Ok(judge(&files))
}

/// The swap files in use and those planned, each once.
fn swap_files(readings: &Readings) -> Result<Vec<String>, Lacking> {
    let used = readings.swaps()?.iter().filter(|area| area.is_file && !area.is_deleted);
    let mut paths: Vec<String> = used.map(|area| area.path.clone()).collect();
    let planned = planned::areas(readings)?;
    paths.extend(planned.iter().filter(|one| one.is_file()).filter_map(|one| one.path().map(str::to_owned)));
    paths.sort();
    paths.dedup();
    Ok(paths)
}

fn judge(files: &[(String, FileStatus)]) -> Diagnosis {
    let is_open = |status: &FileStatus| status.mode & 0o077 != 0 || status.user != 0;
    let open: Vec<&(String, FileStatus)> = files.iter().filter(|(_, status)| is_open(status)).collect();
    let diagnosis = match open.first() {
        Some((path, status)) => Diagnosis::error(format!(
            "{path} has mode {:04o} and belongs to user {}: others can reach the memory in it",
            status.mode, status.user
        )),
        None if files.is_empty() => Diagnosis::ok("None of the planned swap files is there"),
        None => {
            Diagnosis::ok(format!("Only root can read the swap files, of which there are {}", files.len()))
        }
    };
    let diagnosis = files.iter().fold(diagnosis, |diagnosis, (path, status)| {
        diagnosis.evidence(path, "mode", format!("{:04o}", status.mode)).evidence(
            path,
            "user",
            u64::from(status.user),
        )
    });
    let typed = open.iter().filter(|(path, _)| can_be_typed(path));
    let commands: Vec<String> = typed
        .flat_map(|(path, _)| {
            let path = quoted(path);
            [format!("sudo chown root:root {path}"), format!("sudo chmod 600 {path}")]
        })
        .collect();
    match commands.is_empty() {
        true => diagnosis,
        false => diagnosis.fix(Fix::commands(commands)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::Severity;
    use crate::doctor::on_tree::examine_tree;
    use crate::sys::bytes::Bytes;

    #[test]
    fn only_roots_own_files_are_well() {
        for (mode, user, severity) in [
            (0o600, 0, Severity::Ok),
            (0o400, 0, Severity::Ok),
            (0o640, 0, Severity::Error),
            (0o644, 0, Severity::Error),
            (0o602, 0, Severity::Error),
            (0o600, 1000, Severity::Error),
        ] {
            let status = FileStatus {
                mode,
                user,
                inode: 9,
                size: Bytes(4096),
                allocated: Bytes(4096),
                is_block_device: false,
            };
            let diagnosis = judge(&[("/my swap".to_owned(), status)]);
            assert_eq!(diagnosis.severity, severity, "{mode:o} {user}");
            let commands = diagnosis.fix.map(|fix| fix.commands).unwrap_or_default();
            assert_eq!(
                commands.contains(&"sudo chmod 600 '/my swap'".to_owned()),
                severity == Severity::Error
            );
        }
    }

    #[test]
    fn a_name_that_cannot_be_typed_gets_no_command() {
        let status = FileStatus {
            inode: 9,
            mode: 0o644,
            user: 0,
            size: Bytes(4096),
            allocated: Bytes(4096),
            is_block_device: false,
        };
        let diagnosis = judge(&[("/a\nreboot".to_owned(), status)]);
        assert_eq!((diagnosis.severity, diagnosis.fix), (Severity::Error, None));
    }

    #[test]
    fn planned_files_that_are_not_there_are_well() {
        assert_eq!(judge(&[]).title, "None of the planned swap files is there");
    }

    #[test]
    fn a_tree_cannot_tell() {
        let swaps = "/swapfile file 1000 0 -2\n";
        assert_eq!(examine_tree("W05", &[("/proc/swaps", swaps)]).severity, Severity::Skip);
        assert_eq!(
            examine_tree("W05", &[("/etc/fstab", "/swapfile none swap sw\n")]).severity,
            Severity::Skip
        );
        assert_eq!(
            examine_tree("W05", &[("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n")]).severity,
            Severity::Ok
        );
        assert_eq!(examine_tree("W05", &[]).severity, Severity::Ok);
    }
}
