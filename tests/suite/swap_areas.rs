//! `memtune swap add`, `remove` and `resize` on the running kernel, where that can be done: in a mount namespace of their own, with a
//! copy of /etc, so that this machine keeps its fstab and its journal.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::common::{cases, memtune};
use super::schema::Schema;

/// Sets the place up; whatever is on below $PLACE in the end is off again.
const PRELUDE: &str = r#"
cp -a /etc "$PLACE/etc"
mount --bind "$PLACE/etc" /etc
mount -t tmpfs tmpfs /var/lib
umask 022
chmod 755 "$PLACE"
# The place may lie below folders of the user who builds memtune, where it makes no swap file. /proc/swaps shows those of other tests, too.
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir "/mnt/${PLACE##*/}"
mount --bind "$PLACE" "/mnt/${PLACE##*/}"
PLACE=/mnt/${PLACE##*/}
clean_up() { awk -v place="$PLACE/" 'index($1, place) == 1 {print $1}' /proc/swaps | while read -r area; do swapoff "$(printf %b "$area")"; done; }
trap clean_up EXIT
fail() { echo "failed: $*" >&2; exit 1; }
ends() { wanted=$1; shift; status=0; said=$("$MEMTUNE" "$@" </dev/null 2>&1) || status=$?; [[ $status == "$wanted" ]] || fail "'$*' ended with $status: $said"; }
says() { [[ $(tr -s '\n ' ' ' <<<"$said") == *"$1"* ]] || fail "no '$1' in: $said"; }
is_on() { grep -qF "$1 " /proc/swaps; }
printf '# odd\nproc\t/proc  proc defaults 0 0\nhalf' >/etc/fstab
cp /etc/fstab "$PLACE/fstab"
"#;

const SKIPPED: &str = "skipped: no namespace of mounts, or no swap files, here (no root?)";

struct Place(tempfile::TempDir);

impl Place {
    /// `None` where this machine lets nobody do that.
    fn new() -> Option<Self> {
        let place = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        let probe = place.run(
            "truncate -s 0 $PLACE/probe; chmod 600 $PLACE/probe; fallocate -l 1M $PLACE/probe; mkswap $PLACE/probe; swapon $PLACE/probe; swapoff $PLACE/probe; rm $PLACE/probe",
        );
        let is_possible = probe.status.success();
        is_possible.then(|| Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()))
    }

    fn run(&self, script: &str) -> Output {
        let script = format!("set -euo pipefail\n{PRELUDE}\n{script}");
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "bash", "-c", &script]);
        command.env("PLACE", self.0.path()).env("MEMTUNE", env!("CARGO_BIN_EXE_memtune"));
        command.output().unwrap()
    }

    fn passes(&self, script: &str) {
        let output = self.run(script);
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn a_file_is_added_made_larger_and_removed_and_fstab_is_as_before() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        area="$PLACE/my swäp"
        ends 0 swap add 8M --file "$area" --priority 7 -y
        says "is on with"
        is_on "$PLACE/my\\040swäp"
        [[ $(stat -c '%a %s' "$area") == "600 8388608" ]] || fail mode or size
        tail -n 1 /etc/fstab | grep -qF 'my\040swäp none swap defaults,nofail,pri=7 0 0' || fail "$(cat /etc/fstab)"
        [[ $(findmnt --fstab -n -o SOURCE,OPTIONS -t swap) == *"my swäp"*pri=7* ]] || fail findmnt reads it otherwise
        # Once more by the same name, and the same size.
        ends 4 swap add 8M --file "$area" -y
        says "is there already"
        ends 0 swap resize "$area" 8M -y
        says "has 8 MiB already"
        ends 0 swap resize "$area" 16M -y
        says "is called $PLACE/my swäp2 then"
        is_on "$PLACE/my\\040swäp2"
        [[ ! -e $area && $(stat -c %s "${area}2") == 16777216 ]] || fail the old one is there
        grep -qF 'swäp2 none swap defaults,nofail,pri=7' /etc/fstab || fail "$(cat /etc/fstab)"
        grep -F 'swäp2 ' /proc/swaps | grep -q '7$' || fail priority
        ends 0 swap remove "${area}2" -y
        ! is_on "$PLACE/my\\040swäp2" || fail still on
        [[ ! -e ${area}2 ]] || fail the file is there
        diff <(cat "$PLACE/fstab"; echo) /etc/fstab || fail fstab differs
        ends 2 swap remove "${area}2" -y
        "#,
    );
}

