//! Who goes on asking more than people do is slowed down; the more, the later this process is.
//!
//! A person's bursts are free. What is beyond them goes at a steady pace, and slower while the machine is behind, so that
//! those who ask little do not notice. Nothing is refused: whoever is too fast is just not read for a while.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// Nobody waits longer for one step: a page is taken for gone when it is not heard of for 80 seconds.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// Steps at once that are free however late the process is: what a page asks when it is opened.
const ALWAYS_FREE: u32 = 20;

/// How fast something may go.
#[derive(Clone, Copy, Debug)]
pub struct Speed {
    /// Steady: one step in this time.
    pub each: Duration,
    /// So many steps at once are free, while the process is not late.
    pub burst: u32,
}

/// What one party has used of its speed.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// When all that was used will be earned back.
    earned_at: Instant,
}

impl Pace {
    /// Of a party that has done nothing yet.
    pub fn new(now: Instant) -> Self {
        Self { earned_at: now }
    }

    /// Nothing is left to earn back: as good as new.
    pub fn is_fresh(&self, now: Instant) -> bool {
        self.earned_at <= now
    }

    /// Has done more of late than what is always free: it may wait behind others of its kind.
    pub fn is_hurried(&self, speed: Speed, now: Instant) -> bool {
        self.earned_at > now + speed.each * ALWAYS_FREE.min(speed.burst)
    }

    /// Takes so many steps, and says how long to rest after them.
    pub fn step(&mut self, steps: u32, speed: Speed, now: Instant) -> Option<Duration> {
        self.step_under(&PRESSURE, steps, speed, now)
    }

    fn step_under(&mut self, pressure: &'static Pressure, steps: u32, speed: Speed, now: Instant) -> Option<Duration> {
        let cost = speed.each * steps;
        let earned_at = self.earned_at.max(now);
        // Who asks little never sees more than this, and nobody needs to know how late it is.
        if earned_at + cost <= now + speed.each * ALWAYS_FREE.min(speed.burst) {
            self.earned_at = earned_at + cost;
            return None;
        }
        let slower = 1.0 + pressure.felt();
        let free = (speed.each * speed.burst).div_f64(slower).max(speed.each * ALWAYS_FREE);
        if earned_at + cost <= now + free {
            self.earned_at = earned_at + cost;
            return None;
        }
        self.earned_at = (earned_at + cost.mul_f64(slower)).min(now + free + LONGEST_REST);
        Some(self.earned_at.saturating_duration_since(now + free))
    }
}

/// A sample is taken this often, while somebody is slowed down.
const SAMPLE_EVERY: Duration = Duration::from_millis(20);
/// Later than this, and a person begins to notice. A timer is a millisecond late by itself.
const LATE: Duration = Duration::from_millis(2);
/// Nobody was slowed down for so long: nothing needs to be known.
const WATCHED_FOR: Duration = Duration::from_secs(5);
/// The most: who may take 50 steps a second takes five in two. The machine may be late for another reason.
const MOST: u32 = 1_900;

/// How late this process is with what it has to do, found out by a task that asks to be woken.
struct Pressure {
    /// In hundredths of a pace: 100 makes everything twice as slow.
    level: AtomicU32,
    is_watched: AtomicBool,
    felt_at: Mutex<Option<Instant>>,
}

static PRESSURE: Pressure = Pressure::new();

/// How much slower than usual those go who are too fast: 0 while this process is not late, 19 at most.
pub fn pressure() -> f64 {
    PRESSURE.felt()
}

impl Pressure {
    const fn new() -> Self {
        Self {
            level: AtomicU32::new(0),
            is_watched: AtomicBool::new(false),
            felt_at: Mutex::new(None),
        }
    }

    /// How much slower than usual; called only for who is slowed down.
    fn felt(&'static self) -> f64 {
        *self.felt_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        if !self.is_watched.swap(true, Ordering::Relaxed) {
            let watch = Watch(self);
            tokio::spawn(watch.run());
        }
        f64::from(self.level.load(Ordering::Relaxed)) / 100.0
    }
}

