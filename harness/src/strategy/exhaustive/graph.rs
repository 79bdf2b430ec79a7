//! The graph of the execution that runs, as far as the search must know it: who leads to whom, who
//! reads from whom, and which of it a revisit may drop.

use crate::clock::VectorClock;
use crate::event::{LocationId, WriteId};
use crate::process::{PROCESSES_MAX, ProcessId};

/// A place in the order of insertion, `<_G` in the paper.
pub(super) type Stamp = u32;

/// An event to reproduce, or one that was performed. What is `None` is yet to be decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) process: ProcessId,
    /// Whether its backward revisits are still to be explored, if it writes. Otherwise it is only
    /// reproduced.
    pub(super) is_new: bool,
    /// The write that it reads; for a store, the one that it directly follows when it is performed.
    pub(super) source: Option<WriteId>,
    /// Whether it fails spuriously.
    pub(super) spurious: Option<bool>,
    pub(super) stamp: Stamp,
}

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Fence,
    Load,
    Store,
    Update,
}

/// An event of the graph. Its number is its rank in the order of performance, which extends `porf`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The events that lead here, itself included.
    pub(super) porf: VectorClock,
    pub(super) process: ProcessId,
    pub(super) index: u32,
    pub(super) kind: Kind,
    pub(super) spurious: bool,
    /// A read that was inserted earlier reads this write: it revisited.
    pub(super) has_revisited: bool,
    /// The place of its location's modification order in `Graph::orders`.
    pub(super) location: usize,
    /// The write that it reads; `None` if that is the initial value.
    pub(super) reads: Option<usize>,
    pub(super) stamp: Stamp,
}

/// The graph of the execution that runs. Everything is numbered afresh in each execution.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// By process: its events.
    pub(super) events: [Vec<usize>; PROCESSES_MAX],
    /// By process: what leads to its next event.
    pub(super) fronts: [VectorClock; PROCESSES_MAX],
    /// By location: its writes in modification order, without the initial one.
    pub(super) orders: Vec<Vec<usize>>,
    /// All events, sorted by stamp.
    pub(super) inserted: Vec<usize>,
}

/// A write that is about to revisit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revisiter {
    /// What leads to it, without itself.
    pub(super) porf: VectorClock,
    pub(super) location: usize,
    pub(super) process: ProcessId,
    pub(super) index: u32,
    pub(super) plan: Planned,
    /// The read-modify-write that has taken what it reads: a revisit must drop that one's write.
    pub(super) rival: Option<usize>,
}

impl Revisiter {
    fn id(&self) -> WriteId {
        WriteId { process: self.process.index() as u8, index: self.index }
    }

    pub(super) fn is(&self, node: &Node) -> bool {
        node.process == self.process && node.index == self.index
    }
}

impl Node {
    /// Whether the event leads to whatever `porf` is the clock of.
    #[inline]
    pub(super) fn leads_to(&self, porf: &VectorClock) -> bool {
        porf.get(self.process) > self.index
    }

    fn id(&self) -> WriteId {
        WriteId { process: self.process.index() as u8, index: self.index }
    }
}

