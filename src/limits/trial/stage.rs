//! Where a program is tried, and how it is found there.

use std::env;
use std::io;

use crate::exit::{Exit, Fault};
use crate::facts::malformed::shortened;
use crate::host::{Attended, Ended, Host, Input, Manner, Output, Stop};
use crate::sys::foreground::Foreground;

/// What shells and their like end with where a program cannot be run, and where there is none.
const CANNOT_BE_RUN: Exit = Exit::Of(126);
const NOT_FOUND: Exit = Exit::Of(127);

/// Where a program is tried.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'h> {
    /// The machine, which is alive.
    pub host: &'h Host,
    /// Who hears the signals.
    pub foreground: &'h Foreground,
    /// Where the program's output goes.
    pub output: Output,
    /// What it reads.
    pub input: Input,
}

impl Stage<'_> {
    pub(super) fn attend(
        &self,
        words: &[String],
        stop: Stop,
        look: &mut dyn FnMut(Attended),
    ) -> Result<Ended, Fault> {
        let manner = Manner { foreground: self.foreground, output: self.output, input: self.input, stop };
        let ended = self.host.attend(words, manner, look);
        ended.map_err(|error| cannot_run(words.first().map(String::as_str).unwrap_or_default(), &error))
    }

    /// What sets the limits would say so as well, but in its own name.
    ///
    /// # Errors
    /// Ends as a shell would: with 127 where there is no such program, with 126 where it cannot be run.
    pub(super) fn find(&self, command: &[String]) -> Result<(), Fault> {
        let program = command.first().map(String::as_str).unwrap_or_default();
        if which::which(program).is_ok() {
            return Ok(());
        }
        let named = shortened(program);
        if self.places(program).iter().any(|path| self.host.has(path)) {
            return Err(Fault::new(
                CANNOT_BE_RUN,
                format!("`{named}` is there, but is no program that you may run"),
            ));
        }
        Err(Fault::new(NOT_FOUND, format!("there is no program `{named}`"))
            .hint("what follows `--` is run as it stands, and not by a shell"))
    }

    /// Where it would lie.
    fn places(&self, program: &str) -> Vec<String> {
        if program.is_empty() {
            return Vec::new();
        }
        if program.contains('/') {
            return vec![program.to_owned()];
        }
        let folders = env::var("PATH").unwrap_or_default();
        folders.split(':').map(|folder| format!("{folder}/{program}")).collect()
    }
}

fn cannot_run(program: &str, error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::NotFound => {
            Fault::new(Exit::Failed, format!("`{program}` is not installed, and sets the limits"))
        }
        _ => Fault::new(Exit::Failed, format!("cannot run `{program}`: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_run_ends_as_in_a_shell() {
        let (host, foreground) = (Host::live(), Foreground::begin(0).unwrap());
        let stage =
            Stage { host: &host, foreground: &foreground, output: Output::Error, input: Input::Empty };
        let found = |program: &str| stage.find(&[program.to_owned()]).map_err(|fault| fault.exit);
        assert_eq!((found("sh"), found("/bin/sh")), (Ok(()), Ok(())));
        assert_eq!(
            (found("no-such-program"), found("/no/such"), found("")),
            (Err(NOT_FOUND), Err(NOT_FOUND), Err(NOT_FOUND))
        );
        assert_eq!((found("/etc/passwd"), found("/etc")), (Err(CANNOT_BE_RUN), Err(CANNOT_BE_RUN)));
    }
}
