//! The plan of `memtune swap zswap on|off`.

use crate::change::{Area, Plan, Why};
use crate::exit::{Exit, Fault};
use crate::facts::compressors;
use crate::facts::readings::Readings;
use crate::host::{Host, Lacking};
use crate::sysctl::{Model, first_process};

use super::commands;
use super::settings::{self, Held, Setting};
use super::zram::bars;

/// Whether new pages go into it.
pub const ENABLED: &str = "/sys/module/zswap/parameters/enabled";

/// What it compresses with.
const COMPRESSOR: &str = "/sys/module/zswap/parameters/compressor";

/// The share of memory that it may take, in per cent.
const POOL: &str = "/sys/module/zswap/parameters/max_pool_percent";

const MANUAL: &str = "https://docs.kernel.org/admin-guide/mm/zswap.html";

/// What carries tmpfiles.d out where systemd does not.
const SCRIPTS: [&str; 2] = ["/etc/init.d/systemd-tmpfiles-setup", "/etc/init.d/opentmpfiles-setup"];

/// A larger pool takes more from the programs than it gives back.
const LARGEST_POOL: u8 = 50;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Whether it shall be on.
    pub on: bool,
    /// The compressor; `None` leaves it.
    pub compressor: Option<String>,
    /// The share of memory that it may take, in per cent; `None` leaves it.
    pub pool: Option<u8>,
}

/// Plans what was asked for, now and at every boot. What the active profile holds is in `held`.
///
/// # Errors
/// Says which file or knob cannot be read, or is a link.
pub fn plan(request: &Request, readings: &Readings, held: &Held) -> Result<Plan, Fault> {
    let title = if request.on { "turn zswap on" } else { "turn zswap off" };
    let mut plan = Plan::new(title, Area::Swap);
    if let Some(bar) = bars::everywhere(readings, &nix(request)) {
        plan.refuse(ENABLED, bar);
        return Ok(plan);
    }
    carry_over(&mut plan, request, readings, held)?;
    Ok(plan)
}

fn carry_over(plan: &mut Plan, request: &Request, readings: &Readings, held: &Held) -> Result<(), Fault> {
    refuse(plan, request, readings, held)?;
    if !plan.refused().is_empty() {
        return Ok(());
    }
    if is_off_for_good(request, readings)? {
        plan.note("zswap is off already, and nothing turns it on at boot");
        return Ok(());
    }
    let host = readings.host();
    if !is_kept(host) {
        plan.refuse(settings::TMPFILES, without_systemd(request));
        return Ok(());
    }
    add(plan, request, readings, held)
}

/// Whether a file would say only what holds without it.
fn is_off_for_good(request: &Request, readings: &Readings) -> Result<bool, Fault> {
    let is_on = readings.zswap().map_err(failed)?.as_ref().is_some_and(|zswap| zswap.is_enabled);
    if *request != Request::default() || is_on {
        return Ok(false);
    }
    let host = readings.host();
    if settings::present(host).map_err(failed)?.contains_key(ENABLED) {
        return Ok(false);
    }
    let model = Model::read(readings).map_err(failed)?;
    let winner = model.forecast_path(readings, ENABLED).winner;
    Ok(match winner {
        Some(winner) => !crate::facts::zswap::parse_switch(&winner.value),
        None => !is_kept(host) || !starts_on(host),
    })
}

/// Whether anything reads tmpfiles.d at boot: systemd, or a script of another first process.
fn is_kept(host: &Host) -> bool {
    first_process::is_systemd(host) || SCRIPTS.iter().any(|path| host.has(path))
}

/// Whether the kernel begins with it on, as far as that can be told; what cannot is taken for a yes.
fn starts_on(host: &Host) -> bool {
    let release = host.knob("kernel.osrelease").unwrap_or_default();
    let release = release.trim();
    let folders = [format!("/boot/config-{release}"), format!("/lib/modules/{release}/config")];
    let text = folders.iter().find_map(|path| host.read(path).ok());
    text.is_none_or(|text| text.lines().any(|line| line == "CONFIG_ZSWAP_DEFAULT_ON=y"))
}

