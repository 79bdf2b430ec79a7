//! Bounded waiting: how often can others enter while one process waits, though it gets its turns?
//!
//! What a turn is depends on the contract. Where processes wait to be let in it is a full turn of a waiting
//! loop; a counter has nothing to be inside of, and a turn is one step
//! ([`Overtaker`]).

use super::verdict::{Doorway, Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory, lasso};
use crate::exploration::{Crash, Exploration, Setup};
use crate::oracle::Rule;
use crate::process::{ProcessId, ProcessSet};
use crate::scenario::{Situation, Victims};
use crate::strategy::{Adversary, Freezer, Overtaker, Starver};
use crate::trace::Schedule;

/// Operations of one run of the adversary.
const STEPS_MAX: u32 = 20_000;

/// Runs of the adversary after which it is believed that nobody ever enters.
const RUNS_WITHOUT_ENTRY_MAX: u64 = 12;

/// Ways to starve somebody that are tried out, for each number of processes.
const PLANS_MAX: usize = 40;

/// Steps of the entry section after which the victim is frozen, at most.
const DOORWAY_STEPS_MAX: u32 = 24;

/// Executions with a frozen victim, for each victim and number of steps.
const DOORWAY_EXECUTIONS: u64 = 8;

impl Examiner<'_> {
    /// The verdict on bounded waiting.
    pub fn bounded_waiting(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        if self.makes_calls() {
            return self.overtaking();
        }
        let mut evidence = Vec::new();
        let mut worst = 0;
        let mut entries = 0;
        let mut doorway: Option<Doorway> = None;
        let mut everywhere = true;
        for (situation, processes) in self.situations(|asks| asks.fairness) {
            let bypass_max = (10 * processes as u32).max(60);
            let setup = Setup {
                steps_max: STEPS_MAX,
                ..self.setup(memory, vec![u32::MAX; processes], situation)
            };
            if memory == Memory::Sequential
                && !is_served(situation)
                && let Some(violation) = self.planned_starvation(&setup)?
            {
                return Ok(Verdict::Violated(Box::new(violation)));
            }
            let mut starver: Box<dyn Adversary> = if is_served(situation) {
                Box::new(Overtaker::new(self.effort.seed, processes, bypass_max))
            } else {
                let starver = Starver::new(self.effort.seed, processes, bypass_max);
                let victims = situation.asks.victims.among(processes);
                // Where several may be inside, they relieve each other.
                Box::new(if situation.is_shared() { starver.among(victims) } else { starver })
            };
            let mut done = 0;
            let mut unfinished = 0;
            for _ in 0..self.effort.adversary_executions * processes as u64 {
                let found = self.once(&setup, &mut *starver)?;
                done += 1;
                entries += found.entries;
                if entries == 0 && done >= RUNS_WITHOUT_ENTRY_MAX {
                    return Ok(nobody_entered());
                }
                worst = worst.max(starver.bypass());
                if found.cut > 0 {
                    unfinished = unfinished.max(starver.bypass());
                }
                if starver.was_starved() {
                    let schedule = self.explorer.engine().schedule().clone();
                    let victim = starver.victim();
                    return Ok(match self.starvation(&setup, &schedule, victim)? {
                        Some(lasso) => Verdict::Violated(Box::new(Violation {
                            kind: Kind::Starvation(ProcessSet::only(victim)),
                            setup,
                            schedule: lasso,
                        })),
                        None => Verdict::Unknown(format!(
                            "{victim} was overtaken {} times while it waited, but no cycle could be \
                             shown that starves it for ever",
                            starver.bypass()
                        )),
                    });
                }
            }
            if unfinished > 4 * processes as u32 {
                return Ok(Verdict::Unknown(format!(
                    "somebody was overtaken {unfinished} times and still waited when the adversary's \
                     steps were used up"
                )));
            }
            evidence.push(Evidence {
                strategy: "starving adversary",
                processes,
                entries: bypass_max,
                executions: done,
                blocked: 0,
                complete: false,
            });
            if is_served(situation) || situation.asks.victims != Victims::All {
                // Whoever is frozen in the middle of a step is overtaken for ever, and whoever may
                // starve is, too: there is no doorway.
                everywhere = false;
                continue;
            }
            match self.doorway(&setup, processes)? {
                Some(found) => {
                    let so_far = doorway.get_or_insert(found);
                    so_far.steps = so_far.steps.max(found.steps);
                    so_far.bypass = so_far.bypass.max(found.bypass);
                }
                None => everywhere = false,
            }
        }
        if entries == 0 {
            return Ok(nobody_entered());
        }
        Ok(Verdict::Upheld {
            evidence,
            bypass: Some(worst),
            doorway: doorway.filter(|_| everywhere),
        })
    }

    fn once(
        &mut self,
        setup: &Setup,
        strategy: &mut dyn crate::choice::Strategy,
    ) -> Result<Exploration<()>, Crash> {
        self.explorer.explore(setup, strategy, 1, || (), |_, ()| None)
    }

    /// A starvation that the atlas shows: the shortest one that can be gone round for ever.
    fn planned_starvation(&mut self, setup: &Setup) -> Result<Option<Violation>, Crash> {
        let processes = setup.processes();
        let Some(atlas) = self.atlas(setup.situation, processes)? else { return Ok(None) };
        let mut rounds: Vec<_> = ProcessId::all(processes)
            .flat_map(|victim| {
                atlas.starvations(victim).into_iter().map(move |round| (victim, round))
            })
            .collect();
        rounds.sort_by_key(|(_, round)| round.schedule.len());
        for (victim, round) in rounds.into_iter().take(PLANS_MAX) {
            let schedules = [Some(&round.schedule), round.patient.as_ref()];
            let mut confirmed = true;
            for repetitions in [12, self.effort.pump_repetitions] {
                for lasso in schedules.into_iter().flatten() {
                    confirmed = confirmed
                        && lasso::starves(&mut self.explorer, setup, lasso, victim, repetitions)?;
                }
            }
            if confirmed {
                return Ok(Some(Violation {
                    kind: Kind::Starvation(ProcessSet::only(victim)),
                    setup: setup.clone(),
                    schedule: round.schedule,
                }));
            }
        }
        Ok(None)
    }

    /// A cycle of the schedule that can be gone round for ever while `victim` waits.
    fn starvation(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        victim: ProcessId,
    ) -> Result<Option<Schedule>, Crash> {
        let steps = lasso::steps(&mut self.explorer, setup, schedule)?;
        let last_own =
            steps.entries.iter().rfind(|(_, who)| *who == victim).map_or(0, |entry| entry.0);
        let entries: Vec<usize> =
            steps.entries.iter().map(|entry| entry.0).filter(|&step| step > last_own).collect();
        let turn = if is_served(setup.situation) { 1 } else { 3 * setup.processes() + 3 };
        // Later entries are further from the request, and more regular.
        for rounds in 1..=2 * setup.processes() {
            for first in 1..entries.len().saturating_sub(rounds) {
                let (start, end) = (entries[first], entries[first + rounds]);
                let turns = schedule.order()[start..end]
                    .iter()
                    .filter(|&&process| process == victim)
                    .count();
                if turns < turn && !steps.sleeps(victim, start..end) {
                    continue;
                }
                let mut lasso = schedule.prefix(end);
                lasso.set_loop_start(start);
                if lasso::starves(&mut self.explorer, setup, &lasso, victim, 12)?
                    && lasso::starves(
                        &mut self.explorer,
                        setup,
                        &lasso,
                        victim,
                        self.effort.pump_repetitions,
                    )?
                {
                    // What was shortened is to be believed as much as what was found.
                    let rounds = self.effort.pump_repetitions;
                    let explorer = &mut self.explorer;
                    let shorter = lasso::shortened(lasso, |shorter| {
                        Ok(lasso::starves(explorer, setup, shorter, victim, 12)?
                            && lasso::starves(explorer, setup, shorter, victim, rounds)?)
                    })?;
                    return Ok(Some(shorter));
                }
            }
        }
        Ok(None)
    }

    /// The doorway, if there is one: a bonus, not a criterion.
    fn doorway(&mut self, setup: &Setup, processes: usize) -> Result<Option<Doorway>, Crash> {
        let mut freezer =
            Freezer::new(self.effort.seed, processes, DOORWAY_STEPS_MAX, 3 * processes as u32);
        for _ in 0..DOORWAY_EXECUTIONS * processes as u64 * u64::from(DOORWAY_STEPS_MAX + 1) {
            self.once(setup, &mut freezer)?;
        }
        Ok(freezer.doorway())
    }
}

