//! From settings to the text of a file that says the same.

use std::fmt::Write;

use crate::sys::size::{self, Size};
use crate::watch::settings::{Action, GroupBound, Hooks, Rule, Settings, Threshold};

use super::spelling::{float, list, quoted, share, shown, time};

/// Columns of comments.
const WIDTH: usize = 100;

/// The settings with nothing but their values: reading it gives the same settings again.
pub fn written(settings: &Settings) -> String {
    let mut text = Toml { text: String::new(), has_comments: false };
    text.settings(settings);
    text.text
}

/// A file to begin with: each value that holds without a file, with what it means, and examples of the rest.
pub fn example() -> String {
    let mut text = Toml { text: String::new(), has_comments: true };
    text.comment(
        "What `memtune watch` and memtune-watchd go by: /etc/memtune/watch.toml, described in memtune-watch.toml(5). \
         Each line below says what holds without this file, so that you may delete what you do not want to change. \
         `memtune watch check` says what a file comes to on this machine; `sudo memtune watch reload` has it read anew.",
    );
    text.settings(&Settings::default());
    text.examples();
    text.text
}

struct Toml {
    text: String,
    has_comments: bool,
}

impl Toml {
    fn settings(&mut self, settings: &Settings) {
        self.gap();
        self.comment("A level is left only after it has been better for so long; worse news counts at once.");
        self.line("calm", &quoted(&time(settings.calm)));
        if let Some(percent) = settings.gpu_percent {
            self.line("gpu-percent", &float(percent));
        } else if self.has_comments {
            self.gap();
            self.comment(
                "On a board whose GPU shares the memory (Jetson): the share of what is left that the GPU may hold before the level is critical.",
            );
            self.outline("gpu-percent = 85.0\n");
        }
        self.levels(settings);
        self.thrash_and_kill(settings);
        self.hooks(&settings.hooks);
        settings.rules.iter().for_each(|rule| self.rule(rule));
        settings.groups.iter().for_each(|group| self.group(group));
    }

    fn levels(&mut self, settings: &Settings) {
        self.gap();
        self.comment(
            "A level is reached where available memory (MemAvailable) is at or under `available`, a share of all or an amount, \
             or under `at-least` where that is more (it counts for no more than half of the memory, nor than the level before), and free swap is worth no more than `swap`. Without swap, memory alone \
             decides; with \"100%\" swap is left out of account. What lies in zram counts less the memory that it takes there.",
        );
        let levels = [
            ("warning", settings.warning, "From here on it is said, and candidates are counted beforehand."),
            (
                "critical",
                settings.critical,
                "From here on a job is asked to end (SIGTERM), and ended after `grace`.",
            ),
            ("redline", settings.redline, "From here on a job is ended at once (SIGKILL)."),
        ];
        for (name, threshold, meaning) in levels {
            self.gap();
            self.comment(meaning);
            self.threshold(name, threshold);
        }
    }

    fn threshold(&mut self, name: &str, threshold: Threshold) {
        self.section(name);
        self.line("available", &quoted(&shown(threshold.available)));
        self.line("at-least", &quoted(&size::exact(threshold.at_least)));
        self.line("swap", &quoted(&shown(threshold.swap)));
    }

    fn thrash_and_kill(&mut self, settings: &Settings) {
        self.gap();
        self.comment(
            "Much waiting with little memory makes the level critical, however much swap is free: available memory at or under \
             `available`, and all tasks waiting for memory (PSI full) for at least the share `full` of the last `lasts`. \
             Where others keep all processors busy the kernel counts little of that. `available = \"0%\"` switches it off.",
        );
        self.section("thrash");
        self.line("available", &quoted(&shown(settings.thrash.available)));
        self.line("full", &quoted(&share(settings.thrash.full)));
        self.line("lasts", &quoted(&time(settings.thrash.lasts)));
        self.gap();
        self.comment(
            "`grace` is the time from SIGTERM to SIGKILL. Nobody else is chosen for `settle` after a kill, and for as long as memory comes back.",
        );
        self.section("kill");
        self.line("grace", &quoted(&time(settings.kill.grace)));
        self.line("settle", &quoted(&time(settings.kill.settle)));
    }

