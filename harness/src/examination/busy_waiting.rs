//! Busy waiting: whoever waits is to sleep.

use super::lasso;
use super::progress::merged;
use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory};
use crate::engine::{Cause, Wanted};
use crate::event::Section;
use crate::exploration::{Crash, Setup};
use crate::oracle::Stillness;
use crate::process::{ProcessId, ProcessSet};
use crate::strategy::{PACES, PATIENCE, Replay, Standstill};
use crate::trace::Schedule;

/// Executions, for each situation and number of processes.
const EXECUTIONS: u64 = 120;

/// Operations of one.
const STEPS_MAX: u32 = 30_000;

/// Steps of the busy process that the counterexample shows.
const SHOWN: usize = 14;

/// Steps before them, at most.
const STEM_MAX: usize = 100;

impl Examiner<'_> {
    /// The verdict on busy waiting: upheld if everybody who waits falls asleep.
    pub fn busy_waiting(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        let mut evidence = Vec::new();
        for (situation, processes) in self.situations(|asks| asks.sleep) {
            let entries = self.effort.entries;
            let setup = Setup {
                steps_max: STEPS_MAX,
                ..self.setup(memory, vec![entries; processes], situation)
            };
            let mut standstill = Standstill::new(self.effort.seed);
            for _ in 0..EXECUTIONS {
                self.explorer.explore(&setup, &mut standstill, 1, || (), |_, ()| None::<()>)?;
                let schedule = self.explorer.engine().schedule().clone();
                let found = if let Some(process) = standstill.busy() {
                    Some((process, self.shortened(&setup, schedule, process)?))
                } else if situation.asks.brief_guard {
                    match self.wait_in_guard(standstill.still()).lowest() {
                        Some(process) => {
                            Some((process, self.shortened(&setup, schedule, process)?))
                        }
                        None => None,
                    }
                } else {
                    None
                };
                if let Some((process, schedule)) = found {
                    let kind = Kind::BusyWaiting(process);
                    return Ok(Verdict::Violated(Box::new(Violation { kind, setup, schedule })));
                }
            }
            evidence.push(Evidence {
                strategy: "standstill",
                processes,
                entries,
                executions: EXECUTIONS,
                blocked: 0,
                complete: false,
            });
        }
        Ok(Verdict::Upheld { evidence: merged(evidence), bypass: None, doorway: None })
    }

    /// Who waits at the end of the last execution for a guard in which one of `still` is.
    fn wait_in_guard(&self, still: ProcessSet) -> ProcessSet {
        let sleepers = self.explorer.engine().sleepers();
        let held = |wanted: &Wanted| {
            wanted.cause == Cause::Guard && wanted.holder.is_some_and(|who| still.contains(who))
        };
        sleepers.iter().filter(|(_, wanted)| held(wanted)).map(|(process, _)| *process).collect()
    }

    /// A schedule that a person can follow: somebody goes in and stays, and `process` is busy; or
    /// at least the shortest beginning of `schedule` after which it is, with a few of its steps.
    fn shortened(
        &mut self,
        setup: &Setup,
        schedule: Schedule,
        process: ProcessId,
    ) -> Result<Schedule, Crash> {
        for holder in ProcessId::all(setup.processes()).filter(|&holder| holder != process) {
            let mut stem = Schedule::new(setup.processes());
            for _ in 0..STEM_MAX {
                stem.step(holder);
                if self.stands_still(setup, &stem, process)?
                    && let Some(shown) = self.busy_after(setup, &stem, process)?
                {
                    return Ok(shown);
                }
            }
        }
        for length in 0..schedule.len().min(STEM_MAX) {
            let stem = schedule.prefix(length);
            if self.stands_still(setup, &stem, process)?
                && let Some(shown) = self.busy_after(setup, &stem, process)?
            {
                return Ok(shown);
            }
        }
        Ok(self.busy_together(setup, &schedule, process)?.unwrap_or(schedule))
    }

    /// Whether after these steps somebody is inside, and everybody but `process` where it may stand
    /// still for ever.
    fn stands_still(
        &mut self,
        setup: &Setup,
        stem: &Schedule,
        process: ProcessId,
    ) -> Result<bool, Crash> {
        let setup = Setup { steps_max: stem.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        self.explorer.replay(&setup, &mut Replay::new(stem.clone()), &mut stillness, false)?;
        let others = ProcessSet::first(setup.processes()).difference(ProcessSet::only(process));
        let inside = stillness.in_section(Section::Critical, others);
        let resting = stillness.in_section(Section::Remainder, others);
        let asleep = self.explorer.engine().asleep();
        let rest = others.difference(inside).difference(resting).difference(asleep);
        Ok(!inside.is_empty() && rest.is_empty())
    }

    /// The stem with a few steps of `process` in which it is busy, if it is.
    fn busy_after(
        &mut self,
        setup: &Setup,
        stem: &Schedule,
        process: ProcessId,
    ) -> Result<Option<Schedule>, Crash> {
        // Whoever goes on for ever is shown for a while; whoever is caught in a guard takes few steps.
        for count in std::iter::once(SHOWN).chain(0..SHOWN) {
            let mut shown = stem.clone();
            for _ in 0..count {
                shown.step(process);
            }
            let all = ProcessSet::first(setup.processes());
            if self.is_busy(setup, &shown, process)?
                && (count == SHOWN || self.wait_in_guard(all).contains(process))
            {
                return Ok(Some(shown));
            }
        }
        Ok(None)
    }

    /// Whether `process` waits at the end of the schedule, and goes on taking steps while all those stand still
    /// who may; or waits in a guard that is held by somebody who is inside.
    pub(super) fn is_busy(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        process: ProcessId,
    ) -> Result<bool, Crash> {
        let here = Setup { steps_max: schedule.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        let mut replay = Replay::new(schedule.clone());
        self.explorer.replay(&here, &mut replay, &mut stillness, false)?;
        if replay.divergence().is_some() || stillness.section(process) != Section::Entry {
            return Ok(false);
        }
        if setup.situation.asks.brief_guard {
            let all = ProcessSet::first(setup.processes());
            let inside = stillness.in_section(Section::Critical, all);
            if self.wait_in_guard(inside).contains(process) {
                return Ok(true);
            }
        }
        // Those who stand still leave it steps enough, and so do those who are busy with it.
        let most = schedule.len() as u32 + PATIENCE * (setup.processes() as u32 + 1);
        let setup = Setup { steps_max: most, ..setup.clone() };
        // Long turns first: what is shown of them is easier to follow.
        for pace in PACES.into_iter().rev() {
            let mut standstill = Standstill::after(schedule.clone(), process, pace);
            self.explorer.explore(&setup, &mut standstill, 1, || (), |_, ()| None::<()>)?;
            if standstill.busy() == Some(process) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A short schedule after which `process` is busy together with others, such as one that they wake and that
    /// wakes them: the first steps of `schedule`, as few of them as will do, and a few of those who are busy.
    fn busy_together(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        process: ProcessId,
    ) -> Result<Option<Schedule>, Crash> {
        for length in 0..schedule.len().min(STEM_MAX) {
            let mut stem = schedule.prefix(length);
            if !self.is_busy_outside(setup, &stem, process)? {
                continue;
            }
            let mut stretch = stem.len() / 2;
            while stretch > 0 {
                let mut from = 0;
                while from < stem.len() {
                    let shorter = lasso::without(&stem, from..from + stretch);
                    if self.is_busy_outside(setup, &shorter, process)? {
                        stem = shorter;
                    } else {
                        from += stretch;
                    }
                }
                stretch /= 2;
            }
            // What comes after the stem is what the strategy does.
            self.is_busy(setup, &stem, process)?;
            let shown = self.explorer.engine().schedule();
            let length = stem.len() + setup.processes() * SHOWN;
            return Ok(Some(shown.prefix(length.min(shown.len()))));
        }
        Ok(None)
    }

    /// Whether `process` is busy after these steps, and somebody inside.
    fn is_busy_outside(
        &mut self,
        setup: &Setup,
        stem: &Schedule,
        process: ProcessId,
    ) -> Result<bool, Crash> {
        let here = Setup { steps_max: stem.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        self.explorer.replay(&here, &mut Replay::new(stem.clone()), &mut stillness, false)?;
        let all = ProcessSet::first(setup.processes());
        Ok(!stillness.in_section(Section::Critical, all).is_empty()
            && self.is_busy(setup, stem, process)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::super::Effort;
    use super::*;
    use crate::contract::CriticalSection;
    use crate::exploration::Explorer;
    use crate::scenario::CriticalSectionScenario;
    use crate::shim::{AtomicU32, Guard, futex_wait, futex_wake, spin_loop};

    /// A ticket lock; how it waits is the question.
    struct Tickets<const SLEEPS: bool> {
        next: AtomicU32,
        serving: AtomicU32,
    }

    impl<const SLEEPS: bool> CriticalSection for Tickets<SLEEPS> {
        fn new(_: usize) -> Self {
            Self { next: AtomicU32::new(0), serving: AtomicU32::new(0) }
        }

        fn entry_section(&self, _: ProcessId) {
            let ticket = self.next.fetch_add(1, Ordering::SeqCst);
            loop {
                let serving = self.serving.load(Ordering::SeqCst);
                if serving == ticket {
                    return;
                }
                if SLEEPS {
                    futex_wait(&self.serving, serving);
                } else {
                    spin_loop();
                }
            }
        }

        fn exit_section(&self, _: ProcessId) {
            self.serving.fetch_add(1, Ordering::SeqCst);
            futex_wake(&self.serving, usize::MAX);
        }
    }

    /// The same, but whoever wakes up wakes all others that wait.
    struct Restless(Tickets<true>);

    impl CriticalSection for Restless {
        fn new(processes: usize) -> Self {
            Self(Tickets::new(processes))
        }

        fn entry_section(&self, _: ProcessId) {
            let ticket = self.0.next.fetch_add(1, Ordering::SeqCst);
            loop {
                let serving = self.0.serving.load(Ordering::SeqCst);
                if serving == ticket {
                    return;
                }
                futex_wait(&self.0.serving, serving);
                futex_wake(&self.0.serving, usize::MAX);
            }
        }

        fn exit_section(&self, me: ProcessId) {
            self.0.exit_section(me);
        }
    }

    fn verdict<S: CriticalSection + 'static>(processes: usize) -> Verdict {
        let effort = Effort {
            processes: vec![processes],
            entries: 2,
            seed: 7,
            exhaustive_executions_max: 0,
            random_executions: 0,
            pct_executions: 0,
            pos_executions: 0,
            adversary_executions: 0,
            steps_per_execution_max: 1_000,
            pump_repetitions: 10,
        };
        let scenario = CriticalSectionScenario::<S>::blocking();
        let mut examiner = Examiner::new(Explorer::new(&scenario), &effort);
        examiner.busy_waiting(Memory::Sequential).expect("nothing panics")
    }

    #[test]
    fn whoever_sleeps_passes() {
        for processes in [2, 3] {
            let verdict = verdict::<Tickets<true>>(processes);
            assert!(matches!(verdict, Verdict::Upheld { .. }), "{verdict:?}");
        }
    }

    #[test]
    fn whoever_spins_is_convicted_with_a_schedule_that_a_person_can_follow() {
        for processes in [2, 3] {
            let Verdict::Violated(violation) = verdict::<Tickets<false>>(processes) else {
                panic!("it spins");
            };
            assert!(matches!(violation.kind, Kind::BusyWaiting(_)), "{violation:?}");
            assert!(violation.schedule.len() < 40, "{} steps", violation.schedule.len());
            assert_eq!(violation.schedule.context_switches(), 1);
        }
    }

    #[test]
    fn those_who_keep_each_other_awake_are_shown_together() {
        assert!(
            matches!(verdict::<Restless>(2), Verdict::Upheld { .. }),
            "two have nobody to wake"
        );
        let Verdict::Violated(violation) = verdict::<Restless>(3) else {
            panic!("two of three wake each other");
        };
        assert!(matches!(violation.kind, Kind::BusyWaiting(_)), "{violation:?}");
        let schedule = &violation.schedule;
        assert!(schedule.len() < 90, "{} steps", schedule.len());
        let last: ProcessSet = schedule.order()[schedule.len() - SHOWN..].iter().copied().collect();
        assert_eq!(last.len(), 2, "one stands still inside: {schedule}");
    }

    #[test]
    fn the_guard_of_a_lower_layer_is_no_place_to_wait_in() {
        let Verdict::Violated(violation) = verdict::<Guard>(2) else {
            panic!("it is in the guard all the while");
        };
        assert!(matches!(violation.kind, Kind::BusyWaiting(_)), "{violation:?}");
    }
}
