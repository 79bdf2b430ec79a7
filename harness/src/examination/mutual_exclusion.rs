//! Mutual exclusion: nobody enters while another is inside, and what one wrote inside is visible to
//! the next. The two are told apart.

use std::mem::discriminant;

use super::counterexample::simplest;
use super::progress::merged;
use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory};
use crate::engine::Outcome;
use crate::exploration::{Crash, Run, Setup};
use crate::memory::Model;
use crate::oracle::{Breach, Overlap, Rule, Safety};
use crate::scenario::{Asks, Scenario, Situation, is_datum};
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

/// An execution of system calls may be so many times longer: some read byte by byte.
pub(super) const CALLS_STEPS: u32 = 20;

/// How often each process may enter while the door is tried.
const DOOR_ENTRIES: u32 = 8;

pub(super) fn judge(run: &Run<'_>, oracle: &Safety) -> Option<Kind> {
    match (oracle.breach(), run.outcome) {
        (Some(Breach::Overlap(overlap)), _) => Some(Kind::Overlap(overlap)),
        (Some(breach), _) => Some(Kind::Broken(breach)),
        (None, Outcome::DataRace(race)) if is_datum(race.site) => Some(Kind::NotVisible),
        (None, Outcome::DataRace(_)) => Some(Kind::DataRace),
        (None, Outcome::Misused(misuse)) => Some(Kind::Misuse(*misuse)),
        _ => None,
    }
}

fn judge_rule(_: &Run<'_>, oracle: &Safety) -> Option<Kind> {
    oracle.breach().map(|breach| match breach {
        Breach::Overlap(overlap) => Kind::Overlap(overlap),
        other => Kind::Broken(other),
    })
}

fn judge_overlap(_: &Run<'_>, oracle: &Safety) -> Option<Kind> {
    oracle.overlap().map(Kind::Overlap)
}