fn without_systemd(request: &Request) -> String {
    let (letter, number) = if request.on { ("Y", 1) } else { ("N", 0) };
    format!(
        "systemd does not run this machine, and nothing else reads this file at boot; `zswap.enabled={number}` on the kernel's command line lasts, and by hand, until the next boot: `echo {letter} | sudo tee {ENABLED}`"
    )
}

fn nix(request: &Request) -> String {
    format!("boot.kernelParams = [ \"zswap.enabled={}\" ];", u8::from(request.on))
}

fn refuse(plan: &mut Plan, request: &Request, readings: &Readings, held: &Held) -> Result<(), Fault> {
    if readings.zswap().map_err(failed)?.is_none() {
        plan.refuse(ENABLED, "this kernel has no zswap (CONFIG_ZSWAP)");
        return Ok(());
    }
    if held.contains(ENABLED) {
        plan.refuse(
            ENABLED,
            "the active profile sets it; `memtune tune off` takes that back, another profile replaces it",
        );
    }
    if request.on
        && let Some(reason) = without_disk(readings)?
    {
        plan.refuse(ENABLED, reason);
    }
    if let Some(reason) = unknown_compressor(request, readings)? {
        plan.refuse(COMPRESSOR, reason);
    }
    if let Some(percent) = request.pool.filter(|percent| !(1..=LARGEST_POOL).contains(percent)) {
        plan.refuse(
            POOL,
            format!(
                "{percent} % of memory is no sensible pool: from 1 to {LARGEST_POOL}; the kernel takes 20"
            ),
        );
    }
    Ok(())
}

/// zswap stands in front of an area on a disk: it gives on to it what its pool cannot hold.
fn without_disk(readings: &Readings) -> Result<Option<String>, Fault> {
    let areas = readings.swaps().map_err(failed)?;
    if areas.iter().any(|area| !area.is_zram()) {
        return Ok(None);
    }
    let elsewhere = match commands::keeps_zram(readings.host()) {
        true => {
            format!("; without a disk, compressed swap in memory does the same: `{}`", commands::zram(50))
        }
        false => String::new(),
    };
    Ok(Some(match areas.first() {
        None => format!(
            "there is no swap area that zswap could stand in front of: `sudo memtune swap add SIZE` first{elsewhere}"
        ),
        Some(area) => format!(
            "{} is the only swap, and compresses by itself: zswap in front of it would compress each page twice; `sudo memtune swap add SIZE`, then `sudo memtune swap zram off`, would be the way to zswap",
            area.path
        ),
    }))
}

fn unknown_compressor(request: &Request, readings: &Readings) -> Result<Option<String>, Fault> {
    let Some(wanted) = &request.compressor else { return Ok(None) };
    let mut offered = compressors::read(readings.host()).map_err(failed)?;
    offered.extend(readings.zswap().map_err(failed)?.iter().filter_map(|zswap| zswap.compressor.clone()));
    Ok((!offered.contains(wanted)).then(|| {
        let names: Vec<String> = offered.into_iter().collect();
        format!("this kernel offers no compressor `{wanted}`, but {}", names.join(", "))
    }))
}

fn add(plan: &mut Plan, request: &Request, readings: &Readings, held: &Held) -> Result<(), Fault> {
    let why = |reason: &str| Why::new(reason, MANUAL);
    let mut wanted = Vec::new();
    // The pool is made with its compressor when it is turned on.
    if let Some(compressor) = &request.compressor {
        wanted.push(Setting::to(COMPRESSOR, compressor, why("what pages are compressed with")));
    }
    if let Some(percent) = request.pool {
        wanted.push(Setting::to(
            POOL,
            percent.to_string(),
            why("the most that the pool may take of memory, in per cent"),
        ));
    }
    let (value, reason) = match request.on {
        true => ("Y", "pages are kept compressed in memory on their way to the disk"),
        false => (
            "N",
            "pages go to the swap areas as they are; what the pool holds stays there until it is asked for",
        ),
    };
    wanted.push(Setting::to(ENABLED, value, why(reason)));
    settings::plan(plan, readings, &wanted, held)?;
    note_zram(plan, request, readings);
    note_command_line(plan, request, readings);
    Ok(())
}

