//! The programs that a rescue needs when memory is gone, and how they are spared.

/// A program that should outlive a shortage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rescuer {
    /// The name of its processes, cut to 15 bytes as the kernel cuts it.
    pub process: &'static str,
    /// The names of its units, without their kind.
    pub units: &'static [&'static str],
    /// The `OOMScoreAdjust` that its makers ship.
    pub adjustment: i32,
    /// Whether what it starts inherits the setting of its unit; sshd protects itself at its start, and only itself.
    pub passes_it_on: bool,
}

/// All of them.
pub const RESCUERS: [Rescuer; 4] = [
    Rescuer { process: "sshd", units: &["ssh", "sshd"], adjustment: -1000, passes_it_on: true },
    Rescuer {
        process: "systemd-journal",
        units: &["systemd-journald"],
        adjustment: -250,
        passes_it_on: false,
    },
    Rescuer {
        process: "dbus-daemon",
        units: &["dbus", "dbus-daemon"],
        adjustment: -900,
        passes_it_on: false,
    },
    Rescuer { process: "dbus-broker", units: &["dbus-broker"], adjustment: -900, passes_it_on: false },
];

/// The one whose unit is called `stem`, a name without its kind.
pub fn of_unit(stem: &str) -> Option<&'static Rescuer> {
    const ALL: &[Rescuer] = &RESCUERS;
    ALL.iter().find(|rescuer| rescuer.units.contains(&stem))
}
