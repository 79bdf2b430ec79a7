//! Bounded waiting of those who send: is a message received, however many others come after it?
//!
//! The others send without end, and the victim one message. It goes on whenever it can, and the kernel serves in order; so
//! that its message is passed over for ever is the solution's doing, and not the kernel's.

use super::verdict::{Evidence, Kind, Verdict, Violation};
use super::{Examiner, Memory};
use crate::exploration::{Crash, Run, Setup};
use crate::oracle::{Overtaking, Rule};
use crate::process::{ProcessId, ProcessSet};
use crate::scenario::Situation;
use crate::strategy::Flood;

/// How many messages the others send. Some of them may be there before the victim's, and be taken together: a pipe holds
/// a few dozen.
const MESSAGES: u32 = 100;

/// So many that overtake one are looked at closely.
const SUSPICIOUS: u32 = 60;

/// How many messages the others send then.
const MANY: u32 = 1_000;

/// The share of them that may overtake in the end.
const MANY_SUSPICIOUS: u32 = 900;

/// Executions for each victim.
const EXECUTIONS: u64 = 8;

/// How many messages the others send in the execution that is shown.
const SHOWN: u32 = 3;

/// A flood in which somebody is overtaken.
struct Flooded {
    situation: &'static Situation,
    processes: usize,
    receiver: ProcessId,
    victim: ProcessId,
}

impl Flooded {
    /// The others send so many messages.
    fn setup(&self, examiner: &Examiner<'_>, messages: u32) -> Setup {
        let quota = |process| if process == self.victim { 1 } else { messages };
        let quotas = ProcessId::all(self.processes).map(quota).collect();
        examiner.setup(Memory::Sequential, quotas, self.situation)
    }
}

impl Examiner<'_> {
    /// The verdict on bounded waiting of messages.
    pub(super) fn overtaking(&mut self) -> Result<Verdict, Crash> {
        let mut evidence = Vec::new();
        let mut worst = 0;
        let mut arrived = 0;
        for (situation, processes) in self.situations(|asks| asks.fairness) {
            let Rule::Messages { receiver, .. } = situation.rule else { continue };
            let receiver = ProcessId::new(receiver);
            for victim in ProcessId::all(processes).filter(|&victim| victim != receiver) {
                let flooded = Flooded { situation, processes, receiver, victim };
                let mut flood = Flood::new(self.effort.seed, victim, receiver);
                for _ in 0..EXECUTIONS {
                    let overtaken = self.flood(&flooded, MESSAGES, &mut flood.clone())?;
                    let Some(mut overtaken) = overtaken else {
                        flood.skip();
                        continue;
                    };
                    arrived += 1;
                    if overtaken >= SUSPICIOUS {
                        let many = self.flood(&flooded, MANY, &mut flood.clone())?;
                        overtaken = many.unwrap_or(overtaken).max(overtaken);
                        if overtaken >= MANY_SUSPICIOUS {
                            return self.passed_over(&flooded, overtaken);
                        }
                    }
                    worst = worst.max(overtaken);
                    flood.skip();
                }
            }
            evidence.push(Evidence {
                strategy: "flood",
                processes,
                entries: MESSAGES,
                executions: arrived,
                blocked: 0,
                complete: false,
            });
        }
        if arrived == 0 {
            let reason = "no message ever arrived while others came without end, so nothing can be said of \
                          who overtakes whom";
            return Ok(Verdict::Unknown(reason.to_owned()));
        }
        Ok(Verdict::Upheld { evidence, bypass: Some(worst), doorway: None })
    }

    /// One execution; how many messages overtook that of the victim, if it arrived.
    fn flood(
        &mut self,
        flooded: &Flooded,
        messages: u32,
        strategy: &mut Flood,
    ) -> Result<Option<u32>, Crash> {
        let setup = Setup { steps_max: u32::MAX, ..flooded.setup(self, messages) };
        let judge = |_: &Run<'_>, seen: &Overtaking| seen.arrived().then(|| seen.overtaken());
        let oracle = || Overtaking::new(flooded.victim);
        let found = self.explorer.explore(&setup, strategy, 1, oracle, judge)?;
        Ok(found.breach.map(|(overtaken, _)| overtaken))
    }

    /// The victim's message is passed over by as many as there are: what is shown is an execution with a few, all of
    /// which overtake it.
    fn passed_over(&mut self, flooded: &Flooded, overtaken: u32) -> Result<Verdict, Crash> {
        let victim = flooded.victim;
        let setup = flooded.setup(self, SHOWN);
        let others = flooded.processes as u32 - 2;
        let mut flood = Flood::new(self.effort.seed, victim, flooded.receiver);
        let oracle = || Overtaking::by_all(victim, SHOWN * others);
        let judge = |_: &Run<'_>, seen: &Overtaking| seen.is_by_all().then_some(());
        let found = self.explorer.explore(&setup, &mut flood, EXECUTIONS, oracle, judge)?;
        let Some(((), schedule)) = found.breach else {
            return Ok(Verdict::Unknown(format!(
                "a message of {victim} was overtaken by {overtaken} of {MANY} later ones, but that could not be \
                 shown with fewer"
            )));
        };
        let kind = Kind::Starvation(ProcessSet::only(victim));
        Ok(Verdict::Violated(Box::new(Violation { kind, setup, schedule })))
    }
}
