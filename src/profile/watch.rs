//! The thresholds of the watchdog that several profiles want.

use super::model::Watch;

/// The one that acts earliest on either count; what decides on available memory gives the reason.
pub(super) fn most_careful(wishes: &[Watch]) -> Option<Watch> {
    let available = wishes.iter().filter_map(|one| one.available_percent).reduce(f64::max);
    let gpu = wishes.iter().filter_map(|one| one.gpu_percent).reduce(f64::min);
    let decides = |one: &&Watch| one.available_percent == available;
    let deciding = wishes.iter().find(decides).or(wishes.first())?;
    Some(Watch { available_percent: available, gpu_percent: gpu, ..deciding.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(profile: &str, available_percent: Option<f64>, gpu_percent: Option<f64>) -> Watch {
        let text = || profile.to_owned();
        Watch { available_percent, gpu_percent, reason: text(), source: text(), profile: text() }
    }

    #[test]
    fn the_earliest_act_counts() {
        let wishes =
            [watch("a", Some(10.0), Some(85.0)), watch("b", Some(15.0), Some(90.0)), watch("c", None, None)];
        let both = most_careful(&wishes).unwrap();
        assert_eq!(
            (both.available_percent, both.gpu_percent, both.profile.as_str()),
            (Some(15.0), Some(85.0), "b")
        );
        assert!(most_careful(&[]).is_none());
    }
}
