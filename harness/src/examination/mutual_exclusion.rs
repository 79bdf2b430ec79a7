//! Mutual exclusion: nobody enters while another is inside, and what one wrote inside is visible to
//! the next. The two are told apart.

use super::counterexample::simplest;
use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory};
use crate::engine::Outcome;
use crate::exploration::{Crash, Run, Setup};
use crate::memory::Model;
use crate::oracle::{MutualExclusion, Overlap};
use crate::scenario::{Critical, is_datum};
use crate::strategy::{Doorkeeper, Random};
use crate::trace::Schedule;

/// Executions with a process kept inside, for each pair of processes and a little more.
const DOOR_EXECUTIONS: u64 = 6;

/// How often each process enters in a long execution: more than an 8-bit counter can count.
const LONG_ENTRIES: u32 = 140;

/// Operations of a long execution.
const LONG_STEPS_MAX: u32 = 60_000;

/// How many long executions there are.
const LONG_EXECUTIONS: u64 = 3;

/// The part of the sampled executions that is run where exhaustive exploration was complete.
pub(super) const EXHAUSTED_SHARE: u64 = 4;

/// Operations of one such execution: enough for a newcomer that counts to some thousands and then comes
/// in all the same.
const DOOR_STEPS_MAX: u32 = 40_000;

/// How often each process may enter while the door is tried.
const DOOR_ENTRIES: u32 = 8;

fn judge(run: &Run<'_>, oracle: &MutualExclusion) -> Option<Kind> {
    match (oracle.overlap(), run.outcome) {
        (Some(overlap), _) => Some(Kind::Overlap(overlap)),
        (None, Outcome::DataRace(race)) if is_datum(race.site) => Some(Kind::NotVisible),
        (None, Outcome::DataRace(_)) => Some(Kind::DataRace),
        _ => None,
    }
}

fn judge_overlap(_: &Run<'_>, oracle: &MutualExclusion) -> Option<Kind> {
    oracle.overlap().map(Kind::Overlap)
}