#[test]
fn undo_takes_all_of_it_back() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        ends 0 swap add 8M --file "$PLACE/area" -y
        ends 0 undo -y
        ! is_on "$PLACE/area" || fail still on
        [[ ! -e $PLACE/area ]] || fail the file is there
        cmp /etc/fstab "$PLACE/fstab" || fail fstab differs
        ends 0 swap add 8M --file "$PLACE/area" --no-fstab -y
        cmp /etc/fstab "$PLACE/fstab" || fail fstab was touched
        ends 0 swap remove "$PLACE/area" --keep-file -y
        ! is_on "$PLACE/area" || fail still on
        [[ -e $PLACE/area ]] || fail the file is gone
        "#,
    );
}

#[test]
fn bad_requests_leave_nothing_behind() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        ln -s /nowhere "$PLACE/link"; mkdir "$PLACE/folder"; echo mine >"$PLACE/file"
        for size in 0 16X 1 36K 0%; do ends 2 swap add "$size" --file "$PLACE/area" -y; done
        ends 2 swap add -1G --file "$PLACE/area" -y
        ends 2 swap add
        ends 2 swap add --file "$PLACE/area" -y
        ends 4 swap add 900000T --file "$PLACE/area" -y
        for path in relative ./area "$PLACE/" "$PLACE/../area" "$PLACE/a"$'\n'b "$PLACE/none/area"; do
            ends 2 swap add 8M --file "$path" -y
        done
        ends 2 swap add
        says "how much swap to add is not said"
        ends 2 swap add 64 --file "$PLACE/area" -y
        says '`64M`'
        ends 2 swap add 8M --file /dev/sdzz9 -y
        says 'no device `/dev/sdzz9`'
        ends 2 swap add 8M --priority -1
        says "not in 0..=32767"
        for path in link folder file; do ends 4 swap add 8M --file "$PLACE/$path" -y; done
        ends 2 swap add 8M --file "$PLACE/area" --priority 40000 -y
        mount -t tmpfs tmpfs "$PLACE/folder"
        ends 4 swap add 8M --file "$PLACE/folder/area" -y
        says "in memory"
        ends 2 swap add 8M --file "$PLACE/area"
        ends 2 swap remove "$PLACE/file" -y
        ends 2 swap remove area -y
        ends 4 swap remove zram0 -y
        says "swap zram off"
        printf '\xff' >>/etc/fstab
        ends 4 swap add 8M --file "$PLACE/area" -y
        says "no UTF-8"
        [[ $(ls -A "$PLACE") == $'etc\nfile\nfolder\nfstab\nlink' ]] || fail "left: $(ls -A "$PLACE")"
        "#,
    );
}

#[test]
fn undo_takes_out_its_line_and_leaves_what_was_edited_since() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        ends 0 swap add 8M --file "$PLACE/area" -y
        printf 'LABEL=data /srv ext4 noauto 0 2\n' >>/etc/fstab
        ends 0 undo -y
        { cat "$PLACE/fstab"; printf '\nLABEL=data /srv ext4 noauto 0 2\n'; } >"$PLACE/expected"
        cmp /etc/fstab "$PLACE/expected" || fail "fstab: $(cat /etc/fstab)"
        # The line itself was edited: that is the owner's now.
        cp "$PLACE/fstab" /etc/fstab
        ends 0 swap add 8M --file "$PLACE/area" -y
        sed -i 's/defaults,nofail/defaults/' /etc/fstab
        ends 4 undo -y
        says "was changed by somebody else"
        is_on "$PLACE/area" || fail it is off
        "#,
    );
}

