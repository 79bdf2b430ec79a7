//! From a solution to verdicts: which explorations are run for each criterion, and what follows
//! from what they find.
//!
//! Everything found is confirmed before it is called a violation: by the replay of its schedule, and
//! for what goes on for ever by pumping its cycle. What the explorations cannot decide is *unknown*.

mod atlas;
mod bounded_waiting;
mod busy_waiting;
mod counterexample;
mod counting;
mod exchange;
mod lasso;
mod mend;
mod mutual_exclusion;
mod overtaking;
mod prediction;
mod preference;
mod profile;
mod progress;
mod verdict;

use std::collections::BTreeMap;

use atlas::Atlas;
use exchange::Exchanged;

use crate::engine::Outcome;
use crate::event::Observer;
use crate::exploration::{Crash, Exploration, Explorer, Run, Setup};
use crate::memory::Model;
use crate::oracle::Safety;
use crate::scenario::{Situation, is_datum};
use crate::strategy::{Pct, Pos, Random, Replay};
use crate::trace::AnswerKind;

pub use mend::{Mend, mends};
pub use prediction::{Case, Misprediction, Shown};
pub use profile::{Profile, Waiting};
pub use verdict::{Doorway, Evidence, Kind, Meeting, Verdict, Violation};

/// With what effort a solution is examined. Budgets are executions and steps, never seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// The numbers of processes.
    pub processes: Vec<usize>,
    /// How often each process enters; at least two, since some mistakes sit between an exit and the
    /// next entry.
    pub entries: u32,
    /// Where all pseudo-random numbers come from.
    pub seed: u64,
    /// Executions of an exhaustive exploration before it is given up as incomplete.
    pub exhaustive_executions_max: u64,
    /// Executions of random walks, for each number of processes.
    pub random_executions: u64,
    /// Executions of probabilistic concurrency testing.
    pub pct_executions: u64,
    /// Executions of partial-order sampling.
    pub pos_executions: u64,
    /// Executions of the starving adversary, for each victim.
    pub adversary_executions: u64,
    /// Operations after which a sampled execution is cut.
    pub steps_per_execution_max: u32,
    /// Repetitions of a cycle before it counts as endless.
    pub pump_repetitions: u32,
}

/// Executions for one atlas.
const ATLAS_EXECUTIONS_MAX: u64 = 12_000;

/// Operations for one atlas, those of the ways to its states counted. Where numbers grow without end, such as
/// those of the items in a buffer, no state comes again, and the ways grow ever longer.
const ATLAS_STEPS_MAX: u64 = 1_000_000;

/// Atlases of more processes than this are not drawn, if there is one of fewer.
const ATLAS_PROCESSES_MAX: usize = 3;

/// A cycle of system calls is repeated so many times more often.
const CALLS_ROUNDS: u32 = 40;

/// Under which memory a criterion is examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// Rust's memory model, with orderings as written.
    Cpp20,
    /// Sequential consistency, whatever the orderings.
    Sequential,
}

impl Memory {
    /// The model for sampled executions.
    const fn sampled(self) -> Model {
        match self {
            Self::Cpp20 => Model::Cpp20,
            Self::Sequential => Model::Sequential,
        }
    }

    /// The model for exhaustive exploration, which needs execution graphs.
    const fn exhaustive(self) -> Model {
        match self {
            Self::Cpp20 => Model::Cpp20,
            Self::Sequential => Model::Strong,
        }
    }
}

