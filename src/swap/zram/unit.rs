//! The unit that makes the device where zram-generator is not installed.

use crate::host::Host;

use super::maker;
use super::request::Request;

/// Its name.
pub(super) const NAME: &str = "memtune-zram.service";

/// Its file.
pub(super) const PATH: &str = "/etc/systemd/system/memtune-zram.service";

/// The link by which it is enabled.
pub(super) const LINK: &str = "/etc/systemd/system/swap.target.wants/memtune-zram.service";

/// Where programs lie; systemd wants whole paths.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/// The programs that it calls, by their paths.
pub(super) struct Programs {
    modprobe: String,
    zramctl: String,
    mkswap: String,
    swapon: String,
    swapoff: String,
    shell: String,
}

impl Programs {
    /// Those of this machine.
    ///
    /// # Errors
    /// Names the program that is lacking.
    pub(super) fn find(host: &Host) -> Result<Self, &'static str> {
        let path = |name: &'static str| program(host, name).ok_or(name);
        Ok(Self {
            modprobe: path("modprobe")?,
            zramctl: path("zramctl")?,
            mkswap: path("mkswap")?,
            swapon: path("swapon")?,
            swapoff: path("swapoff")?,
            shell: path("sh")?,
        })
    }
}

/// The path of a program.
pub(super) fn program(host: &Host, name: &str) -> Option<String> {
    FOLDERS.iter().map(|folder| format!("{folder}/{name}")).find(|path| host.has(path))
}

/// What the shell runs to drain the device, should it be on.
pub(super) fn drained_by(swapoff: &str) -> String {
    let device = maker::PATH;
    format!("if grep -q \"^{device} \" /proc/swaps; then exec {swapoff} {device}; fi")
}

/// The text of its file. A share of memory is reckoned now: the unit has no formulas.
pub(super) fn text(request: &Request, algorithm: Option<&str>, priority: i32, programs: &Programs) -> String {
    let Programs { modprobe, zramctl, mkswap, swapon, swapoff, shell } = programs;
    let (device, name) = (maker::PATH, maker::DEVICE);
    let drained = drained_by(swapoff);
    let (size, limit) = (request.bytes().0, request.limit().0);
    let algorithm = algorithm.map(|name| format!("--algorithm {name} ")).unwrap_or_default();
    format!(
        "# Written by memtune for `memtune swap zram`. Do not edit it: memtune writes it anew, and `memtune undo` or\n\
         # `memtune swap zram off` takes it back.\n\
         \n\
         [Unit]\n\
         Description=Compressed swap in memory ({name}, by memtune)\n\
         Documentation=man:memtune(1)\n\
         # It is not stopped at shutdown: draining it then would only cost time.\n\
         DefaultDependencies=no\n\
         After=systemd-modules-load.service\n\
         Before=swap.target\n\
         ConditionVirtualization=!container\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         RemainAfterExit=yes\n\
         TimeoutStopSec=infinity\n\
         ExecStart={modprobe} zram\n\
         # What it may hold before compression.\n\
         ExecStart={zramctl} {algorithm}--size {size} {device}\n\
         # The most memory that it may take: data that does not shrink would otherwise fill all of it.\n\
         ExecStart={shell} -c 'echo {limit} > /sys/block/{name}/mem_limit'\n\
         ExecStart={mkswap} --label memtune-zram {device}\n\
         # Above every area on a disk.\n\
         ExecStart={swapon} --discard --priority {priority} {device}\n\
         ExecStop={shell} -c '{drained}'\n\
         # udev looks at a device that was just let go, and the kernel calls it busy meanwhile. What is still on is left alone.\n\
         ExecStopPost={shell} -c 'for try in 1 2 3 4 5 6 7 8 9 10; do if grep -q \"^{device} \" /proc/swaps; then exit 0; fi; if echo 1 > /sys/block/{name}/reset; then exit 0; fi; sleep 0.3; done; exit 1'\n\
         \n\
         [Install]\n\
         WantedBy=swap.target\n"
    )
}

#[cfg(test)]
pub(super) mod tests {
    use std::ops::ControlFlow;

    use super::super::algorithm;
    use super::*;
    use crate::facts::readings::Readings;
    use crate::facts::swaps;
    use crate::host::Patience;
    use crate::host::made_tree::made_tree;
    use crate::swap::zram::on::tests::request;
    use crate::sys::bytes::Bytes;

    /// A machine with all programs.
    pub(in crate::swap::zram) const PROGRAMS: [(&str, &str); 6] = [
        ("/usr/sbin/modprobe", ""),
        ("/usr/sbin/zramctl", ""),
        ("/sbin/mkswap", ""),
        ("/usr/sbin/swapon", ""),
        ("/usr/sbin/swapoff", ""),
        ("/bin/sh", ""),
    ];

    #[test]
    fn a_program_that_is_lacking_is_named() {
        let (_folder, host) = made_tree(&PROGRAMS[..5]);
        assert_eq!(Programs::find(&host).err(), Some("sh"));
    }

