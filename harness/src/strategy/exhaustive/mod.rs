//! Exhaustive search: visits every execution graph of a scenario exactly once, so that *upheld* can
//! mean *in every execution within these bounds* and not merely *in those we happened to try*.
//!
//! Two executions whose processes read the same writes and whose writes stand in the same
//! modification order are one graph, however their steps were interleaved. The search is `TruSt`
//! (Kokologiannakis, Marmanis, Gladstein, Vafeiadis: *Truly Stateless, Optimal Dynamic Partial Order
//! Reduction*, POPL 2022, Algorithm 1; procedure names below are the paper's). It grows a graph by
//! one event at a time, of a process that depends on nothing but the graph:
//!
//! - *Visit*, a read: once for each write that the memory lets it take;
//! - *Visit*, a write: once for each place in modification order (*`VisitCOs`*), and then its
//!   **backward revisits**. A read that was there before the write could not take it. For each such
//!   read `r` that does not lead to the new write `a`, drop all that was inserted after `r` and does
//!   not lead to `a`, and go on from there with `r` reading `a`. *Leads to* is the transitive closure
//!   of program order and reads-from, here called `porf`.
//!
//! The same smaller graph would be reached from many larger ones. So a revisit happens only if all
//! that it drops, and `r`, was *maximally added*: took the latest write, or was appended. Since the
//! memory always allows that, exactly one larger graph qualifies (*`IsMaximallyAdded`*).
//!
//! # Where this deviates from the paper
//!
//! - **No recursion, no graph is copied while it grows.** An execution on the engine *is* the graph;
//!   what remains to be visited lies on a stack as `Planned` events to be reproduced. Executions
//!   start anew, because the processes are real code.
//! - **Read-modify-writes.** In the paper they are two events, an exclusive read and, next in line,
//!   an exclusive write; here one. If the read is revisited by a write `b`, the paper drops the
//!   exclusive write and adds it again after `b`, to revisit others in turn. Here the event revisits
//!   again, too, but it keeps its old place in the order of insertion. The two places are as good:
//!   between them lie only `b` and events that lead to `b`. A revisit that tells the places apart
//!   must revisit or drop one of these, and so drop `b`; but `b` has revisited, and is not maximal.
//! - **Taken writes.** Two read-modify-writes cannot both write right after the same write, but the
//!   second one's read half alone could read it; the paper adds it, finds that its write half fits
//!   nowhere, and still revisits from there. A memory cannot perform that, so it lists such writes as
//!   `taken`, and the revisits are derived without performing. They must drop the rival's write.
//!   A write that only the order S of `SeqCst` operations keeps an update from following need not be
//!   listed: what a revisit drops is maximal, so nothing of it comes in S before anything that is
//!   kept, a forbidden cycle lies within what is kept, and the smaller graph is forbidden, too.
//! - **Spurious failure** is an answer that no maximally added event has.
//! - **Hopeless waits.** A load that was late when it was added (it overlooked a write that was there)
//!   is not maximal, so no revisit from here on drops or changes it. If its process waits for ever
//!   because of it, all graphs from here on are blocked, and fairness promises that it will read
//!   something newer: the execution is abandoned, see [`Exhaustive::hopeless`]. (Not so for an update:
//!   others may read what it wrote, and so keep it where the newer write is dropped.)

mod graph;

use self::graph::{Graph, Kind, Planned, Revisiter, Stamp};
use crate::choice::{Choice, Ending, Performed, Spinning, Strategy, Turn};
use crate::clock::VectorClock;
use crate::event::{LocationId, WriteId};
use crate::process::{ProcessId, ProcessSet};

/// Why this strategy abandoned an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Abandoned {
    Inconsistent,
    Hopeless,
    Diverged,
}

