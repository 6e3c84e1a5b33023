//! Which of two values is larger.

use crate::sys::size;

use super::model::Target;

/// The value as a number that can be compared with others of the same target; `None` where it is none. `infinity` is
/// larger than any size.
pub(super) fn of(target: &Target, value: &str) -> Option<u64> {
    let value = value.trim();
    match target {
        Target::Unit(_) if value == "infinity" => Some(u64::MAX),
        Target::Unit(property) if property == "CPUQuota" => hundredths(value.strip_suffix('%')?),
        Target::Unit(property) if property.starts_with("Memory") || property == "LimitMEMLOCK" => {
            size::parse(value).ok().map(|size| size.0)
        }
        _ => value.parse().ok(),
    }
}

fn hundredths(percent: &str) -> Option<u64> {
    let number: f64 = percent.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some((number * 100.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_compared_as_sizes() {
        let memory = Target::Unit("MemoryMax".to_owned());
        assert!(of(&memory, "24G") > of(&memory, "24575M"));
        assert!(of(&memory, "infinity") > of(&memory, "24T"));
        assert_eq!(of(&memory, "70%"), None);
        let quota = Target::Unit("CPUQuota".to_owned());
        assert!(of(&quota, "600%") > of(&quota, "99.5%"));
        let knob = Target::Sysctl("vm.max_map_count".to_owned());
        assert_eq!((of(&knob, "65530\n"), of(&knob, "1 2")), (Some(65530), None));
    }
}
