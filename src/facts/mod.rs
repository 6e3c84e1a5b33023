//! What the kernel and systemd say, one file per source.
//!
//! A source is read in two steps: `parse(&str)` is pure and never panics, whatever the text; `read(&Host)` fetches the text
//! and names the file in every failure. [`Readings`](readings::Readings) remembers what was read, so that a source costs
//! once however many checks ask for it. Nothing here judges: that is for `doctor/`.

pub mod buddyinfo;
pub mod cgroup_memory;
pub mod cgroup_peaks;
pub mod cgroups;
pub mod choice;
pub mod compressors;
pub mod container;
pub mod disks;
pub mod edac;
pub mod escapes;
pub mod fields;
pub mod fstab;
pub mod hugetlb;
pub mod identity;
pub mod ignored_setting;
pub mod kernel_arguments;
pub mod kernel_log;
pub mod kernel_modules;
pub mod kernel_reserve;
pub mod malformed;
pub mod meminfo;
pub mod mongod;
pub mod mounts;
pub mod nodes;
pub mod pressure;
pub mod process_fields;
pub mod process_program;
pub mod process_status;
pub mod process_unit;
pub mod processes;
pub mod processors;
pub mod rates;
pub mod readings;
pub mod resource_limits;
pub mod settings_home;
pub mod slabs;
pub mod swap_header;
pub mod swaps;
pub mod sysctl_files;
pub mod systemd_complaints;
pub mod systemd_version;
pub mod tmpfiles;
pub mod tmpfs;
pub mod tuned;
pub mod udev_rules;
pub mod unit_files;
pub mod unit_journal;
pub mod unit_listing;
pub mod unit_properties;
pub mod unit_property;
pub mod unit_settings;
pub mod uptime;
pub mod user_limits;
pub mod users;
pub mod vmstat;
pub mod watchdogs;
pub mod zfs_cache;
pub mod zoneinfo;
pub mod zram;
pub mod zram_generator;
pub mod zram_size;
pub mod zswap;