/// Visits every execution graph once. See the head of this file.
#[derive(Debug)]
pub struct Exhaustive {
    executions_max: u64,
    executions: u64,
    /// Graphs to visit.
    work: Vec<Vec<Planned>>,
    /// Empty lists, to be used again.
    spare: Vec<Vec<Planned>>,
    /// The execution that runs: `..done` are performed, and the nodes of `graph` have the same
    /// numbers; the rest are to be reproduced.
    plan: Vec<Planned>,
    done: usize,
    graph: Graph,
    next_stamp: Stamp,
    /// Whose last event is a load that was late when it was added.
    late: ProcessSet,
    abandoned: Option<Abandoned>,
    complete: u64,
    blocked: u64,
    inconsistent: u64,
    hopeless: u64,
    cut: u64,
}

impl Exhaustive {
    /// A search that ends after `executions_max` executions at the latest, whatever becomes of them.
    pub fn new(executions_max: u64) -> Self {
        Self {
            executions_max,
            executions: 0,
            work: vec![Vec::new()],
            spare: Vec::new(),
            plan: Vec::new(),
            done: 0,
            graph: Graph::default(),
            next_stamp: 0,
            late: ProcessSet::EMPTY,
            abandoned: None,
            complete: 0,
            blocked: 0,
            inconsistent: 0,
            hopeless: 0,
            cut: 0,
        }
    }

    /// The number of executions in which every process finished: each is another graph.
    pub fn complete(&self) -> u64 {
        self.complete
    }

    /// The number of executions in which somebody waits for ever: each is another graph.
    pub fn blocked(&self) -> u64 {
        self.blocked
    }

    /// The number of graphs that were planned, but that the memory model forbids.
    pub fn inconsistent(&self) -> u64 {
        self.inconsistent
    }

    /// The number of executions that were abandoned because somebody waits for ever on a value that
    /// was already outdated when it was read.
    pub fn hopeless(&self) -> u64 {
        self.hopeless
    }

    /// The number of executions that were cut short by others, by a limit or a violation, or whose
    /// processes did not do again what they did before. What would have come after is not explored.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Between executions: whether every graph was visited, nothing is left to do and nothing was cut
    /// short.
    pub fn is_exhausted(&self) -> bool {
        self.work.is_empty() && self.cut == 0
    }

    fn abandon(&mut self, why: Abandoned) -> Option<usize> {
        self.abandoned = Some(why);
        None
    }

    /// *next*: the next event of the plan, or else one of the process that has the fewest events, the
    /// lowest of these. Any function of the graph would do. This one leaves the fewest executions
    /// blocked: where all processes advance together, a wait tends to meet the write it waits for.
    fn schedule(&mut self, turn: &Turn) -> Option<usize> {
        if !turn.parked.intersection(self.late).is_empty() {
            return self.abandon(Abandoned::Hopeless);
        }
        let Some(next) = self.plan.get(self.done) else {
            let advance = |process: &ProcessId| self.graph.fronts[process.index()].get(*process);
            return turn.runnable.iter().min_by_key(advance).map(ProcessId::index);
        };
        let process = next.process;
        if !turn.runnable.contains(process) {
            return self.abandon(Abandoned::Diverged);
        }
        Some(process.index())
    }

    /// The event that is being performed.
    fn current(&mut self, process: ProcessId) -> Planned {
        if self.plan.len() == self.done {
            self.plan.push(Planned {
                process,
                is_new: true,
                source: None,
                spurious: None,
                stamp: self.next_stamp,
            });
            self.next_stamp += 1;
        }
        self.plan[self.done]
    }

    /// Leaves for later a graph that differs in the event that is being performed.
    fn push_alternative(&mut self, instead: Planned) {
        let mut planned = self.spare.pop().unwrap_or_default();
        planned.extend_from_slice(&self.plan);
        planned[self.done] = instead;
        self.work.push(planned);
    }

    fn read_from(
        &mut self,
        process: ProcessId,
        location: LocationId,
        candidates: &[WriteId],
        taken: &[WriteId],
    ) -> Option<usize> {
        let current = self.current(process);
        if let Some(source) = current.source {
            if taken.contains(&source) {
                // A weak compare-exchange may be offered what is taken, but then it fails.
                if current.spurious == Some(false) {
                    return self.abandon(Abandoned::Inconsistent);
                }
                self.plan[self.done].spurious = Some(true);
            }
            let answer = candidates.iter().position(|&write| write == source);
            return answer.or_else(|| self.abandon(Abandoned::Inconsistent));
        }
        let (&first, others) = candidates.split_first()?;
        if current.spurious != Some(true) {
            for &write in taken {
                self.revisit_from_taken(location, &current, write);
            }
        }
        for &write in others {
            self.push_alternative(Planned { source: Some(write), ..current });
        }
        self.plan[self.done].source = Some(first);
        Some(0)
    }

