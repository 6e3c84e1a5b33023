//! The steps of a plan that make swap files and turn areas on and off. In a tree, which has no running kernel to swap, they plan nothing.

use crate::exit::Fault;
use crate::host::{Filling, Host};
use crate::sys::uuid::Uuid;

use super::changes::{Change, Why};
use super::machine::Machine;
use super::plan::Plan;
use super::swap_area::{SwapAreaChange, SwapOn};
use super::swap_file::{SwapFile, SwapFileChange};

impl Plan {
    /// Plans that the swap file `file` is made at `path`, where nothing may stand; the folder may be made by an earlier step.
    ///
    /// # Errors
    /// Refuses where something stands there, a link anywhere in the path, and a size or label that no swap area can have.
    pub fn swap_file(&mut self, host: &Host, path: &str, file: SwapFile, why: Why) -> Result<(), Fault> {
        self.swap_file_of(&Machine::of(host), path, file, why)
    }

    pub(super) fn swap_file_of(
        &mut self,
        machine: &Machine<'_>,
        path: &str,
        file: SwapFile,
        why: Why,
    ) -> Result<(), Fault> {
        if machine.kernel.is_none() {
            return Ok(());
        }
        let change = SwapFileChange::make(machine, path, file, why)?;
        let is_kind = |planned: &Change| matches!(planned, Change::SwapFile(_));
        self.replace(path, is_kind, Some(Change::SwapFile(change)));
        Ok(())
    }

    /// Plans that the swap file at `path` is deleted; it must be off by then. Nothing is planned where there is none. Should it come back,
    /// it gets its blocks by `filling`.
    ///
    /// # Errors
    /// Refuses a file without swap header and a link anywhere in the path, and says why the file cannot be read.
    pub fn remove_swap_file(
        &mut self,
        host: &Host,
        path: &str,
        filling: Filling,
        why: Why,
    ) -> Result<(), Fault> {
        self.remove_swap_file_of(&Machine::of(host), path, filling, why)
    }

    pub(super) fn remove_swap_file_of(
        &mut self,
        machine: &Machine<'_>,
        path: &str,
        filling: Filling,
        why: Why,
    ) -> Result<(), Fault> {
        if machine.kernel.is_none() {
            return Ok(());
        }
        let change = SwapFileChange::remove(machine, path, filling, why)?;
        let is_kind = |planned: &Change| matches!(planned, Change::SwapFile(_));
        self.replace(path, is_kind, change.map(Change::SwapFile));
        Ok(())
    }

    /// Plans that the device or file at `path` is on as `on` says; where it is on with another priority, it is turned off for that
    /// first. Nothing is planned where it is so already.
    ///
    /// # Errors
    /// Refuses a path that is not absolute and a priority that there is none of, and says why /proc/swaps cannot be read.
    pub fn swap_on(&mut self, host: &Host, path: &str, on: SwapOn, why: Why) -> Result<(), Fault> {
        self.swap_area_of(&Machine::of(host), path, Some(on), why)
    }

    /// The same for a device that an earlier step gives a header with `uuid`.
    ///
    /// # Errors
    /// As [`Plan::swap_on`].
    pub fn swap_on_device(
        &mut self,
        host: &Host,
        path: &str,
        uuid: Option<Uuid>,
        on: SwapOn,
        why: Why,
    ) -> Result<(), Fault> {
        self.swap_on(host, path, on, why)?;
        for change in &mut self.changes {
            if let Change::SwapArea(area) = change
                && area.target == path
            {
                area.uuid = uuid;
            }
        }
        Ok(())
    }

    /// Plans that the device or file at `path` is off. Nothing is planned where it is off already.
    ///
    /// # Errors
    /// Refuses a path that is not absolute, and says why /proc/swaps cannot be read.
    pub fn swap_off(&mut self, host: &Host, path: &str, why: Why) -> Result<(), Fault> {
        self.swap_area_of(&Machine::of(host), path, None, why)
    }

    pub(super) fn swap_area_of(
        &mut self,
        machine: &Machine<'_>,
        path: &str,
        after: Option<SwapOn>,
        why: Why,
    ) -> Result<(), Fault> {
        let Some(kernel) = machine.kernel else { return Ok(()) };
        let change = SwapAreaChange::new(machine, kernel, path, after, why)?;
        let is_kind = |planned: &Change| matches!(planned, Change::SwapArea(_));
        self.replace(path, is_kind, change.map(Change::SwapArea));
        Ok(())
    }
}
