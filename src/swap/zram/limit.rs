//! The most memory that the device may take, where zram-generator makes it.
//!
//! Its setting `zram-resident-limit` came with version 1.2; older ones, such as Debian 12 has, pass over it. So the unit that makes the
//! device sets the limit, whatever the version.

use crate::change::{Plan, Why};

use super::maker::DEVICE;
use super::request::Request;
use super::{drop_in, steps};

/// The drop-in of that unit.
pub(super) const PATH: &str = "/etc/systemd/system/systemd-zram-setup@zram0.service.d/90-memtune.conf";

/// Its text. The first line of /proc/meminfo is the memory of the machine; systemd takes `$$` for `$`.
pub(super) fn text() -> String {
    format!(
        "{}\n[Service]\n\
         # Half of the memory is the most that it may take: data that does not shrink would otherwise fill all of it. Without a limit it\n\
         # is still better than none.\n\
         ExecStartPost=-/bin/sh -c 'read -r name kib unit < /proc/meminfo && echo \"$$((kib / 2))K\" > /sys/block/{DEVICE}/mem_limit'\n",
        drop_in::HEADING
    )
}

/// Proves that the device has the limit.
pub(super) fn prove(plan: &mut Plan, request: &Request) {
    let why = Why::new("the kernel says how much memory it may take at most", steps::ZRAM);
    let line = format!("^ *[0-9]+ +[0-9]+ +[0-9]+ +{} ", request.limit().0);
    plan.command(&["grep", "-qE", &line, &format!("/sys/block/{DEVICE}/mm_stat")], None, why);
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::change::Area;
    use crate::facts::zram;
    use crate::host::made_tree::made_tree;
    use crate::host::{Host, Patience};
    use crate::swap::zram::on::tests::request;
    use crate::sys::bytes::Bytes;

    fn status_of(words: &[String]) -> Option<i32> {
        Host::live().run(words, Patience::Usual, &|| ControlFlow::Continue(())).unwrap().status
    }

    #[test]
    fn the_unit_writes_half_of_the_memory() {
        let (folder, host) = made_tree(&[
            ("/proc/meminfo", "MemTotal:        1000010 kB\nMemFree:  1 kB\n"),
            ("/sys/block/zram0/mem_limit", "0\n"),
        ]);
        let text = text();
        let script = text.split_once("-/bin/sh -c '").unwrap().1.strip_suffix("'\n").unwrap();
        let script = script.replace("$$", "$");
        let script = ["/proc/", "/sys/"]
            .iter()
            .fold(script, |script, root| script.replace(root, &format!("{}{root}", folder.path().display())));
        assert_eq!(status_of(&["sh".to_owned(), "-c".to_owned(), script]), Some(0));
        assert_eq!(host.read("/sys/block/zram0/mem_limit").unwrap(), "500005K\n");
    }

    #[test]
    fn the_kernel_s_line_proves_it() {
        let request = request("1G", Bytes::from_kib(1_000_010));
        let mut plan = Plan::new("test", Area::Swap);
        prove(&mut plan, &request);
        let crate::change::Change::Command(command) = &plan.steps()[0] else { panic!("a command") };
        for (limit, expected) in
            [(request.limit().0, Some(0)), (0, Some(1)), (request.limit().0 * 10, Some(1))]
        {
            let line = format!(
                "    4096       74    12288 {limit:8}    12288        0        0        0        0\n"
            );
            assert_eq!(zram::parse_mm_stat(&line).unwrap().limit, Bytes(limit));
            let (folder, _host) = made_tree(&[("/sys/block/zram0/mm_stat", &line)]);
            let mut words = command.words.clone();
            let file = words.pop().unwrap();
            words.push(format!("{}{file}", folder.path().display()));
            assert_eq!(status_of(&words), expected, "{line}");
        }
    }
}