    /// *`VisitCOs`*. The places of a store do not differ in the revisits that it makes, so only the
    /// first one makes them.
    fn place(
        &mut self,
        process: ProcessId,
        location: LocationId,
        predecessors: &[WriteId],
    ) -> Option<usize> {
        let current = self.current(process);
        if let Some(source) = current.source {
            let answer = predecessors.iter().position(|&write| write == source);
            return answer.or_else(|| self.abandon(Abandoned::Inconsistent));
        }
        let location = self.graph.location(location);
        let floor = self.revisited_knows(location);
        let legal = predecessors.iter().take_while(|&&write| {
            self.graph.position_after(location, self.graph.write(write)) >= floor
        });
        let legal = legal.count();
        if legal == 0 {
            return self.abandon(Abandoned::Inconsistent);
        }
        for &write in &predecessors[1..legal] {
            self.push_alternative(Planned { is_new: false, source: Some(write), ..current });
        }
        self.plan[self.done].source = Some(predecessors[0]);
        Some(0)
    }

    /// If the store that is being placed is to be read by a revisited read: the number of writes
    /// that must precede it, as that read's process knows them from its own earlier accesses. This
    /// is only a part of coherence, the part that needs no orderings; the memory checks the rest.
    fn revisited_knows(&self, location: usize) -> usize {
        let store = &self.plan[self.done];
        let id = WriteId {
            process: store.process.index() as u8,
            index: self.graph.fronts[store.process.index()].get(store.process),
        };
        let Some(read) = self.plan[self.done + 1..].iter().find(|plan| plan.source == Some(id))
        else {
            return 0;
        };
        let events = &self.graph.events[read.process.index()];
        let accesses = events.iter().rev().map(|&number| (number, &self.graph.nodes[number]));
        let mut accesses = accesses.filter(|(_, node)| node.location == location);
        accesses.next().map_or(0, |(number, node)| {
            let known = if node.kind == Kind::Load { node.reads } else { Some(number) };
            self.graph.position_after(location, known)
        })
    }

    fn fail_spuriously(&mut self, process: ProcessId) -> usize {
        let current = self.current(process);
        let spurious = current.spurious.unwrap_or_else(|| {
            self.push_alternative(Planned { spurious: Some(true), ..current });
            false
        });
        self.plan[self.done].spurious = Some(spurious);
        usize::from(spurious)
    }

    /// The revisits of a read-modify-write, just added, that would read a write which is taken.
    fn revisit_from_taken(&mut self, location: LocationId, current: &Planned, source: WriteId) {
        let location = self.graph.location(location);
        let process = current.process;
        let write = self.graph.write(source);
        let mut porf = self.graph.fronts[process.index()];
        if let Some(write) = write {
            porf.join(&self.graph.nodes[write].porf);
        }
        let plan =
            Planned { is_new: false, source: Some(source), spurious: Some(false), ..*current };
        let index = porf.get(process);
        let rival = self.graph.update_of(location, write);
        self.revisit(&Revisiter { porf, location, process, index, plan, rival });
    }

    /// The backward revisits. Goes through the order of insertion from its end: what it passes and
    /// does not lead to `a` is *Deleted*, and must be maximally added, for this read and for all
    /// earlier ones.
    fn revisit(&mut self, a: &Revisiter) {
        let mut rival = a.rival;
        for &number in self.graph.inserted.iter().rev() {
            let node = &self.graph.nodes[number];
            if a.is(node) || node.leads_to(&a.porf) {
                continue;
            }
            if !self.graph.is_maximally_added(number, &a.porf) {
                break;
            }
            rival = rival.filter(|&rival| rival != number);
            let reads = matches!(node.kind, Kind::Load | Kind::Update);
            if reads && node.location == a.location && rival.is_none() {
                let mut planned = self.spare.pop().unwrap_or_default();
                self.graph.restrict(number, a, &mut planned);
                self.work.push(planned);
            }
        }
    }

