//! What a swap area begins with, and whether the kernel would take it.

use crate::facts::readings::Readings;
use crate::facts::swap_header::{self, Header, LARGEST_PAGE, Mark};
use crate::host::{Host, Lacking};
use crate::sys::bytes::Bytes;

/// How much of an area must be zero to pass for blank: btrfs, for one, begins only behind the largest page.
const LOOKED_AT: usize = 16 * LARGEST_PAGE;

/// The beginning of an area that is off.
pub struct Start {
    /// The size of the file or device.
    pub size: Bytes,
    /// Its header of swap, if it has one.
    pub header: Option<Header>,
    /// Whether nothing else lies there.
    pub is_zero: bool,
}

impl Start {
    /// Of the file or device at `path`.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn read(host: &Host, path: &str) -> Result<Self, Lacking> {
        let bytes = host.read_start(path, LOOKED_AT)?;
        Ok(Self {
            size: size_of(host, path)?,
            header: swap_header::parse(&bytes),
            is_zero: bytes.iter().all(|&byte| byte == 0),
        })
    }

    /// Why the kernel would refuse it; `None` where it would not.
    pub fn complaint(&self, readings: &Readings) -> Option<String> {
        complaint(self.header, readings.page_size(), self.size)
    }
}

fn complaint(header: Option<Header>, page_size: Bytes, size: Bytes) -> Option<String> {
    let Some(header) = header else {
        return Some("mkswap has not been run on it".to_owned());
    };
    match header.mark {
        // swapon(8) puts the mark of a machine that did not wake up back by itself.
        Mark::Hibernated => None,
        Mark::Ancient => Some("its header is of a kind that kernels no longer take".to_owned()),
        Mark::Swap if header.page_size != page_size => {
            Some(format!("it was made for pages of {}, and this kernel's have {page_size}", header.page_size))
        }
        Mark::Swap if header.version != 1 => Some(format!("its header has version {}", header.version)),
        Mark::Swap if header.length > size => {
            Some(format!("it claims {}, and holds only {size}", header.length))
        }
        Mark::Swap => None,
    }
}

/// The size of a file, or of a device by what the kernel says of it.
fn size_of(host: &Host, path: &str) -> Result<Bytes, Lacking> {
    let status = host.status(path)?;
    if !status.is_block_device {
        return Ok(status.size);
    }
    let path = format!("/sys/class/block/{}/size", path.rsplit('/').next().unwrap_or_default());
    let text = host.read(&path)?;
    let sectors = text.trim().parse::<u64>();
    sectors
        .map(|sectors| Bytes(sectors) * 512)
        .map_err(|_| Lacking::malformed(path, 1, "expected a number of sectors"))
}