impl Examiner<'_> {
    /// The verdict on mutual exclusion: on the rules of all situations that ask for safety.
    pub fn mutual_exclusion(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        if self.makes_calls() {
            return Ok(self.exchanged()?.integrity);
        }
        if let Some(verdict) = self.miscounts(memory)? {
            return Ok(verdict);
        }
        self.safety(memory, |asks| asks.safety, true)
    }

    /// The verdict on ownership: do the rules hold though somebody releases what it does not hold, and does
    /// everybody get in nevertheless?
    ///
    /// Where that is not so even if nobody does it, it cannot be told whose fault it is.
    pub fn ownership(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        let verdict = self.safety(memory, |asks| asks.ownership, false)?;
        if matches!(verdict, Verdict::Violated(_)) {
            if matches!(self.mutual_exclusion(memory)?, Verdict::Violated(_)) {
                let reason =
                    "mutual exclusion is lost even if nobody releases what it does not hold";
                return Ok(Verdict::Unknown(reason.to_owned()));
            }
            return Ok(verdict);
        }
        let stuck = self.progress_where(memory, |asks| asks.ownership)?;
        if matches!(stuck, Verdict::Violated(_))
            && matches!(self.progress(memory)?, Verdict::Upheld { .. })
        {
            return Ok(stuck);
        }
        Ok(verdict)
    }

    /// The verdict on the rules of the situations that are asked for; if `doors`, also with somebody
    /// kept inside, and with very many entries.
    pub(super) fn safety(
        &mut self,
        memory: Memory,
        asked: impl Fn(&Asks) -> bool,
        doors: bool,
    ) -> Result<Verdict, Crash> {
        let mut evidence = Vec::new();
        let mut entries = 0;
        if doors && let Some(verdict) = self.open_doors(memory)? {
            return Ok(verdict);
        }
        for (situation, processes) in self.situations(asked) {
            let oracle = || Safety::new(situation.rule);
            // Exhaustively with all entries for two processes; with more, once each.
            let each = if processes == 2 { self.effort.entries } else { 1 };
            let mut setup = self.setup(memory, vec![each; processes], situation);
            setup.model = memory.exhaustive();
            let found = self.explorer.exhaust(
                &setup,
                self.effort.exhaustive_executions_max,
                oracle,
                judge,
            )?;
            entries += found.entries;
            let exhausted = found.exhausted;
            evidence.push(Evidence::exhaustive(processes, each, &found));
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, setup, schedule);
            }

            let entries_each = self.effort.entries + u32::from(exhausted);
            let setup = self.setup(memory, vec![entries_each; processes], situation);
            // Where all executions are known already, a few with more entries complete the picture.
            let share = if exhausted { EXHAUSTED_SHARE } else { 1 };
            let found = self.sample(&setup, share, entries_each, oracle, judge, &mut evidence)?;
            entries += found.entries;
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, setup, schedule);
            }
        }
        for (situation, processes) in self.situations(|asks| asks.safety && doors) {
            if !situation.cast.is_equal() {
                continue;
            }
            // Counters that run over, tickets that come round again: they need many entries.
            let long = Setup {
                steps_max: LONG_STEPS_MAX,
                ..self.setup(memory, vec![LONG_ENTRIES; processes], situation)
            };
            let mut random = Random::new(self.effort.seed);
            let oracle = || Safety::new(situation.rule);
            let found =
                self.explorer.explore(&long, &mut random, LONG_EXECUTIONS, oracle, judge)?;
            evidence.push(Evidence::sampled("long", processes, LONG_ENTRIES, &found));
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, long, schedule);
            }
        }
        if entries == 0 {
            return Ok(Verdict::Unknown(nothing_happened(self.explorer.scenario()).to_owned()));
        }
        Ok(Verdict::Upheld { evidence: merged(evidence), bypass: None, doorway: None })
    }

    /// The situations that are asked for, each with the numbers of processes that it admits.
    pub(super) fn situations(
        &self,
        asked: impl Fn(&Asks) -> bool,
    ) -> Vec<(&'static Situation, usize)> {
        let all = self.explorer.scenario().situations().iter().copied();
        let asked: Vec<&'static Situation> = all.filter(|it| asked(&it.asks)).collect();
        let with = |situation: &&'static Situation, processes| (*situation, processes);
        let effort = self.effort;
        let numbers = effort.processes.iter().copied();
        let looked_at = |(situation, processes): &(&'static Situation, usize)| {
            self.only.is_none_or(|only| only == (situation.name, *processes))
        };
        numbers
            .flat_map(|processes| {
                let admitted = asked.iter().filter(move |it| it.cast.admits(processes));
                admitted.map(move |situation| with(situation, processes)).collect::<Vec<_>>()
            })
            .filter(looked_at)
            .collect()
    }

    /// Whether somebody is let in although everybody else stands still inside.
    fn open_doors(&mut self, memory: Memory) -> Result<Option<Verdict>, Crash> {
        for (situation, processes) in self.situations(|asks| asks.fairness) {
            let doors = self.doors(memory, situation, processes);
            let found = self.explorer.explore(
                &doors,
                &mut Doorkeeper::new(self.effort.seed, processes),
                DOOR_EXECUTIONS * (processes * processes) as u64,
                || Safety::new(situation.rule),
                |_, oracle| oracle.overlap(),
            )?;
            if let Some((overlap, schedule)) = found.breach {
                return self.open_door(overlap, doors, schedule).map(Some);
            }
        }
        Ok(None)
    }

    /// Whether everybody always gets in, whoever is inside: then nobody ever waits, and neither
    /// progress nor bounded waiting means anything.
    pub fn is_always_open(&mut self, memory: Memory) -> Result<bool, Crash> {
        if self.makes_calls() {
            return Ok(false); // There is no door.
        }
        let situations = self.situations(|asks| asks.fairness);
        let is_there_a_door = !situations.is_empty();
        for (situation, processes) in situations {
            let doors = self.doors(memory, situation, processes);
            let mut doorkeeper = Doorkeeper::new(self.effort.seed, processes);
            for _ in 0..DOOR_EXECUTIONS * (processes * processes) as u64 {
                let found = self.explorer.explore(
                    &doors,
                    &mut doorkeeper,
                    1,
                    || Safety::new(situation.rule),
                    |_, oracle| oracle.overlap(),
                )?;
                // Whoever may be inside together, such as readers, says nothing about the door.
                if found.breach.is_none() && !doorkeeper.admitted() {
                    return Ok(false);
                }
            }
        }
        Ok(is_there_a_door)
    }

    fn doors(&self, memory: Memory, situation: &'static Situation, processes: usize) -> Setup {
        Setup {
            steps_max: DOOR_STEPS_MAX,
            ..self.setup(memory, vec![DOOR_ENTRIES; processes], situation)
        }
    }

    pub(super) fn setup(
        &self,
        memory: Memory,
        quotas: Vec<u32>,
        situation: &'static Situation,
    ) -> Setup {
        let calls = self.explorer.scenario().machine(situation).is_some();
        let longer = if calls { CALLS_STEPS } else { 1 };
        let steps_max = self.effort.steps_per_execution_max * longer;
        Setup { model: memory.sampled(), quotas, situation, steps_max }
    }

    /// Draws the conclusion from one violating execution.
    pub(super) fn violated(
        &mut self,
        memory: Memory,
        kind: Kind,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        if !self.shows {
            return Ok(violation((kind, setup, schedule)));
        }
        if kind == Kind::NotVisible {
            // A data race on the datum may be the trace of an overlap, or of a wait without a permit,
            // that happened in another order in time: look for that, with a section in which nobody
            // races, if there is one.
            let situation = self.calm(setup.situation);
            let stay = Setup { situation, model: memory.sampled(), ..setup.clone() };
            let mut evidence = Vec::new();
            let oracle = || Safety::new(situation.rule);
            let found = self.sample(&stay, 1, 0, oracle, judge_rule, &mut evidence)?;
            if let Some((kind, schedule)) = found.breach {
                return self.violated(memory, kind, stay, schedule);
            }
        }
        if let Kind::Overlap(_) = kind {
            return self.overlap(memory, kind, setup, schedule);
        }
        let setups = Self::smaller(&Setup { model: memory.sampled(), ..setup.clone() });
        let same = |run: &Run<'_>, oracle: &Safety| {
            judge(run, oracle).filter(|other| discriminant(other) == discriminant(&kind))
        };
        let oracle = || Safety::new(setup.situation.rule);
        let simplest = simplest(&mut self.explorer, &setups, oracle, same)?;
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
        let situation = self.calm(setup.situation);
        let stay = Setup { situation, model: memory.sampled(), ..setup.clone() };
        let setups = Self::smaller(&stay);
        let oracle = || Safety::new(situation.rule);
        let simplest = simplest(&mut self.explorer, &setups, oracle, judge_overlap)?;
        Ok(violation(simplest.unwrap_or((kind, setup, schedule))))
    }

    /// An open door: the simplest way through it.
    fn open_door(
        &mut self,
        overlap: Overlap,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        if !self.shows {
            return Ok(violation((Kind::OpenDoor(overlap), setup, schedule)));
        }
        let sequential = Setup { model: Model::Sequential, ..setup.clone() };
        let setups = Self::smaller(&sequential);
        let judge = |_: &Run<'_>, oracle: &Safety| {
            oracle.overlap().filter(|overlap| overlap.open_door).map(Kind::OpenDoor)
        };
        let oracle = || Safety::new(setup.situation.rule);
        let simplest = simplest(&mut self.explorer, &setups, oracle, judge)?;
        Ok(violation(simplest.unwrap_or((Kind::OpenDoor(overlap), setup, schedule))))
    }

    /// The same situation with nothing inside to race for, if there is one.
    fn calm(&self, situation: &'static Situation) -> &'static Situation {
        let all = self.explorer.scenario().situations().iter().copied();
        let calm = |asks: Asks| asks.fairness || asks.progress && !asks.safety;
        let mut calm = all
            .filter(|it| calm(it.asks) && it.rule == situation.rule && it.cast == situation.cast);
        if situation.cast.is_equal() { calm.next().unwrap_or(situation) } else { situation }
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

/// Why nothing can be said of a solution with which nobody got through the first call.
fn nothing_happened(scenario: &dyn Scenario) -> &'static str {
    match scenario.situations().first().map(|situation| situation.rule) {
        Some(Rule::Mailbox { .. }) => {
            "no message was ever sent or received, so nothing can be said about what arrives"
        }
        Some(Rule::Buffer { .. }) => {
            "no item was ever deposited or taken, so nothing can be said about what comes out"
        }
        _ => "nobody ever entered the critical section, so nothing was excluded",
    }
}
