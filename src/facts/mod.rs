//! What the kernel and systemd say, one file per source.
//!
//! A source is read in two steps: `parse(&str)` is pure and never panics, whatever the text; `read(&Host)` fetches the text
//! and names the file in every failure. [`Readings`](readings::Readings) remembers what was read, so that a source costs
//! once however many checks ask for it. Nothing here judges: that is for `doctor/`.

pub mod buddyinfo;
pub mod cgroups;
pub mod choice;
pub mod disks;
pub mod escapes;
pub mod fields;
pub mod fstab;
pub mod identity;
pub mod kernel_log;
pub mod malformed;
pub mod meminfo;
pub mod mounts;
pub mod nodes;
pub mod pressure;
pub mod processes;
pub mod rates;
pub mod readings;
pub mod resource_limits;
pub mod slabs;
pub mod swaps;
pub mod unit_files;
pub mod users;
pub mod vmstat;
pub mod zoneinfo;
pub mod zram;
pub mod zswap;
