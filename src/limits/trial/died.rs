//! Which limit of a process it died of, as far as that can be told from outside.

use rustix::process::Signal;

use super::report::Held;
use super::resource::{Counts, Resource, Rlimit};

/// A request that is refused leaves the process below its limit, so that most of it is enough to suspect it.
const SUSPICIOUS: f64 = 0.9;

/// The limit, and how sure that is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Died {
    pub(super) of: Option<String>,
    pub(super) because: String,
}

/// Judges a run that ended badly: by its signal first, which the kernel sends for two limits alone, then by what was seen.
pub(super) fn judge(signal: Option<i32>, rlimits: &[Rlimit], held: &[Held]) -> Died {
    for (name, sent) in [("cpu", Signal::XCPU), ("fsize", Signal::XFSZ)] {
        if signal == Some(sent.as_raw()) && rlimits.iter().any(|rlimit| rlimit.resource.name == name) {
            return Died { of: Some(name.to_owned()), because: format!("the limit of {name} was reached") };
        }
    }
    // What is over its hard limit of processor time is killed.
    let suspects = rlimits.iter().zip(held).filter_map(|(rlimit, held)| {
        let (most, limit) = (held.most? as f64, rlimit.most? as f64);
        let share = if limit > 0.0 { most / limit } else { 1.0 };
        (share >= SUSPICIOUS).then_some((share, rlimit, held.most?))
    });
    match suspects.max_by(|one, other| one.0.total_cmp(&other.0)) {
        Some((_, rlimit, most)) => {
            let Resource { name, about, .. } = rlimit.resource;
            let (most, limit) = (rlimit.resource.amount(most), rlimit.amount());
            Died {
                of: Some((*name).to_owned()),
                because: format!("most likely for want of {name} ({about}): {most} of {limit} were in use"),
            }
        }
        None => Died { of: None, because: unseen(rlimits) },
    }
}

/// One large request that is refused is never seen.
fn unseen(rlimits: &[Rlimit]) -> String {
    let mut of_memory =
        rlimits.iter().filter(|rlimit| rlimit.resource.counts == Counts::Bytes && rlimit.most.is_some());
    match of_memory.next() {
        Some(rlimit) => format!(
            "nothing that was seen came near a limit; a single large request may have been refused for {}, or it failed by itself: a larger limit tells",
            rlimit.resource.name
        ),
        None => "nothing that was seen came near a limit: it may have failed by itself".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(signal: Option<i32>, limits: &[(&str, Option<u64>)]) -> Died {
        let rlimits: Vec<Rlimit> = limits.iter().map(|(text, _)| text.parse().unwrap()).collect();
        let held: Vec<Held> = limits
            .iter()
            .zip(&rlimits)
            .map(|((_, most), rlimit)| Held {
                name: rlimit.resource.name.to_owned(),
                limit: rlimit.amount(),
                most: *most,
            })
            .collect();
        judge(signal, &rlimits, &held)
    }

    #[test]
    fn the_signal_speaks_first() {
        let died = judged(Some(Signal::XCPU.as_raw()), &[("as=100M", Some(100 << 20)), ("cpu=1", None)]);
        assert_eq!(died.of.as_deref(), Some("cpu"));
        // The program has sent it to itself: nothing limits its processor time.
        assert_eq!(judged(Some(Signal::XCPU.as_raw()), &[("data=100M", Some(1))]).of, None);
    }

    #[test]
    fn the_fullest_is_suspected() {
        let died = judged(None, &[("as=100M", Some(95 << 20)), ("nofile=10", Some(10))]);
        assert_eq!(died.of.as_deref(), Some("nofile"));
        assert!(died.because.contains("10 of 10"), "{}", died.because);
        assert_eq!(
            judged(Some(11), &[("stack=1M", Some(1 << 20)), ("as=1G", Some(5))]).of.as_deref(),
            Some("stack")
        );
        let none = judged(None, &[("as=100M", Some(89 << 20))]);
        assert!(none.of.is_none() && none.because.contains("refused for as"), "{}", none.because);
        assert_eq!(judged(None, &[("memlock=0", Some(0))]).of.as_deref(), Some("memlock"));
    }
}
