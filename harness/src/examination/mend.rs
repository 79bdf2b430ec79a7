//! Right algorithm, wrong orderings: where would a stronger one mend it? Found by trying.
//!
//! There are many candidates, and to examine one takes as long as to examine the solution. So a
//! candidate is only *tried*, where another one was convicted before, and with a part of the effort.
//! What comes out as the fewest and weakest is *examined*, everywhere and with the whole effort. If it
//! is convicted, the search has learnt another place to try the next ones at, and begins anew. So what
//! is reported has been examined, and a trial that saw too little costs time and nothing else.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;

use super::exchange::Watched;
use super::mutual_exclusion::judge;
use super::progress::judge_waits;
use super::verdict::{Verdict, Violation};
use super::{Effort, Examiner, Memory};
use crate::engine::Override;
use crate::event::{AccessKind, Event, EventKind, Observer, Site, blocking};
use crate::exploration::{Crash, Explorer, Setup};
use crate::oracle::Safety;
use crate::scenario::Scenario;
use crate::strategy::Random;

/// Executions in which it is noted which operations a solution has, for each situation.
const SURVEY_EXECUTIONS: u64 = 40;

/// Random walks that every candidate is sent on first: most that are too weak fail there.
const WALKS: u64 = 200;

/// How often the search may learn that what it came to is too weak elsewhere.
const LESSONS_MAX: usize = 16;

/// A stronger ordering at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mend {
    /// The place.
    pub site: Site,
    /// The method called there.
    pub method: &'static str,
    /// The ordering that is written there.
    pub from: Ordering,
    /// The ordering that mends it, together with the other mends.
    pub to: Ordering,
}

/// The atomic operations of a solution: where, which method, with which ordering, of what kind.
#[derive(Debug, Default)]
struct Uses(BTreeMap<Place, (Override, Option<AccessKind>)>);

/// File, line, column, method, and strength of the ordering: in this order uses are tried.
type Place = (&'static str, u32, u32, &'static str, u8);

impl Observer for Uses {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let (site, method, ordering, kind) = match event.kind {
            EventKind::Access(access) if blocking::is_own(access.method) => {
                return ControlFlow::Continue(());
            }
            EventKind::Access(access) => {
                // The ordering of a failed compare-exchange is its failure ordering, which follows
                // the other one.
                let failed = access.kind == AccessKind::Load && access.method.contains("compare");
                match access.ordering {
                    Some(ordering) if !failed => {
                        (access.site, access.method, ordering, Some(access.kind))
                    }
                    _ => return ControlFlow::Continue(()),
                }
            }
            EventKind::Fence(ordering, site) => (site, "fence", ordering, None),
            _ => return ControlFlow::Continue(()),
        };
        let key = (site.file(), site.line(), site.column(), method, strength(ordering));
        let entry = Override { site, method, written: ordering, instead: Ordering::SeqCst };
        self.0.insert(key, (entry, kind));
        ControlFlow::Continue(())
    }
}

fn strength(ordering: Ordering) -> u8 {
    match ordering {
        Ordering::Relaxed => 0,
        Ordering::Acquire => 1,
        Ordering::Release => 2,
        Ordering::AcqRel => 3,
        _ => 4,
    }
}

/// Orderings weaker than `SeqCst` that such an operation may have, weakest first.
fn weaker(kind: Option<AccessKind>, written: Ordering) -> Vec<Ordering> {
    let all: &[Ordering] = match kind {
        Some(AccessKind::Load) => &[Ordering::Acquire],
        Some(AccessKind::Store) => &[Ordering::Release],
        _ => &[Ordering::Acquire, Ordering::Release, Ordering::AcqRel],
    };
    all.iter().copied().filter(|&ordering| strength(ordering) > strength(written)).collect()
}

/// An ordering that is to be stronger, and of what kind the operation is. `None`: a fence.
type Candidate = (Override, Option<AccessKind>);

/// A place where a candidate was convicted, and the next ones are tried.
#[derive(Debug)]
struct Trial {
    /// What did not hold there.
    rule: Asked,
    /// The setup in which it was found, with the memory of samples.
    setup: Setup,
    /// The whole effort is needed: a candidate passed the trial with a part of it.
    thorough: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    MutualExclusion,
    Progress,
}

/// What came of an examination.
enum Examined {
    Holds,
    /// It was convicted here.
    Fails(Asked, Box<Violation>),
    /// It was convicted of something that is not tied to an execution.
    Hopeless,
}

/// Tries candidates.
struct Mender<'a> {
    examiner: Examiner<'a>,
    whole: &'a Effort,
    /// The part of the effort with which candidates are tried.
    part: &'a Effort,
    trials: Vec<Trial>,
}