impl Graph {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.events.iter_mut().for_each(Vec::clear);
        self.fronts = [VectorClock::ZERO; PROCESSES_MAX];
        self.orders.iter_mut().for_each(Vec::clear);
        self.inserted.clear();
    }

    /// The node of a write; `None` for the initial value.
    pub(super) fn write(&self, id: WriteId) -> Option<usize> {
        (id != WriteId::INITIAL).then(|| self.events[usize::from(id.process)][id.index as usize])
    }

    fn write_id(&self, write: Option<usize>) -> WriteId {
        write.map_or(WriteId::INITIAL, |write| self.nodes[write].id())
    }

    /// The place of a location in `orders`, which has room for it from now on.
    pub(super) fn location(&mut self, LocationId(number): LocationId) -> usize {
        let location = number as usize;
        if self.orders.len() <= location {
            self.orders.resize_with(location + 1, Vec::new);
        }
        location
    }

    /// How many writes of the location precede the place right after `write`.
    pub(super) fn position_after(&self, location: usize, write: Option<usize>) -> usize {
        let Some(write) = write else { return 0 };
        let order = &self.orders[location];
        1 + order.iter().rposition(|&other| other == write).expect("a write is in its order")
    }

    /// Adds an event, without its place in modification order.
    pub(super) fn add(
        &mut self,
        plan: &Planned,
        kind: Kind,
        location: usize,
        reads: Option<WriteId>,
    ) -> usize {
        let process = plan.process;
        let reads = reads.and_then(|id| self.write(id));
        let mut porf = self.fronts[process.index()];
        let index = porf.get(process);
        if let Some(write) = reads {
            let write = &mut self.nodes[write];
            porf.join(&write.porf);
            write.has_revisited |= plan.stamp < write.stamp;
        }
        porf.set(process, index + 1);
        self.fronts[process.index()] = porf;
        let node = self.nodes.len();
        self.events[process.index()].push(node);
        self.nodes.push(Node {
            porf,
            process,
            index,
            kind,
            spurious: plan.spurious == Some(true),
            has_revisited: false,
            location,
            reads,
            stamp: plan.stamp,
        });
        let mut place = self.inserted.len();
        while place > 0 && self.nodes[self.inserted[place - 1]].stamp > plan.stamp {
            place -= 1;
        }
        self.inserted.insert(place, node);
        node
    }

    /// The update that reads `write`, if there is one: no other update can read it.
    pub(super) fn update_of(&self, location: usize, write: Option<usize>) -> Option<usize> {
        let next = *self.orders[location].get(self.position_after(location, write))?;
        let node = &self.nodes[next];
        (node.kind == Kind::Update && node.reads == write).then_some(next)
    }

    /// Whether no write of the location that lies after `top` in modification order was inserted
    /// before `stamp` or leads to the write with the clock `porf`.
    #[inline]
    pub(super) fn is_latest(
        &self,
        location: usize,
        top: Option<usize>,
        stamp: Stamp,
        porf: &VectorClock,
    ) -> bool {
        for &write in self.orders[location].iter().rev() {
            if Some(write) == top {
                break;
            }
            let node = &self.nodes[write];
            if node.stamp < stamp || node.leads_to(porf) {
                return false;
            }
        }
        true
    }

    /// *`IsMaximallyAdded`*. *Previous*, the events inserted before, and those that lead to the
    /// revisiting write, must contain no reader of this write (it has revisited) and no write later
    /// in modification order than this one, or than the one this one reads. For an update, which
    /// directly follows what it reads, the two questions are the same.
    pub(super) fn is_maximally_added(&self, number: usize, porf: &VectorClock) -> bool {
        let node = &self.nodes[number];
        let top = match node.kind {
            Kind::Fence => return !node.spurious,
            Kind::Load => node.reads,
            Kind::Store | Kind::Update => Some(number),
        };
        !node.spurious
            && !node.has_revisited
            && self.is_latest(node.location, top, node.stamp, porf)
    }

    /// Plans the graph after *`SetRF`*`(G without Deleted, read, a)`. The kept events are performed
    /// in the order in which they are now, then `a`, then `read`, to which nothing else leads.
    pub(super) fn restrict(&self, read: usize, a: &Revisiter, planned: &mut Vec<Planned>) {
        let read = &self.nodes[read];
        let is_kept = |node: &Node| node.stamp < read.stamp || node.leads_to(&a.porf);
        for (number, node) in self.nodes.iter().enumerate() {
            if a.is(node) || !is_kept(node) {
                continue;
            }
            let source = match node.kind {
                Kind::Fence => None,
                Kind::Load | Kind::Update => Some(self.write_id(node.reads)),
                Kind::Store => {
                    // Some of those before it may be dropped, or be performed only after it.
                    let place = self.position_after(node.location, Some(number)) - 1;
                    let before = self.orders[node.location][..place].iter().rev().copied();
                    let mut kept =
                        before.filter(|&write| write < number && is_kept(&self.nodes[write]));
                    Some(self.write_id(kept.next()))
                }
            };
            planned.push(Planned {
                process: node.process,
                is_new: false,
                source,
                spurious: Some(node.spurious),
                stamp: node.stamp,
            });
        }
        planned.push(a.plan);
        planned.push(Planned {
            process: read.process,
            is_new: true,
            source: Some(a.id()),
            spurious: None,
            stamp: read.stamp,
        });
    }
}
