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

/// How many messages each of the others sends. Some of them may be there before the victim's, and be taken together: a
/// pipe holds a few dozen.
const MESSAGES: u32 = 150;

/// So many of one process that overtake are looked at closely.
const SUSPICIOUS: u32 = 100;

/// How many messages each of the others sends then.
const MANY: u32 = 3_000;

/// So many of those of one process that overtake are as good as all: the rest was there before.
const MANY_SUSPICIOUS: u32 = 2_700;

/// Steps for each of these messages after which an execution is given up: something else is wrong with it.
const STEPS_EACH: u32 = 3_000;

/// Executions for each victim.
const EXECUTIONS: u64 = 8;

/// How many messages each of the others sends in the execution that is shown: as few as will do.
const SHOWN: [u32; 3] = [3, 8, 20];

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
            let before = arrived;
            for victim in ProcessId::all(processes).filter(|&victim| victim != receiver) {
                let flooded = Flooded { situation, processes, receiver, victim };
                let mut flood = Flood::new(self.effort.seed, victim, receiver);
                for _ in 0..EXECUTIONS {
                    let seen = self.flood(&flooded, MESSAGES, &mut flood.clone())?;
                    let Some(mut seen) = seen else {
                        if self.explorer.engine().steps() >= MESSAGES * STEPS_EACH {
                            break;
                        }
                        flood.skip();
                        continue;
                    };
                    arrived += 1;
                    if seen.by_one() >= SUSPICIOUS {
                        let many = self.flood(&flooded, MANY, &mut flood.clone())?;
                        seen = many.unwrap_or(seen);
                        if seen.by_one() >= MANY_SUSPICIOUS {
                            return self.passed_over(&flooded, seen.by_one());
                        }
                    }
                    worst = worst.max(seen.overtaken());
                    flood.skip();
                }
            }
            evidence.push(Evidence {
                strategy: "flood",
                processes,
                entries: MESSAGES,
                executions: arrived - before,
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

    /// One execution; who overtook the message of the victim, if it arrived.
    fn flood(
        &mut self,
        flooded: &Flooded,
        messages: u32,
        strategy: &mut Flood,
    ) -> Result<Option<Overtaking>, Crash> {
        let steps_max = messages * STEPS_EACH;
        let setup = Setup { steps_max, ..flooded.setup(self, messages) };
        let judge = |_: &Run<'_>, seen: &Overtaking| seen.arrived().then(|| seen.clone());
        let oracle = || Overtaking::new(flooded.victim);
        let found = self.explorer.explore(&setup, strategy, 1, oracle, judge)?;
        Ok(found.breach.map(|(seen, _)| seen))
    }

    /// The victim's message is passed over by as many as there are: what is shown is an execution with a few, all of
    /// which overtake it.
    fn passed_over(&mut self, flooded: &Flooded, overtaken: u32) -> Result<Verdict, Crash> {
        let victim = flooded.victim;
        for messages in SHOWN {
            let setup = flooded.setup(self, messages);
            let mut flood = Flood::new(self.effort.seed, victim, flooded.receiver);
            let oracle = || Overtaking::by_all(victim, messages);
            let judge = |_: &Run<'_>, seen: &Overtaking| seen.is_by_all().then_some(());
            let found = self.explorer.explore(&setup, &mut flood, EXECUTIONS, oracle, judge)?;
            if let Some(((), schedule)) = found.breach {
                let kind = Kind::Starvation(ProcessSet::only(victim));
                return Ok(Verdict::Violated(Box::new(Violation { kind, setup, schedule })));
            }
        }
        Ok(Verdict::Unknown(format!(
            "a message of {victim} was overtaken by {overtaken} of {MANY} later ones of one process, but that \
             could not be shown with fewer"
        )))
    }
}
