//! Tables that people have shown when the wrong process was ended: browsers and editors ask for their own processes to go first
//! (oom_score_adj), and hold little beside what fills the machine. <https://github.com/rfjakob/earlyoom/issues/344>, and 261.

use super::Made;
use super::made::line;
use crate::sys::bytes::Bytes;
use crate::watch::ranking::{Ranking, Rules, choose};
use crate::watch::sample::Sample;

/// MiB in memory of the processes of a browser, with 300 as what they ask for, and of another one, with 233.
const CHROMIUM: [u64; 11] = [163, 155, 161, 187, 124, 141, 139, 108, 102, 86, 62];
const FIREFOX: [u64; 4] = [76, 77, 77, 77];

const MANAGER: &str = "/user.slice/user-1000.slice/user@1000.service";

/// A desktop with its shell at 60, a browser at 100 and one at 200.
fn desktop() -> Made {
    let made = Made::new();
    made.process(50, "systemd", line(1, 50, 50, 0), 10);
    made.process(60, "gnome-shell", line(50, 60, 60, 0), 350);
    browser(&made, 100, "chromium", &CHROMIUM, 300);
    browser(&made, 200, "firefox", &FIREFOX, 233);
    made
}

fn browser(made: &Made, pid: u32, name: &str, tabs: &[u64], adjustment: i16) {
    made.process(pid, name, line(60, pid, pid, 0), 400);
    for (tab, &memory) in (pid + 1..).zip(tabs) {
        made.process(tab, "Web Content", line(pid, pid, pid, 0), memory);
        made.file(&format!("{tab}/oom_score_adj"), format!("{adjustment}\n").as_bytes());
    }
}

fn in_units(made: &Made, unit: &str, pids: &[u32], memory: u64) {
    made.group(&format!("{MANAGER}/{unit}"), pids, Some(memory));
}

/// Who is chosen on a machine of 16 GiB, and how many of it would get a signal.
fn chosen(made: &Made) -> (String, u32) {
    let mut census = made.census();
    let mut ranking = Ranking::new(300);
    let sample = Sample {
        total: Bytes::from_gib(16),
        available: Bytes::from_mib(700),
        swap_total: Bytes::from_gib(1),
        swap_free: Bytes::from_mib(20),
        ..Sample::default()
    };
    choose(&mut census, &mut ranking, &Rules::default(), &sample, &[], None).unwrap();
    let job = &census.jobs()[ranking.chosen().unwrap()];
    (job.name.to_string(), job.processes)
}

#[test]
fn what_fills_the_machine_goes_and_not_the_tabs() {
    for hog in [3 << 10, 5 << 10] {
        let made = desktop();
        made.process(300, "bash", line(60, 300, 300, 34816), 5);
        made.process(301, "hog", line(300, 301, 300, 34816), hog);
        assert_eq!(chosen(&made), ("hog".to_owned(), 1), "{hog}");
    }
}

#[test]
fn six_programs_that_fill_it_go_and_not_the_editor() {
    let made = desktop();
    // An editor of which a part holds 5 MiB and asks for 200.
    made.process(400, "code", line(60, 400, 400, 0), 150);
    for part in 401..412 {
        made.process(part, "code", line(400, 400, 400, 0), 5 + u64::from(part - 401) * 12);
        made.file(&format!("{part}/oom_score_adj"), b"200\n");
    }
    made.process(500, "bash", line(60, 500, 500, 34816), 5);
    made.process(501, "stress.sh", line(500, 501, 500, 34816), 3);
    for python in 502..508 {
        made.process(python, "python3", line(501, 501, 500, 34816), 2000);
    }
    assert_eq!(chosen(&made), ("stress.sh".to_owned(), 7));
}

#[test]
fn so_it_is_where_each_program_is_a_unit() {
    let made = desktop();
    let mut file = made.groups();
    file.push("cgroup.controllers");
    #[expect(clippy::disallowed_methods, reason = "builds the machine that is counted")]
    std::fs::write(file, "memory\n").unwrap();
    for path in ["", "/user.slice", "/user.slice/user-1000.slice", MANAGER] {
        made.group(path, &[], None);
    }
    let tabs = |first: u32, count: usize| (first..).take(count + 1).collect::<Vec<u32>>();
    in_units(&made, "session.slice/org.gnome.Shell@wayland.service", &[60], 350);
    in_units(&made, "app.slice/app-gnome-chromium-100.scope", &tabs(100, 11), 1_500);
    in_units(&made, "app.slice/app-gnome-firefox-200.scope", &tabs(200, 4), 600);
    in_units(&made, "app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope", &[300, 301], 3 << 10);
    made.process(300, "bash", line(60, 300, 300, 34816), 5);
    made.process(301, "hog", line(300, 301, 300, 34816), 3 << 10);
    assert_eq!(chosen(&made), ("hog".to_owned(), 1));
}