    /// Makes the event that was performed a node of the graph.
    fn record(&mut self, event: &Performed, current: &Planned) -> usize {
        let location = event.location.map_or(usize::MAX, |location| self.graph.location(location));
        let kind = match (event.location, event.reads_from, event.follows) {
            (None, _, _) => Kind::Fence,
            (_, Some(_), None) => Kind::Load,
            (_, None, _) => Kind::Store,
            (_, Some(_), Some(_)) => Kind::Update,
        };
        let number = self.graph.add(current, kind, location, event.reads_from);
        if let Some(previous) = event.follows {
            let previous = self.graph.write(previous);
            let place = self.graph.position_after(location, previous);
            self.graph.orders[location].insert(place, number);
        }
        number
    }
}

impl Strategy for Exhaustive {
    fn begin(&mut self) -> bool {
        if self.executions == self.executions_max {
            return false;
        }
        let Some(plan) = self.work.pop() else { return false };
        let mut used = std::mem::replace(&mut self.plan, plan);
        used.clear();
        self.spare.push(used);
        self.executions += 1;
        self.done = 0;
        self.graph.clear();
        self.late = ProcessSet::EMPTY;
        let last = self.plan.iter().map(|plan| plan.stamp).max();
        self.next_stamp = last.map_or(0, |last| last + 1);
        true
    }

    fn choose(&mut self, choice: &Choice<'_>) -> Option<usize> {
        match *choice {
            Choice::Process(turn) => self.schedule(turn),
            Choice::ReadsFrom { process, location, candidates, taken } => {
                self.read_from(process, location, candidates, taken)
            }
            Choice::Placement { process, location, predecessors } => {
                self.place(process, location, predecessors)
            }
            Choice::Spurious { process } => Some(self.fail_spuriously(process)),
            Choice::Fate { .. } => unreachable!("graphs are of memory: no kernel asks in here"),
        }
    }

    fn spinning(&self) -> Spinning {
        Spinning::Halt
    }

    fn watches(&self) -> bool {
        true
    }

    fn performed(&mut self, event: &Performed) {
        let mut current = self.current(event.process);
        let revisits = current.is_new && event.follows.is_some();
        let number = self.record(event, &current);
        let node = &self.graph.nodes[number];
        debug_assert_eq!(node.process, event.process, "the engine runs whom it was told to run");
        debug_assert_eq!(node.index, event.index, "all events of a process are reported");
        current.source = event.reads_from.or(event.follows);
        current.spurious = Some(node.spurious);
        current.is_new = false;
        self.plan[self.done] = current;
        self.late.remove(event.process);
        if node.kind == Kind::Load
            && !self.graph.is_latest(node.location, node.reads, node.stamp, &VectorClock::ZERO)
        {
            self.late.insert(event.process);
        }
        if revisits {
            let mut porf = node.porf;
            porf.set(node.process, node.index);
            let (location, process, index) = (node.location, node.process, node.index);
            let mut plan = current;
            if event.reads_from.is_none() {
                plan.source = None;
            }
            self.revisit(&Revisiter { porf, location, process, index, plan, rival: None });
        }
        self.done += 1;
    }

    fn end(&mut self, ending: Ending) {
        let diverged = self.done < self.plan.len();
        let counter = match (self.abandoned.take(), ending) {
            (Some(Abandoned::Inconsistent), _) => &mut self.inconsistent,
            (Some(Abandoned::Hopeless), _) => &mut self.hopeless,
            (Some(Abandoned::Diverged), _) | (None, Ending::Cut) => &mut self.cut,
            (None, Ending::Complete | Ending::Blocked) if diverged => &mut self.cut,
            (None, Ending::Complete) => &mut self.complete,
            (None, Ending::Blocked) => &mut self.blocked,
        };
        *counter += 1;
    }
}
