//! Exchanges of messages: one exploration serves integrity and progress.
//!
//! The executions of both are the same, and a system call costs more than an operation on memory. So each is looked
//! at twice: does the law of messages hold, and does everybody finish? Whoever is told nonsense may give up, and others
//! then wait for it in vain; so progress is judged in executions in which the law holds.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::mutual_exclusion::{self, EXHAUSTED_SHARE};
use super::progress::{self, Halt, Judged, merged};
use super::verdict::{Evidence, Kind, Verdict};
use super::{Examiner, Memory};
use crate::engine::Outcome;
use crate::event::{Collected, Event, EventKind, Observer, Service};
use crate::exploration::{Crash, Exploration, Run, Setup};
use crate::oracle::{Rule, Safety, Stillness};
use crate::scenario::Situation;
use crate::strategy::{Frugal, RoundRobin};
use crate::trace::Schedule;

/// How many messages each sends where there is no end to them: what nobody takes out of a pipe fills it at last.
const MANY: u32 = 200;

/// Executions in which they do.
const MANY_EXECUTIONS: u64 = 3;

/// Executions of a situation that is one of many; calls count for more.
const SMALL_EXECUTIONS: u64 = 240;

/// Both verdicts.
#[derive(Clone, Debug)]
pub(super) struct Exchanged {
    pub(super) integrity: Verdict,
    pub(super) progress: Verdict,
}

/// Watches how an execution gets on, and ends it where the law of its messages is broken. On other laws the
/// progress of an execution does not depend.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    law: Option<Safety>,
    pub(super) stillness: Stillness,
    /// Messages that were received, and requests that were handed over.
    received: u32,
}

impl Watched {
    /// Nothing has happened.
    pub(super) fn new(situation: &Situation) -> Self {
        let of_messages = matches!(situation.rule, Rule::Messages { .. } | Rule::Requests { .. });
        let law = of_messages.then(|| Safety::new(situation.rule));
        Self { law, stillness: Stillness::new(), received: 0 }
    }

    /// Whether the law of messages was broken.
    pub(super) fn is_lawless(&self) -> bool {
        self.law.as_ref().is_some_and(|law| law.breach().is_some())
    }
}

impl Observer for Watched {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        // It never ends an execution.
        let _ = self.stillness.observe(event);
        if let EventKind::Returned(
            Service::ReceiveRecord(Collected::Message(_)) | Service::Answer(Collected::Message(_)),
        ) = event.kind
        {
            self.received += 1;
        }
        self.law.as_mut().map_or(ControlFlow::Continue(()), |law| law.observe(event))
    }

    fn digest(&self) -> u64 {
        self.law.as_ref().map_or(0, Observer::digest)
    }
}

/// What is known so far of both.
#[derive(Debug, Default)]
struct Hunt {
    /// A broken law.
    broken: Option<(Kind, Setup, Schedule)>,
    /// The verdict on progress, if it is found wanting.
    halted: Option<Verdict>,
    /// With so many processes, something could not be explained.
    doubt: Option<usize>,
    /// Numbers of processes that were looked at closely, and those with which there was an execution in which the law
    /// held and everybody finished.
    tried: BTreeSet<usize>,
    finished: BTreeSet<usize>,
    /// Whether a message was ever received.
    received: bool,
    evidence: Vec<Evidence>,
}

impl Hunt {
    const fn is_over(&self) -> bool {
        self.broken.is_some() && self.halted.is_some()
    }
}

