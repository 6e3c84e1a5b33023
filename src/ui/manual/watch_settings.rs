//! memtune-watch.toml(5), with the very file that `memtune watch config` prints, so that the two cannot say different things.

use crate::watch::configuration;

use super::pages::MARK;
use super::roff::{entry, escaped, line};

/// The page.
pub(super) fn page() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let head = format!("{MARK}.TH memtune-watch.toml 5 \"\" \"memtune {version}\"\n");
    let example: String = configuration::example().lines().map(|text| escaped(text) + "\n").collect();
    head + ".SH NAME\nmemtune\\-watch.toml \\- what memtune's watchdog goes by\n.SH SYNOPSIS\n"
        + &line("/etc/memtune/watch.toml")
        + ".SH DESCRIPTION\n"
        + &line(
            "A file of TOML, of 64 KiB at the most, which nobody but root may write. All of it may be left out: each line says what holds without it. /etc/memtune/watch-profile.toml, which `memtune tune` may write, is read before it in the same way.",
        )
        + ".PP\n"
        + &line(
            "What cannot be meant is refused with its line, column and reason: keys that do not exist, levels that hide each other or are always or never reached, rules that fit everything or nothing, hooks that others could change. At a reload the old settings stay in force then. `memtune watch check` says what a file comes to on this machine.",
        )
        + ".SH VALUES\n"
        + &entry(
            "sizes",
            "\"512M\", \"1.5G\" (base 1024); where a share makes sense, \"20%\" of all memory or swap",
        )
        + &entry("shares", "\"25%\" or 25")
        + &entry("times", "\"500ms\", \"2s\", \"1m 30s\"")
        + &entry(
            "patterns",
            "`*` and `?`; in the path of a control group `*` ends at a `/`, and `**` does not",
        )
        + ".SH \"THE FILE\"\n.nf\n"
        + &example
        + ".fi\n.SH \"SEE ALSO\"\n"
        + &line("memtune-watch(1), memtune-watch-check(1), memtune-watch-config(1), memtune-watch-reload(1)")
}
