//! The plan that installs the service.

use crate::change::{Area, Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::facts::watchdogs::OWN;
use crate::host::{Host, Lacking};

use super::{bars, program, rivals, unit};

/// What the caller knows.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The program memtune itself, by its path.
    pub memtune: Option<String>,
    /// What is wrong with the settings, if anything is: with these it would not start.
    pub wrong_settings: Option<String>,
}

/// Plans that the service runs, now and at every boot, and that no other watchdog does.
///
/// # Errors
/// Says what cannot be read.
pub fn plan(readings: &Readings, request: &Request) -> Result<Plan, Fault> {
    let mut plan = Plan::new("install memtune's watchdog", Area::Watch);
    if let Some(why) = bars::find(readings) {
        plan.refuse(unit::NAME, why);
        return Ok(plan);
    }
    if let Some(wrong) = &request.wrong_settings {
        plan.refuse(unit::NAME, format!("it would not start with these settings: {wrong}"));
    }
    steps(&mut plan, readings, request)?;
    Ok(plan)
}

fn steps(plan: &mut Plan, readings: &Readings, request: &Request) -> Result<(), Fault> {
    let host = readings.host();
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let beside = request.memtune.as_deref().and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
    let program = match program::find(host, beside) {
        Ok(program) => program,
        Err(why) => {
            plan.refuse(unit::PATH, why);
            return Ok(());
        }
    };
    let rivals::Found { rivals, strays } = rivals::find(readings).map_err(failed)?;
    for (name, pid) in strays {
        plan.refuse(
            name,
            format!("it runs as process {pid}, and no service of the system started it: `sudo kill {pid}`, and remove what starts it"),
        );
    }
    rivals::put_to_rest(plan, host, &rivals);
    let text = unit::text(&program, &kill(host), hides_processes(readings));
    let is_running = !readings.processes_named(&[OWN]).map_err(failed)?.is_empty();
    let is_as_wanted = host.read(unit::PATH).is_ok_and(|now| now == text) && is_enabled(host) && is_running;
    if !is_as_wanted {
        start(plan, host, &text, request)?;
    }
    Ok(())
}

/// Writes the unit, and has systemd start it, with the proof that it answers.
fn start(plan: &mut Plan, host: &Host, text: &str, request: &Request) -> Result<(), Fault> {
    let why = Why::new("it keeps memtune's watchdog running, with few rights", "systemd.exec(5)");
    plan.file(host, unit::PATH, Some(text), why)?;
    let why = Why::new("systemd reads its units anew", "systemctl(1)");
    plan.command(&["systemctl", "daemon-reload"], None, why);
    if !is_enabled(host) {
        let why = Why::new("it is started at every boot", "systemctl(1)");
        plan.command(&["systemctl", "enable", unit::NAME], Some(&["systemctl", "disable", unit::NAME]), why);
    }
    let why = Why::new("it is started now, and this waits until it is ready", "systemctl(1)");
    plan.command(&["systemctl", "restart", unit::NAME], Some(&["systemctl", "stop", unit::NAME]), why);
    let why = Why::new("systemd says whether it runs", "systemctl(1)");
    plan.command(&["systemctl", "is-active", "--quiet", unit::NAME], None, why);
    if let Some(memtune) = &request.memtune {
        let why = Why::new("the watchdog itself says that it watches", "memtune-watch-status(1)");
        plan.command(&[memtune, "watch", "status", "--quiet"], None, why);
    }
    let why = Why::new("systemd reads its units anew", "systemctl(1)");
    plan.announce(&["systemctl", "daemon-reload"], why);
    Ok(())
}

pub(super) fn is_enabled(host: &Host) -> bool {
    host.link(unit::LINK).is_ok()
}

fn kill(host: &Host) -> String {
    let path = ["/usr/bin/kill", "/bin/kill"].into_iter().find(|path| host.has(path));
    path.unwrap_or("/bin/kill").to_owned()
}

/// Whether /proc was mounted so that only root's own rights show the processes of others.
fn hides_processes(readings: &Readings) -> bool {
    let is_hiding =
        |option: &String| option.strip_prefix("hidepid=").is_some_and(|how| how != "0" && how != "off");
    readings.mounts().is_ok_and(|mounts| {
        mounts.iter().any(|mount| mount.point == "/proc" && mount.options.iter().any(is_hiding))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::host::made_tree::made_tree;

    const INIT: (&str, &str) =
        ("/proc/1/stat", "1 (systemd) S 0 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3");
    const WATCHD: (&str, &str) = ("/usr/libexec/memtune-watchd", "");
    const MOUNTS: (&str, &str) =
        ("/proc/self/mountinfo", "22 1 0:21 / /proc rw,nosuid shared:12 - proc proc rw,hidepid=invisible\n");

    /// The plan behind what bars trees, as a machine with these files would have it.
    fn planned(files: &[(&str, &str)]) -> (Plan, tempfile::TempDir) {
        let (folder, host) = made_tree(files);
        let path = folder.path().join(WATCHD.0.trim_start_matches('/'));
        if path.exists() {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut plan = Plan::new("x", Area::Watch);
        let request = Request { memtune: Some("/usr/bin/memtune".to_owned()), wrong_settings: None };
        steps(&mut plan, &Readings::new(&host, None), &request).unwrap();
        (plan, folder)
    }

    fn targets(plan: &Plan) -> Vec<&str> {
        plan.steps().iter().map(|step| step.target()).collect()
    }

    #[test]
    fn it_is_written_started_and_proved() {
        let (plan, _folder) = planned(&[INIT, WATCHD, ("/bin/kill", "")]);
        assert_eq!(
            targets(&plan),
            [
                unit::PATH,
                "systemctl daemon-reload",
                "systemctl enable memtune-watchd.service",
                "systemctl restart memtune-watchd.service",
                "systemctl is-active --quiet memtune-watchd.service",
                "/usr/bin/memtune watch status --quiet",
                "systemctl daemon-reload",
            ]
        );
        assert!(plan.refused().is_empty());
    }

    #[test]
    fn what_is_as_wanted_stays() {
        let text = unit::text(WATCHD.0, "/bin/kill", false);
        let process = "7 (memtune-watchd) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3";
        let link = (unit::LINK, "->/etc/systemd/system/memtune-watchd.service");
        let (plan, _folder) = planned(&[INIT, WATCHD, (unit::PATH, &text), ("/proc/7/stat", process), link]);
        assert!(plan.is_empty(), "{:?}", targets(&plan));
    }

    #[test]
    fn hidden_processes_need_one_right_more() {
        let files = [INIT, WATCHD, MOUNTS];
        let (plan, _folder) = planned(&files);
        let (_, content) = plan.files().next().unwrap();
        let text = String::from_utf8(content.unwrap().to_vec()).unwrap();
        assert!(text.contains("CapabilityBoundingSet=CAP_KILL CAP_SYS_PTRACE\n"), "{text}");
    }

    #[test]
    fn without_the_program_it_is_refused() {
        let (plan, _folder) = planned(&[INIT]);
        assert!(plan.refused()[0].reason.contains("there is no `memtune-watchd`"));
        let (_folder, host) = made_tree(&[INIT, WATCHD]);
        let plan = super::plan(&Readings::new(&host, None), &Request::default()).unwrap();
        assert!(plan.refused()[0].reason.contains("a tree runs nothing"));
    }

    #[test]
    fn another_that_nobody_keeps_is_refused() {
        let process = "9 (earlyoom) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 8192 3";
        let (plan, _folder) = planned(&[INIT, WATCHD, ("/proc/9/stat", process)]);
        assert_eq!(plan.refused()[0].target, "earlyoom");
    }
}
