//! Many times as a few figures.

use serde::Serialize;

/// What remains of the times of several runs, in ms.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Times {
    pub(super) n: usize,
    pub(super) median_ms: f64,
    pub(super) p95_ms: f64,
}

impl Times {
    pub(super) fn of(times: &[f64]) -> Self {
        Self {
            n: times.len(),
            median_ms: rounded(share(times, 0.5)),
            p95_ms: rounded(share(times, 0.95)),
        }
    }
}

/// The value that so large a share of all does not exceed (nearest rank).
pub(super) fn share(values: &[f64], share: f64) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place among some runs"
    )]
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

/// To microseconds: more would only pretend.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_few_and_of_many_are_found() {
        assert_eq!(share(&[3.0, 1.0, 2.0], 0.5), 2.0);
        let many: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(share(&many, 0.95), 95.0);
        assert_eq!(share(&[7.0], 0.95), 7.0);
    }

    #[test]
    fn times_are_told_by_their_median_and_p95() {
        let times = Times::of(&[30.0, 10.000_04, 20.0]);

        assert_eq!((times.n, times.median_ms, times.p95_ms), (3, 20.0, 30.0));
    }
}
