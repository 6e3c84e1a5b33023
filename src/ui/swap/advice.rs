//! The advice of `memtune swap advise`: the sentence, the reasoning, the commands.

use crate::swap::advice::{Advice, Advised};
use crate::sys::bytes::Bytes;
use crate::ui::look::{FAINT, HEADING, Look, styled};
use crate::ui::paragraph;

/// Renders the one sentence.
pub fn verdict(advice: &Advice) -> String {
    sentence(advice) + "\n"
}

/// Renders it; `elsewhere` says that a tree was looked at, and that the commands are for the machine that it shows.
pub fn render(advice: &Advice, elsewhere: bool, look: Look) -> String {
    let sentence = paragraph::indented(look, 0, &sentence(advice));
    let mut text: String = sentence.lines().map(|line| styled(HEADING, line) + "\n").collect();
    text.push('\n');
    text.extend(advice.reasons.iter().map(|reason| paragraph::hanging(look, "- ", 2, reason)));
    if !advice.commands.is_empty() {
        let label = if elsewhere { "To be typed on that machine:" } else { "Next:" };
        text += &format!("\n{}\n", styled(FAINT, label));
        text.extend(advice.commands.iter().map(|command| paragraph::command(look, 2, command)));
    }
    text
}

fn sentence(advice: &Advice) -> String {
    let there = of(advice);
    let except =
        if advice.grounds.image_fits == Some(false) { ", but not for every hibernation" } else { "" };
    match (advice.is_enough, advice.kind) {
        (None, kind) if advice.grounds.swap_unknown.is_some() && kind != Advised::None => {
            format!("Usual for this machine is {there}; what it has is not known.")
        }
        (None, Advised::None) => "From here nothing can be done about swap.".to_owned(),
        (None, _) => format!("Nothing better can be proposed than what is there: {there}."),
        (Some(true), Advised::None) => "This machine should have no swap, and it has none.".to_owned(),
        (Some(false), Advised::None) => "This machine should have no swap.".to_owned(),
        (Some(true), _) => format!("The swap of this machine will do{except}: {there}."),
        (Some(false), _) => format!("This machine should have {there}."),
    }
}

fn of(advice: &Advice) -> String {
    let disk = advice.disk.map(|size: Bytes| format!("{size} of swap on a disk"));
    let zram = advice.zram.map(|size: Bytes| format!("{size} of compressed swap in memory"));
    zram.into_iter().chain(disk).collect::<Vec<_>>().join(", and behind it ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::readings::Readings;
    use crate::host::made_tree::made_tree;

    fn rendered(more: &[(&str, &str)]) -> String {
        let files = [
            &[
                ("/proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 6000000 kB\n"),
                ("/proc/swaps", ""),
                ("/proc/mounts", "/dev/sda / ext4 rw 0 0\n"),
                ("/proc/sys/kernel/osrelease", "6.12.1\n"),
                ("/sys/block/sda/queue/rotational", "1\n"),
            ],
            more,
        ]
        .concat();
        let (_folder, host) = made_tree(&files);
        let advice = Advice::of(&Readings::new(&host, None), &[]).unwrap();
        let look = Look { width: 40, has_unicode: false, is_root: false };
        anstream::adapter::strip_str(&render(&advice, true, look)).to_string()
    }

    #[test]
    fn says_what_why_and_how() {
        let text = rendered(&[]);
        assert!(
            text.starts_with("This machine should have 4 GiB of\ncompressed swap in memory, and behind it\n"),
            "{text}"
        );
        assert!(text.contains("- no swap is in use\n"), "{text}");
        assert!(
            text.ends_with(
                "To be typed on that machine:\n  $ sudo memtune swap zram 50%\n  $ sudo memtune swap add 8G\n"
            ),
            "{text}"
        );
        assert!(text.lines().all(|line| line.len() <= 40), "{text}");
    }

    #[test]
    fn says_when_nothing_is_to_be_done() {
        let enough = rendered(&[("/proc/swaps", "/dev/sda2 partition 8388608 0 -2\n")]);
        assert!(
            enough.starts_with("The swap of this machine will do: 8 GiB\n") && !enough.contains('$'),
            "{enough}"
        );
        let container = rendered(&[("/.dockerenv", "")]);
        assert!(container.starts_with("From here nothing can be done") && !container.contains('$'));
    }
}