#[test]
fn the_end_of_the_terminal_takes_a_plan_back_unless_it_is_to_mean_nothing() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    // The program that turns it on is slow: the signal comes while it is at work.
    place.passes(
        r#"
        mkdir "$PLACE/bin"
        printf '#!/bin/sh\ntouch "$PLACE/begun"; sleep 1; exec %s "$@"\n' "$(command -v swapon)" >"$PLACE/bin/swapon"
        chmod +x "$PLACE/bin/swapon"
        hung_up() {
            rm -f "$PLACE/begun"
            "$@" "$MEMTUNE" swap add 8M --file "$PLACE/area" -y </dev/null >"$PLACE/said" 2>&1 &
            for _ in $(seq 200); do [[ ! -e $PLACE/begun ]] || break; sleep 0.05; done
            kill -HUP $!
            status=0; wait $! || status=$?
        }
        PATH=$PLACE/bin:$PATH
        hung_up env --default-signal=HUP
        [[ $status == 5 ]] || fail "it ended with $status: $(cat "$PLACE/said")"
        ! is_on "$PLACE/area" || fail still on
        [[ ! -e $PLACE/area ]] || fail the file is there
        cmp /etc/fstab "$PLACE/fstab" || fail fstab differs
        hung_up nohup
        [[ $status == 0 ]] || fail "it ended with $status: $(cat "$PLACE/said")"
        is_on "$PLACE/area" || fail it is off
        ends 0 undo -y
        "#,
    );
}

#[test]
fn blocks_smaller_than_a_page_cost_some_of_it() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        truncate -s 80M "$PLACE/disk"; mkdir "$PLACE/mount"
        mkfs.ext2 -q -b 1024 "$PLACE/disk"
        mount -o loop "$PLACE/disk" "$PLACE/mount"
        trap 'clean_up; umount "$PLACE/mount"' EXIT
        ends 0 swap add 40M --file "$PLACE/mount/area" -y
        is_on "$PLACE/mount/area" || fail it is off
        ends 0 undo -y
        "#,
    );
}

#[test]
fn nothing_is_made_where_others_could_put_another_file_in_its_place() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        mkdir -p "$PLACE/theirs/mine" "$PLACE/open/mine" "$PLACE/sticky" "$PLACE/mine"
        chown 12345 "$PLACE/theirs"; chmod 775 "$PLACE/open"; chmod 1777 "$PLACE/sticky"
        ends 4 swap add 8M --file "$PLACE/theirs/mine/area" -y
        says "$PLACE/theirs\` belongs to user 12345"
        ends 4 swap add 8M --file "$PLACE/open/mine/area" -y
        says "may be written by others"
        cmp /etc/fstab "$PLACE/fstab" || fail fstab was touched
        ends 0 swap add 8M --file "$PLACE/sticky/area" -y
        says "files are put for the moment"
        ends 0 swap remove "$PLACE/sticky/area" -y
        # Where the folder was given away later, no other file is made in it.
        ends 0 swap add 8M --file "$PLACE/mine/area" -y
        chown 12345 "$PLACE/mine"
        ends 4 swap resize "$PLACE/mine/area" 16M -y
        ends 0 swap remove "$PLACE/mine/area" -y
        "#,
    );
}

#[test]
fn blocks_for_root_alone_are_not_free() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        truncate -s 128M "$PLACE/disk"; mkdir "$PLACE/mount"
        mkfs.ext4 -q -m 50 "$PLACE/disk"
        mount -o loop "$PLACE/disk" "$PLACE/mount"
        trap 'clean_up; umount "$PLACE/mount"' EXIT
        ends 4 swap add 64M --file "$PLACE/mount/area" -y
        says "does not fit"
        ends 0 swap add 16M --file "$PLACE/mount/area" -y
        (( $(df --output=avail -k "$PLACE/mount" | tail -n 1) > 10 << 10 )) || fail "nothing is left: $(df "$PLACE/mount")"
        ends 0 swap remove "$PLACE/mount/area" -y
        "#,
    );
}