fn note_zram(plan: &mut Plan, request: &Request, readings: &Readings) {
    let zram = readings.swaps().ok().and_then(|areas| areas.iter().find(|area| area.is_zram()));
    if let Some(area) = zram.filter(|_| request.on) {
        plan.note(format!(
            "{} compresses by itself: what zswap gives on to it is compressed twice; one of the two is enough (`memtune swap zram off`)",
            area.path
        ));
    }
}

/// The boot loader speaks first, and tmpfiles.d has the last word: between them the machine runs as the first says.
fn note_command_line(plan: &mut Plan, request: &Request, readings: &Readings) {
    let arguments = crate::facts::kernel_arguments::read(readings.host()).unwrap_or_default();
    let Some(text) = arguments.value("zswap.enabled") else { return };
    if crate::facts::zswap::parse_switch(text) != request.on {
        plan.note(format!(
            "the kernel's command line says zswap.enabled={text}: that holds until `{}` is read, early at each boot; to have it from the start, change the boot loader's configuration",
            settings::TMPFILES
        ));
    }
}

fn failed(lacking: Lacking) -> Fault {
    Fault::new(Exit::Failed, lacking.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::made_tree::made_tree;

    const OFF: (&str, &str) = (ENABLED, "N\n");
    const DISK: (&str, &str) = ("/proc/swaps", "/dev/sda2 partition 1000 0 -2\n");

    fn reasons(files: &[(&str, &str)], request: &Request, held: &[&str]) -> Vec<String> {
        let (_folder, host) = made_tree(files);
        let held = held.iter().map(|&name| name.to_owned()).collect();
        let mut plan = Plan::new("test", Area::Swap);
        refuse(&mut plan, request, &Readings::new(&host, None), &held).unwrap();
        plan.refused().iter().map(|one| one.reason.clone()).collect()
    }

    fn on() -> Request {
        Request { on: true, ..Request::default() }
    }

    #[test]
    fn it_stands_in_front_of_a_disk_or_not_at_all() {
        let zram = ("/proc/swaps", "/dev/zram0 partition 1000 0 100\n");
        assert!(reasons(&[OFF, DISK], &on(), &[]).is_empty());
        assert!(reasons(&[OFF, zram], &on(), &[])[0].contains("compress each page twice"));
        assert!(reasons(&[OFF], &on(), &[])[0].contains("no swap area"));
        assert!(reasons(&[DISK], &on(), &[])[0].contains("CONFIG_ZSWAP"));
        assert!(reasons(&[OFF], &Request::default(), &[]).is_empty(), "off is always possible");
        assert!(reasons(&[OFF, DISK], &on(), &[ENABLED])[0].contains("active profile"));
    }

    #[test]
    fn what_the_kernel_offers_is_told() {
        let crypto = ("/proc/crypto", "name : zstd\nname : lz4\n");
        let with = |name: &str| Request { compressor: Some(name.to_owned()), ..on() };
        assert!(reasons(&[OFF, DISK, crypto], &with("zstd"), &[]).is_empty());
        let told = reasons(
            &[OFF, DISK, crypto, ("/sys/module/zswap/parameters/compressor", "lzo\n")],
            &with("gzip"),
            &[],
        );
        assert!(told[0].contains("no compressor `gzip`, but lz4, lzo, zstd"), "{told:?}");
    }

    #[test]
    fn what_is_off_for_good_needs_no_file() {
        const KERNEL: (&str, &str) = ("/proc/sys/kernel/osrelease", "6.12.1\n");
        const BEGINS_OFF: (&str, &str) = ("/boot/config-6.12.1", "# CONFIG_ZSWAP_DEFAULT_ON is not set\n");
        const BEGINS_ON: (&str, &str) = ("/boot/config-6.12.1", "CONFIG_ZSWAP_DEFAULT_ON=y\n");
        const ON: (&str, &str) = (ENABLED, "Y\n");
        let off = Request::default();
        let pool = Request { pool: Some(20), ..Request::default() };
        for (files, request, is_idle) in [
            (vec![OFF, KERNEL, BEGINS_OFF], &off, true),
            (vec![OFF, ("/proc/cmdline", "zswap.enabled=0\n")], &off, true),
            (vec![OFF, KERNEL, BEGINS_ON], &off, false),
            (vec![OFF, KERNEL, BEGINS_OFF, ("/proc/cmdline", "zswap.enabled=1\n")], &off, false),
            (vec![OFF], &off, false),
            (vec![ON, KERNEL, BEGINS_OFF], &off, false),
            (vec![OFF, KERNEL, BEGINS_OFF], &pool, false),
            (
                vec![
                    OFF,
                    KERNEL,
                    BEGINS_OFF,
                    (settings::TMPFILES, "w! /sys/module/zswap/parameters/enabled - - - - Y\n"),
                ],
                &off,
                false,
            ),
            (
                vec![
                    OFF,
                    KERNEL,
                    BEGINS_OFF,
                    ("/etc/tmpfiles.d/own.conf", "w /sys/module/zswap/parameters/enabled - - - - Y\n"),
                ],
                &off,
                false,
            ),
        ] {
            let (_folder, host) = made_tree(&files);
            let mut plan = Plan::new("test", Area::Swap);
            carry_over(&mut plan, request, &Readings::new(&host, None), &Held::new()).unwrap();
            assert_eq!(plan.is_empty(), is_idle, "{files:?}");
            assert_eq!(plan.notes().iter().any(|note| note.contains("off already")), is_idle, "{files:?}");
        }
    }

    #[test]
    fn where_nothing_would_read_the_file_none_is_written() {
        let other = ("/proc/1/comm", "init\n");
        for (request, said) in
            [(on(), "echo Y"), (Request { pool: Some(20), ..Request::default() }, "echo N")]
        {
            let (_folder, host) = made_tree(&[OFF, DISK, other]);
            let mut plan = Plan::new("test", Area::Swap);
            carry_over(&mut plan, &request, &Readings::new(&host, None), &Held::new()).unwrap();
            assert!(plan.is_empty() && plan.refused()[0].reason.contains(said), "{:?}", plan.refused());
        }
        assert!(!reasons(&[OFF, other], &on(), &[])[0].contains("swap zram"));
        let (_folder, host) = made_tree(&[OFF, DISK, other, (SCRIPTS[0], "")]);
        let mut plan = Plan::new("test", Area::Swap);
        carry_over(&mut plan, &on(), &Readings::new(&host, None), &Held::new()).unwrap();
        assert!(!plan.is_empty());
    }

    #[test]
    fn the_pool_has_its_bounds() {
        for (percent, is_refused) in [(0, true), (1, false), (50, false), (51, true)] {
            let request = Request { pool: Some(percent), ..on() };
            assert_eq!(!reasons(&[OFF, DISK], &request, &[]).is_empty(), is_refused, "{percent}");
        }
    }

    #[test]
    fn it_is_kept_by_tmpfiles_and_the_command_line_is_told_of() {
        let (_folder, host) = made_tree(&[OFF, DISK, ("/proc/cmdline", "zswap.enabled=0\n")]);
        let request = Request { compressor: Some("zstd".to_owned()), pool: Some(25), ..on() };
        let mut plan = Plan::new("test", Area::Swap);
        add(&mut plan, &request, &Readings::new(&host, None), &Held::new()).unwrap();
        let (path, content) = plan.files().next().unwrap();
        assert_eq!(path, settings::TMPFILES);
        let text = String::from_utf8(content.unwrap().to_vec()).unwrap();
        for line in ["compressor - - - - zstd\n", "enabled - - - - Y\n", "max_pool_percent - - - - 25\n"] {
            assert!(text.contains(line), "{text}");
        }
        assert!(plan.notes()[0].contains("zswap.enabled=0"), "{:?}", plan.notes());
    }
}
