//! /sys/devices/system/node: the NUMA nodes and where their memory went.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

use super::fields;
use super::malformed::InFile;

const FOLDER: &str = "/sys/devices/system/node";

/// One node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its name, such as `node0`.
    pub name: String,
    /// Its memory.
    pub total: Bytes,
    /// The part of it that is free.
    pub free: Bytes,
    /// Pages that were wanted on this node and given on this node.
    pub hits: u64,
    /// Pages that were wanted on another node and had to be given here.
    pub misses: u64,
}

/// Reads all nodes; a kernel without NUMA shows none.
///
/// # Errors
/// Says which file cannot be read.
pub fn read(host: &Host) -> Result<Vec<Node>, Lacking> {
    let names = host.list(FOLDER).if_there()?.unwrap_or_default();
    let number = |name: &String| name.strip_prefix("node").and_then(|number| number.parse::<u32>().ok());
    let mut names: Vec<String> = names.into_iter().filter(|name| number(name).is_some()).take(1024).collect();
    names.sort_by_key(number);
    names.into_iter().map(|name| read_node(host, name)).collect()
}

fn read_node(host: &Host, name: String) -> Result<Node, Lacking> {
    let read = |file: &str| {
        let path = format!("{FOLDER}/{name}/{file}");
        fields::parse(&host.read(&path).if_there()?.unwrap_or_default()).in_file(&path)
    };
    let (meminfo, counters) = (read("meminfo")?, read("numastat")?);
    let amount = |field: &str| Bytes::from_kib(meminfo.get(field).unwrap_or_default());
    Ok(Node {
        total: amount("MemTotal"),
        free: amount("MemFree"),
        hits: counters.get("numa_hit").unwrap_or_default(),
        misses: counters.get("numa_miss").unwrap_or_default(),
        name,
    })
}
