//! Mutual exclusion: nobody enters while another is inside, and what one wrote inside is visible to
//! the next. The two are told apart.

use super::counterexample::simplest;
use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory};
use crate::engine::Outcome;
use crate::exploration::{Crash, Run, Setup};
use crate::oracle::MutualExclusion;
use crate::scenario::{Critical, is_datum};
use crate::strategy::Doorkeeper;
use crate::trace::Schedule;

/// Executions with a process kept inside, for each process.
const DOOR_EXECUTIONS: u64 = 8;

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
            let doors = self.setup(memory, vec![DOOR_ENTRIES; processes], Critical::Stay);
            let found = self.explorer.explore(
                &doors,
                &mut Doorkeeper::new(self.effort.seed, processes),
                DOOR_EXECUTIONS * processes as u64,
                MutualExclusion::new,
                judge_overlap,
            )?;
            if let Some((kind, schedule)) = found.breach {
                return self.overlap(kind, doors, schedule);
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
            evidence.push(Evidence::exhaustive(processes, each, &found));
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, setup, schedule);
            }

            let setup = self.setup(memory, vec![self.effort.entries; processes], Critical::Datum);
            let found = self.sample(
                &setup,
                1,
                self.effort.entries,
                MutualExclusion::new,
                judge,
                &mut evidence,
            )?;
            entries += found.entries;
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, setup, schedule);
            }
        }
        if entries == 0 {
            let reason = "nobody ever entered the critical section, so nothing was excluded";
            return Ok(Verdict::Unknown(reason.to_owned()));
        }
        Ok(Verdict::Upheld { evidence, bypass: None, doorway: None })
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
            let found = self.sample(&stay, 1, 0, MutualExclusion::new, judge_overlap, &mut evidence)?;
            if let Some((kind, schedule)) = found.breach {
                return self.overlap(kind, stay, schedule);
            }
        }
        if let Kind::Overlap(_) = kind {
            return self.overlap(kind, setup, schedule);
        }
        let setups = self.smaller(&Setup { model: memory.sampled(), ..setup.clone() });
        let same = |run: &Run<'_>, oracle: &MutualExclusion| judge(run, oracle).filter(|&k| k == kind);
        let simplest = simplest(&mut self.explorer, &setups, MutualExclusion::new, same)?;
        Ok(violation(simplest.unwrap_or((kind, setup, schedule))))
    }

    /// An overlap: the simplest one of its kind.
    fn overlap(&mut self, kind: Kind, setup: Setup, schedule: Schedule) -> Result<Verdict, Crash> {
        let open_door = |kind| matches!(kind, Kind::Overlap(overlap) if overlap.open_door);
        let same = |run: &Run<'_>, oracle: &MutualExclusion| {
            judge_overlap(run, oracle).filter(|&found| open_door(found) == open_door(kind))
        };
        let stay = Setup { critical: Critical::Stay, ..setup.clone() };
        let setups = self.smaller(&stay);
        let simplest = simplest(&mut self.explorer, &setups, MutualExclusion::new, same)?;
        Ok(violation(simplest.unwrap_or((kind, setup, schedule))))
    }

    /// The setup with one entry each, then with two, before the setup itself.
    pub(super) fn smaller(&self, setup: &Setup) -> Vec<Setup> {
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
