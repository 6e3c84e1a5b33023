//! The plan of `memtune swap zram SIZE`.

use crate::change::{Area, Plan, typed};
use crate::exit::{Exit, Fault};
use crate::facts::readings::Readings;
use crate::host::Lacking;
use crate::swap::planned;
use crate::swap::settings::{self, Held};
use crate::sys::size::Size;

use super::maker::Maker;
use super::request::Request;
use super::{algorithm, bars, by_generator, by_unit, in_front, maker, unit};

/// What the device shall be.
pub(super) struct Wanted {
    pub(super) request: Request,
    pub(super) algorithm: Option<&'static str>,
    pub(super) priority: i32,
}

impl Wanted {
    fn of(request: Request, readings: &Readings) -> Self {
        let on_disks = planned::areas(readings).unwrap_or_default();
        let on_disks = on_disks.iter().filter(|one| !one.source.starts_with("/dev/zram"));
        let priority = maker::priority(readings, on_disks.filter_map(|one| one.priority));
        Self { algorithm: algorithm::choose(readings), priority, request }
    }

    /// Whether the device is so already.
    pub(super) fn is_there(&self, readings: &Readings) -> bool {
        let device = readings.zram().ok().and_then(|all| all.iter().find(|one| one.name == maker::DEVICE));
        let has_size = device.is_some_and(|device| device.disk_size == self.request.bytes());
        let has_limit = device.is_some_and(|device| device.use_of_memory.limit == self.request.limit());
        let has_algorithm = device.is_some_and(|device| {
            self.algorithm.is_none_or(|wanted| device.algorithm.as_deref() == Some(wanted))
        });
        let area = maker::area(readings);
        has_size && has_limit && has_algorithm && area.is_some_and(|area| area.priority == self.priority)
    }

    /// What to type where nothing can be kept for the next boot.
    fn by_hand(&self) -> String {
        let size = self.request.bytes().0.to_string();
        let mut make = vec!["zramctl", maker::PATH, "--size", &size];
        make.extend(self.algorithm.iter().flat_map(|name| ["--algorithm", name]));
        format!(
            "modprobe zram && {} && mkswap {path} && swapon --discard -p {} {path}",
            typed(&make),
            self.priority,
            path = maker::PATH,
        )
    }
}

/// Plans compressed swap of this size, in the place of what memtune or zram-generator made before. What the active profile holds is in
/// `held`.
///
/// # Errors
/// Says which file cannot be read, or is a link.
pub fn plan(size: Size, readings: &Readings, held: &Held) -> Result<Plan, Fault> {
    let failed = |lacking: Lacking| Fault::new(Exit::Failed, lacking.to_string());
    let memory = readings.meminfo().map_err(failed)?.total();
    let request = Request { size, memory, page_size: readings.page_size() };
    let mut plan = Plan::new(format!("make compressed swap of {} in memory", request.bytes()), Area::Swap);
    if let Some(bar) = request.bar() {
        plan.refuse(maker::PATH, bar);
        return Ok(plan);
    }
    let nix = format!("zramSwap = {{ enable = true; memoryPercent = {}; }};", percent(&request));
    if let Some(bar) = bars::everywhere(readings, &nix) {
        plan.refuse(maker::PATH, bar);
        return Ok(plan);
    }
    let wanted = Wanted::of(request, readings);
    refuse(&mut plan, &wanted, readings)?;
    if plan.refused().is_empty() {
        add(&mut plan, &wanted, readings, held)?;
    }
    Ok(plan)
}

/// At least one: NixOS knows whole per cents alone.
fn percent(request: &Request) -> u64 {
    (request.bytes().percent_of(request.memory).round() as u64).max(1)
}

fn refuse(plan: &mut Plan, wanted: &Wanted, readings: &Readings) -> Result<(), Fault> {
    let host = readings.host();
    let mut reasons: Vec<(String, String)> = Vec::new();
    let mut of_device =
        |reason: Option<String>| reasons.extend(reason.map(|reason| (maker::PATH.to_owned(), reason)));
    of_device(bars::without_module(host)?);
    of_device(bars::without_systemd(host, &wanted.by_hand()));
    of_device(bars::of_a_stranger(readings));
    let is_orphaned = maker::area(readings).is_some() && maker::of_present(host) == Some(Maker::Generator);
    if maker::of(host) == Maker::Unit && is_orphaned {
        of_device(Some("zram-generator, which is not installed any more, made it at this boot: reboot first, or `sudo systemctl stop dev-zram0.swap`".to_owned()));
    }
    if maker::of(host) == Maker::Generator && host.has(unit::PATH) {
        of_device(Some("memtune's own unit makes it, and zram-generator, which was installed since, would do so, too: `memtune swap zram off` first".to_owned()));
    }
    reasons.extend(bars::other_managers(host)?);
    reasons.into_iter().for_each(|(target, reason)| plan.refuse(target, reason));
    Ok(())
}