#[test]
fn a_file_that_is_swap_already_is_only_turned_on() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        area=$PLACE/area
        fallocate -l 8M "$area"
        ends 4 swap add --file "$area" -y
        says "is there already"
        chmod 600 "$area"; mkswap -q "$area"; chmod 644 "$area"
        ends 4 swap add --file "$area" -y
        says "chmod 600"
        chmod 600 "$area"
        uuid=$(blkid -p -o value -s UUID "$area")
        ends 0 swap add --file "$area" --priority 4 -y
        says "only turned on"
        is_on "$area"
        grep -qx "$area none swap defaults,nofail,pri=4 0 0" /etc/fstab || fail "$(cat /etc/fstab)"
        ends 0 undo -y
        ! is_on "$area" || fail still on
        [[ $(blkid -p -o value -s UUID "$area") == "$uuid" ]] || fail its header changed
        cmp /etc/fstab "$PLACE/fstab" || fail fstab differs
        # One that is on is written down for the boot, and not touched.
        swapon "$area"
        ends 0 swap add --file "$area" -y
        is_on "$area"
        grep -qx "$area none swap defaults,nofail 0 0" /etc/fstab || fail "$(cat /etc/fstab)"
        ends 0 swap add --file "$area" --priority 9 -y
        says "gives it no priority: 9 holds until the next boot"
        ends 0 swap show
        says "has priority 9 now, and the priority that the kernel chooses after"
        ln -s "$area" "$PLACE/link"
        ends 4 swap add --file "$PLACE/link" -y
        truncate -s 4M "$PLACE/holes"; chmod 600 "$PLACE/holes"; mkswap -q "$PLACE/holes" 2>/dev/null
        ends 4 swap add --file "$PLACE/holes" -y
        says "has holes"
        "#,
    );
}

