//! The unit.
//!
//! What a kill needs was tried with everything else taken away: CAP_KILL is enough to signal anybody's process through a pidfd and to
//! release its memory, LimitMEMLOCK stands in for CAP_IPC_LOCK, and root's own user number for the right to read /proc and to write
//! cgroup.kill of the system's groups. Groups that were handed to a user are written by nobody but him: there it ends processes one by one.

/// Its name.
pub const NAME: &str = "memtune-watchd.service";

/// Its file.
pub const PATH: &str = "/etc/systemd/system/memtune-watchd.service";

/// The link by which it is enabled.
pub(super) const LINK: &str = "/etc/systemd/system/multi-user.target.wants/memtune-watchd.service";

/// The text of its file for the program at `program`, reloaded by `kill`; `hides_processes` says that /proc hides those of other users.
pub fn text(program: &str, kill: &str, hides_processes: bool) -> String {
    let (capabilities, why) = if hides_processes {
        (
            "CAP_KILL CAP_SYS_PTRACE",
            "\n# /proc hides the processes of others (hidepid) from whoever may not look into them.",
        )
    } else {
        ("CAP_KILL", "")
    };
    format!(
        "# Written by memtune for `memtune watch install`. Do not edit it: a drop-in made by `systemctl edit {NAME}`\n\
         # overrides it, and `memtune watch uninstall` or `memtune undo` takes it back.\n\
         \n\
         [Unit]\n\
         Description=Ends the right job when memory runs out (memtune)\n\
         Documentation=man:memtune-watch(1) man:memtune-watch.toml(5)\n\
         # It is never given up.\n\
         StartLimitIntervalSec=0\n\
         \n\
         [Service]\n\
         Type=notify\n\
         NotifyAccess=main\n\
         ExecStart={program}\n\
         ExecReload={kill} -HUP $MAINPID\n\
         Restart=always\n\
         RestartSec=1\n\
         # Settings that cannot be read do not get better by being read again.\n\
         RestartPreventExitStatus=2\n\
         TimeoutStartSec=30\n\
         WatchdogSec=30\n\
         # The last kills can be told after a restart, too.\n\
         RuntimeDirectory=memtune\n\
         RuntimeDirectoryMode=0755\n\
         RuntimeDirectoryPreserve=yes\n\
         \n\
         # It outlives the shortage, and has its turn while everybody else wants one: directly below the root of the control groups, for\n\
         # a group's protection and weight count only among its siblings.\n\
         Slice=-.slice\n\
         OOMScoreAdjust=-900\n\
         OOMPolicy=continue\n\
         MemoryMin=8M\n\
         MemoryMax=64M\n\
         TasksMax=64\n\
         Nice=-20\n\
         CPUWeight=1000\n\
         LimitMEMLOCK=infinity\n\
         LimitNOFILE=8192\n\
         LimitCORE=0\n\
         \n\
         # It may send signals, and that is all.{why}\n\
         CapabilityBoundingSet={capabilities}\n\
         NoNewPrivileges=yes\n\
         ProtectSystem=strict\n\
         ProtectHome=yes\n\
         PrivateTmp=yes\n\
         PrivateDevices=yes\n\
         PrivateMounts=yes\n\
         PrivateNetwork=yes\n\
         IPAddressDeny=any\n\
         ProtectClock=yes\n\
         ProtectHostname=yes\n\
         ProtectKernelLogs=yes\n\
         ProtectKernelModules=yes\n\
         ProtectKernelTunables=yes\n\
         # cgroup.kill, which ends a job at one stroke before it can fork, is a file of the control groups.\n\
         ProtectControlGroups=no\n\
         RestrictAddressFamilies=AF_UNIX\n\
         RestrictNamespaces=yes\n\
         RestrictRealtime=yes\n\
         RestrictSUIDSGID=yes\n\
         LockPersonality=yes\n\
         MemoryDenyWriteExecute=yes\n\
         KeyringMode=private\n\
         UMask=0077\n\
         SystemCallArchitectures=native\n\
         # A call that is not allowed fails; it does not end the watchdog in the middle of a kill.\n\
         SystemCallErrorNumber=EPERM\n\
         SystemCallFilter=@system-service process_mrelease\n\
         SystemCallFilter=~@privileged @resources\n\
         \n\
         [Install]\n\
         WantedBy=multi-user.target\n"
    )
}

#[cfg(test)]
mod tests;
