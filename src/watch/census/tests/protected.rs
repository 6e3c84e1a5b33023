//! Who is never ended, on a thousand machines on which what keeps them usable holds anything and asks for anything.

use proptest::prelude::*;

use super::Made;
use super::made::line;
use crate::sys::bytes::Bytes;
use crate::watch::census::Census;
use crate::watch::ranking::{Ranking, Rules, choose};
use crate::watch::sample::Sample;

const USER: &str = "/user.slice/user-1000.slice";

/// Number, name, parent, session (and group), terminal, and the group that it is in: what may never be ended.
const PROTECTED: &[(u32, &str, u32, u32, u32, &str)] = &[
    (10, "sshd", 1, 10, 0, "/system.slice/ssh.service"),
    (11, "dbus-daemon", 1, 11, 0, "/system.slice/dbus.service"),
    (12, "systemd-logind", 1, 12, 0, "/system.slice/systemd-logind.service"),
    (50, "systemd", 1, 50, 0, "/user.slice/user-1000.slice/user@1000.service/init.scope"),
    (51, "(sd-pam)", 50, 50, 0, "/user.slice/user-1000.slice/user@1000.service/init.scope"),
    (
        60,
        "gnome-shell",
        50,
        60,
        0,
        "/user.slice/user-1000.slice/user@1000.service/session.slice/org.gnome.Shell@wayland.service",
    ),
    (61, "sway", 50, 61, 0, "/user.slice/user-1000.slice/user@1000.service/app.slice/my.service"),
    (62, "dbus-daemon", 50, 62, 0, "/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service"),
    // The login from which the watchdog was started, and itself.
    (100, "sshd-session", 10, 100, 0, "/user.slice/user-1000.slice/session-3.scope"),
    (101, "bash", 100, 101, 34816, "/user.slice/user-1000.slice/session-3.scope"),
    (102, "sudo", 101, 101, 34816, "/user.slice/user-1000.slice/session-3.scope"),
    (WATCHDOG, "memtune-watchd", 102, 101, 34816, "/user.slice/user-1000.slice/session-3.scope"),
];

const WATCHDOG: u32 = 103;

/// Somebody else: name, whose child, whether with a group, a session and a terminal of his own, and what he holds in MiB.
type Other = (&'static str, u32, bool, bool, bool, u64);

#[derive(Clone, Debug)]
struct Machine {
    /// What each of the protected holds, and asks for.
    holds: Vec<(u64, i16)>,
    others: Vec<Other>,
    has_groups: bool,
    /// hidepid=2: the watchdog sees its own user's processes only.
    hides: bool,
}

fn machines() -> impl Strategy<Value = Machine> {
    let parent =
        prop_oneof![prop::sample::select(vec![1, 10, 50, 60, 61, 100, 101, 102, WATCHDOG]), 200u32..206];
    let name =
        prop::sample::select(vec!["hog", "bash", "python3", "sshd", "firefox", "make", "tmux: server"]);
    let other = (name, parent, any::<bool>(), any::<bool>(), any::<bool>(), 0u64..4096);
    let holds = prop::collection::vec((0u64..4096, -999i16..=1000), PROTECTED.len());
    (holds, prop::collection::vec(other, 0..6), any::<bool>(), any::<bool>())
        .prop_map(|(holds, others, has_groups, hides)| Machine { holds, others, has_groups, hides })
}

/// Root's processes are not seen where they are hidden.
fn is_roots(pid: u32) -> bool {
    pid < 50 || [100, 102].contains(&pid)
}

impl Machine {
    fn made(&self) -> Made {
        let made = if self.has_groups { Made::unified() } else { Made::new() };
        for (&(pid, name, parent, session, terminal, _), &(memory, adjustment)) in
            PROTECTED.iter().zip(&self.holds)
        {
            if self.hides && is_roots(pid) {
                continue;
            }
            made.process(pid, name, line(parent, session, session, terminal), memory);
            made.file(&format!("{pid}/oom_score_adj"), format!("{adjustment}\n").as_bytes());
        }
        if self.hides {
            std::fs::remove_dir_all(made.proc().join("1")).unwrap();
        }
        for (pid, &(name, parent, own_group, own_session, terminal, memory)) in (200..).zip(&self.others) {
            let session = if own_session { pid } else { 101 };
            let group = if own_group { pid } else { session };
            made.process(pid, name, line(parent, group, session, u32::from(terminal) * 34816), memory);
        }
        if self.has_groups {
            self.put_into_groups(&made);
        }
        made
    }

    fn put_into_groups(&self, made: &Made) {
        for path in ["/system.slice", "/user.slice", USER, &format!("{USER}/user@1000.service")] {
            made.group(path, &[], None);
        }
        for slice in ["session.slice", "app.slice"] {
            made.group(&format!("{USER}/user@1000.service/{slice}"), &[], None);
        }
        for &(.., group) in PROTECTED {
            let inside = |&&(.., other): &&(u32, &str, u32, u32, u32, &str)| other == group;
            let mut pids: Vec<u32> = PROTECTED.iter().filter(inside).map(|one| one.0).collect();
            if group.ends_with("session-3.scope") {
                pids.extend((200..).take(self.others.len()));
            }
            let memory: u64 = self
                .holds
                .iter()
                .zip(PROTECTED)
                .filter(|(_, one)| one.5 == group)
                .map(|(held, _)| held.0)
                .sum();
            made.group(group, &pids, Some(memory));
        }
    }
}

/// Who would get a signal.
fn victims(census: &mut Census) -> Vec<u32> {
    let mut ranking = Ranking::new(300);
    let sample = Sample { total: Bytes::from_gib(4), available: Bytes::from_mib(100), ..Sample::default() };
    choose(census, &mut ranking, &Rules::default(), &sample, &[], None).unwrap();
    let Some(job) = ranking.chosen() else { return Vec::new() };
    let mut victims: Vec<u32> = census.members(job).map(|process| process.pid).collect();
    if census.ends_as_a_whole(job) {
        let group = census.jobs()[job].group.unwrap();
        victims.extend(PROTECTED.iter().filter(|one| one.5.starts_with(group.as_str())).map(|one| one.0));
    }
    victims
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_keeps_the_machine_usable_is_never_ended(machine in machines()) {
        let made = machine.made();
        let mut census = made.census_of(WATCHDOG, super::SMALL);
        let victims = victims(&mut census);
        for &(pid, name, ..) in PROTECTED {
            prop_assert!(!victims.contains(&pid), "{} ({})", pid, name);
        }
        prop_assert!(!victims.contains(&1));
    }
}
