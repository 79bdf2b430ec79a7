//! What a solution is made of: how its processes wait, and what it needs of the machine. No criterion,
//! and no verdict: columns of the course's table.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::{Examiner, Memory};
use crate::event::{Event, EventKind, Observer};
use crate::exploration::{Crash, Setup};
use crate::scenario::Asks;
use crate::strategy::{Random, Standstill};

/// Executions in which the operations are looked at, and those in which somebody may be seen waiting.
const EXECUTIONS: u64 = 40;

/// Operations of one.
const STEPS_MAX: u32 = 30_000;

/// How those wait who cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// They take steps all the while.
    Busy,
    /// They sleep.
    Asleep,
}

/// What a solution is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// How its processes wait; `None` if nobody was seen waiting.
    pub waiting: Option<Waiting>,
    /// The methods of shared variables that it calls, sorted: `compare_exchange`, `load`, `park`, …
    pub methods: Vec<&'static str>,
}

/// The methods that were called.
#[derive(Debug, Default)]
struct Methods(BTreeSet<&'static str>);

impl Observer for Methods {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        match event.kind {
            EventKind::Access(access) => {
                // `futex_wait: queue` is a part of `futex_wait`.
                let method = access.method.split(':').next().unwrap_or(access.method);
                let is_own = crate::scenario::is_datum(access.site);
                if !is_own {
                    self.0.insert(method);
                }
            }
            EventKind::Fence(..) => {
                self.0.insert("fence");
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

impl Examiner<'_> {
    /// What the solution is made of, as far as some executions show.
    pub fn profile(&mut self) -> Result<Profile, Crash> {
        let (memory, calls) = (Memory::Sequential, self.makes_calls());
        let mut methods = Methods::default();
        for (situation, processes) in self.situations(|asks| asks.progress && !asks.is_small) {
            let quotas = vec![self.effort.entries; processes];
            let setup = self.setup(memory, quotas, situation);
            let mut random = Random::new(self.effort.seed);
            self.explorer.survey(&setup, &mut random, EXECUTIONS, &mut methods)?;
        }
        let mut waiting = None;
        // Where messages are exchanged, whoever receives waits for whoever has not sent yet.
        let asked =
            |asks: &Asks| if calls { asks.progress && !asks.is_small } else { asks.fairness };
        for (situation, processes) in self.situations(asked) {
            let quotas = vec![self.effort.entries; processes];
            let setup = Setup { steps_max: STEPS_MAX, ..self.setup(memory, quotas, situation) };
            let mut standstill = Standstill::new(self.effort.seed);
            for _ in 0..EXECUTIONS {
                self.explorer.explore(&setup, &mut standstill, 1, || (), |_, ()| None::<()>)?;
                if standstill.busy().is_some() {
                    waiting = Some(Waiting::Busy);
                    break;
                }
                let engine = self.explorer.engine();
                if waiting.is_none() && !engine.asleep().union(engine.waits_in_call()).is_empty() {
                    waiting = Some(Waiting::Asleep);
                }
            }
        }
        Ok(Profile { waiting, methods: methods.0.into_iter().collect() })
    }
}
