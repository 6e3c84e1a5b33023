//! The drop-in of memtune's own as it is now, and whether somebody else has been at it.

use crate::change::journal::{self, State};
use crate::change::{Change, aside, diff};
use crate::exit::{Exit, Fault};
use crate::host::{FileState, Host};

use super::drop_in;

/// What may be done with a drop-in that is not as memtune left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByHand {
    /// It is refused.
    Refused,
    /// What was edited stays, and is changed along.
    Kept,
}

/// Its text, empty where it is not there.
///
/// # Errors
/// Refuses a link, and, unless that shall be kept, what somebody else wrote into it.
pub(super) fn text(host: &Host, path: &str, by_hand: ByHand) -> Result<String, Fault> {
    let text = aside::text(host, path)?.ok_or_else(|| {
        Fault::new(Exit::Refused, format!("`{path}` is no text, and memtune leaves it as it is"))
            .hint("move it away, and try again")
    })?;
    if by_hand == ByHand::Refused && !text.is_empty() {
        refuse_edit(host, path, &text)?;
    }
    Ok(text)
}

fn refuse_edit(host: &Host, path: &str, text: &str) -> Result<(), Fault> {
    let ways = "`--force` keeps what it says, and changes it along";
    // Only root may look into the journal; whoever carries the plan out is root, and asks again.
    let Ok(entries) = journal::entries(host) else { return Ok(()) };
    let is_done = |state: State| matches!(state, State::Applied | State::Undone | State::Incomplete);
    let done = entries.iter().filter(|entry| is_done(entry.state));
    let left = done.flat_map(|entry| &entry.changes).rfind(|change| change.target() == path);
    match left {
        Some(Change::File(file))
            if file.after.as_ref().is_some_and(|after| after.content == text.as_bytes()) =>
        {
            Ok(())
        }
        Some(Change::File(file)) if file.after.is_some() => {
            let now = file.after.as_ref().map(|after| FileState { content: text.into(), ..after.clone() });
            let difference = diff::between(path, file.after.as_ref(), now.as_ref());
            let message = format!("`{path}` was edited since memtune wrote it:\n{}", shown(&difference));
            Err(Fault::new(Exit::Refused, message).hint(ways))
        }
        // The journal went, or was never here: what begins as ours is.
        _ if drop_in::is_ours(text) => Ok(()),
        _ => {
            let message =
                format!("`{path}` is there, and memtune did not write it; it says:\n{}", shown(text));
            Err(Fault::new(Exit::Refused, message).hint(ways))
        }
    }
}

/// The start of it; headings that name the file are left out.
fn shown(text: &str) -> String {
    const MOST_LINES: usize = 30;
    let is_heading =
        |line: &&str| ["diff --git ", "--- ", "+++ "].iter().any(|start| line.starts_with(start));
    let lines: Vec<&str> = text.lines().filter(|line| !is_heading(line)).collect();
    let more = if lines.len() > MOST_LINES { "\n.." } else { "" };
    lines.into_iter().take(MOST_LINES).collect::<Vec<_>>().join("\n") + more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const PATH: &str = "/etc/systemd/system/a.service.d/90-memtune.conf";

    fn read(content: &str, by_hand: ByHand) -> Result<String, Fault> {
        let (_folder, host) = made_tree(&[(PATH, content), ("/var/lib/x", "")]);
        text(&host, PATH, by_hand)
    }

    #[test]
    fn what_somebody_else_wrote_is_shown_and_kept_only_on_demand() {
        let fault = read("[Service]\nMemoryMax=1G\n", ByHand::Refused).unwrap_err();
        assert_eq!(fault.exit, Exit::Refused);
        assert!(fault.to_string().contains("\nMemoryMax=1G"), "{fault}");
        assert_eq!(read("[Service]\nMemoryMax=1G\n", ByHand::Kept).unwrap(), "[Service]\nMemoryMax=1G\n");
        assert!(read(&(drop_in::header("a.service") + "\n[Service]\n"), ByHand::Refused).is_ok());
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let (_folder, host) = made_tree(&[(PATH, "->/etc/passwd"), ("/etc/passwd", "x")]);
        assert_eq!(text(&host, PATH, ByHand::Kept).unwrap_err().exit, Exit::Refused);
        assert_eq!(text(&host, "/etc/none", ByHand::Refused).unwrap(), "");
    }
}
