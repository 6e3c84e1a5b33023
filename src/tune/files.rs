//! The texts of the files that hold a profile's values at every boot.

use crate::facts::unit_property;
use crate::profile::{Sized, SizedSetting, Target};

/// sysctl.d reads files in the order of their names and the last assignment wins: this name stands behind Debian's
/// 99-sysctl.conf, which is a link to /etc/sysctl.conf.
pub(super) const SYSCTL: &str = "/etc/sysctl.d/99-zz-memtune.conf";

/// Of several lines of tmpfiles.d for one path the first wins, so this name stands in front.
pub(super) const TMPFILES: &str = "/etc/tmpfiles.d/00-memtune.conf";

/// What the watchdog reads before its owner's settings.
pub(super) const WATCH: &str = "/etc/memtune/watch-profile.toml";

/// The service that reads it.
pub(super) const WATCHDOG: &str = "/etc/systemd/system/memtune-watchd.service";

/// Those of both kinds.
pub(super) const OF_PROFILES: [&str; 2] = [SYSCTL, TMPFILES];

const WIDTH: usize = 100;

/// The file of sysctl.d; `None` where the profile sets no sysctl.
pub(super) fn sysctl(sized: &Sized) -> Option<String> {
    let line = |one: &SizedSetting| match &one.target {
        Target::Sysctl(key) => Some(format!("{key} = {}", one.value)),
        _ => None,
    };
    text(sized, &sized.settings, line)
}

/// The file of tmpfiles.d; `None` where the profile sets nothing below /sys.
pub(super) fn tmpfiles(sized: &Sized) -> Option<String> {
    // A percent sign begins a specifier there.
    let line = |one: &SizedSetting| match &one.target {
        Target::Sys(path) => Some(format!("w! {path} - - - - {}", one.value.replace('%', "%%"))),
        _ => None,
    };
    text(sized, &sized.settings, line)
}

/// The wishes on the watchdog; `None` where the profile has none. `warning` goes along, so that it stays the first of the levels.
pub(super) fn watch(sized: &Sized) -> Option<String> {
    /// What holds without a file: watch/settings.rs.
    const WARNING: f64 = 20.0;
    const REDLINE: f64 = 4.0;
    let watch = sized.watch.as_ref()?;
    let mut text = header(sized, "what /etc/memtune/watch.toml says");
    text += &format!("\n{}", comment(&format!("{} ({})", watch.reason, watch.source)));
    if let Some(percent) = watch.gpu_percent {
        text += &format!("gpu-percent = {percent:?}\n");
    }
    if let Some(percent) = watch.available_percent {
        if percent > WARNING {
            text +=
                &format!("\n[warning]\navailable = \"{}%\"\n", (percent + 10.0).min((percent + 100.0) / 2.0));
        }
        text += &format!("\n[critical]\navailable = \"{percent}%\"\n");
        if percent < REDLINE {
            text += &format!("\n[redline]\navailable = \"{}%\"\n", percent / 2.0);
        }
    }
    Some(text)
}

/// The drop-in of a service; `None` where the profile limits none.
pub(super) fn drop_in(sized: &Sized) -> Option<String> {
    let of_section = |section: &str| -> String {
        let lines = sized.unit.iter().filter_map(|one| match &one.target {
            Target::Unit(property) if unit_property::section(property) == section => {
                Some(format!("\n{}{property}={}\n", comment(&because(one)), one.value))
            }
            _ => None,
        });
        lines.collect()
    };
    let sections = ["Unit", "Service"].map(|section| (section, of_section(section)));
    let filled = sections.iter().filter(|(_, lines)| !lines.is_empty());
    let text: String = filled.map(|(section, lines)| format!("\n[{section}]\n{lines}")).collect();
    (!text.is_empty()).then(|| header(sized, SORTED) + &text)
}

fn text(
    sized: &Sized,
    settings: &[SizedSetting],
    line: impl Fn(&SizedSetting) -> Option<String>,
) -> Option<String> {
    let lines: Vec<String> = settings
        .iter()
        .filter_map(|one| Some(format!("\n{}{}\n", comment(&because(one)), line(one)?)))
        .collect();
    (!lines.is_empty()).then(|| header(sized, SORTED) + &lines.concat())
}

/// Whether memtune wrote a file with this text.
pub(super) fn is_ours(text: &str) -> bool {
    text.starts_with("# Written by memtune ")
}

