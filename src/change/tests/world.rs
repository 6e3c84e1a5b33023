//! A tree with a made-up kernel.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::change::apply::{Applied, apply_on};
use crate::change::journal::{self, State};
use crate::change::machine::Machine;
use crate::change::undo::{Force, plan_on};
use crate::change::{Area, Nobody, Observer, Plan, Why};
use crate::exit::Fault;
use crate::host::Host;
use crate::host::made_tree::{add, made_tree};

use super::kernel::MadeUpKernel;

pub(super) struct World {
    folder: tempfile::TempDir,
    pub(super) host: Host,
    pub(super) kernel: MadeUpKernel,
}

/// Mode, owner and content; `None` for a folder.
pub(super) type Found = (u32, u32, u32, Option<Vec<u8>>);

impl World {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let (folder, host) = made_tree(files);
        let kernel = MadeUpKernel::new();
        kernel.runs_on(folder.path());
        Self { folder, host, kernel }
    }

    pub(super) fn machine(&self) -> Machine<'_> {
        self.machine_observed(&Nobody)
    }

    pub(super) fn machine_observed<'w>(&'w self, observer: &'w dyn Observer) -> Machine<'w> {
        Machine { host: &self.host, kernel: Some(&self.kernel), observer, can_be_stopped: true, lock: None }
    }

    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    /// A plan that gives files and knobs these values.
    pub(super) fn plan(&self, files: &[(&str, Option<&str>)], knobs: &[(&str, &str)]) -> Plan {
        let mut plan = Plan::new("a test", Area::Tune);
        for (path, after) in files {
            plan.file(&self.host, path, *after, why()).unwrap();
        }
        for (path, after) in knobs {
            plan.knob_of(&self.machine(), path, after, why()).unwrap();
        }
        plan
    }

    pub(super) fn apply(&self, plan: Plan) -> Result<Applied, Fault> {
        apply_on(&self.machine(), plan, "memtune test", time())
    }

    /// Plans, applies, and gives the number of the entry.
    pub(super) fn set(&self, files: &[(&str, Option<&str>)], knobs: &[(&str, &str)]) -> u64 {
        self.apply(self.plan(files, knobs)).unwrap().id
    }

    pub(super) fn undo(&self, id: u64, force: Force) -> Result<Applied, Fault> {
        self.apply(plan_on(&self.machine(), &[id], force)?)
    }

    pub(super) fn states(&self) -> Vec<State> {
        journal::entries(&self.host).unwrap().iter().map(|entry| entry.state).collect()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        if !path.exists() {
            return add(&path, text);
        }
        #[expect(clippy::disallowed_methods, reason = "plays somebody else")]
        std::fs::write(path, text).unwrap();
    }

    pub(super) fn chmod(&self, path: &str, mode: u32) {
        std::fs::set_permissions(self.path(path), std::fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn read(&self, path: &str) -> Option<String> {
        self.host.state(path).unwrap().map(|file| String::from_utf8(file.content).unwrap())
    }

    /// Everything in the tree but what memtune keeps for itself.
    pub(super) fn everything(&self) -> BTreeMap<PathBuf, Found> {
        let mut found = BTreeMap::new();
        collect(self.folder.path(), &mut found);
        let keep = |path: &Path| !path.starts_with(self.path("/var"));
        found.into_iter().filter(|(path, _)| keep(path)).collect()
    }
}

pub(super) fn why() -> Why {
    Why::new("a reason", "a source")
}

pub(super) fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

#[expect(clippy::disallowed_methods, reason = "looks at what was written")]
fn collect(folder: &Path, found: &mut BTreeMap<PathBuf, Found>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let status = entry.metadata().unwrap();
        let content = status.is_file().then(|| std::fs::read(entry.path()).unwrap());
        if status.is_dir() {
            collect(&entry.path(), found);
        }
        found.insert(entry.path(), (status.mode(), status.uid(), status.gid(), content));
    }
}
