//! The order S of `SeqCst` events ([atomics.order]/3-4), as far as it is decided.
//!
//! What the rules demand of S is a partial order, kept as *closures*. The `SeqCst` events of one
//! process are totally ordered, so a set of them that holds all predecessors of its members is a
//! vector: for each process, the number of the last member. A new event may be inserted into S if
//! none of its successors is among its predecessors. Only an access that overlooks newer writes has
//! successors, so that the common case needs no check at all.

use crate::clock::VectorClock;
use crate::process::{PROCESSES_MAX, ProcessId};

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
    fences: Vec<Fence>,
    prune_at: usize,
}

/// The `SeqCst` events of an execution.
#[derive(Clone, Debug)]
pub(super) struct SeqCst {
    /// The closure of each process's last event.
    latest: [VectorClock; PROCESSES_MAX],
    lines: [Line; PROCESSES_MAX],
    processes: usize,
    kept: usize,
    fenced: bool,
}

impl SeqCst {
    pub(super) fn new() -> Self {
        let line = Line { events: Vec::new(), fences: Vec::new(), prune_at: 0 };
        Self {
            latest: [VectorClock::ZERO; PROCESSES_MAX],
            lines: std::array::from_fn(|_| line.clone()),
            processes: 0,
            kept: 0,
            fenced: false,
        }
    }

    pub(super) fn reset(&mut self, processes: usize, kept: usize) {
        self.latest[..processes].fill(VectorClock::ZERO);
        for line in &mut self.lines[..processes] {
            line.events.clear();
            line.fences.clear();
            line.prune_at = kept;
        }
        self.processes = processes;
        self.kept = kept;
        self.fenced = false;
    }

    /// Whether there has been a fence. Before the first one, only `SeqCst` accesses matter to S.
    #[inline]
    pub(super) fn fenced(&self) -> bool {
        self.fenced
    }

    /// The last event of `process` and all that precede it.
    #[inline]
    pub(super) fn latest(&self, process: ProcessId) -> &VectorClock {
        &self.latest[process.index()]
    }

    /// The events that strongly happen before the next one of `process`, which knows `clock`: its own
    /// earlier ones, and those sequenced before an event of another process that is known. An event that
    /// is itself the last one known comes before only if coherence says so.
    pub(super) fn strongly_before(&self, process: ProcessId, clock: &VectorClock) -> VectorClock {
        let mut before = self.latest[process.index()];
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

    /// What the next access of `process`, which knows `clock`, puts, in S, before the events that newer
    /// writes than the one it takes give rise to: what strongly happens before it, if it is `SeqCst`,
    /// and the fences that happen before it. If one of those events is already among these, S does
    /// not allow the access ([atomics.order]/4). It follows more than these, by coherence; but whatever
    /// is coherence-ordered before it is so before the newer writes too, and was put before those
    /// events long ago.
    pub(super) fn sources_before(
        &self,
        process: ProcessId,
        clock: &VectorClock,
        seq_cst: bool,
    ) -> VectorClock {
        let mut sources = VectorClock::ZERO;
        if seq_cst {
            sources = self.strongly_before(process, clock);
        }
        if self.fenced {
            sources.join(&self.fences_before(clock));
        }
        sources
    }

    /// Adds an event of `process`, which knew `before` and knows `clock` now that the event has
    /// happened; coherence puts `preceding` before it.
    #[inline]
    pub(super) fn enter(
        &mut self,
        process: ProcessId,
        before: &VectorClock,
        clock: &VectorClock,
        preceding: &VectorClock,
    ) {
        let mut closure = self.latest[process.index()];
        closure.join(preceding);
        closure.join(&clock.only(process));
        let mut one_more = closure;
        one_more.advance();
        // Usually it holds all that is known, but perhaps the last event of each process.
        if !one_more.includes(before) {
            closure = self.strongly_before(process, before);
            closure.join(preceding);
            closure.join(&clock.only(process));
        }
        self.latest[process.index()] = closure;
        self.lines[process.index()].events.push(closure);
    }

    /// Notes that the event of `process` just entered is a fence.
    pub(super) fn enter_fence(&mut self, process: ProcessId, clock: &VectorClock) {
        self.fenced = true;
        let fence = Fence { clock: *clock, closure: self.latest[process.index()] };
        self.lines[process.index()].fences.push(fence);
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

    /// Forgets, now and then, events of `process` that nobody will look for: `clocks` says what each
    /// process knows.
    #[inline]
    pub(super) fn prune(&mut self, process: ProcessId, clocks: impl Iterator<Item = VectorClock>) {
        let kept = self.kept;
        let line = &mut self.lines[process.index()];
        if line.events.len() >= line.prune_at {
            line.forget(process, clocks.map(|clock| clock.get(process)).min().unwrap_or(0));
            line.prune_at = kept.max(4 * line.events.len());
        }
    }

    /// Puts `sources` before the events from `targets` on. Closures grow along a line, so those that
    /// hold a target are the last ones.
    pub(super) fn precede(&mut self, sources: &VectorClock, targets: &VectorClock) {
        for latest in &mut self.latest[..self.processes] {
            latest.join_if_reaches(targets, sources);
        }
        for line in &mut self.lines[..self.processes] {
            for closure in line.events.iter_mut().rev() {
                if !closure.join_if_reaches(targets, sources) {
                    break;
                }
            }
            for fence in line.fences.iter_mut().rev() {
                if !fence.closure.join_if_reaches(targets, sources) {
                    break;
                }
            }
        }
    }
}

impl Line {
    /// Forgets what comes before an event or a fence that everybody knows. Who looks for what strongly
    /// happens before it, or for the last fence that happens before it, finds that one or a later one.
    /// An earlier fence follows no access that can still be overlooked: it would be known.
    #[cold]
    fn forget(&mut self, process: ProcessId, known: u32) {
        let found = self.events.partition_point(|event| event.get(process) < known);
        self.events.drain(..found.saturating_sub(1));
        let found = self.fences.partition_point(|fence| fence.clock.get(process) <= known);
        self.fences.drain(..found.saturating_sub(1));
    }
}
