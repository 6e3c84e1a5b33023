//! Which properties of a unit memtune sets, to what, and for which kinds of units.
//!
//! systemd ignores a value that it does not understand and only says so in its log: whoever thinks that a limit holds
//! would never know. So what it would ignore is refused here.

use crate::sys::size;

use super::malformed::shortened;

/// How the value of a property is spelled.
#[derive(Clone, Copy)]
enum Syntax {
    /// Bytes, a share, or `infinity`; systemd ignores 0 for some.
    Memory { zero: bool, share: bool },
    /// A share of one processor.
    Quota,
    /// 1 to 10000.
    Weight,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number from, to.
    Number(i64, i64),
    /// A limit of a resource, in bytes or pieces; a soft and a hard one with `:` between them.
    Limit { bytes: bool },
    /// A number of tasks, a share, or `infinity`.
    Tasks,
    /// A span of time such as `10s` or `1min 30s`.
    Span,
}

const MEMORY: Syntax = Syntax::Memory { zero: false, share: true };
const PROTECTION: Syntax = Syntax::Memory { zero: true, share: true };
/// The manual takes a share of swap, some versions of systemd one of memory: only sizes mean the same everywhere.
const SWAP: Syntax = Syntax::Memory { zero: true, share: false };

const PROPERTIES: [(&str, Syntax); 20] = [
    ("MemoryMax", MEMORY),
    ("MemoryHigh", MEMORY),
    ("MemoryLow", PROTECTION),
    ("MemoryMin", PROTECTION),
    ("MemorySwapMax", SWAP),
    ("MemoryZSwapMax", SWAP),
    ("CPUQuota", Syntax::Quota),
    ("CPUWeight", Syntax::Weight),
    ("OOMPolicy", Syntax::Word(&["continue", "stop", "kill"])),
    ("OOMScoreAdjust", Syntax::Number(-1000, 1000)),
    ("LimitMEMLOCK", Syntax::Limit { bytes: true }),
    ("LimitNOFILE", Syntax::Limit { bytes: false }),
    // They count addresses, not memory: as limits of memory they are no use, so they are only ever lifted.
    ("LimitAS", Syntax::Word(&["infinity"])),
    ("LimitDATA", Syntax::Word(&["infinity"])),
    ("TasksMax", Syntax::Tasks),
    ("ManagedOOMPreference", Syntax::Word(&["none", "avoid", "omit"])),
    (
        "Restart",
        Syntax::Word(&["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"]),
    ),
    ("RestartSec", Syntax::Span),
    ("StartLimitIntervalSec", Syntax::Span),
    ("StartLimitBurst", Syntax::Number(0, 1_000_000)),
];

/// The kinds of units that have processes of their own or hold some, by the ends of their names.
pub const KINDS: [&str; 6] = ["service", "slice", "scope", "socket", "mount", "swap"];

/// All that may be set.
pub fn names() -> impl Iterator<Item = &'static str> {
    PROPERTIES.iter().map(|(name, _)| *name)
}

/// The section of a service's file in which a property stands.
pub fn section(property: &str) -> &'static str {
    section_of(property, "service")
}

/// The section in which a property stands in the file of a unit of `kind`, one of [`KINDS`].
pub fn section_of(property: &str, kind: &str) -> &'static str {
    match kind {
        _ if property.starts_with("StartLimit") => "Unit",
        "slice" => "Slice",
        "scope" => "Scope",
        "socket" => "Socket",
        "mount" => "Mount",
        "swap" => "Swap",
        _ => "Service",
    }
}

/// Whether units of `kind`, one of [`KINDS`], have the property: slices and scopes start no processes, and only services are restarted.
pub fn is_of_kind(property: &str, kind: &str) -> bool {
    let is_of_services = property.starts_with("Restart") || property.starts_with("StartLimit");
    let is_of_start = property.starts_with("Limit") || property == "OOMScoreAdjust";
    match kind {
        "service" => true,
        "scope" => !is_of_services && !is_of_start,
        "slice" => !is_of_services && !is_of_start && property != "OOMPolicy",
        _ => !is_of_services && property != "OOMPolicy",
    }
}

/// Whether a running process keeps what it was started with.
pub fn waits_for_start(property: &str) -> bool {
    property.starts_with("Limit") || ["OOMScoreAdjust", "OOMPolicy"].contains(&property)
}

/// What version 1 of the control groups has nothing for.
pub const OF_VERSION_2: [&str; 5] =
    ["MemoryHigh", "MemoryLow", "MemoryMin", "MemorySwapMax", "MemoryZSwapMax"];

