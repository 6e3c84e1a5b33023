//! The drop-in of memtune's own as it is now, and whether somebody else has been at it.

use crate::change::journal::{self, State};
use crate::change::undo::Drifted;
use crate::change::{Change, Plan, aside, diff};
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

/// The drop-in as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnFile {
    /// Its text, empty where it is not there.
    pub(super) text: String,
    /// What somebody else wrote into it.
    pub(super) edited: Option<Drifted>,
}

impl OwnFile {
    /// Refuses what would go on with an edit that its owner may have forgotten; `force` is what becomes of it by --force.
    pub(super) fn judge(&self, plan: &mut Plan, by_hand: ByHand, force: &str) {
        if let Some(Drifted { target, .. }) = self.edited.as_ref().filter(|_| by_hand == ByHand::Refused) {
            plan.refuse(
                target,
                format!("somebody has written into it since memtune did, as shown above: {force}"),
            );
        }
    }
}

/// Reads it.
///
/// # Errors
/// Refuses a link, and what is no text.
pub(super) fn read(host: &Host, path: &str) -> Result<OwnFile, Fault> {
    let text = aside::text(host, path)?.ok_or_else(|| {
        Fault::new(Exit::Refused, format!("`{path}` is no text, and memtune leaves it as it is"))
            .hint("move it away, and try again")
    })?;
    let edited = if text.is_empty() { None } else { edited(host, path, &text) };
    Ok(OwnFile { text, edited })
}

fn edited(host: &Host, path: &str, text: &str) -> Option<Drifted> {
    // Only root may look into the journal; whoever carries the plan out is root, and asks again.
    let entries = journal::entries(host).ok()?;
    let is_done = |state: State| matches!(state, State::Applied | State::Undone | State::Incomplete);
    let done = entries.iter().filter(|entry| is_done(entry.state));
    let last = done.flat_map(|entry| &entry.changes).rfind(|change| change.target() == path);
    let left = match last {
        Some(Change::File(file)) => file.after.as_ref(),
        _ => None,
    };
    // Where the journal went, or was never here, what begins as ours is.
    if left.is_none() && drop_in::is_ours(text) || left.is_some_and(|left| left.content == text.as_bytes()) {
        return None;
    }
    let now = left.cloned().unwrap_or_else(|| FileState::new(""));
    let now = FileState { content: text.into(), ..now };
    Some(Drifted { target: path.to_owned(), difference: diff::between(path, left, Some(&now)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Area;
    use crate::host::made_tree::made_tree;

    const PATH: &str = "/etc/systemd/system/a.service.d/90-memtune.conf";

    #[test]
    fn what_somebody_else_wrote_is_shown_and_kept_only_on_demand() {
        let judged = |content: &str, by_hand| {
            let (_folder, host) = made_tree(&[(PATH, content), ("/var/lib/x", "")]);
            let mut plan = Plan::new("x", Area::Limits);
            let file = read(&host, PATH).unwrap();
            file.judge(&mut plan, by_hand, "--force goes on");
            (file.edited.map(|edited| edited.difference).unwrap_or_default(), plan.refused().len())
        };
        let (difference, refused) = judged("[Service]\nMemoryMax=1G\n", ByHand::Refused);
        assert!(difference.contains("\n+MemoryMax=1G"), "{difference}");
        assert_eq!(refused, 1);
        assert_eq!(judged("[Service]\nMemoryMax=1G\n", ByHand::Kept).1, 0);
        assert_eq!(
            judged(&(drop_in::header("a.service") + "\n[Service]\n"), ByHand::Refused),
            (String::new(), 0)
        );
    }

    #[test]
    fn a_link_in_its_place_is_refused() {
        let (_folder, host) = made_tree(&[(PATH, "->/etc/passwd"), ("/etc/passwd", "x")]);
        assert_eq!(read(&host, PATH).unwrap_err().exit, Exit::Refused);
        assert_eq!(read(&host, "/etc/none").unwrap(), OwnFile::default());
    }
}