/// Examines one solution.
#[derive(Debug)]
pub struct Examiner<'a> {
    explorer: Explorer<'a>,
    effort: &'a Effort,
    /// The atlases drawn so far, by situation and number of processes.
    atlases: BTreeMap<(&'static str, usize), Atlas>,
    /// Whether what was found is to be shown to somebody: then it is made simple first.
    shows: bool,
    /// If given, only this situation is looked at, with so many processes.
    only: Option<(&'static str, usize)>,
    /// What was found out about an exchange of messages.
    exchanged: Option<Exchanged>,
}

impl<'a> Examiner<'a> {
    /// An examiner who has seen nothing yet.
    pub fn new(explorer: Explorer<'a>, effort: &'a Effort) -> Self {
        let atlases = BTreeMap::new();
        Self { explorer, effort, atlases, shows: true, only: None, exchanged: None }
    }

    /// The explorer, to replay what was found.
    pub const fn explorer(&mut self) -> &mut Explorer<'a> {
        &mut self.explorer
    }

    /// Repetitions of a cycle before it counts as endless. Whoever reads byte by byte goes round as often as a
    /// message has bytes.
    fn rounds(&self) -> u32 {
        self.effort.pump_repetitions * if self.makes_calls() { CALLS_ROUNDS } else { 1 }
    }

    /// The same violation under another memory, if its schedule shows it there too.
    ///
    /// An execution that is sequentially consistent is one of C++20: what is wrong with the algorithm
    /// is best shown without any effect of the memory.
    pub fn transferred(
        &mut self,
        violation: &Violation,
        memory: Memory,
    ) -> Result<Option<Violation>, Crash> {
        let Violation { kind, setup, schedule } = violation;
        if self.makes_calls() {
            return Ok(None); // There is no other memory.
        }
        if schedule.answers().iter().any(|answer| answer.kind != AnswerKind::Spurious) {
            return Ok(None);
        }
        let setup = Setup { model: memory.sampled(), ..setup.clone() };
        let rounds = self.rounds();
        let explorer = &mut self.explorer;
        let holds = match kind {
            Kind::Overlap(_) | Kind::OpenDoor(_) => {
                let mut oracle = Safety::new(setup.situation.rule);
                let mut replay = Replay::new(schedule.clone());
                explorer.replay(&setup, &mut replay, &mut oracle, false)?;
                oracle.overlap().is_some()
            }
            Kind::Broken(_) => {
                let mut oracle = Safety::new(setup.situation.rule);
                let mut replay = Replay::new(schedule.clone());
                explorer.replay(&setup, &mut replay, &mut oracle, false)?;
                oracle.breach().is_some()
            }
            Kind::Misuse(_) => {
                let mut replay = Replay::new(schedule.clone());
                let outcome = explorer.replay(&setup, &mut replay, &mut (), false)?;
                matches!(outcome, Outcome::Misused(_))
            }
            Kind::NotVisible | Kind::DataRace => {
                let mut replay = Replay::new(schedule.clone());
                let outcome = explorer.replay(&setup, &mut replay, &mut (), false)?;
                matches!(outcome, Outcome::DataRace(race)
                    if is_datum(race.site) == matches!(kind, Kind::NotVisible))
            }
            Kind::NeedsRemainder(_)
            | Kind::Solo(_)
            | Kind::Stuck(_)
            | Kind::LostWakeup(_)
            | Kind::EarlyWakeup(_)
            | Kind::ExitWaits(_) => self.waits_for_ever(&setup, schedule)?,
            Kind::BusyWaiting(process) => self.is_busy(&setup, schedule, *process)?,
            Kind::NeverTogether(_) | Kind::KeptOut(_) | Kind::LetIn(_) => {
                self.is_received_so(&setup, schedule, *kind)?
            }
            Kind::Livelock(_) => lasso::is_still(explorer, &setup, schedule, rounds)?,
            Kind::Starvation(who) => match who.lowest() {
                Some(victim) => lasso::starves(explorer, &setup, schedule, victim, rounds)?,
                None => false,
            },
        };
        Ok(holds.then(|| Violation { kind: *kind, setup, schedule: schedule.clone() }))
    }

    /// The atlas of that many processes, all of which enter without limit. `None`: it would be too
    /// large to be of use.
    fn atlas(
        &mut self,
        situation: &'static Situation,
        processes: usize,
    ) -> Result<Option<&Atlas>, Crash> {
        let fewest = self.effort.processes.iter().min() == Some(&processes);
        if processes > ATLAS_PROCESSES_MAX && !fewest {
            return Ok(None);
        }
        if !self.atlases.contains_key(&(situation.name, processes)) {
            let endless = vec![u32::MAX; processes];
            let setup = self.setup(Memory::Sequential, endless, situation);
            let budget = (ATLAS_EXECUTIONS_MAX, ATLAS_STEPS_MAX);
            let atlas = Atlas::draw(&mut self.explorer, &setup, budget)?;
            self.atlases.insert((situation.name, processes), atlas);
        }
        Ok(self.atlases.get(&(situation.name, processes)))
    }

    /// Runs the sampling part of the portfolio: random walks, PCT, POS.
    fn sample<O: Observer, B>(
        &mut self,
        setup: &Setup,
        share: u64,
        entries: u32,
        mut observer: impl FnMut() -> O,
        mut judge: impl FnMut(&Run<'_>, &O) -> Option<B>,
        evidence: &mut Vec<Evidence>,
    ) -> Result<Exploration<B>, Crash> {
        let seed = self.effort.seed;
        let strategies: [(&str, Box<dyn crate::choice::Strategy>, u64); 3] = [
            ("random", Box::new(Random::new(seed)), self.effort.random_executions),
            ("pct", Box::new(Pct::new(seed)), self.effort.pct_executions),
            ("pos", Box::new(Pos::new(seed)), self.effort.pos_executions),
        ];
        let mut total = Exploration::nothing();
        for (name, mut strategy, executions) in strategies {
            let executions = executions.div_ceil(share.max(1));
            let found = self.explorer.sample(
                setup,
                &mut *strategy,
                executions,
                &mut observer,
                &mut judge,
            )?;
            evidence.push(Evidence::sampled(name, setup.processes(), entries, &found));
            total.add(found);
            if total.breach.is_some() {
                break;
            }
        }
        Ok(total)
    }
}