/// Whether a line in a unit's file means something, and does nothing on control groups of version 1.
pub fn is_lost_on_version_1(property: &str, value: &str) -> bool {
    let is_nothing = match property {
        "MemoryLow" | "MemoryMin" => value.is_empty() || is_zero(value) && is_bytes(value),
        _ => value.is_empty() || value == "infinity",
    };
    OF_VERSION_2.contains(&property) && !is_nothing
}

/// Refuses a property that is not among these; names the one that comes near.
///
/// # Errors
/// Says what is allowed.
pub fn check(property: &str) -> Result<(), String> {
    if syntax(property).is_some() {
        return Ok(());
    }
    let found = shortened(property);
    let near = nearest(property).map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default();
    let names: Vec<&str> = names().collect();
    Err(format!("`{found}` is no property that memtune sets{near}: allowed are {}", names.join(", ")))
}

/// The property whose name comes nearest, if one comes near.
fn nearest(typed: &str) -> Option<&'static str> {
    // The old name, which systemd took until version 253.
    if typed == "MemoryLimit" {
        return Some("MemoryMax");
    }
    let typed = typed.to_lowercase();
    let rated = names().map(|name| (strsim::jaro_winkler(&typed, &name.to_lowercase()), name));
    let (likeness, name) = rated.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (likeness > 0.85).then_some(name)
}

/// Refuses a value that systemd would ignore.
///
/// # Errors
/// Says what is allowed, and how it would be spelled where that can be told.
pub fn check_value(property: &str, value: &str) -> Result<(), String> {
    let Some(syntax) = syntax(property) else { return check(property) };
    if syntax.fits(value) {
        return Ok(());
    }
    let found = shortened(value);
    let say = respelled(property, value).map(|say| format!("; say `{say}`")).unwrap_or_default();
    Err(format!("`{property}` cannot be `{found}`: allowed is {}{say}", syntax.allowed()))
}

/// What was meant by a value that systemd does not understand, where that can be told: `24G` for `24GB`.
pub fn respelled(property: &str, value: &str) -> Option<String> {
    syntax(property)?.respelled(value)
}

fn syntax(property: &str) -> Option<Syntax> {
    PROPERTIES.iter().find(|(name, _)| *name == property).map(|&(_, syntax)| syntax)
}

impl Syntax {
    fn fits(self, value: &str) -> bool {
        match self {
            Self::Memory { zero, share } => {
                value == "infinity"
                    || (is_bytes(value) && (zero || !is_zero(value)))
                    || (share && is_share(value))
            }
            Self::Quota => value.ends_with('%') && permyriad(value).is_some_and(|share| share > 0),
            Self::Weight => value == "idle" || is_within(value, 1, 10_000),
            Self::Word(words) => words.contains(&value),
            Self::Number(from, to) => is_within(value, from, to),
            Self::Limit { bytes } => {
                let (soft, hard) = value.split_once(':').unwrap_or((value, value));
                [soft, hard]
                    .iter()
                    .all(|one| *one == "infinity" || if bytes { is_bytes(one) } else { is_digits(one) })
            }
            Self::Tasks => value == "infinity" || is_share(value) || (is_digits(value) && !is_zero(value)),
            Self::Span => value == "infinity" || (!value.is_empty() && value.split(' ').all(is_span_part)),
        }
    }

    /// What was meant, as systemd reads it: `24GB` is `24G`, and 6 processors are `600%`.
    fn respelled(self, value: &str) -> Option<String> {
        let value = value.trim();
        let size = || size::parse(value).ok().map(size::exact);
        let say = match self {
            Self::Memory { .. } | Self::Limit { bytes: true } if value.ends_with('%') => {
                value.replace(' ', "")
            }
            Self::Memory { .. } | Self::Limit { bytes: true } => size()?,
            Self::Quota if is_within(value, 1, 64) => format!("{value}00%"),
            Self::Word(_) => value.to_lowercase(),
            Self::Number(..) | Self::Weight => value.trim_start_matches('+').to_owned(),
            _ => return None,
        };
        self.fits(&say).then_some(say)
    }

