//! Runs one check on a small tree that a test describes.

use crate::facts::readings::Readings;
use crate::host::made_tree::made_tree;

use super::examine::run;
use super::finding::Finding;
use super::registry;

/// A zoneinfo of one 4 KiB-paged zone with `managed` pages and these watermarks.
pub(super) fn zoneinfo(managed: u64, min: u64, low: u64, high: u64) -> String {
    format!(
        "Node 0, zone   Normal\n  pages free     {managed}\n        min      {min}\n        low      {low}\n        \
         high     {high}\n        spanned  {managed}\n        present  {managed}\n        managed  {managed}\n"
    )
}

/// What the check `id` says about a machine that has just these files; a path that begins with `->` in its text is a link.
pub(super) fn examine_tree(id: &str, files: &[(&str, &str)]) -> Finding {
    let (_folder, host) = made_tree(files);
    run(registry::find(id).unwrap(), &Readings::new(&host, None))
}

/// A process in a tree: PID, name, resident pages of 4 KiB, oom_score_adj, control group.
pub(super) type Row<'r> = (u32, &'r str, u64, &'r str, &'r str);

/// What the check `id` says about a machine of 4000 MiB that runs just these processes.
pub(super) fn examine_processes(id: &str, rows: &[Row]) -> Finding {
    let mut files = vec![("/proc/meminfo".to_owned(), "MemTotal: 4096000 kB\n".to_owned())];
    for (pid, name, pages, adjustment, group) in rows {
        let stat = format!("{pid} ({name}) S 1 1 1 0 -1 0 1 2 3 4 5 6 7 8 20 0 1 0 100 81920 {pages}");
        files.push((format!("/proc/{pid}/stat"), stat));
        files.push((format!("/proc/{pid}/oom_score_adj"), format!("{adjustment}\n")));
        files.push((format!("/proc/{pid}/cgroup"), format!("0::{group}\n")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    examine_tree(id, &files)
}