fn add(plan: &mut Plan, wanted: &Wanted, readings: &Readings, held: &Held) -> Result<(), Fault> {
    // First what is in front of it: the new device shall never be read ahead of.
    in_front::set(plan, readings, held)?;
    let maker = maker::of(readings.host());
    match maker {
        Maker::Generator => by_generator::on(plan, readings, wanted)?,
        Maker::Unit => by_unit::on(plan, readings, wanted)?,
    }
    settings::keep(plan, readings, maker::KEPT, maker.files().iter().copied())?;
    plan.note(format!(
        "{} is what it may hold before compression; it takes memory only for what is in it, and at most {}",
        wanted.request.bytes(),
        wanted.request.limit()
    ));
    if wanted.algorithm.is_none() {
        plan.note("this kernel does not offer zstd: its own choice of a compressor stays");
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::host::Host;
    use crate::host::made_tree::made_tree;
    use crate::swap::zram::unit::tests::PROGRAMS;
    use crate::swap::zram::{drop_in, limit};
    use crate::sys::bytes::Bytes;

    pub(in crate::swap::zram) const GENERATOR: (&str, &str) =
        ("/usr/lib/systemd/system-generators/zram-generator", "");
    pub(in crate::swap::zram) const MEMORY: (&str, &str) =
        ("/proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 3000000 kB\n");

    /// On a machine with so much memory, in pages of 4 KiB.
    pub(in crate::swap::zram) fn request(size: &str, memory: Bytes) -> Request {
        Request { size: size.parse().unwrap(), memory, page_size: Bytes(4096) }
    }

    fn added(size: &str, host: &Host) -> Plan {
        let readings = Readings::new(host, None);
        let memory = readings.meminfo().unwrap().total();
        let wanted = Wanted::of(
            Request { size: size.parse().unwrap(), memory, page_size: readings.page_size() },
            &readings,
        );
        let mut plan = Plan::new("test", Area::Swap);
        add(&mut plan, &wanted, &readings, &Held::new()).unwrap();
        plan
    }

    /// Its steps as they could be typed; in a tree no area and no knob is planned.
    pub(in crate::swap::zram) fn steps(plan: &Plan) -> Vec<&str> {
        plan.steps().iter().map(|step| step.target()).collect()
    }

    #[test]
    fn a_new_device_by_the_generator() {
        let (_folder, host) = made_tree(&[GENERATOR, MEMORY]);
        let plan = added("50%", &host);
        assert_eq!(
            steps(&plan),
            [
                "/etc/sysctl.d/99-zz-memtune-swap.conf",
                drop_in::PATH,
                limit::PATH,
                "systemctl daemon-reload",
                "systemctl start dev-zram0.swap",
                "grep -qx 2147483648 /sys/block/zram0/disksize",
                "grep -qE '^ *[0-9]+ +[0-9]+ +[0-9]+ +2147483648 ' /sys/block/zram0/mm_stat",
                "systemctl daemon-reload",
            ]
        );
        assert!(plan.refused().is_empty());
    }

    #[test]
    fn one_that_is_on_is_let_go_first_and_comes_back_on_the_way_back() {
        let swaps = ("/proc/swaps", "/dev/zram0 partition 1000 10 100\n");
        let udev = ("/usr/bin/udevadm", "");
        let (_folder, host) = made_tree(&[GENERATOR, MEMORY, swaps, udev]);
        let plan = added("1G", &host);
        let commands = plan.steps().iter().filter_map(|step| match step {
            crate::change::Change::Command(command) if !command.afterwards => {
                Some((command.target.as_str(), command.undo.as_ref().map(|words| typed(words))))
            }
            _ => None,
        });
        let commands: Vec<(&str, Option<String>)> = commands.collect();
        let back = |words: &str| Some(words.to_owned());
        let settle = ("udevadm settle --timeout=30", back("udevadm settle --timeout=30"));
        let drained = r#"sh -c 'if grep -q "^/dev/zram0 " /proc/swaps; then exec swapoff /dev/zram0; fi'"#;
        assert_eq!(
            commands,
            [
                settle.clone(),
                ("systemctl stop systemd-zram-setup@zram0.service", back("systemctl start dev-zram0.swap")),
                ("systemctl daemon-reload", back("systemctl daemon-reload")),
                ("systemctl daemon-reload", None),
                ("systemctl start dev-zram0.swap", back("systemctl stop systemd-zram-setup@zram0.service")),
                settle,
                ("grep -qx 1073741824 /sys/block/zram0/disksize", None),
                ("grep -qE '^ *[0-9]+ +[0-9]+ +[0-9]+ +2147483648 ' /sys/block/zram0/mm_stat", None),
                ("grep -qE '^/dev/zram0[[:space:]].*[[:space:]]100$' /proc/swaps", back(drained)),
            ]
        );
    }

    #[test]
    fn what_fits_nowhere_else_is_not_drained() {
        let memory = ("/proc/meminfo", "MemTotal: 4194304 kB\nMemAvailable: 600000 kB\n");
        let swaps = ("/proc/swaps", "/dev/zram0 partition 4000000 3000000 100\n");
        let (_folder, host) = made_tree(&[GENERATOR, memory, swaps]);
        let plan = added("1G", &host);
        assert_eq!(plan.refused().len(), 1);
        assert!(
            plan.refused()[0].reason.contains("sudo memtune swap add 3G"),
            "{}",
            plan.refused()[0].reason
        );
    }

    #[test]
    fn without_the_generator_a_unit_makes_it() {
        let (_folder, host) = made_tree(&[&PROGRAMS[..], &[MEMORY]].concat());
        let plan = added("1G", &host);
        assert_eq!(
            steps(&plan)[1..],
            [
                unit::PATH,
                "systemctl daemon-reload",
                "systemctl enable memtune-zram.service",
                "systemctl restart memtune-zram.service",
                "grep -qx 1073741824 /sys/block/zram0/disksize",
                "grep -qE '^ *[0-9]+ +[0-9]+ +[0-9]+ +2147483648 ' /sys/block/zram0/mm_stat",
                "systemctl daemon-reload",
            ]
        );
        let (_folder, host) = made_tree(&[MEMORY]);
        assert!(added("1G", &host).refused()[0].reason.contains("`modprobe` is not installed"));
    }

    #[test]
    fn what_is_so_already_is_left_as_it_is() {
        let request = request("1G", Bytes::from_gib(4));
        let text = drop_in::text(&request, Some("zstd"), 100);
        let with_limit = |limit: &str| {
            let numbers = format!("4096 74 12288 {limit} 12288 0 0 0 0\n");
            let (_folder, host) = made_tree(&[
                GENERATOR,
                MEMORY,
                (drop_in::PATH, &text),
                (limit::PATH, &limit::text()),
                ("/proc/swaps", "/dev/zram0 partition 1048572 10 100\n"),
                ("/sys/block/zram0/disksize", "1073741824\n"),
                ("/sys/block/zram0/mm_stat", &numbers),
                ("/sys/block/zram0/comp_algorithm", "lzo [zstd]\n"),
            ]);
            ["1G", "2G"].map(|size| steps(&added(size, &host)).len())
        };
        let [same, larger] = with_limit("2147483648");
        assert!(same == 1 && larger > 5, "{same} {larger}");
        // No limit holds it, although the files say so.
        assert!(with_limit("0")[0] > 5);
    }

    #[test]
    fn what_cannot_be_done_from_here_is_refused_before_anything_is_planned() {
        let (_folder, host) = made_tree(&[MEMORY, GENERATOR]);
        let refused = |size: &str, host: &Host| {
            let plan = plan(size.parse().unwrap(), &Readings::new(host, None), &Held::new()).unwrap();
            assert!(plan.steps().is_empty());
            plan.refused()[0].reason.clone()
        };
        assert!(refused("1G", &host).contains("a tree has no running kernel"));
        assert!(refused("9G", &host).contains("more than twice the memory"));
        let (_folder, host) = made_tree(&[MEMORY, ("/etc/NIXOS", "")]);
        assert!(refused("1G", &host).contains("zramSwap = { enable = true; memoryPercent = 25; };"));
    }
}
