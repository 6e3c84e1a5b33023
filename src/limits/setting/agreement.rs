//! Whether limits agree with each other and with the machine.

use crate::sys::bytes::Bytes;
use crate::sys::size;

use super::amounts::Amounts;
use super::settings::Settings;

/// Nothing runs in less; who typed so little left the unit of measure out.
const LEAST: Bytes = Bytes(1 << 20);

/// More of the memory must never be withheld from all others, in per cent.
const MOST_WITHHELD: f64 = 80.0;

/// What there is to say about limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What would do harm, or nothing: the property and why.
    pub refused: Vec<(String, String)>,
    /// What is worth knowing.
    pub notes: Vec<String>,
}

impl Judgement {
    pub(super) fn refuse(&mut self, property: &str, why: String) {
        self.refused.push((property.to_owned(), why));
    }

    /// Both as one.
    pub fn and(mut self, other: Self) -> Self {
        self.refused.extend(other.refused);
        self.notes.extend(other.notes);
        self
    }
}

/// The limits that are to be, and those of them that are changed.
pub(super) struct Limits<'l> {
    pub(super) amounts: Amounts,
    pub(super) changed: &'l [&'l str],
}

impl Limits<'_> {
    /// Both limits, where one of the two is changed: what was there before is its owner's affair.
    fn pair(&self, one: &str, other: &str) -> Option<(Bytes, Bytes)> {
        let is_changed = self.changed.contains(&one) || self.changed.contains(&other);
        Some((self.of(one)?, self.of(other)?)).filter(|_| is_changed)
    }

    /// A limit that is changed.
    pub(super) fn changed(&self, property: &str) -> Option<Bytes> {
        self.of(property).filter(|_| self.changed.contains(&property))
    }

    fn of(&self, property: &str) -> Option<Bytes> {
        match property {
            "MemoryMin" => self.amounts.min,
            "MemoryLow" => self.amounts.low,
            "MemoryHigh" => self.amounts.high,
            "MemoryMax" => self.amounts.max,
            "MemorySwapMax" => self.amounts.swap_max,
            _ => None,
        }
    }
}

/// Judges limits by each other, and by the memory that there is, where that is known.
pub(super) fn judge(settings: &Settings, changed: &[&str], memory: Option<Bytes>) -> Judgement {
    judge_limits(&Limits { amounts: Amounts::of(settings, memory), changed }, memory)
}

fn judge_limits(limits: &Limits<'_>, memory: Option<Bytes>) -> Judgement {
    let mut judgement = Judgement::default();
    for property in ["MemoryMax", "MemoryHigh"] {
        if let Some(limit) = limits.changed(property) {
            too_little(&mut judgement, property, limit);
            if let Some(memory) = memory.filter(|memory| limit >= *memory) {
                judgement.refuse(property, format!(
                    "{limit} is no limit on a machine with {memory}, which would run out of memory first; `infinity` says the same, and \
                     `memtune limits budget` says what fits"
                ));
            }
        }
    }
    order(&mut judgement, limits);
    withheld(&mut judgement, limits, memory);
    rest(&mut judgement, limits, memory);
    judgement
}

fn too_little(judgement: &mut Judgement, property: &str, limit: Bytes) {
    if limit < LEAST {
        let number = limit.0;
        judgement.refuse(
            property,
            format!(
                "{limit}, in which nothing runs: a number alone is bytes; say `{number}M` or `{number}G`"
            ),
        );
    }
}

fn order(judgement: &mut Judgement, limits: &Limits<'_>) {
    if let Some((high, max)) = limits.pair("MemoryHigh", "MemoryMax") {
        let (high_text, max_text) = (size::exact(high), size::exact(max));
        if high > max {
            judgement.refuse("MemoryHigh", format!(
                "{high_text} is above MemoryMax={max_text}: the unit is killed before it is ever slowed down; set both, MemoryHigh below \
                 MemoryMax"
            ));
        } else if high == max {
            judgement.notes.push(format!(
                "MemoryHigh and MemoryMax are both {max_text}: the unit is killed as soon as it could be slowed down"
            ));
        }
    }
    for protection in ["MemoryMin", "MemoryLow"] {
        if let Some((amount, max)) = limits.pair(protection, "MemoryMax").filter(|(amount, max)| amount > max)
        {
            let (amount, max) = (size::exact(amount), size::exact(max));
            judgement.refuse(
                protection,
                format!("{amount} is above MemoryMax={max}: more is kept for the unit than it may ever have"),
            );
        } else if let Some((amount, high)) =
            limits.pair(protection, "MemoryHigh").filter(|(amount, high)| amount > high)
        {
            judgement.notes.push(format!(
                "{protection}={} is above MemoryHigh={}: what is kept from others is taken from the unit all the same",
                size::exact(amount),
                size::exact(high)
            ));
        }
    }
}

