//! Preference among readers and writers: is somebody let in, or kept waiting, who should not be?
//!
//! One reader is inside and stays; then another one comes, with nobody else about, or while a writer waits. What
//! must become of it is part of the contract.

use super::progress::merged;
use super::verdict::{Evidence, Kind, Meeting, Verdict, Violation};
use super::{Examiner, Memory};
use crate::event::Section;
use crate::exploration::{Crash, Setup};
use crate::oracle::Stillness;
use crate::process::ProcessId;
use crate::scenario::Preference;
use crate::strategy::{Reception, Replay, Usher};
use crate::trace::Schedule;

/// Executions for each pair of readers: one without and some with a history.
const EXECUTIONS: u64 = 8;

/// Operations of one.
const STEPS_MAX: u32 = 30_000;

/// How often each process may have its part.
const ENTRIES: u32 = 8;

/// Steps without effect that the counterexample shows.
const SHOWN: u32 = 8;

/// What executions of one kind came to.
#[derive(Default)]
struct Receptions {
    done: u64,
    /// How often the newcomer got in beside the first one.
    admitted: u64,
    /// It had to wait, for the first time.
    kept_out: Option<(Meeting, Schedule)>,
    /// It got in before the writer, for the first time.
    let_in: Option<(Meeting, Schedule)>,
}

impl Examiner<'_> {
    /// The verdict on preference.
    pub fn preference(&mut self, memory: Memory) -> Result<Verdict, Crash> {
        let mut evidence = Vec::new();
        for (situation, processes) in self.situations(|asks| asks.preference.is_some()) {
            let setup = Setup {
                steps_max: STEPS_MAX,
                ..self.setup(memory, vec![ENTRIES; processes], situation)
            };
            let seed = self.effort.seed;
            // The last one writes, if there are others to read together.
            let writer = (processes > 2).then(|| ProcessId::new(processes - 1));
            let readers = processes - usize::from(writer.is_some());
            let mut done = 0;

            let alone = self.receptions(&setup, Usher::new(seed, readers, None), None)?;
            done += alone.done;
            if let Some((meeting, schedule)) = alone.kept_out {
                let never = alone.admitted == 0;
                let kind = if never { Kind::NeverTogether } else { Kind::KeptOut };
                return self.confirmed(kind(meeting), setup, schedule);
            }
            let usher = Usher::new(seed, readers, writer);
            match situation.asks.preference {
                Some(Preference::ReadersFirst) if writer.is_some() => {
                    let met = self.receptions(&setup, usher, writer)?;
                    done += met.done;
                    if let Some((meeting, schedule)) = met.kept_out {
                        return self.confirmed(Kind::KeptOut(meeting), setup, schedule);
                    }
                }
                Some(Preference::WritersFirst) if writer.is_some() => {
                    let met = self.receptions(&setup, usher.until_one_is_next(), writer)?;
                    done += met.done;
                    if let Some((meeting, schedule)) = met.let_in {
                        return self.confirmed(Kind::LetIn(meeting), setup, schedule);
                    }
                }
                _ => {}
            }
            evidence.push(Evidence {
                strategy: "usher",
                processes,
                entries: ENTRIES,
                executions: done,
                blocked: 0,
                complete: false,
            });
        }
        if evidence.iter().all(|one| one.executions == 0) {
            let reason = "no reader that came while another one was inside could be watched";
            return Ok(Verdict::Unknown(reason.to_owned()));
        }
        Ok(Verdict::Upheld { evidence: merged(evidence), bypass: None, doorway: None })
    }

    /// Lets each pair of readers meet, several times.
    fn receptions(
        &mut self,
        setup: &Setup,
        mut usher: Usher,
        writer: Option<ProcessId>,
    ) -> Result<Receptions, Crash> {
        let mut all = Receptions::default();
        for _ in 0..EXECUTIONS * usher.pairs() {
            self.explorer.explore(setup, &mut usher, 1, || (), |_, ()| None::<()>)?;
            let Some(reception) = usher.reception() else { continue };
            all.done += 1;
            let (holder, newcomer) = usher.pair();
            let meeting = Meeting { holder, newcomer, writer };
            let schedule = || self.explorer.engine().schedule().clone();
            match reception {
                Reception::Admitted => {
                    all.admitted += 1;
                    all.let_in.get_or_insert_with(|| (meeting, schedule()));
                }
                Reception::First => {
                    all.let_in.get_or_insert_with(|| (meeting, schedule()));
                }
                Reception::Refused => {
                    // Of many steps that lead nowhere a few will do.
                    let cut = usher.idle().saturating_sub(SHOWN) as usize;
                    let shorter = |schedule: Schedule| schedule.prefix(schedule.len() - cut);
                    all.kept_out.get_or_insert_with(|| (meeting, shorter(schedule())));
                }
                Reception::Second => {}
            }
        }
        Ok(all)
    }

    /// The violation, if its schedule shows it again.
    fn confirmed(
        &mut self,
        kind: Kind,
        setup: Setup,
        schedule: Schedule,
    ) -> Result<Verdict, Crash> {
        if self.is_received_so(&setup, &schedule, kind)? {
            return Ok(Verdict::Violated(Box::new(Violation { kind, setup, schedule })));
        }
        let reason = "a reader was let in, or kept waiting, that should not be, but that could not be \
                      shown again";
        Ok(Verdict::Unknown(reason.to_owned()))
    }

    /// Whether at the end of the schedule the newcomer is where `kind` has it.
    pub(super) fn is_received_so(
        &mut self,
        setup: &Setup,
        schedule: &Schedule,
        kind: Kind,
    ) -> Result<bool, Crash> {
        let setup = Setup { steps_max: schedule.len() as u32, ..setup.clone() };
        let mut stillness = Stillness::new();
        let mut replay = Replay::new(schedule.clone());
        self.explorer.replay(&setup, &mut replay, &mut stillness, false)?;
        if replay.divergence().is_some() {
            return Ok(false);
        }
        let section = |process: ProcessId| stillness.section(process);
        Ok(match kind {
            Kind::NeverTogether(Meeting { holder, newcomer, .. })
            | Kind::KeptOut(Meeting { holder, newcomer, .. }) => {
                section(holder) == Section::Critical && section(newcomer) == Section::Entry
            }
            Kind::LetIn(Meeting { newcomer, writer, .. }) => {
                section(newcomer) == Section::Critical
                    && writer.is_some_and(|writer| section(writer) == Section::Entry)
            }
            _ => false,
        })
    }
}
