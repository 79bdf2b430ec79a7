//! Busy waiting: whoever waits is to sleep.

use super::progress::merged;
use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory};
use crate::event::Section;
use crate::exploration::{Crash, Setup};
use crate::oracle::Stillness;
use crate::process::ProcessId;
use crate::strategy::{PATIENCE, Replay, Standstill};
use crate::trace::Schedule;

/// Executions, for each situation and number of processes.
const EXECUTIONS: u64 = 120;

/// Operations of one.
const STEPS_MAX: u32 = 30_000;

/// Steps of the busy process that the counterexample shows.
const SHOWN: usize = 8;

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
                if let Some(process) = standstill.busy() {
                    let schedule = self.explorer.engine().schedule().clone();
                    let schedule = self.shortened(&setup, &schedule, process)?;
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

    /// The same schedule up to where nothing happens any more but a few steps of `process`, if it is
    /// busy there, too.
    fn shortened(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        process: ProcessId,
    ) -> Result<Schedule, Crash> {
        // From there on everybody else stands still or sleeps, or is busy as well.
        let others = |step: usize| schedule.order()[step] != process;
        let start = (0..schedule.len()).rev().take_while(|&step| !others(step)).last();
        let stem = schedule.prefix(start.unwrap_or(schedule.len()));
        let mut candidate = stem;
        for _ in 0..SHOWN {
            candidate.step(process);
        }
        Ok(if self.is_busy(setup, &candidate, process)? { candidate } else { schedule.clone() })
    }

    /// Whether `process` waits at the end of the schedule, and goes on taking steps if nobody else does.
    pub(super) fn is_busy(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        process: ProcessId,
    ) -> Result<bool, Crash> {
        let mut long = schedule.clone();
        for _ in 0..PATIENCE {
            long.step(process);
        }
        let setup = Setup { steps_max: long.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        let mut replay = Replay::new(long);
        self.explorer.replay(&setup, &mut replay, &mut stillness, false)?;
        Ok(replay.divergence().is_none()
            && stillness.last_step() as usize <= schedule.len()
            && stillness.section(process) == Section::Entry)
    }
}