/// Whether processes ask for something that is then done, instead of for being let in.
fn is_served(situation: &Situation) -> bool {
    situation.rule == Rule::Counter
}

fn nobody_entered() -> Verdict {
    let reason = "nobody ever entered the critical section, so nobody was overtaken";
    Verdict::Unknown(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Effort;
    use super::*;
    use crate::contract::Table;
    use crate::exploration::Explorer;
    use crate::scenario::{Scenario, TableScenario};
    use crate::shim::Permits;

    /// Each fork is a fair semaphore, and the lower one is taken first: nobody starves.
    struct Forks(Vec<Permits>);

    impl Table for Forks {
        fn new(philosophers: usize) -> Self {
            Self((0..philosophers).map(|_| Permits::new(1)).collect())
        }

        fn pick_up(&self, me: ProcessId) {
            let (left, right) = (me.index(), (me.index() + 1) % self.0.len());
            self.0[left.min(right)].wait();
            self.0[left.max(right)].wait();
        }

        fn put_down(&self, me: ProcessId) {
            self.0[me.index()].signal();
            self.0[(me.index() + 1) % self.0.len()].signal();
        }
    }

    fn effort(seed: u64) -> Effort {
        Effort {
            processes: vec![4],
            entries: 2,
            seed,
            exhaustive_executions_max: 0,
            random_executions: 0,
            pct_executions: 0,
            pos_executions: 0,
            adversary_executions: 60,
            steps_per_execution_max: 1_000,
            pump_repetitions: 10,
        }
    }

    #[test]
    fn whoever_is_passed_over_for_ever_starves_nobody() {
        let scenario = TableScenario::<Forks>::new();
        let situation = scenario.situations().iter().find(|it| it.name == "meal_4");
        let effort = effort(1);
        let mut examiner = Examiner::new(Explorer::new(&scenario), &effort);
        let setup =
            examiner.setup(Memory::Sequential, vec![u32::MAX; 4], situation.expect("it is there"));
        // P0 takes its forks and eats for ever, P1 sleeps for one of them, P2 eats again and again; or P1 is
        // about to take its first fork, which is free, and gets no step.
        for stem in [&[0, 0, 0, 1][..], &[1]] {
            let mut lasso = Schedule::new(4);
            for &process in stem.iter().chain(&[2; 6]) {
                lasso.step(ProcessId::new(process));
            }
            lasso.set_loop_start(stem.len());
            let victim = ProcessId::new(1);
            let starves = lasso::starves(&mut examiner.explorer, &setup, &lasso, victim, 10);
            assert!(!starves.expect("nothing panics"), "{lasso}");
        }
    }

    #[test]
    fn fair_forks_starve_nobody_whatever_the_seed() {
        let scenario = TableScenario::<Forks>::new();
        for seed in 0..20 {
            let effort = effort(seed);
            let mut examiner = Examiner::new(Explorer::new(&scenario), &effort);
            let verdict = examiner.bounded_waiting(Memory::Sequential).expect("nothing panics");
            assert!(
                matches!(verdict, Verdict::Upheld { bypass: Some(..40), .. }),
                "{seed}: {verdict:?}"
            );
        }
    }
}