#[test]
fn what_was_cut_short_is_told_and_nothing_is_turned_off_unasked() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        area=$PLACE/area
        ends 0 swap add 8M --file "$area" --no-fstab -y
        # As if it had been killed right before the end.
        sed -i 's/"applied"/"pending"/' /var/lib/memtune/journal/*.json
        ends 0 undo -n
        says "swap $area off"
        says "$area (new swap file of 8 MiB)"
        ends 4 swap add 8M --file "$area" -n
        says "change 1 (add 8 MiB of swap at $area) is under way, or was cut short"
        ends 0 swap
        says "memtune undo 1"
        [[ $said != *"will be gone"* ]] || fail "it is recommended to keep it: $said"
        ends 1 doctor --check W04
        says "memtune undo 1"
        [[ $said != *"swap add"* ]] || fail "it is recommended to keep it: $said"
        # Nobody can agree to a plan, so nothing is taken back for it.
        ends 2 swap add 8M --file "$PLACE/other"
        says "nobody can be asked"
        is_on "$area"
        ends 0 swap add 8M --file "$PLACE/other" -y
        ! is_on "$area" || fail "it is still on"
        [[ ! -e $area ]] || fail "it is still there"
        ends 0 swap remove "$PLACE/other" -y
        ends 0 history --json
        cp <(printf %s "$said") "$PLACE/history.json"
        "#,
    );
    let history: Value =
        serde_json::from_slice(&fs::read(place.0.path().join("history.json")).unwrap()).unwrap();
    let kinds = history["entries"][0]["changes"].as_array().unwrap().iter().map(|one| one["kind"].as_str());
    assert!(kinds.eq([Some("swap-file"), Some("swap-area")]), "{history}");
    assert_eq!(Schema::of("history-1").complaint(&history), None);
}

#[test]
fn a_device_is_taken_only_where_it_holds_nothing() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        truncate -s 16M "$PLACE/disk"
        device=$(losetup --find --show "$PLACE/disk")
        trap 'swapoff "$device" 2>/dev/null || true; losetup --detach "$device"; clean_up' EXIT
        mkfs.ext4 -q "$device"
        ends 4 swap add --file "$device" -y
        says ext4
        wipefs -qa "$device"
        ends 2 swap add 8M --file "$device" -y
        ends 0 swap add --file "$device" --priority 3 -y
        uuid=$(blkid -p -o value -s UUID "$device")
        grep -qx "UUID=$uuid none swap defaults,nofail,pri=3 0 0" /etc/fstab || fail "$(cat /etc/fstab)"
        is_on "$device"
        ends 4 swap resize "$device" 8M -y
        ends 0 undo -y
        ! is_on "$device" || fail still on
        [[ -z $(wipefs -p "$device") ]] || fail its header is there
        cmp /etc/fstab "$PLACE/fstab" || fail fstab differs
        # What is swap already is only turned on, and keeps its header when it is taken off.
        mkswap -q "$device"
        ends 0 swap add --file "$device" --no-fstab -y
        ends 0 swap remove "$device" -y
        [[ $(blkid -p -o value -s TYPE "$device") == swap ]] || fail its header is gone
        # Swap that is a part of something else, too.
        printf 'LUKS\xba\xbe\0\1' | dd of="$device" conv=notrunc,fsync status=none
        ends 4 swap add --file "$device" -y
        says crypto_LUKS
        ! is_on "$device" || fail on
        # What /etc/crypttab names may have no mark at all.
        wipefs -qa "$device"
        printf '# comment\nsecret %s none plain\n' "$device" >/etc/crypttab
        ends 4 swap add --file "$device" -y
        says "opens as secret"
        "#,
    );
}

#[test]
fn another_device_of_the_same_name_is_left_alone() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    place.passes(
        r#"
        truncate -s 16M "$PLACE/ours" "$PLACE/theirs"
        device=$(losetup --find --show "$PLACE/ours")
        trap 'swapoff "$device" 2>/dev/null || true; losetup --detach "$device"; clean_up' EXIT
        ends 0 swap add --file "$device" -y
        swapoff "$device"
        losetup --detach "$device"
        mkswap -q -L theirs "$PLACE/theirs"
        losetup "$device" "$PLACE/theirs"
        swapon "$device"
        ends 0 undo -y
        is_on "$device" || fail "it was turned off"
        [[ $(blkid -p -o value -s LABEL "$device") == theirs ]] || fail "its header is gone"
        cmp /etc/fstab "$PLACE/fstab" || fail fstab differs
        # Nor is it turned on in the place of one that was taken off.
        ends 0 swap remove "$device" -y
        mkswap -q -L another "$device"
        ends 5 undo -y
        says "not the device with the UUID"
        ! is_on "$device" || fail "it is on"
        "#,
    );
}

#[test]
fn btrfs_has_a_subvolume_for_it() {
    let Some(place) = Place::new() else {
        eprintln!("{SKIPPED}");
        return;
    };
    if !Path::new("/usr/bin/mkfs.btrfs").exists() && !Path::new("/usr/sbin/mkfs.btrfs").exists() {
        eprintln!("skipped: no mkfs.btrfs here");
        return;
    }
    place.passes(
        r#"
        truncate -s 160M "$PLACE/disk"; mkdir -m 755 "$PLACE/mount"
        mkfs.btrfs -q "$PLACE/disk"
        mount -o loop "$PLACE/disk" "$PLACE/mount"
        trap 'clean_up; umount "$PLACE/mount"' EXIT
        area=$PLACE/mount/swap/swapfile
        ends 0 swap add 16M --file "$area" -y
        is_on "$area"
        [[ $(stat -c %i "$PLACE/mount/swap") == 256 ]] || fail no subvolume
        [[ $(lsattr "$area") == *C*" "* ]] || fail copied on write
        ends 0 undo -y
        [[ -z $(ls -A "$PLACE/mount") ]] || fail "left: $(ls -A "$PLACE/mount")"
        # What somebody puts beside it stays, and so does its folder.
        ends 0 swap add 16M --file "$area" -y
        echo dear >"$PLACE/mount/swap/diary"
        ends 0 undo -y
        [[ $(ls -A "$PLACE/mount/swap") == diary ]] || fail "left: $(ls -A "$PLACE/mount/swap")"
        rm -r "$PLACE/mount/swap"
        # What is removed leaves the subvolume, and says so.
        ends 0 swap add 16M --file "$area" -y
        ends 0 swap remove "$area" -y
        says "the subvolume $PLACE/mount/swap is empty then"
        [[ -z $(ls -A "$PLACE/mount/swap") ]] || fail the file is there
        ends 4 swap add 150M --file "$area" -y
        says "does not fit"
        "#,
    );
}

#[test]
fn a_tree_is_refused() {
    let root = cases().join("11-sound/root");
    for command in ["add 1G", "add", "remove /swapfile", "resize /swapfile 1G", "zram 50%", "zswap on"] {
        let run = |format: &[&str]| {
            let mut run = memtune();
            run.arg("--root").arg(&root).arg("swap").args(command.split(' ')).args(format);
            run.output().unwrap()
        };
        let (plain, json) = (run(&["-y"]), run(&["--json", "-n"]));
        let text = String::from_utf8_lossy(&plain.stdout).replace('\n', " ");
        assert_eq!((plain.status.code(), json.status.code()), (Some(4), Some(4)), "{command}: {text}");
        assert!(text.contains("refused:") && text.contains("no running kernel"), "{text}");
        let plan: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert_eq!(Schema::of("plan-1").complaint(&plan), None, "{command}");
        assert_eq!(plan["refused"].as_array().unwrap().len(), 1, "{plan}");
    }
}
