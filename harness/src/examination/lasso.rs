//! Lassos: a stem and a loop that repeats. A violation that goes on for ever is shown by its loop,
//! and believed when a replay has gone round many times and nothing changed.

use std::ops::{ControlFlow, Range};

use crate::event::{Event, EventKind, Observer, Section};
use crate::exploration::{Crash, Explorer, Setup};
use crate::oracle::{Bypass, Stillness};
use crate::process::{PROCESSES_MAX, ProcessId, ProcessSet};
use crate::strategy::Replay;
use crate::trace::Schedule;

/// The longest loop that is looked for, in steps.
const LOOP_MAX: usize = 400;

/// Writes down, for each step, who did what where; and the steps at which somebody entered.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// For each step of the schedule: the process and the place in the source.
    pub codes: Vec<(usize, usize)>,
    /// The steps that touch a shared variable.
    pub accesses: Vec<usize>,
    /// The number of steps up to and including each entry, and who entered.
    pub entries: Vec<(usize, ProcessId)>,
    /// Before each step: who slept.
    asleep: Vec<ProcessSet>,
}

impl Steps {
    /// Whether `process` sleeps somewhere in a range of steps.
    pub(super) fn sleeps(&self, process: ProcessId, range: Range<usize>) -> bool {
        let range = range.start..range.end.min(self.asleep.len());
        self.asleep[range].iter().any(|asleep| asleep.contains(process))
    }
}

impl Observer for Steps {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        let step = event.step as usize;
        if event.kind.is_entry() {
            self.entries.push((step, event.process));
        }
        let Some(site) = event.kind.site() else { return ControlFlow::Continue(()) };
        if matches!(event.kind, EventKind::Access(_) | EventKind::SystemCall(_)) {
            self.accesses.push(step);
        }
        let site: *const std::panic::Location<'_> = site;
        self.codes.resize(step, (usize::MAX, 0));
        self.codes.push((event.process.index(), site.addr()));
        ControlFlow::Continue(())
    }
}

/// The steps of a schedule's execution.
pub(super) fn steps(
    explorer: &mut Explorer<'_>,
    setup: &Setup,
    schedule: &Schedule,
) -> Result<Steps, Crash> {
    let setup = Setup { steps_max: schedule.len() as u32, ..setup.clone() };
    let mut steps = Steps::default();
    let mut replay = Replay::new(schedule.clone());
    explorer.replay(&setup, &mut replay, &mut steps, true)?;
    steps.asleep = replay.asleep().to_vec();
    Ok(steps)
}

/// A schedule that ends in a cycle of steps: the same with the cycle marked as its loop.
pub(super) fn with_loop(schedule: &Schedule, steps: &Steps, from: usize) -> Option<Schedule> {
    let codes = &steps.codes;
    let length = codes.len().min(schedule.len());
    for period in 1..=LOOP_MAX.min(length.saturating_sub(from) / 4) {
        let repeats = |at: usize| codes[at] == codes[at + period];
        if !(length - 3 * period..length - period).all(repeats) {
            continue;
        }
        let start = (from..length - period).rev().take_while(|&at| repeats(at)).last()?;
        // Whoever only pauses has not had its turn: it backs off, and will look again.
        let stepping: ProcessSet =
            schedule.order()[start..start + period].iter().copied().collect();
        let looking: ProcessSet = steps
            .accesses
            .iter()
            .filter(|step| (start..start + period).contains(step))
            .map(|&step| schedule.order()[step])
            .collect();
        if looking != stepping {
            continue;
        }
        let mut lasso = schedule.prefix(start + period);
        lasso.set_loop_start(start);
        return Some(lasso);
    }
    None
}

