//! Prediction: what the value of the counter can be in the end is computed, by all executions of the
//! counter as it is specified, and compared with what the solution foretells.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::counterexample::simplest;
use super::verdict::{Evidence, Verdict};
use super::{Examiner, Memory};
use crate::event::{Event, EventKind, Observer, Service};
use crate::exploration::{Crash, Run, Setup};
use crate::scenario::Situation;
use crate::trace::Schedule;

/// For which numbers of processes and of increments a prediction is asked for.
const CASES: [(usize, usize); 6] = [(1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2)];

/// Executions of one exhaustive exploration, more than any of them needs.
const EXECUTIONS_MAX: u64 = 200_000;

/// The most wrong values that are told of one case.
const WRONG_MAX: usize = 10;

/// Everything that is foretold wrongly.
#[derive(Clone, Debug)]
pub struct Misprediction {
    /// The numbers of processes and increments for which something is wrong; at least one.
    pub cases: Vec<Case>,
}

impl Misprediction {
    /// Whether somewhere a value is not foretold that can be.
    pub fn misses(&self) -> bool {
        self.cases.iter().any(|case| !case.missing.is_empty())
    }
}

/// What is foretold for one number of processes and of increments, beside what is so.
#[derive(Clone, Debug)]
pub struct Case {
    /// How many processes.
    pub processes: usize,
    /// How often each increments.
    pub increments: usize,
    /// The values that can be.
    pub possible: BTreeSet<u64>,
    /// How many executions there are; each ends with one of them.
    pub executions: u64,
    /// The first of the values that are foretold and cannot be, and whether there are more.
    pub impossible: BTreeSet<u64>,
    /// Whether there are more of these.
    pub more: bool,
    /// The values that can be and are not foretold, each with an execution that ends with it.
    pub missing: Vec<Shown>,
    /// An execution that ends with the value that comes closest to one that cannot be.
    pub nearest: Option<Shown>,
}

impl Case {
    /// Whether what is foretold is what can be.
    pub fn is_right(&self) -> bool {
        self.impossible.is_empty() && self.missing.is_empty()
    }
}

/// An execution that ends with a value.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The value.
    pub value: u64,
    /// The scenario.
    pub setup: Setup,
    /// The schedule.
    pub schedule: Schedule,
}

/// What the value was in the end.
#[derive(Debug, Default)]
struct InTheEnd(Option<u64>);

impl Observer for InTheEnd {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        if let EventKind::Returned(Service::Value(value)) = event.kind {
            self.0 = Some(value);
        }
        ControlFlow::Continue(())
    }
}

impl Examiner<'_> {
    /// The verdict on prediction.
    pub fn prediction(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        let all = self.explorer.scenario().situations().iter().copied();
        let Some(situation) = all.into_iter().find(|it| it.asks.prediction) else {
            return Ok(Verdict::Unknown("this contract foretells nothing".to_owned()));
        };
        let mut evidence: Vec<Evidence> = Vec::new();
        let mut cases = Vec::new();
        for (processes, increments) in CASES {
            let Some(case) = self.foretold(memory, situation, processes, increments)? else {
                return Ok(Verdict::Unknown(format!(
                    "the executions with {processes} processes and {increments} increments each could \
                     not all be visited"
                )));
            };
            let entries = increments as u32;
            match evidence.iter_mut().find(|one| one.processes == processes) {
                Some(one) => {
                    one.entries = one.entries.max(entries);
                    one.executions += case.executions;
                }
                None => evidence.push(Evidence {
                    strategy: "exhaustive",
                    processes,
                    entries,
                    executions: case.executions,
                    blocked: 0,
                    complete: true,
                }),
            }
            if !case.is_right() {
                cases.push(case);
            }
        }
        if cases.is_empty() {
            return Ok(Verdict::Upheld { evidence, bypass: None, doorway: None });
        }
        Ok(Verdict::Foretold(Box::new(Misprediction { cases })))
    }

    /// What the solution foretells for so many processes and increments, beside what is so. `None` if
    /// that cannot be computed.
    pub fn foretold(
        &mut self,
        memory: Memory,
        situation: &'static Situation,
        processes: usize,
        increments: usize,
    ) -> Result<Option<Case>, Crash> {
        let scenario = self.explorer.scenario();
        let foretold = match scenario.foretold(processes, increments) {
            Some(Ok(values)) => values,
            Some(Err(panic)) => return Err(Crash { panic, execution: None }),
            None => return Ok(None),
        };
        let setup = self.setup(memory, vec![increments as u32; processes], situation);
        let exhaustive = Setup { model: memory.exhaustive(), ..setup.clone() };
        let mut ends: BTreeMap<u64, Schedule> = BTreeMap::new();
        let judge = |run: &Run<'_>, end: &InTheEnd| {
            if let InTheEnd(Some(value)) = end {
                ends.entry(*value).or_insert_with(|| run.schedule.clone());
            }
            None::<()>
        };
        let found = self.explorer.exhaust(&exhaustive, EXECUTIONS_MAX, InTheEnd::default, judge)?;
        if !found.exhausted {
            return Ok(None);
        }
        // There may be very many values, and many times the same.
        let mut impossible = BTreeSet::new();
        let mut more = false;
        for value in foretold.iter().filter(|value| !ends.contains_key(value)) {
            impossible.insert(*value);
            if impossible.len() > WRONG_MAX {
                impossible.pop_last();
                more = true;
            }
        }
        let mut shown = |value: u64, schedule: &Schedule| {
            let is_it = |_: &Run<'_>, end: &InTheEnd| (end.0 == Some(value)).then_some(());
            let setups = std::slice::from_ref(&setup);
            let found = simplest(&mut self.explorer, setups, InTheEnd::default, is_it)?;
            let (setup, schedule) = match found {
                Some(((), setup, schedule)) => (setup, schedule),
                None => (exhaustive.clone(), schedule.clone()),
            };
            Ok::<Shown, Crash>(Shown { value, setup, schedule })
        };
        let mut missing = Vec::new();
        for (&value, schedule) in ends.iter().filter(|(value, _)| !foretold.contains(value)) {
            missing.push(shown(value, schedule)?);
        }
        let wrong = impossible.first().copied();
        let nearest =
            wrong.and_then(|wrong| ends.iter().min_by_key(|(value, _)| value.abs_diff(wrong)));
        let nearest = match nearest {
            Some((&value, schedule)) => Some(shown(value, schedule)?),
            None => None,
        };
        Ok(Some(Case {
            processes,
            increments,
            possible: ends.keys().copied().collect(),
            executions: found.complete,
            impossible,
            more,
            missing,
            nearest,
        }))
    }
}