/// Ends the watching when it is dropped, for whatever reason.
struct Watch(&'static Pressure);

impl Watch {
    async fn run(self) {
        loop {
            let asked_at = Instant::now();
            sleep(SAMPLE_EVERY).await;
            let late = asked_at.elapsed().saturating_sub(SAMPLE_EVERY);
            let level = next(self.0.level.load(Ordering::Relaxed), late);
            self.0.level.store(level, Ordering::Relaxed);
            let felt_at = *self.0.felt_at.lock().unwrap_or_else(PoisonError::into_inner);
            if felt_at.is_none_or(|at| at.elapsed() > WATCHED_FOR) {
                return;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.level.store(0, Ordering::Relaxed);
        self.0.is_watched.store(false, Ordering::Relaxed);
    }
}

/// Up at once, and down by half in some fifteen seconds: so it settles where one sample in two hundred is late.
fn next(level: u32, late: Duration) -> u32 {
    if late > LATE {
        (level + level / 4 + 50).min(MOST)
    } else {
        level - level.div_ceil(1024)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEED: Speed = Speed {
        each: Duration::from_millis(20),
        burst: 40,
    };

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_then_it_goes_at_a_steady_pace() {
        let (start, mut pace) = (Instant::now(), Pace::new(Instant::now()));

        for _ in 0..SPEED.burst {
            assert_eq!(pace.step(1, SPEED, start), None);
        }
        assert!(pace.is_hurried(SPEED, start));
        assert_eq!(pace.step(1, SPEED, start), Some(SPEED.each));
        assert_eq!(pace.step(1, SPEED, start + SPEED.each), Some(SPEED.each));

        let later = start + SPEED.each * 60;
        assert!(pace.is_fresh(later));
        assert_eq!(pace.step(SPEED.burst, SPEED, later), None);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_little_feels_no_pressure_and_who_is_beyond_feels_all_of_it() {
        static LATE: Pressure = Pressure::new();
        LATE.is_watched.store(true, Ordering::Relaxed);
        LATE.level.store(900, Ordering::Relaxed);
        let (now, mut pace) = (Instant::now(), Pace::new(Instant::now()));

        assert_eq!(pace.step_under(&LATE, ALWAYS_FREE, SPEED, now), None);
        assert!(!pace.is_hurried(SPEED, now));
        assert_eq!(pace.step_under(&LATE, 1, SPEED, now), Some(SPEED.each * 10));
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_rests_for_ever() {
        let (now, mut pace) = (Instant::now(), Pace::new(Instant::now()));
        for _ in 0..10 {
            assert!(pace.step(1_000_000, SPEED, now) <= Some(LONGEST_REST));
        }

        assert_eq!(pace.step(1, SPEED, now + LONGEST_REST), Some(SPEED.each));
    }

    #[test]
    fn pressure_rises_at_once_and_falls_slowly() {
        let risen = (0..10).fold(0, |level, _| next(level, Duration::from_millis(30)));
        let fallen = (0..600).fold(risen, |level, _| next(level, Duration::ZERO));

        assert!(
            risen > 1_000 && fallen < risen * 2 / 3 && fallen > risen / 3,
            "{risen} {fallen}"
        );
        assert_eq!((0..10_000).fold(risen, |level, _| next(level, Duration::ZERO)), 0);
        assert_eq!((0..100).fold(0, |level, _| next(level, Duration::from_secs(1))), MOST);
    }

    #[tokio::test]
    async fn pressure_is_felt_while_the_process_is_late_and_forgotten_when_nobody_asks() {
        static BUSY: Pressure = Pressure::new();
        BUSY.felt();
        for _ in 0..5 {
            tokio::task::yield_now().await;
            // The only thread is held, as by work that does not end.
            std::thread::sleep(SAMPLE_EVERY * 3);
            sleep(Duration::from_millis(1)).await;
        }
        assert!(BUSY.felt() > 0.5);
    }
}