/// Goes round the loop many times; whether nobody made progress meanwhile, and every process that
/// has not finished had its steps.
pub(super) fn is_still(
    explorer: &mut Explorer<'_>,
    setup: &Setup,
    lasso: &Schedule,
    rounds: u32,
) -> Result<bool, Crash> {
    let start = lasso.loop_start().expect("a lasso has a loop");
    let setup = endless(setup);
    let mut stillness = Stillness::new();
    let mut replay = Replay::new(lasso.clone()).with_rounds(rounds);
    explorer.replay(&setup, &mut replay, &mut stillness, false)?;
    let turns: ProcessSet = lasso.order()[start..].iter().copied().collect();
    // Whoever sleeps all the while can have no steps.
    let asleep = replay.asleep().iter().skip(start);
    let asleep =
        asleep.fold(ProcessSet::first(PROCESSES_MAX), |all, asleep| all.intersection(*asleep));
    let unfinished = stillness.unfinished(setup.processes()).difference(asleep);
    Ok(replay.finished()
        && replay.divergence().is_none()
        && stillness.last_step() as usize <= start
        && unfinished.difference(turns).is_empty()
        && !unfinished.is_empty())
}

/// Goes round the loop many times; whether `victim` waited all the while, others entered in every round,
/// and the loop is fair to it: it has steps there, or sleeps at some moment. Where several may be inside the
/// loop must be fair to everybody who does not rest in its remainder section: somebody who is inside and never
/// let go on would starve whoever waits for it.
pub(super) fn starves(
    explorer: &mut Explorer<'_>,
    setup: &Setup,
    lasso: &Schedule,
    victim: ProcessId,
    rounds: u32,
) -> Result<bool, Crash> {
    let start = lasso.loop_start().expect("a lasso has a loop");
    let setup = endless(setup);
    let mut waiting = Waiting::default();
    let mut replay = Replay::new(lasso.clone()).with_rounds(rounds).in_order();
    explorer.replay(&setup, &mut replay, &mut waiting, false)?;
    let round = &lasso.order()[start..];
    let mut fair: ProcessSet = round.iter().copied().collect();
    for asleep in replay.asleep().iter().rev().take(round.len()) {
        fair = fair.union(*asleep);
    }
    let Waiting { bypass, stillness } = waiting;
    let passed_over = if setup.situation.is_shared() {
        // Whoever has no steps in the loop is where it was.
        let others = stillness.unfinished(setup.processes()).difference(fair);
        others.difference(stillness.in_section(Section::Remainder, others))
    } else {
        ProcessSet::only(victim).difference(fair)
    };
    Ok(replay.finished()
        && replay.divergence().is_none()
        && bypass.so_far(victim).is_some_and(|entries| entries >= rounds)
        && passed_over.is_empty())
}

/// Who waits, and where everybody is.
#[derive(Debug, Default)]
struct Waiting {
    bypass: Bypass,
    stillness: Stillness,
}

impl Observer for Waiting {
    fn observe(&mut self, event: &Event) -> ControlFlow<()> {
        self.stillness.observe(event)?;
        self.bypass.observe(event)
    }
}

/// Tries of shortening one stem.
const SHORTENINGS_MAX: usize = 300;

/// The same lasso with a shorter stem, as far as leaving out steps leads to one that `holds`: first
/// long stretches, then short ones.
pub(super) fn shortened(
    lasso: Schedule,
    mut holds: impl FnMut(&Schedule) -> Result<bool, Crash>,
) -> Result<Schedule, Crash> {
    let mut best = lasso;
    let mut tries = 0;
    let mut stretch = best.loop_start().expect("a lasso has a loop");
    while stretch > 0 {
        let mut from = 0;
        while let Some(start) = best.loop_start()
            && from < start
            && tries < SHORTENINGS_MAX
        {
            tries += 1;
            let stretch = stretch.min(start - from);
            let mut shorter = without(&best, from..from + stretch);
            shorter.set_loop_start(start - stretch);
            if holds(&shorter)? {
                best = shorter;
            } else {
                from += stretch;
            }
        }
        stretch /= 2;
    }
    Ok(best)
}

/// The schedule without some of its steps, and without a loop.
pub(super) fn without(schedule: &Schedule, left_out: Range<usize>) -> Schedule {
    let mut shorter = Schedule::new(schedule.processes());
    let steps = schedule.steps().enumerate();
    steps.filter(|(number, _)| !left_out.contains(number)).for_each(|(_, step)| shorter.push(step));
    shorter
}

/// The setup without a limit of steps: the loop has one.
fn endless(setup: &Setup) -> Setup {
    Setup { steps_max: u32::MAX, ..setup.clone() }
}