    fn allowed(self) -> String {
        match self {
            Self::Memory { zero: false, .. } => {
                "a size above 0 such as `24G`, a share such as `75%`, or `infinity`".to_owned()
            }
            Self::Memory { share: false, .. } => {
                "a size such as `2G`, `0`, or `infinity` (versions of systemd differ in what a share is taken of)".to_owned()
            }
            Self::Memory { .. } => "a size such as `1G`, a share such as `5%`, or `infinity`".to_owned(),
            Self::Quota => "a share of one processor such as `600%`".to_owned(),
            Self::Weight => "1 to 10000, or `idle`".to_owned(),
            Self::Word(words) => words.join(", "),
            Self::Number(from, to) => format!("{from} to {to}"),
            Self::Limit { bytes: true } => {
                "a size such as `8G`, `infinity`, or both with `:` between them".to_owned()
            }
            Self::Limit { bytes: false } => "a number, `infinity`, or both with `:` between them".to_owned(),
            Self::Tasks => "a number above 0, a share such as `15%`, or `infinity`".to_owned(),
            Self::Span => "a span of time such as `10s` or `1min 30s`, or `infinity`".to_owned(),
        }
    }
}

/// What systemd's parse_size() reads: a number with one letter behind it, base 1024.
fn is_bytes(value: &str) -> bool {
    let number = value.strip_suffix(['K', 'M', 'G', 'T']);
    let is_sound = number.map_or_else(|| is_digits(value), is_decimal);
    is_sound && size::parse(value).is_ok()
}

/// More than nothing, and no more than the whole.
fn is_share(value: &str) -> bool {
    value.ends_with('%') && permyriad(value).is_some_and(|share| (1..=10_000).contains(&share))
}

/// What systemd's parse_permyriad_unbounded() reads, in parts of ten thousand: of a `%` two decimals, of a `‰` one, and no more than fits
/// into an int. What begins with a 0 it would take for octal, and so that is none here.
pub(super) fn permyriad(value: &str) -> Option<u32> {
    const SIGNS: [(char, u32, usize); 3] = [('%', 100, 2), ('‰', 10, 1), ('‱', 1, 0)];
    let (number, parts, places) = SIGNS
        .into_iter()
        .find_map(|(sign, parts, places)| Some((value.strip_suffix(sign)?, parts, places)))?;
    let (whole, rest) = match number.split_once('.') {
        Some((whole, rest)) if (1..=places).contains(&rest.len()) => (whole, format!("{rest:0<places$}")),
        Some(_) => return None,
        None => (number, "0".to_owned()),
    };
    let is_octal = whole.len() > 1 && whole.starts_with('0');
    if is_octal || !is_digits(whole) || !is_digits(&rest) {
        return None;
    }
    let share = whole.parse::<u32>().ok()?.checked_mul(parts)?.checked_add(rest.parse().ok()?)?;
    i32::try_from(share).is_ok().then_some(share)
}

fn is_span_part(part: &str) -> bool {
    const UNITS: [&str; 9] = ["us", "ms", "s", "sec", "min", "m", "h", "d", "w"];
    let end = part.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(part.len());
    let (number, unit) = part.split_at(end);
    is_decimal(number) && (unit.is_empty() || UNITS.contains(&unit))
}

fn is_within(value: &str, from: i64, to: i64) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    is_digits(digits) && value.parse::<i64>().is_ok_and(|number| (from..=to).contains(&number))
}