/// What is kept for one unit is taken from all others.
fn withheld(judgement: &mut Judgement, limits: &Limits<'_>, memory: Option<Bytes>) {
    let Some(memory) = memory else { return };
    let most = memory.percent(MOST_WITHHELD);
    if let Some(min) = limits.changed("MemoryMin").filter(|min| *min > most) {
        judgement.refuse("MemoryMin", format!(
            "{min} of {memory} would never be taken from the unit, whatever else needs it: more than {most} leaves the rest of the \
             machine no room, and has it killed"
        ));
    }
    if let Some(low) = limits.changed("MemoryLow").filter(|low| *low > memory) {
        judgement.refuse("MemoryLow", format!("{low} is more than this machine has, {memory}"));
    }
}

/// What the limit leaves for everything else.
fn rest(judgement: &mut Judgement, limits: &Limits<'_>, memory: Option<Bytes>) {
    let (Some(memory), Some(max)) = (memory, limits.changed("MemoryMax")) else { return };
    let needed = memory.percent(5.0).max(Bytes::from_mib(512).min(Bytes(memory.0 / 2)));
    let left = memory.less(max);
    if left < needed && max < memory {
        judgement.notes.push(format!(
            "MemoryMax={} of {memory} leaves {left} to the system and everything else, which need {needed}; `memtune limits budget` adds \
             everything up",
            size::exact(max)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: Bytes = Bytes(32 << 30);

    fn gib(amount: u64) -> Option<Bytes> {
        Some(Bytes::from_gib(amount))
    }

    fn judged(amounts: Amounts, changed: &[&str]) -> Judgement {
        judge_limits(&Limits { amounts, changed }, Some(MEMORY))
    }

    const ALL: [&str; 4] = ["MemoryMin", "MemoryLow", "MemoryHigh", "MemoryMax"];

    #[test]
    fn sound_limits_are_no_news() {
        let amounts =
            Amounts { min: gib(1), low: gib(2), high: gib(22), max: gib(24), swap_max: Some(Bytes(0)) };
        assert_eq!(judged(amounts, &ALL), Judgement::default());
        assert_eq!(judged(Amounts::default(), &ALL), Judgement::default());
    }

    #[test]
    fn limits_that_contradict_each_other_are_refused() {
        for (amounts, property) in [
            (Amounts { high: gib(24), max: gib(22), ..Amounts::default() }, "MemoryHigh"),
            (Amounts { low: gib(24), max: gib(22), ..Amounts::default() }, "MemoryLow"),
            (Amounts { min: gib(24), max: gib(22), ..Amounts::default() }, "MemoryMin"),
        ] {
            let judgement = judged(amounts, &["MemoryMax"]);
            assert_eq!(judgement.refused.len(), 1);
            assert_eq!(judgement.refused[0].0, property);
            assert!(judged(amounts, &["CPUQuota"]).refused.is_empty(), "what is not touched is not judged");
        }
        let equal = Amounts { high: gib(2), max: gib(2), low: gib(2), ..Amounts::default() };
        assert_eq!((judged(equal, &ALL).refused.len(), judged(equal, &ALL).notes.len()), (0, 1));
        let low = Amounts { high: gib(2), low: gib(3), ..Amounts::default() };
        assert!(judged(low, &ALL).notes[0].contains("MemoryHigh=2G"));
    }

    #[test]
    fn a_limit_is_below_what_the_machine_has() {
        let max = |amount: Bytes| judged(Amounts { max: Some(amount), ..Amounts::default() }, &ALL);
        assert!(max(Bytes::from_gib(50)).refused[0].1.contains("no limit on a machine with 32 GiB"));
        assert_eq!(max(MEMORY).refused.len(), 1);
        assert_eq!(max(Bytes(MEMORY.0 - 1)).refused.len(), 0);
        assert!(max(Bytes::from_gib(31)).notes[0].contains("leaves 1 GiB"));
        assert!(max(Bytes(24)).refused[0].1.contains("say `24M` or `24G`"));
        assert_eq!(max(LEAST).refused.len(), 0);
        let min = Amounts { min: gib(26), ..Amounts::default() };
        assert_eq!(judged(min, &ALL).refused[0].0, "MemoryMin");
        assert_eq!(judged(Amounts { min: gib(25), ..min }, &ALL).refused.len(), 0);
        let unknown = Limits { amounts: Amounts { max: gib(50), ..Amounts::default() }, changed: &ALL };
        assert_eq!(judge_limits(&unknown, None), Judgement::default());
    }
}
