//! Why a kernel does not measure how long work waits for memory.

use crate::facts::identity::assignment;
use crate::facts::kernel_arguments;
use crate::facts::readings::Readings;

/// The reason, and where it can be seen.
pub(super) struct Cause {
    /// In words that follow "because".
    pub(super) reason: &'static str,
    /// The file that tells it.
    pub(super) source: String,
    /// What the file says.
    pub(super) found: String,
    /// Whether `psi=1` on the kernel's command line changes it.
    pub(super) can_be_switched_on: bool,
}

/// The reason, where the machine tells one.
pub(super) fn cause(readings: &Readings) -> Option<Cause> {
    switched_off(readings).or_else(|| as_built(readings))
}

fn switched_off(readings: &Readings) -> Option<Cause> {
    let arguments = kernel_arguments::read(readings.host()).ok()?;
    let value = arguments.value("psi")?;
    matches!(value, "0" | "n" | "N" | "off").then(|| Cause {
        reason: "the kernel's command line forbids it",
        source: kernel_arguments::PATH.to_owned(),
        found: format!("psi={value}"),
        can_be_switched_on: true,
    })
}

fn as_built(readings: &Readings) -> Option<Cause> {
    let release = readings.identity().kernel.as_deref()?;
    // Red Hat gave its 4.18 the measuring of 4.20, switched off.
    if readings.identity().kernel_version().is_some_and(|version| version < (4, 20))
        && !release.contains(".el8")
    {
        return Some(Cause {
            reason: "only kernels from 4.20 on can",
            source: "/proc/sys/kernel/osrelease".to_owned(),
            found: release.to_owned(),
            can_be_switched_on: false,
        });
    }
    let source = format!("/boot/config-{release}");
    let config = readings.host().read(&source).ok()?;
    let is_built = assignment(&config, "CONFIG_PSI").is_some_and(|value| value == "y");
    let is_off = assignment(&config, "CONFIG_PSI_DEFAULT_DISABLED").is_some_and(|value| value == "y");
    let (reason, found) = match (is_built, is_off) {
        (false, _) => ("it was built without", "CONFIG_PSI is not set"),
        (true, true) => ("it was built to do so only with psi=1", "CONFIG_PSI_DEFAULT_DISABLED=y"),
        (true, false) => return None,
    };
    Some(Cause { reason, source, found: found.to_owned(), can_be_switched_on: is_built })
}