fn is_digits(text: &str) -> bool {
    (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Twelve digits at most on either side of the point, which no sound value reaches.
fn is_decimal(text: &str) -> bool {
    let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
    is_digits(whole) && is_digits(rest) && text.len() <= 25
}

fn is_zero(text: &str) -> bool {
    !text.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_systemd_understands_is_taken() {
        for (property, value) in [
            ("MemoryMax", "24G"),
            ("MemoryMax", "infinity"),
            ("MemoryHigh", "70%"),
            ("MemoryMin", "0"),
            ("MemorySwapMax", "0"),
            ("CPUQuota", "600%"),
            ("CPUQuota", "33.33%"),
            ("CPUQuota", "21474836.47%"),
            ("MemoryMax", "0.5%"),
            ("CPUWeight", "idle"),
            ("OOMPolicy", "kill"),
            ("OOMScoreAdjust", "-1000"),
            ("LimitMEMLOCK", "infinity"),
            ("LimitMEMLOCK", "8M:infinity"),
            ("LimitNOFILE", "1024:524288"),
            ("TasksMax", "15%"),
            ("Restart", "on-failure"),
            ("RestartSec", "10"),
            ("StartLimitIntervalSec", "10min 30s"),
            ("StartLimitBurst", "5"),
        ] {
            assert_eq!(check_value(property, value), Ok(()), "{property}={value}");
        }
        assert_eq!((section("StartLimitBurst"), section("MemoryMax")), ("Unit", "Service"));
    }

    #[test]
    fn what_systemd_would_ignore_is_refused_with_what_is_allowed() {
        for (property, value, allowed) in [
            ("MemoryMax", "0", "`24G`"),
            ("MemoryMax", "0.0G", "`24G`"),
            ("MemoryMax", "24GiB", "`24G`"),
            ("MemoryMax", "101%", "`24G`"),
            ("MemoryMax", "24G\nExecStartPre=/bin/x", "`24G`"),
            ("MemorySwapMax", "50%", "`2G`"),
            ("CPUQuota", "6", "`600%`"),
            ("CPUQuota", "0%", "`600%`"),
            ("CPUQuota", "33.333%", "`600%`"),
            ("CPUQuota", "21474836.48%", "`600%`"),
            ("CPUQuota", "99999999999%", "`600%`"),
            ("MemoryMax", "33.333%", "`24G`"),
            ("MemoryMax", "5.%", "`24G`"),
            ("MemoryMax", "100.01%", "`24G`"),
            ("TasksMax", "010%", "above 0"),
            ("CPUWeight", "0", "10000"),
            ("OOMPolicy", "Kill", "say `kill`"),
            ("MemoryMax", "24GB", "say `24G`"),
            ("MemoryHigh", "1.5g", "say `1536M`"),
            ("MemorySwapMax", "50%", "differ"),
            ("CPUQuota", "6", "say `600%`"),
            ("OOMScoreAdjust", "1001", "-1000 to 1000"),
            ("OOMScoreAdjust", "+5", "-1000 to 1000"),
            ("LimitNOFILE", "8G", "number"),
            ("TasksMax", "0", "above 0"),
            ("Restart", "sometimes", "on-failure"),
            ("RestartSec", "soon", "`10s`"),
            ("RestartSec", "1  2", "`10s`"),
            ("ExecStart", "/bin/x", "MemoryMax"),
        ] {
            let wrong = check_value(property, value).unwrap_err();
            assert!(wrong.contains(allowed) && !wrong.contains('\n'), "{property}={value}: {wrong}");
        }
    }

    #[test]
    fn a_misspelt_property_is_told_from_an_unknown_one() {
        for (typed, meant) in [
            ("memorymax", "MemoryMax"),
            ("MemoryMx", "MemoryMax"),
            ("MemoryLimit", "MemoryMax"),
            ("CpuQuota", "CPUQuota"),
            ("OOMScoreAdj", "OOMScoreAdjust"),
        ] {
            let wrong = check(typed).unwrap_err();
            assert!(wrong.contains(&format!("did you mean `{meant}`?")), "{typed}: {wrong}");
        }
        assert!(!check("Nice").unwrap_err().contains("did you mean"));
    }

    #[test]
    fn what_limits_nothing_is_not_lost() {
        for (property, value, is_lost) in [
            ("MemoryHigh", "1G", true),
            ("MemoryHigh", "infinity", false),
            ("MemorySwapMax", "0", true),
            ("MemorySwapMax", "", false),
            ("MemoryMin", "0", false),
            ("MemoryLow", "5%", true),
            ("MemoryMax", "1G", false),
        ] {
            assert_eq!(is_lost_on_version_1(property, value), is_lost, "{property}={value}");
        }
    }

    #[test]
    fn each_kind_of_unit_has_its_own_properties_and_section() {
        for (property, kinds) in [
            ("MemoryMax", KINDS.to_vec()),
            ("OOMPolicy", vec!["service", "scope"]),
            ("Restart", vec!["service"]),
            ("LimitNOFILE", vec!["service", "socket", "mount", "swap"]),
        ] {
            let having: Vec<&str> = KINDS.into_iter().filter(|kind| is_of_kind(property, kind)).collect();
            assert_eq!(having, kinds, "{property}");
        }
        assert_eq!(
            (section_of("MemoryMax", "slice"), section_of("StartLimitBurst", "service")),
            ("Slice", "Unit")
        );
        assert!(waits_for_start("LimitMEMLOCK") && !waits_for_start("MemoryMax"));
    }

    proptest! {
        #[test]
        fn no_value_ends_its_line(index in 0usize..PROPERTIES.len(), value in "(\\PC|\n|[0-9]+|[KMGT%:. ]|infinity)*") {
            let _ = check(&value);
            if check_value(PROPERTIES[index].0, &value).is_ok() {
                prop_assert!(!value.contains(['\n', '\r', '#', ';', '\\']));
            }
        }
    }
}