/// What overrides a file of a folder.
const SORTED: &str = "a file of your own that sorts behind this one";

fn header(sized: &Sized, stronger: &str) -> String {
    comment(&format!(
        "Written by memtune {} for the profile {}, sized to this machine. Do not edit it: `memtune tune` writes it anew, \
         `memtune tune off` takes it back, and {stronger} overrides it.",
        env!("CARGO_PKG_VERSION"),
        sized.names.join(" and ")
    ))
}

fn because(one: &SizedSetting) -> String {
    let literally = if one.is_literal { "The number of the source document, as it stands. " } else { "" };
    format!("{literally}{} ({})", one.reason, one.source)
}

/// `text` as lines of comment. Sources are not broken: a broken address cannot be followed.
fn comment(text: &str) -> String {
    let options = textwrap::Options::new(WIDTH)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .initial_indent("# ")
        .subsequent_indent("# ");
    textwrap::wrap(text, options).into_iter().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{Keep, Watch};

    fn setting(target: Target, value: &str) -> SizedSetting {
        SizedSetting {
            target,
            value: value.to_owned(),
            workings: vec!["1 % of 8 GiB".to_owned()],
            reason: "Because of a reason that is long enough to be wrapped, as reasons are, onto a second line of comment.".to_owned(),
            source: "https://example.org/page".to_owned(),
            effect: None,
            profile: "own".to_owned(),
            is_literal: false,
            keep: Keep::Exactly,
        }
    }

    fn sized(settings: Vec<SizedSetting>, unit: Vec<SizedSetting>) -> Sized {
        Sized { names: vec!["own".to_owned()], settings, unit, ..Sized::default() }
    }

    #[test]
    fn each_value_stands_in_the_file_that_holds_it_below_its_reason() {
        let sized = sized(
            vec![
                setting(Target::Sysctl("vm.swappiness".to_owned()), "10"),
                setting(Target::Sys("/sys/kernel/mm/transparent_hugepage/enabled".to_owned()), "5%"),
            ],
            Vec::new(),
        );
        let text = sysctl(&sized).unwrap();
        assert!(text.ends_with("https://example.org/page)\nvm.swappiness = 10\n"), "{text}");
        assert!(
            text.lines().all(|line| line.is_empty() || line.starts_with("# ") || line.starts_with("vm."))
        );
        let text = tmpfiles(&sized).unwrap();
        assert!(text.ends_with("\nw! /sys/kernel/mm/transparent_hugepage/enabled - - - - 5%%\n"), "{text}");
        assert_eq!(drop_in(&sized), None);
    }

    #[test]
    fn the_watchdog_reads_what_a_profile_wishes() {
        for (available, levels) in [(10.0, 1), (20.0, 1), (30.0, 2), (99.0, 2), (2.0, 2)] {
            let text = || "words".to_owned();
            let wish = Watch {
                available_percent: Some(available),
                gpu_percent: Some(85.0),
                reason: text(),
                source: text(),
                profile: text(),
            };
            let sized = Sized { watch: Some(wish), ..sized(Vec::new(), Vec::new()) };
            let text = watch(&sized).unwrap();
            assert_eq!(text.matches("available = ").count(), levels, "{text}");
            assert!(
                text.starts_with("# Written by memtune ") && text.contains("\ngpu-percent = 85.0\n"),
                "{text}"
            );
            assert!(is_ours(&text) && toml::from_str::<toml::Table>(&text).is_ok(), "{text}");
        }
        assert_eq!(watch(&sized(Vec::new(), Vec::new())), None);
    }

    #[test]
    fn a_profile_without_knobs_needs_no_file() {
        let sized = sized(Vec::new(), vec![setting(Target::Unit("MemoryMax".to_owned()), "1024")]);
        assert_eq!((sysctl(&sized), tmpfiles(&sized)), (None, None));
    }

    #[test]
    fn properties_stand_in_their_sections() {
        let property = |name: &str, value| setting(Target::Unit(name.to_owned()), value);
        let settings = vec![
            property("MemoryMax", "1024"),
            property("StartLimitBurst", "5"),
            property("CPUQuota", "600%"),
        ];
        let text = drop_in(&sized(Vec::new(), settings)).unwrap();
        let plain: Vec<&str> =
            text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        assert_eq!(plain, ["[Unit]", "StartLimitBurst=5", "[Service]", "MemoryMax=1024", "CPUQuota=600%"]);
    }
}
