//! Pieces of the commands that fixes are made of.

use crate::doctor::diagnosis::Diagnosis;
use crate::facts::fstab;
use crate::facts::readings::Readings;

/// Appends one swap line to fstab. The line break in front saves a last line that has none of its own.
pub(in crate::doctor) fn append_to_fstab(source: &str) -> String {
    // printf undoes one level of backslashes, so that fstab gets `\040` for a blank.
    let source =
        source.replace('\\', "\\\\134").replace(' ', "\\\\040").replace('\t', "\\\\011").replace('%', "%%");
    let line = format!("\\n{source} none swap defaults,nofail 0 0\\n").replace('\'', "'\\''");
    format!("printf '{line}' | sudo tee -a {}", fstab::PATH)
}

/// Makes a comment of one line of fstab.
pub(in crate::doctor) fn comment_out(line: usize) -> String {
    format!("sudo sed -i '{line}s/^/#/' {}", fstab::PATH)
}

/// The answer of a check that has no business in a container: swap areas and their files belong to the host.
pub(in crate::doctor) fn affair_of_host(readings: &Readings) -> Option<Diagnosis> {
    let container = readings.container()?;
    Some(Diagnosis::ok(format!(
        "Swap is the affair of the machine under this container ({})",
        container.kind
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a real shell makes of a text.
    fn echoed(command: &str) -> String {
        #[expect(clippy::disallowed_methods, reason = "asks a real shell")]
        let output = std::process::Command::new("sh").args(["-c", command]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn fstab_reads_back_what_was_appended() {
        for path in ["/swapfile", "/my swap", "/it's 100%", "/a\\b", "UUID=1-2"] {
            let command = append_to_fstab(path);
            let text = echoed(command.split(" | ").next().unwrap());
            let entries = fstab::parse(&text).unwrap();
            assert_eq!(entries[0].source, path, "{text}");
            assert!(entries[0].is_swap_at_boot());
        }
    }
}