    #[test]
    fn the_unit_makes_the_device_in_the_order_that_the_kernel_wants() {
        let (_folder, host) = made_tree(&PROGRAMS);
        let request = request("25%", Bytes::from_gib(2));
        let text = text(&request, Some("zstd"), 120, &Programs::find(&host).unwrap());
        let starts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("ExecStart=")).collect();
        assert_eq!(
            starts,
            [
                "/usr/sbin/modprobe zram",
                "/usr/sbin/zramctl --algorithm zstd --size 536870912 /dev/zram0",
                "/bin/sh -c 'echo 1073741824 > /sys/block/zram0/mem_limit'",
                "/sbin/mkswap --label memtune-zram /dev/zram0",
                "/usr/sbin/swapon --discard --priority 120 /dev/zram0",
            ]
        );
        let words = text.split_whitespace().filter(|word| word.contains("sbin/"));
        assert!(words.clone().count() >= 5 && words.into_iter().all(|word| word.contains('/')));
        assert!(text.contains("WantedBy=swap.target\n") && LINK.contains("swap.target.wants"));
    }

    /// Those of this machine but modprobe: the module is there, or the test is skipped.
    fn programs(live: &Host) -> Option<Programs> {
        let path = |name| FOLDERS.iter().map(|folder| format!("{folder}/{name}")).find(|path| live.has(path));
        Some(Programs {
            modprobe: "modprobe".to_owned(),
            zramctl: path("zramctl")?,
            mkswap: path("mkswap")?,
            swapon: path("swapon")?,
            swapoff: path("swapoff")?,
            shell: path("sh")?,
        })
    }

    /// A device of the test's own on the running kernel, gone when this is dropped.
    struct Device {
        live: Host,
        number: String,
    }

    impl Device {
        /// `None`, and a line that says why, where there is no zram or no root.
        fn new() -> Option<Self> {
            let live = Host::live();
            if !rustix::process::geteuid().is_root() || programs(&live).is_none() {
                eprintln!("skipped: no root, or a program of the unit is lacking");
                return None;
            }
            let number = match live.read("/sys/class/zram-control/hot_add") {
                Ok(number) => number.trim().to_owned(),
                Err(lacking) => {
                    eprintln!("skipped: no zram device can be added here: {lacking}");
                    return None;
                }
            };
            let own = Self { live, number };
            if !own.live.has(&own.path()) {
                eprintln!("skipped: nothing makes {} here", own.path());
                return None;
            }
            Some(own)
        }

        fn path(&self) -> String {
            format!("/dev/zram{}", self.number)
        }

        fn says(&self, file: &str) -> String {
            self.live.read(&format!("/sys/block/zram{}/{file}", self.number)).unwrap()
        }

        /// Runs the lines of the unit that begin with `key`, for this device.
        fn run(&self, text: &str, key: &str) {
            let lines = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
            for line in lines.filter(|line| !line.contains("modprobe")) {
                let line = line.replace("zram0", &format!("zram{}", self.number));
                let words: Vec<String> = match line.split_once(" -c '") {
                    Some((shell, script)) => {
                        let script = script.strip_suffix('\'').unwrap();
                        [shell, "-c", script].map(str::to_owned).to_vec()
                    }
                    None => line.split(' ').map(str::to_owned).collect(),
                };
                let ran = self.live.run(&words, Patience::Usual, &|| ControlFlow::Continue(())).unwrap();
                assert_eq!(ran.status, Some(0), "{line}: {}", ran.complaint);
            }
        }
    }

    impl Drop for Device {
        /// Whatever a failed test left.
        fn drop(&mut self) {
            let (path, number) = (self.path(), &self.number);
            let script = format!(
                "swapoff {path}; echo 1 > /sys/block/zram{number}/reset; echo {number} > /sys/class/zram-control/hot_remove"
            );
            let words = ["sh".to_owned(), "-c".to_owned(), script];
            let _ = self.live.run(&words, Patience::Usual, &|| ControlFlow::Continue(()));
        }
    }

    #[test]
    fn the_kernel_takes_what_the_unit_does_and_lets_it_go_again() {
        let Some(device) = Device::new() else { return };
        let readings = Readings::new(&device.live, None);
        let request = request("32M", Bytes::from_mib(64));
        let programs = programs(&device.live).unwrap();
        let text = text(&request, algorithm::choose(&readings), 5, &programs);
        let line = || {
            let areas = swaps::read(&device.live).unwrap();
            areas.into_iter().find(|area| area.path == device.path()).map(|area| area.priority)
        };
        device.run(&text, "ExecStart");
        assert_eq!((line(), device.says("disksize").trim()), (Some(5), "33554432"));
        assert_eq!(device.says("mm_stat").split_whitespace().nth(3), Some("33554432"), "mem_limit");
        // What is on is left alone, however often the end is called.
        device.run(&text, "ExecStopPost");
        assert_eq!(line(), Some(5));
        for _ in 0..2 {
            device.run(&text, "ExecStop");
            device.run(&text, "ExecStopPost");
            assert_eq!((line(), device.says("disksize").trim()), (None, "0"));
        }
    }
}
