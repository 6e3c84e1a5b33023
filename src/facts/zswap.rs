//! zswap: compressed memory in front of a swap area.

use crate::host::{Host, IfThere, Lacking};
use crate::sys::bytes::Bytes;

const PARAMETERS: &str = "/sys/module/zswap/parameters";
const STATISTICS: &str = "/sys/kernel/debug/zswap";

/// How zswap is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zswap {
    /// Whether new pages go into it.
    pub is_enabled: bool,
    /// The compressor.
    pub compressor: Option<String>,
    /// The share of memory that it may take, in per cent.
    pub max_pool_percent: Option<u64>,
    /// How often it was full since boot; only root can read it.
    pub pool_limit_hits: Option<u64>,
    /// The memory that its pool takes; only root can read it.
    pub pool_size: Option<Bytes>,
    /// How many pages it holds; only root can read it.
    pub stored_pages: Option<u64>,
}

/// Whether a kernel parameter's text means yes.
pub fn parse_switch(text: &str) -> bool {
    matches!(text.trim(), "Y" | "y" | "1")
}

/// Reads it from a machine; `None` where the kernel has none.
///
/// # Errors
/// Says why it cannot be read.
pub fn read(host: &Host) -> Result<Option<Zswap>, Lacking> {
    let Some(enabled) = host.read(&format!("{PARAMETERS}/enabled")).if_there()? else {
        return Ok(None);
    };
    let text = |path: String| host.read(&path).ok().map(|text| text.trim().to_owned());
    let number = |path: String| text(path).and_then(|text| text.parse().ok());
    Ok(Some(Zswap {
        is_enabled: parse_switch(&enabled),
        compressor: text(format!("{PARAMETERS}/compressor")),
        max_pool_percent: number(format!("{PARAMETERS}/max_pool_percent")),
        pool_limit_hits: number(format!("{STATISTICS}/pool_limit_hit")),
        pool_size: number(format!("{STATISTICS}/pool_total_size")).map(Bytes),
        stored_pages: number(format!("{STATISTICS}/stored_pages")),
    }))
}
