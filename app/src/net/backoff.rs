//! How long to wait before the next try to connect. Called by [`super::link`].

/// The first wait, in milliseconds.
const FIRST_MS: f64 = 500.0;

/// The longest wait: long enough to spare a struggling proxy, short enough to be back within a breath of it.
const LONGEST_MS: f64 = 30_000.0;

/// Milliseconds to wait before try number `attempt` (the first is 0).
///
/// `chance`, from 0 to 1, spreads the browsers of a proxy that restarts: each waits between half
/// and all of its time.
pub(super) fn delay_ms(attempt: u32, chance: f64) -> f64 {
    let doubled = FIRST_MS * f64::from(1_u32 << attempt.min(10));
    doubled.min(LONGEST_MS) * (0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute() {
        let waits: Vec<f64> = [0, 1, 2, 6, 60].map(|attempt| delay_ms(attempt, 1.0)).into();

        assert_eq!(waits, [500.0, 1_000.0, 2_000.0, 30_000.0, 30_000.0]);
    }

    #[test]
    fn chance_takes_away_at_most_half() {
        assert!((delay_ms(1, 0.0) - 500.0).abs() < f64::EPSILON);
        assert!((delay_ms(1, 0.5) - 750.0).abs() < f64::EPSILON);
    }
}
