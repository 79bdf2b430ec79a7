//! The order S of `SeqCst` events ([atomics.order]/3-4), as far as it is decided.
//!
//! What the rules demand of S is a partial order, kept as *closures*. The `SeqCst` events of one
//! process are totally ordered, so a set of them that holds all predecessors of its members is a
//! vector: for each process, the number of the last member. A new event may be inserted into S if
//! none of its successors is among its predecessors. Only an access that overlooks newer writes has
//! successors, so that the common case needs no check at all.

use crate::clock::VectorClock;
use crate::process::{PROCESSES_MAX, ProcessId};

/// How many events of a process are kept before it looks for some to forget.
const EVENTS_KEPT: usize = 64;

/// A `SeqCst` fence.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    /// What happens before it, itself included.
    clock: VectorClock,
    /// It and its predecessors in S.
    closure: VectorClock,
}

/// What one process contributes to S.
#[derive(Clone, Debug)]
struct Line {
    /// The closure of each of its events, oldest first. The process's own component is the number
    /// of the event.
    events: Vec<VectorClock>,
    prune_events_at: usize,
    fences: Vec<Fence>,
    prune_fences_at: usize,
}

/// The `SeqCst` events of an execution.
#[derive(Clone, Debug)]
pub(super) struct SeqCst {
    lines: [Line; PROCESSES_MAX],
    processes: usize,
    fenced: bool,
}

impl SeqCst {
    pub(super) fn new() -> Self {
        let line = Line {
            events: Vec::new(),
            prune_events_at: EVENTS_KEPT,
            fences: Vec::new(),
            prune_fences_at: EVENTS_KEPT,
        };
        Self { lines: std::array::from_fn(|_| line.clone()), processes: 0, fenced: false }
    }

    pub(super) fn reset(&mut self, processes: usize) {
        for line in &mut self.lines {
            line.events.clear();
            line.prune_events_at = EVENTS_KEPT;
            line.fences.clear();
            line.prune_fences_at = EVENTS_KEPT;
        }
        self.processes = processes;
        self.fenced = false;
    }

    /// Whether there has been a fence. Before the first one, only `SeqCst` accesses matter to S.
    #[inline]
    pub(super) fn fenced(&self) -> bool {
        self.fenced
    }

    /// The events that strongly happen before the next one of `process`, which knows `clock`: its own
    /// earlier ones, and those sequenced before an event of another process that is known. An event that
    /// is itself the last one known comes before only if coherence says so.
    #[inline]
    pub(super) fn strongly_before(&self, process: ProcessId, clock: &VectorClock) -> VectorClock {
        let own = self.lines[process.index()].events.last();
        let before = own.copied().unwrap_or(VectorClock::ZERO);
        let mut one_more = before;
        one_more.join(&clock.only(process));
        one_more.advance();
        if one_more.includes(clock) {
            return before; // which holds all events but perhaps the last that is known of each
        }
        self.strongly_before_by_others(process, clock, before)
    }

    #[inline(never)]
    fn strongly_before_by_others(
        &self,
        process: ProcessId,
        clock: &VectorClock,
        mut before: VectorClock,
    ) -> VectorClock {
        for other in ProcessId::all(self.processes).filter(|&other| other != process) {
            let known = clock.get(other);
            if before.get(other) + 1 < known {
                let events = &self.lines[other.index()].events;
                let count = events.partition_point(|event| event.get(other) < known);
                if let Some(event) = events[..count].last() {
                    before.join(event);
                }
            }
        }
        before
    }

    /// The fences that happen before one who knows `clock`, and their predecessors.
    pub(super) fn fences_before(&self, clock: &VectorClock) -> VectorClock {
        let mut before = VectorClock::ZERO;
        for process in ProcessId::all(self.processes) {
            let mut fences = self.lines[process.index()].fences.iter().rev();
            let known = |fence: &&Fence| fence.clock.get(process) <= clock.get(process);
            if let Some(fence) = fences.find(known) {
                before.join(&fence.closure);
            }
        }
        before
    }

    /// By process, the first fence that knows one of the accesses in `first`.
    pub(super) fn fences_after(&self, first: &VectorClock) -> VectorClock {
        let mut after = VectorClock::NEVER;
        for process in ProcessId::all(self.processes) {
            let fences = &self.lines[process.index()].fences;
            let unaware = fences.partition_point(|fence| !fence.clock.reaches(first));
            if let Some(fence) = fences.get(unaware) {
                after.set(process, fence.clock.get(process));
            }
        }
        after
    }

    /// Adds an event of `process` with its closure.
    #[inline]
    pub(super) fn push(
        &mut self,
        process: ProcessId,
        closure: VectorClock,
        clocks: impl Iterator<Item = VectorClock>,
    ) {
        let line = &mut self.lines[process.index()];
        line.events.push(closure);
        if line.events.len() >= line.prune_events_at {
            line.prune_events(process, least(process, clocks));
        }
    }

    /// Notes that the event just pushed is a fence.
    pub(super) fn push_fence(
        &mut self,
        process: ProcessId,
        clock: VectorClock,
        closure: VectorClock,
        clocks: impl Iterator<Item = VectorClock>,
    ) {
        self.fenced = true;
        let line = &mut self.lines[process.index()];
        line.fences.push(Fence { clock, closure });
        if line.fences.len() >= line.prune_fences_at {
            line.prune_fences(process, least(process, clocks));
        }
    }

    /// Puts `sources` before the events from `targets` on. Closures grow along a line, so those that
    /// hold a target are the last ones.
    pub(super) fn precede(&mut self, sources: &VectorClock, targets: &VectorClock) {
        for line in &mut self.lines[..self.processes] {
            for closure in line.events.iter_mut().rev().take_while(|c| c.reaches(targets)) {
                closure.join(sources);
            }
            let fences = line.fences.iter_mut().map(|fence| &mut fence.closure);
            for closure in fences.rev().take_while(|c| c.reaches(targets)) {
                closure.join(sources);
            }
        }
    }
}

impl Line {
    /// Forgets all events before the last one that every process would find when it looks for what
    /// strongly happens before it.
    #[cold]
    fn prune_events(&mut self, process: ProcessId, known: u32) {
        let found = self.events.partition_point(|event| event.get(process) < known);
        self.events.drain(..found.saturating_sub(1));
        self.prune_events_at = EVENTS_KEPT.max(2 * self.events.len());
    }

    /// Forgets all fences before the last one that everybody knows. They come after no access that
    /// can still be overlooked: it would be known.
    #[cold]
    fn prune_fences(&mut self, process: ProcessId, known: u32) {
        let found = self.fences.partition_point(|fence| fence.clock.get(process) <= known);
        self.fences.drain(..found.saturating_sub(1));
        self.prune_fences_at = EVENTS_KEPT.max(2 * self.fences.len());
    }
}

/// How many events of `process` everybody knows.
fn least(process: ProcessId, clocks: impl Iterator<Item = VectorClock>) -> u32 {
    clocks.map(|clock| clock.get(process)).min().unwrap_or(0)
}
