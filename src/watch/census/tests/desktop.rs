//! A desktop, under a user's own manager and without one.

use super::Made;
use super::made::{job, line, sample, told};
use crate::watch::job::Spared;

const MANAGER: &str = "/user.slice/user-1000.slice/user@1000.service";

#[test]
fn applications_are_units_and_the_desktop_is_spared() {
    let made = Made::unified();
    for path in ["/user.slice", "/user.slice/user-1000.slice", MANAGER] {
        made.group(path, &[], None);
    }
    for slice in ["app.slice", "session.slice", "app.slice/app-org.gnome.Terminal.slice"] {
        made.group(&format!("{MANAGER}/{slice}"), &[], None);
    }
    let unit = |name: &str, pids: &[u32]| made.group(&format!("{MANAGER}/{name}"), pids, Some(100));
    unit("init.scope", &[50, 51]);
    unit("session.slice/org.gnome.Shell@wayland.service", &[60]);
    unit("session.slice/xdg-thing.service", &[61]);
    unit("app.slice/my-compositor.service", &[62]);
    unit("app.slice/app-gnome-firefox-70.scope", &[70, 71, 72]);
    unit("app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope", &[80, 81]);
    unit("app.slice/gnome-terminal-server.service", &[79]);
    made.process(50, "systemd", line(1, 50, 50, 0), 9);
    made.process(51, "(sd-pam)", line(50, 50, 50, 0), 9);
    made.process(60, "gnome-shell", line(50, 60, 60, 0), 300);
    made.process(61, "thing", line(50, 61, 61, 0), 9);
    made.process(62, "sway", line(50, 62, 62, 0), 9);
    made.process(70, "firefox", line(60, 70, 70, 0), 300);
    made.process(71, "Web Content", line(70, 70, 70, 0), 300);
    made.process(72, "pipewire", line(70, 70, 70, 0), 3);
    made.process(79, "gnome-terminal-", line(50, 79, 79, 0), 30);
    made.process(80, "bash", line(79, 80, 80, 34816), 5);
    made.process(81, "hog", line(80, 81, 80, 34816), 90);
    let mut census = made.census();
    census.count(&sample(0)).unwrap();
    assert_eq!(told(&census), ["app-gnome-firefox-70.scope: 70 71 72", "hog: 81"]);
    for name in ["org.gnome.Shell@wayland.service", "my-compositor.service", "xdg-thing.service"] {
        assert_eq!(job(&census, name).spared, Some(Spared::KeepsTheMachineUsable), "{name}");
    }
}

#[test]
fn a_desktop_in_one_session_is_never_one_job() {
    let made = Made::unified();
    for path in ["/user.slice", "/user.slice/user-1000.slice"] {
        made.group(path, &[], None);
    }
    let pids: Vec<u32> = (100..130).collect();
    made.group("/user.slice/user-1000.slice/session-2.scope", &pids, Some(900));
    // lightdm's child leads the session of all that the desktop starts.
    made.process(100, "lightdm", line(1, 100, 100, 0), 5);
    made.process(101, "my-own-desktop", line(100, 101, 101, 0), 5);
    made.process(102, "panel", line(101, 101, 101, 0), 5);
    made.process(103, "browser", line(101, 101, 101, 0), 300);
    made.process(104, "browser-tab", line(103, 101, 101, 0), 300);
    made.process(105, "xfce4-panel", line(101, 101, 101, 0), 9);
    made.process(106, "code", line(105, 101, 101, 0), 200);
    made.process(107, "code-pty", line(106, 101, 101, 0), 20);
    made.process(108, "fish", line(107, 108, 108, 34816), 5);
    made.process(109, "rust-hog", line(108, 109, 108, 34816), 90);
    // It left its parent, and keeps the group of the whole desktop.
    made.process(110, "mail", line(1, 101, 101, 0), 40);
    made.process(111, "Xorg", line(100, 111, 111, 1025), 90);
    assert_eq!(
        made.jobs(),
        ["browser: 103 104", "code: 106 107", "mail: 110", "panel: 102", "rust-hog: 109"]
    );
}