impl Examiner<'_> {
    /// The verdicts on integrity and progress of messages; they are found once.
    pub(super) fn exchanged(&mut self) -> Result<Exchanged, Crash> {
        if let Some(known) = &self.exchanged {
            return Ok(known.clone());
        }
        let hunt = self.hunt()?;
        let found = self.conclude(hunt)?;
        Ok(self.exchanged.insert(found).clone())
    }

    /// Whether the processes of this scenario make system calls.
    pub(super) fn makes_calls(&self) -> bool {
        !self.explorer.scenario().loans().memory
    }

    fn hunt(&mut self) -> Result<Hunt, Crash> {
        let mut hunt = Hunt::default();
        for (situation, processes) in self.situations(|asks| asks.safety && asks.progress) {
            if situation.asks.is_small {
                self.skim(&mut hunt, situation, processes)?;
                continue;
            }
            hunt.tried.insert(processes);
            // Exhaustively with all entries for two processes; with more, once each.
            let each = if processes == 2 { self.effort.entries } else { 1 };
            let mut setup = self.setup(Memory::Sequential, vec![each; processes], situation);
            setup.model = Memory::Sequential.exhaustive();
            let budget = self.effort.exhaustive_executions_max;
            let found = self.look(&mut hunt, &setup, |examiner, observer, judge| {
                examiner.explorer.exhaust(&setup, budget, observer, judge)
            })?;
            hunt.evidence.push(Evidence::exhaustive(processes, each, &found));

            // Where all executions are known already, a few with more entries complete the picture.
            let entries = self.effort.entries + u32::from(found.exhausted);
            let share = if found.exhausted { EXHAUSTED_SHARE } else { 1 };
            let setup = self.setup(Memory::Sequential, vec![entries; processes], situation);
            let mut in_turn = RoundRobin::variety(self.effort.seed, progress::QUANTUM_MAX);
            let executions = progress::ROUND_ROBIN_EXECUTIONS;
            let found = self.look(&mut hunt, &setup, |examiner, observer, judge| {
                examiner.explorer.sample(&setup, &mut in_turn, executions, observer, judge)
            })?;
            hunt.evidence.push(Evidence::sampled("round robin", processes, entries, &found));
            let mut evidence = Vec::new();
            self.look(&mut hunt, &setup, |examiner, observer, judge| {
                examiner.sample(&setup, share, entries, observer, judge, &mut evidence)
            })?;
            hunt.evidence.append(&mut evidence);
            if hunt.is_over() {
                break;
            }
        }
        for (situation, processes) in self.situations(|asks| asks.fairness) {
            let quotas = vec![MANY; processes];
            let setup = self.setup(Memory::Sequential, quotas, situation);
            let mut in_turn = RoundRobin::variety(self.effort.seed, progress::QUANTUM_MAX);
            let found = self.look(&mut hunt, &setup, |examiner, observer, judge| {
                examiner.explorer.explore(&setup, &mut in_turn, MANY_EXECUTIONS, observer, judge)
            })?;
            hunt.evidence.push(Evidence::sampled("round robin", processes, MANY, &found));
        }
        Ok(hunt)
    }

    /// Looks at the executions of a small situation in which nobody is interrupted more than once.
    fn skim(
        &mut self,
        hunt: &mut Hunt,
        situation: &'static Situation,
        processes: usize,
    ) -> Result<(), Crash> {
        let entries = self.effort.entries;
        let setup = self.setup(Memory::Sequential, vec![entries; processes], situation);
        let mut frugal = Frugal::new(1, u64::MAX);
        let found = self.look(hunt, &setup, |examiner, observer, judge| {
            examiner.explorer.sample(&setup, &mut frugal, SMALL_EXECUTIONS, observer, judge)
        })?;
        hunt.evidence.push(Evidence::sampled("fewest switches", processes, entries, &found));
        Ok(())
    }

    /// One exploration, which goes on until it has found what is still to be found.
    fn look(
        &mut self,
        hunt: &mut Hunt,
        setup: &Setup,
        explore: impl FnOnce(
            &mut Self,
            &dyn Fn() -> Watched,
            &mut dyn FnMut(&Run<'_>, &Watched) -> Option<()>,
        ) -> Result<Exploration<()>, Crash>,
    ) -> Result<Exploration<()>, Crash> {
        if hunt.is_over() {
            return Ok(Exploration::nothing());
        }
        let mut halted: Option<(Halt, Schedule)> = None;
        let (patience, processes) = (setup.steps_max as usize, setup.processes());
        let waits = |halted: &Option<(Halt, _)>| matches!(halted, Some((Halt::Waits(_), _)));
        let fresh = || Watched::new(setup.situation);
        let found = explore(self, &fresh, &mut |run, watched| {
            let breach = match &watched.law {
                Some(law) => mutual_exclusion::judge(run, law),
                None => None,
            };
            if let Some(kind) = breach {
                if hunt.broken.is_none() {
                    hunt.broken = Some((kind, setup.clone(), run.schedule.clone()));
                }
            } else if hunt.halted.is_none() && !waits(&halted) {
                // Who waits in a call waits for certain, and is not missed for one who perhaps only takes long. The
                // executions of an exhaustive search are cut early: that says nothing.
                let still = progress::judge(run, watched).filter(|halt| match halt {
                    Halt::Waits(_) => true,
                    Halt::Still => halted.is_none() && run.schedule.len() >= patience,
                });
                halted = still.map(|halt| (halt, run.schedule.clone())).or(halted.take());
            }
            if breach.is_none() && *run.outcome == Outcome::Complete {
                hunt.finished.insert(processes);
            }
            hunt.received |= watched.received > 0;
            (hunt.broken.is_some() && (hunt.halted.is_some() || waits(&halted))).then_some(())
        })?;
        if let Some((halt, schedule)) = halted {
            match self.breached(Memory::Sequential, halt, setup, schedule)? {
                Judged::Breached(verdict) => hunt.halted = Some(verdict),
                Judged::Cleared => {}
                Judged::Doubtful => hunt.doubt = Some(setup.processes()),
            }
        }
        Ok(found)
    }

    fn conclude(&mut self, hunt: Hunt) -> Result<Exchanged, Crash> {
        let evidence = merged(hunt.evidence);
        let upheld = Verdict::Upheld { evidence, bypass: None, doorway: None };
        let unknown = |reason: &str| Verdict::Unknown(reason.to_owned());
        let integrity = match hunt.broken {
            Some((kind, setup, schedule)) => {
                self.violated(Memory::Sequential, kind, setup, schedule)?
            }
            None if !hunt.received => {
                unknown("no message was ever received, so nothing can be said of what arrives")
            }
            None => upheld.clone(),
        };
        let progress = match (hunt.halted, hunt.doubt) {
            (Some(verdict), _) => verdict,
            (None, Some(processes)) => self.doubtful(processes),
            (None, None) => match hunt.tried.difference(&hunt.finished).next() {
                Some(processes) => Verdict::Unknown(format!(
                    "with {processes} processes no execution came to its end without a message that was damaged or \
                     lost, or a call that failed, so nothing can be said of who waits for ever"
                )),
                None => upheld,
            },
        };
        Ok(Exchanged { integrity, progress })
    }
}