impl Examiner<'_> {
    /// The verdict on mutual exclusion.
    pub fn mutual_exclusion(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        let mut evidence = Vec::new();
        let mut entries = 0;
        for &processes in &self.effort.processes {
            let doors = self.doors(memory, processes);
            let found = self.explorer.explore(
                &doors,
                &mut Doorkeeper::new(self.effort.seed, processes),
                DOOR_EXECUTIONS * (processes * processes) as u64,
                MutualExclusion::new,
                |_, oracle| oracle.overlap(),
            )?;
            if let Some((overlap, schedule)) = found.breach {
                return self.open_door(overlap, doors, schedule);
            }

            // Exhaustively with all entries for two processes; with more, once each.
            let each = if processes == 2 { self.effort.entries } else { 1 };
            let mut setup = self.setup(memory, vec![each; processes], Critical::Datum);
            setup.model = memory.exhaustive();
            let found = self.explorer.exhaust(
                &setup,
                self.effort.exhaustive_executions_max,
                MutualExclusion::new,
                judge,
            )?;
            entries += found.entries;
            let exhausted = found.exhausted;
            evidence.push(Evidence::exhaustive(processes, each, &found));
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, setup, schedule);
            }

            let entries_each = self.effort.entries + u32::from(exhausted);
            let setup = self.setup(memory, vec![entries_each; processes], Critical::Datum);
            // Where all executions are known already, a few with more entries complete the picture.
            let share = if exhausted { EXHAUSTED_SHARE } else { 1 };
            let found = self.sample(
                &setup,
                share,
                entries_each,
                MutualExclusion::new,
                judge,
                &mut evidence,
            )?;
            entries += found.entries;
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, setup, schedule);
            }
        }
        for &processes in &self.effort.processes {
            // Counters that run over, tickets that come round again: they need many entries.
            let long = Setup {
                steps_max: LONG_STEPS_MAX,
                ..self.setup(memory, vec![LONG_ENTRIES; processes], Critical::Datum)
            };
            let mut random = Random::new(self.effort.seed);
            let found = self.explorer.explore(
                &long,
                &mut random,
                LONG_EXECUTIONS,
                MutualExclusion::new,
                judge,
            )?;
            evidence.push(Evidence::sampled("long", processes, LONG_ENTRIES, &found));
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, long, schedule);
            }
        }
        if entries == 0 {
            let reason = "nobody ever entered the critical section, so nothing was excluded";
            return Ok(Verdict::Unknown(reason.to_owned()));
        }
        Ok(Verdict::Upheld { evidence, bypass: None, doorway: None })
    }

    /// Whether everybody always gets in, whoever is inside: then nobody ever waits, and neither
    /// progress nor bounded waiting means anything.
    pub fn is_always_open(&mut self, memory: Memory) -> Result<bool, Crash> {
        for &processes in &self.effort.processes {
            let doors = self.doors(memory, processes);
            let mut doorkeeper = Doorkeeper::new(self.effort.seed, processes);
            for _ in 0..DOOR_EXECUTIONS * (processes * processes) as u64 {
                let found = self.explorer.explore(
                    &doors,
                    &mut doorkeeper,
                    1,
                    MutualExclusion::new,
                    |_, oracle| oracle.overlap(),
                )?;
                if found.breach.is_none() {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn doors(&self, memory: Memory, processes: usize) -> Setup {
        Setup {
            steps_max: DOOR_STEPS_MAX,
            ..self.setup(memory, vec![DOOR_ENTRIES; processes], Critical::Stay)
        }
    }

    pub(super) fn setup(&self, memory: Memory, quotas: Vec<u32>, critical: Critical) -> Setup {
        Setup {
            model: memory.sampled(),
            quotas,
            critical,
            steps_max: self.effort.steps_per_execution_max,
        }
    }

    /// Draws the conclusion from one violating execution.
    fn violated(
        &mut self,
        memory: Memory,
        kind: Kind,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        if kind == Kind::NotVisible {
            // A data race on the datum may be the trace of an overlap that happened in another
            // order in time: look for that, with a section in which nobody races.
            let stay = Setup { critical: Critical::Stay, model: memory.sampled(), ..setup.clone() };
            let mut evidence = Vec::new();
            let found =
                self.sample(&stay, 1, 0, MutualExclusion::new, judge_overlap, &mut evidence)?;
            if let Some((kind, schedule)) = found.breach {
                return self.overlap(memory, kind, stay, schedule);
            }
        }
        if let Kind::Overlap(_) = kind {
            return self.overlap(memory, kind, setup, schedule);
        }
        let setups = Self::smaller(&Setup { model: memory.sampled(), ..setup.clone() });
        let same =
            |run: &Run<'_>, oracle: &MutualExclusion| judge(run, oracle).filter(|&k| k == kind);
        let simplest = simplest(&mut self.explorer, &setups, MutualExclusion::new, same)?;
        Ok(violation(simplest.unwrap_or((kind, setup, schedule))))
    }

    /// An overlap: the simplest one.
    fn overlap(
        &mut self,
        memory: Memory,
        kind: Kind,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        let stay = Setup { critical: Critical::Stay, model: memory.sampled(), ..setup.clone() };
        let setups = Self::smaller(&stay);
        let simplest = simplest(&mut self.explorer, &setups, MutualExclusion::new, judge_overlap)?;
        Ok(violation(simplest.unwrap_or((kind, setup, schedule))))
    }

    /// An open door: the simplest way through it.
    fn open_door(
        &mut self,
        overlap: Overlap,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        let sequential = Setup { model: Model::Sequential, ..setup.clone() };
        let setups = Self::smaller(&sequential);
        let judge = |_: &Run<'_>, oracle: &MutualExclusion| {
            oracle.overlap().filter(|overlap| overlap.open_door).map(Kind::OpenDoor)
        };
        let simplest = simplest(&mut self.explorer, &setups, MutualExclusion::new, judge)?;
        Ok(violation(simplest.unwrap_or((Kind::OpenDoor(overlap), setup, schedule))))
    }

    /// The setup with one entry each, then with two, before the setup itself.
    pub(super) fn smaller(setup: &Setup) -> Vec<Setup> {
        let mut setups: Vec<Setup> = Vec::new();
        for most in [1, 2] {
            let quotas: Vec<u32> = setup.quotas.iter().map(|&quota| quota.min(most)).collect();
            if setups.iter().all(|smaller| smaller.quotas != quotas) {
                setups.push(Setup { quotas, ..setup.clone() });
            }
        }
        if setups.iter().all(|smaller| smaller.quotas != setup.quotas) {
            setups.push(setup.clone());
        }
        setups
    }
}

fn violation((kind, setup, schedule): (Kind, Setup, Schedule)) -> Verdict {
    Verdict::Violated(Box::new(Violation { kind, setup, schedule }))
}
