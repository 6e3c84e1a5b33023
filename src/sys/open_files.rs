//! How many files this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit as far as it can be raised without a privilege, and tells what it is then; `None` for none. The low one that holds at
/// first is for programs that wait with select(2). Who is started afterwards has the higher one, too.
pub fn raise_open_files() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let is_raised =
        current != maximum && setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    if is_raised { maximum } else { current }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_high_as_it_may_be() {
        let maximum = getrlimit(Resource::Nofile).maximum;
        assert_eq!(raise_open_files(), maximum);
        assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    }
}
