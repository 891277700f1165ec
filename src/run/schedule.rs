//! When an observer is called: a rule on the ticks of a run, which a run that was resumed obeys
//! as one that never stopped.

use std::time::Duration;

/// When an observer is called.
///
/// All but [`Schedule::Wall`] follow from the tick alone: a run that was stopped and resumed calls
/// at the same ticks as one that ran through, each once.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// Before the first tick and after every tick, those of the burn-in among them.
    EveryTick,
    /// At the tick nearest to every multiple of this interval, h, counted from day 0 (the earlier of two as
    /// near); also in the burn-in.
    EveryHours(f64),
    /// On these days; each must be that of a tick. Those of the burn-in are negative.
    Days(Vec<f64>),
    /// When so many ticks are done, those of the burn-in among them.
    Ticks(Vec<u32>),
    /// After the first tick at which this wall time has passed since the last call, or since the loop
    /// began. It begins anew where a run is resumed.
    Wall(Duration),
    /// When the last tick is done.
    Last,
    /// Whenever one of these says so; once, where several do.
    Any(Vec<Self>),
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Ticks done, those of the burn-in among them.
    pub tick: u32,
    /// Ticks before day 0.
    pub burn_in_ticks: u32,
    /// Ticks in all.
    pub last_tick: u32,
    /// Length of a tick, h.
    pub tick_h: f64,
    /// Time, h; 0 at day 0.
    pub time_h: f64,
}

/// What a schedule asks for that no run can give.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("a schedule asks for {found}; give {allowed}")]
pub struct ScheduleError {
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
}

impl Schedule {
    /// True when the observer is called now; `waited` is the wall time since it was called last.
    pub fn is_due(&self, clock: &Clock, waited: Duration) -> bool {
        match self {
            Self::EveryTick => true,
            Self::EveryHours(every_h) => {
                // Of two ticks as near, the earlier: each multiple is that of one tick.
                let turns =
                    |ticks: f64| ((clock.time_h + ticks * clock.tick_h) / every_h + 1e-9).floor();
                turns(0.5) > turns(-0.5)
            }
            Self::Days(days) => days
                .iter()
                .any(|day| (day * 24.0 - clock.time_h).abs() < 0.5 * clock.tick_h),
            Self::Ticks(ticks) => ticks.contains(&clock.tick),
            Self::Wall(every) => waited >= *every,
            Self::Last => clock.tick >= clock.last_tick,
            Self::Any(all) => all.iter().any(|one| one.is_due(clock, waited)),
        }
    }

    /// True where wall time has a part in it.
    pub fn counts_wall_time(&self) -> bool {
        match self {
            Self::Wall(_) => true,
            Self::Any(all) => all.iter().any(Self::counts_wall_time),
            _ => false,
        }
    }

    /// Checks the schedule by a run, of which only length and tick count.
    ///
    /// # Errors
    /// An interval that is not above zero; a day between two ticks; a day or a tick outside of the run.
    pub fn check(&self, clock: &Clock) -> Result<(), ScheduleError> {
        let refused = |found: String, allowed: String| Err(ScheduleError { found, allowed });
        match self {
            Self::EveryTick | Self::Wall(_) | Self::Last => Ok(()),
            Self::EveryHours(every_h) if *every_h > 0.0 && every_h.is_finite() => Ok(()),
            Self::EveryHours(every_h) => refused(
                format!("every {every_h} h"),
                "an interval above 0 h".to_owned(),
            ),
            Self::Days(days) => {
                let per_day = 24.0 / clock.tick_h;
                let day = |tick: u32| (f64::from(tick) - f64::from(clock.burn_in_ticks)) / per_day;
                let (first, last) = (day(0), day(clock.last_tick));
                for asked in days {
                    let ticks = asked * per_day;
                    if !(first - 1e-9..=last + 1e-9).contains(asked) {
                        return refused(
                            format!("day {asked}"),
                            format!("days of the run, {first} to {last}"),
                        );
                    }
                    if (ticks - ticks.round()).abs() > 1e-6 {
                        return refused(
                            format!("day {asked}, between two ticks"),
                            format!(
                                "day {} or day {}",
                                ticks.floor() / per_day,
                                ticks.ceil() / per_day
                            ),
                        );
                    }
                }
                Ok(())
            }
            Self::Ticks(ticks) => match ticks.iter().find(|&&tick| tick > clock.last_tick) {
                Some(tick) => refused(
                    format!("tick {tick}"),
                    format!("ticks of the run, 0 to {}", clock.last_tick),
                ),
                None => Ok(()),
            },
            Self::Any(all) => all.iter().try_for_each(|one| one.check(clock)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(tick: u32) -> Clock {
        Clock {
            tick,
            burn_in_ticks: 8,
            last_tick: 20,
            tick_h: 6.0,
            time_h: 6.0 * (f64::from(tick) - 8.0),
        }
    }

    fn due(schedule: &Schedule) -> Vec<u32> {
        let is_due = |&tick: &u32| schedule.is_due(&clock(tick), Duration::ZERO);
        (0..=20).filter(is_due).collect()
    }

    #[test]
    fn every_rule_calls_at_its_ticks() {
        assert_eq!(due(&Schedule::EveryTick).len(), 21);
        assert_eq!(due(&Schedule::EveryHours(24.0)), [0, 4, 8, 12, 16, 20]);
        // Multiples of 15 h lie midway between two ticks of 6 h: the earlier.
        assert_eq!(due(&Schedule::EveryHours(15.0))[..4], [0, 3, 5, 8]);
        // More often than there are ticks is every tick.
        assert_eq!(due(&Schedule::EveryHours(1.0)).len(), 21);
        assert_eq!(due(&Schedule::Days(vec![-1.0, 0.25])), [4, 9]);
        assert_eq!(due(&Schedule::Ticks(vec![3, 20])), [3, 20]);
        assert_eq!(due(&Schedule::Last), [20]);
        assert_eq!(due(&Schedule::Wall(Duration::from_secs(1))), [0_u32; 0]);
        let any = Schedule::Any(vec![Schedule::Last, Schedule::EveryHours(72.0)]);
        assert_eq!(due(&any), [8, 20]);
        let waited = Duration::from_secs(2);
        assert!(Schedule::Wall(Duration::from_secs(1)).is_due(&clock(3), waited));
    }

    #[test]
    fn what_no_run_can_give_is_refused_with_what_is_allowed() {
        let said = |schedule: Schedule| schedule.check(&clock(0)).unwrap_err().to_string();
        for every_h in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let found = said(Schedule::EveryHours(every_h));
            assert!(found.contains("give an interval above 0 h"), "{found}");
        }
        assert_eq!(
            said(Schedule::Days(vec![0.3])),
            "a schedule asks for day 0.3, between two ticks; give day 0.25 or day 0.5"
        );
        assert_eq!(
            said(Schedule::Any(vec![Schedule::Days(vec![3.5])])),
            "a schedule asks for day 3.5; give days of the run, -2 to 3"
        );
        assert_eq!(
            said(Schedule::Ticks(vec![21])),
            "a schedule asks for tick 21; give ticks of the run, 0 to 20"
        );
        assert!(said(Schedule::Days(vec![f64::NAN])).contains("day NaN"));
        assert_eq!(Schedule::Days(vec![-2.0, 3.0]).check(&clock(0)), Ok(()));
    }
}