impl Mender<'_> {
    /// From now on candidates are tried with `overrides`.
    fn set(&mut self, overrides: &[Candidate]) {
        let overrides = overrides.iter().map(|(entry, _)| *entry).collect();
        self.examiner.explorer.set_overrides(overrides);
    }

    /// Whether the candidate passes all trials.
    fn passes(&mut self, overrides: &[Candidate]) -> Result<bool, Crash> {
        self.set(overrides);
        // Walks are cheap: first on all of them.
        for number in 0..self.trials.len() {
            if !self.walks(number)? {
                return Ok(false);
            }
        }
        for number in 0..self.trials.len() {
            let Trial { rule, ref setup, thorough } = self.trials[number];
            self.examiner.only = Some((setup.situation.name, setup.processes()));
            self.examiner.effort = if thorough { self.whole } else { self.part };
            let memory = Memory::Cpp20;
            let verdict = match rule {
                Asked::MutualExclusion if thorough => self.examiner.mutual_exclusion(memory)?,
                Asked::MutualExclusion => {
                    self.examiner.safety(memory, |asks| asks.safety, false)?
                }
                Asked::Progress => self.examiner.progress(memory)?,
            };
            if verdict.is_violated() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether random walks find nothing where the trial is held.
    fn walks(&mut self, number: usize) -> Result<bool, Crash> {
        let Trial { rule, ref setup, .. } = self.trials[number];
        let mut random = Random::new(self.whole.seed);
        let explorer = &mut self.examiner.explorer;
        match rule {
            Asked::MutualExclusion => {
                let oracle = || Safety::new(setup.situation.rule);
                let found = explorer.sample(setup, &mut random, WALKS, oracle, judge)?;
                Ok(found.breach.is_none())
            }
            Asked::Progress => {
                let found = explorer.sample(
                    setup,
                    &mut random,
                    WALKS,
                    || Watched::new(setup.situation),
                    judge_waits,
                )?;
                let Some((_, schedule)) = found.breach else { return Ok(true) };
                let setup = setup.clone();
                Ok(!self.examiner.waits_for_ever(&setup, &schedule)?)
            }
        }
    }

    /// Examines a candidate, everywhere and with the whole effort.
    fn examined(&mut self, overrides: &[Candidate]) -> Result<Examined, Crash> {
        self.set(overrides);
        self.examiner.only = None;
        self.examiner.effort = self.whole;
        for rule in [Asked::MutualExclusion, Asked::Progress] {
            let verdict = match rule {
                Asked::MutualExclusion => self.examiner.mutual_exclusion(Memory::Cpp20)?,
                Asked::Progress => self.examiner.progress(Memory::Cpp20)?,
            };
            match verdict {
                Verdict::Violated(violation) => return Ok(Examined::Fails(rule, violation)),
                Verdict::Foretold(_) => return Ok(Examined::Hopeless),
                Verdict::Upheld { .. } | Verdict::Unknown(_) => {}
            }
        }
        Ok(Examined::Holds)
    }

    /// Candidates are tried there from now on; whether that is news.
    fn learns(&mut self, rule: Asked, violation: Violation) -> bool {
        let setup = Setup { model: Memory::Cpp20.sampled(), ..violation.setup };
        let place = |setup: &Setup| (setup.situation.name, setup.processes());
        let known = self
            .trials
            .iter_mut()
            .find(|trial| trial.rule == rule && place(&trial.setup) == place(&setup));
        if let Some(trial) = known {
            return !std::mem::replace(&mut trial.thorough, true);
        }
        self.trials.push(Trial { rule, setup, thorough: false });
        true
    }

    /// The fewest and weakest of these that pass all trials. `None`: not even all of them do.
    fn fewest(&mut self, all: &[Candidate]) -> Result<Option<Vec<Candidate>>, Crash> {
        let mut overrides = all.to_vec();
        if !self.passes(&overrides)? {
            return Ok(None);
        }
        let mut at = 0;
        while at < overrides.len() {
            let mut fewer = overrides.clone();
            fewer.remove(at);
            if self.passes(&fewer)? {
                overrides = fewer;
            } else {
                at += 1;
            }
        }
        for at in 0..overrides.len() {
            let (entry, kind) = overrides[at];
            for ordering in weaker(kind, entry.written) {
                let mut milder = overrides.clone();
                milder[at].0.instead = ordering;
                if self.passes(&milder)? {
                    overrides = milder;
                    break;
                }
            }
        }
        Ok(Some(overrides))
    }
}

/// The fewest stronger orderings that mend a solution which holds under sequential consistency but
/// not under C++20. Empty if none were found.
pub fn mends(scenario: &dyn Scenario, effort: &Effort) -> Result<Vec<Mend>, Crash> {
    let mut explorer = Explorer::new(scenario);
    let mut uses = Uses::default();
    let situations = scenario.situations().iter().copied().filter(|it| it.asks.progress);
    let numbers = situations.flat_map(|situation| {
        let numbers = effort.processes.iter().filter(|&&number| situation.cast.admits(number));
        numbers.map(move |&processes| (situation, processes))
    });
    for (situation, processes) in numbers {
        let setup = Setup {
            model: Memory::Cpp20.sampled(),
            situation,
            quotas: vec![effort.entries; processes],
            steps_max: effort.steps_per_execution_max,
        };
        let mut random = Random::new(effort.seed);
        explorer.survey(&setup, &mut random, SURVEY_EXECUTIONS, &mut uses)?;
    }
    let all: Vec<Candidate> =
        uses.0.into_values().filter(|(entry, _)| entry.written != Ordering::SeqCst).collect();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let part = Effort {
        random_executions: effort.random_executions / 8,
        pct_executions: effort.pct_executions / 8,
        pos_executions: effort.pos_executions / 8,
        ..effort.clone()
    };
    let mut examiner = Examiner::new(explorer, effort);
    examiner.shows = false;
    let mut mender = Mender { examiner, whole: effort, part: &part, trials: Vec::new() };
    // The solution as it is fails somewhere: that is the first lesson.
    let mut overrides = Vec::new();
    for _ in 0..LESSONS_MAX {
        let learnt = match mender.examined(&overrides)? {
            Examined::Holds => return Ok(overrides.into_iter().map(mend).collect()),
            Examined::Fails(rule, violation) => mender.learns(rule, *violation),
            Examined::Hopeless => false,
        };
        if !learnt {
            break;
        }
        match mender.fewest(&all)? {
            Some(fewest) => overrides = fewest,
            None => break,
        }
    }
    Ok(Vec::new())
}

fn mend((entry, _): Candidate) -> Mend {
    let Override { site, method, written, instead } = entry;
    Mend { site, method, from: written, to: instead }
}