    fn hooks(&mut self, hooks: &Hooks) {
        self.gap();
        self.comment(
            "Programs that are told, each as a list of words that begins with a whole path; what happened is in their environment \
             (MEMTUNE_..). They may be changed by nobody but root. Whoever takes longer than `limit` is ended. As a service they run \
             with the rights of memtune-watchd.service, which are few: `systemd-run` leads out of them. Where one ends with another \
             status than 0, that is told. `memtune watch hook` prints one that tells everybody at a desktop.",
        );
        self.section("hooks");
        let programs = [
            ("warning", &hooks.warning),
            ("critical", &hooks.critical),
            ("redline", &hooks.redline),
            ("before-kill", &hooks.before_kill),
            ("after-kill", &hooks.after_kill),
        ];
        for (key, words) in programs {
            if let Some(words) = words {
                self.line(key, &list(words));
            }
        }
        self.line("limit", &quoted(&time(hooks.limit)));
    }

    fn rule(&mut self, rule: &Rule) {
        self.gap();
        self.section("[rule]");
        let action = match rule.action {
            Action::Protect => "protect",
            Action::Avoid => "avoid",
            Action::Prefer => "prefer",
            Action::Ignore => "ignore",
        };
        self.line("action", &quoted(action));
        for (key, pattern) in [("unit", &rule.unit), ("command", &rule.command), ("group", &rule.group)] {
            if let Some(pattern) = pattern {
                self.line(key, &quoted(pattern));
            }
        }
        if let Some(user) = rule.user {
            self.line("user", &user.to_string());
        }
    }

    fn group(&mut self, group: &GroupBound) {
        self.gap();
        self.section("[group]");
        self.line("unit", &quoted(&group.unit));
        if let Some(memory) = group.memory {
            self.line("memory", &quoted(&shown(memory)));
        }
        if let Some(full) = group.full {
            self.line("full", &quoted(&share(full)));
        }
        self.line("lasts", &quoted(&time(group.lasts)));
    }

    fn examples(&mut self) {
        self.gap();
        self.comment(
            "Who is spared, and who goes first; the first rule that fits counts. `protect`: never chosen; `avoid`: only where nobody \
             else is left; `prefer`: first; `ignore`: as if it were not there. A rule fits where each of its patterns does: `unit` \
             (or the name of a container), `command` (15 bytes at most, as /proc/PID/comm has it), `user` (name or number), `group` \
             (the path of the control group). `*` and `?` stand for anything, but in `user`; in `group`, `**` goes \
             over `/`. A swapoff that memory cannot take is the first to be ended; a rule for the command `swapoff` spares it.",
        );
        self.outlined(&Rule {
            action: Action::Protect,
            unit: Some("postgresql@*.service".to_owned()),
            command: None,
            user: None,
            group: None,
        });
        self.gap();
        self.comment(
            "A unit or slice that is brought to order before the machine suffers: it may hold no more than `memory`, with what lies in \
             swap and less its cache, and its tasks may wait for memory for no more than the share `full`, for `lasts`.",
        );
        let group = GroupBound {
            unit: "ml.slice".to_owned(),
            memory: Some(Size::Percent(60.0)),
            full: Some(40.0),
            lasts: super::groups::LASTS,
        };
        let mut plain = Toml { text: String::new(), has_comments: false };
        plain.group(&group);
        self.outline(&plain.text);
    }

    fn outlined(&mut self, rule: &Rule) {
        let mut plain = Toml { text: String::new(), has_comments: false };
        plain.rule(rule);
        self.outline(&plain.text);
    }

    /// Lines that only take effect once their `#` is deleted; there is no blank behind it, so that they can be told from words.
    fn outline(&mut self, text: &str) {
        for line in text.trim().lines() {
            let _ = writeln!(self.text, "#{line}");
        }
    }

    fn section(&mut self, name: &str) {
        let _ = writeln!(self.text, "[{name}]");
    }

    // Writing to a String does not fail.
    fn line(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.text, "{key} = {value}");
    }

    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn comment(&mut self, words: &str) {
        if !self.has_comments {
            return;
        }
        let options = textwrap::Options::new(WIDTH)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .initial_indent("# ")
            .subsequent_indent("# ");
        for line in textwrap::wrap(words, options) {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests;
