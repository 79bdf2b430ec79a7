//! The C++20 memory model as axioms over complete graphs: the second opinion on `harness::memory`.
//!
//! It shares no code and no idea with the room it checks. A graph is a set of relations, kept as bit
//! matrices, and consistent if they satisfy [intro.races] and [atomics.order]; nothing is
//! incremental. Graphs are enumerated by adding one event at a time in every possible way: a read
//! takes only a write that is already there, so load buffering (po ∪ rf cyclic), which C++20 allows,
//! never appears. Neither does it in the room.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use harness::event::{LocationId, WriteId};

use crate::program::{Graphs, Key, Next, Operation, Outcome, Program};

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A load, or a read-modify-write that failed.
    Read,
    /// A store.
    Write,
    /// A read-modify-write that wrote.
    Update,
    /// A fence.
    Fence,
}

/// One event of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it does.
    pub kind: Kind,
    /// The location, unless it is a fence.
    pub location: Option<LocationId>,
    /// The ordering that counts: that of a failure, if a compare-exchange failed.
    pub ordering: Ordering,
    /// The write that it reads, if it reads.
    pub reads_from: Option<WriteId>,
}

/// An execution graph. A write is named by its process and its number in `events[process]`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Graph {
    /// The events of each process, in program order.
    pub events: Vec<Vec<Event>>,
    /// The modification order of each location, oldest first, without the initial write.
    pub order: Vec<Vec<WriteId>>,
}

/// A relation over at most 128 events: bit `y` of row `x` says that the pair (x, y) belongs to it.
#[derive(Clone)]
struct Relation(Vec<u128>);

impl Relation {
    fn empty(size: usize) -> Self {
        assert!(size <= 128, "a graph has at most 128 events, initial writes included");
        Self(vec![0; size])
    }

    fn from(size: usize, holds: impl Fn(usize, usize) -> bool) -> Self {
        let mut relation = Self::empty(size);
        for x in 0..size {
            for y in (0..size).filter(|&y| holds(x, y)) {
                relation.add(x, y);
            }
        }
        relation
    }

    fn add(&mut self, x: usize, y: usize) {
        self.0[x] |= 1 << y;
    }

    fn has(&self, x: usize, y: usize) -> bool {
        self.0[x] >> y & 1 == 1
    }

    fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(a, b)| a | b).collect())
    }

    /// The pairs (x, z) with (x, y) here and (y, z) there.
    fn then(&self, other: &Self) -> Self {
        let image = |&row: &u128| {
            let (mut row, mut image) = (row, 0);
            while row != 0 {
                image |= other.0[row.trailing_zeros() as usize];
                row &= row - 1;
            }
            image
        };
        Self(self.0.iter().map(image).collect())
    }

    fn closure(mut self) -> Self {
        for k in 0..self.0.len() {
            let through = self.0[k];
            for row in self.0.iter_mut().filter(|row| **row >> k & 1 == 1) {
                *row |= through;
            }
        }
        self
    }

    fn irreflexive(&self) -> bool {
        (0..self.0.len()).all(|x| !self.has(x, x))
    }
}

/// An event with its place in the matrices; the initial writes come first.
struct Node {
    kind: Kind,
    location: Option<LocationId>,
    ordering: Ordering,
    /// `None` for an initial write.
    place: Option<(usize, usize)>,
    source: Option<usize>,
    /// Among the writes of its location.
    position: usize,
}

impl Node {
    fn reads(&self) -> bool {
        matches!(self.kind, Kind::Read | Kind::Update)
    }

    fn writes(&self) -> bool {
        matches!(self.kind, Kind::Write | Kind::Update)
    }

    fn fence(&self) -> bool {
        self.kind == Kind::Fence
    }

    fn acquires(&self) -> bool {
        matches!(self.ordering, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
    }

    fn releases(&self) -> bool {
        matches!(self.ordering, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
    }

    fn seq_cst(&self) -> bool {
        self.ordering == Ordering::SeqCst
    }
}

fn nodes(graph: &Graph) -> Vec<Node> {
    let mut first = vec![graph.order.len()];
    for events in &graph.events {
        first.push(first[first.len() - 1] + events.len());
    }
    let number = |location: LocationId, write: WriteId| {
        if write == WriteId::INITIAL {
            location.0 as usize
        } else {
            first[write.process as usize] + write.index as usize
        }
    };
    let mut nodes: Vec<Node> = (0..graph.order.len())
        .map(|location| Node {
            kind: Kind::Write,
            location: Some(LocationId(location as u32)),
            ordering: Ordering::Relaxed,
            place: None,
            source: None,
            position: 0,
        })
        .collect();
    for (process, events) in graph.events.iter().enumerate() {
        for (index, event) in events.iter().enumerate() {
            let me = WriteId { process: process as u8, index: index as u32 };
            let source = event.location.zip(event.reads_from).map(|(l, write)| number(l, write));
            let position = |location: LocationId| {
                let order = &graph.order[location.0 as usize];
                order.iter().position(|&write| write == me).map_or(0, |position| position + 1)
            };
            nodes.push(Node {
                kind: event.kind,
                location: event.location,
                ordering: event.ordering,
                place: Some((process, index)),
                source,
                position: event.location.map_or(0, position),
            });
        }
    }
    nodes
}

/// Whether C++20 allows `graph`.
pub fn consistent(graph: &Graph) -> bool {
    let nodes = nodes(graph);
    let size = nodes.len();
    let same =
        |x: usize, y: usize| nodes[x].location.is_some() && nodes[x].location == nodes[y].location;
    // Program order. What precedes the processes, the initial writes, comes before all they do.
    let po = Relation::from(size, |x, y| match (nodes[x].place, nodes[y].place) {
        (None, Some(_)) => true,
        (Some((p, i)), Some((q, j))) => p == q && i < j,
        (_, None) => false,
    });
    let rf = Relation::from(size, |x, y| nodes[y].source == Some(x));
    let mo = Relation::from(size, |x, y| {
        same(x, y)
            && nodes[x].writes()
            && nodes[y].writes()
            && nodes[x].position < nodes[y].position
    });
    // From a read to every write that is newer than the one it read.
    let fr = Relation::from(size, |x, y| {
        x != y && nodes[x].source.is_some_and(|source| mo.has(source, y))
    });
    // Atomicity, [atomics.order]/10: an RMW reads the write right before its own.
    let atomic = nodes.iter().all(|node| {
        node.kind != Kind::Update
            || node.source.is_some_and(|source| nodes[source].position + 1 == node.position)
    });
    let sw = synchronizes(&nodes);
    let hb = po.or(&sw).closure();
    let eco = rf.or(&mo).or(&fr).closure();
    // The four coherence rules of [intro.races]/14-17.
    atomic
        && hb.irreflexive()
        && eco.irreflexive()
        && hb.then(&eco).irreflexive()
        && ordered(&nodes, &po, &sw, &hb, &eco)
}

/// Synchronizes-with: [atomics.order]/2 and [atomics.fences].
fn synchronizes(nodes: &[Node]) -> Relation {
    let mut sw = Relation::empty(nodes.len());
    let before = |x: usize, y: usize| match (nodes[x].place, nodes[y].place) {
        (Some((p, i)), Some((q, j))) => p == q && i < j,
        _ => false,
    };
    for (reader, node) in nodes.iter().enumerate().filter(|(_, node)| node.reads()) {
        let mut acquirers: Vec<usize> = (0..nodes.len())
            .filter(|&y| nodes[y].fence() && nodes[y].acquires() && before(reader, y))
            .collect();
        if node.acquires() {
            acquirers.push(reader);
        }
        // The release sequence backwards: from the write that was read over RMWs to its head. A
        // later store by the same process does not continue one (P0982).
        let mut link = node.source;
        while let Some(write) = link {
            let heads = (0..nodes.len()).filter(|&x| {
                let fence = nodes[x].fence() && before(x, write);
                nodes[x].releases() && (x == write || fence)
            });
            for head in heads {
                for &acquirer in &acquirers {
                    sw.add(head, acquirer);
                }
            }
            link = nodes[write].source;
        }
    }
    sw
}

/// Whether a total order S exists, [atomics.order]/3-4: what the rules demand of it has no cycle.
fn ordered(nodes: &[Node], po: &Relation, sw: &Relation, hb: &Relation, eco: &Relation) -> bool {
    let size = nodes.len();
    let access = |x: usize| nodes[x].seq_cst() && !nodes[x].fence();
    let fence = |x: usize| nodes[x].seq_cst() && nodes[x].fence();
    let between = Relation::from(size, |x, y| sw.has(x, y) && access(x) && access(y));
    let strongly = po.or(&between).or(&po.then(hb).then(po)).closure();
    // Coherence-ordered before, from and to SeqCst accesses and the fences around any access.
    let enter = Relation::from(size, |x, y| fence(x) && hb.has(x, y) || x == y && access(x));
    let leave = Relation::from(size, |x, y| fence(y) && hb.has(x, y) || x == y && access(x));
    let demanded = strongly.or(&enter.then(eco).then(&leave));
    Relation::from(size, |x, y| nodes[x].seq_cst() && nodes[y].seq_cst() && demanded.has(x, y))
        .closure()
        .irreflexive()
}

/// A graph that grows, with the operations and values that it stands for.
#[derive(Clone)]
struct Growing {
    graph: Graph,
    operations: Vec<Vec<Operation>>,
    read: Vec<Vec<Option<u64>>>,
}

impl Growing {
    fn value(&self, write: WriteId) -> u64 {
        if write == WriteId::INITIAL {
            return 0;
        }
        let (process, index) = (write.process as usize, write.index as usize);
        self.operations[process][index].written(self.read[process][index]).expect("it writes")
    }

    fn key(&self) -> Key {
        let reads = |events: &Vec<Event>| events.iter().map(|event| event.reads_from).collect();
        Key {
            reads_from: self.graph.events.iter().map(reads).collect(),
            order: self.graph.order.clone(),
        }
    }

    fn outcome(&self) -> Outcome {
        let last = |order: &Vec<WriteId>| order.last().map_or(0, |&write| self.value(write));
        Outcome {
            reads: self.read.iter().map(|read| read.iter().flatten().copied().collect()).collect(),
            last: self.graph.order.iter().map(last).collect(),
        }
    }

    /// This graph with one more event of `process`, in every way that one can imagine.
    fn extended(&self, process: usize, operation: Operation) -> Vec<Self> {
        let Some(location) = operation.location() else {
            return vec![self.with(process, operation, None, None)];
        };
        let order = &self.graph.order[location.0 as usize];
        let writes = || [WriteId::INITIAL].into_iter().chain(order.iter().copied());
        let places = 0..=order.len();
        match operation {
            Operation::Load(..) => {
                writes().map(|write| self.with(process, operation, Some(write), None)).collect()
            }
            Operation::Store(..) => {
                places.map(|at| self.with(process, operation, None, Some(at))).collect()
            }
            Operation::Update(_, function, ..) => writes()
                .zip(places)
                .flat_map(|(write, at)| {
                    let succeeds = function.apply(self.value(write)).is_some();
                    let fails = !succeeds || function.is_weak();
                    [succeeds.then_some(Some(at)), fails.then_some(None)]
                        .into_iter()
                        .flatten()
                        .map(move |at| self.with(process, operation, Some(write), at))
                })
                .collect(),
            Operation::Fence(_) => Vec::new(),
        }
    }

    /// This graph with one more event: what it reads, and where it stands among the writes.
    fn with(
        &self,
        process: usize,
        operation: Operation,
        reads_from: Option<WriteId>,
        at: Option<usize>,
    ) -> Self {
        let (kind, ordering) = match operation {
            Operation::Load(_, ordering) => (Kind::Read, ordering),
            Operation::Store(_, _, ordering) => (Kind::Write, ordering),
            Operation::Update(_, _, ordering, _) if at.is_some() => (Kind::Update, ordering),
            Operation::Update(_, _, _, failure) => (Kind::Read, failure),
            Operation::Fence(ordering) => (Kind::Fence, ordering),
        };
        let mut next = self.clone();
        let index = next.graph.events[process].len() as u32;
        let location = operation.location();
        if let (Some(location), Some(at)) = (location, at) {
            let me = WriteId { process: process as u8, index };
            next.graph.order[location.0 as usize].insert(at, me);
        }
        next.read[process].push(reads_from.map(|write| self.value(write)));
        next.operations[process].push(operation);
        next.graph.events[process].push(Event { kind, location, ordering, reads_from });
        next
    }
}

/// All graphs of `program` that C++20 allows, load buffering apart.
pub fn graphs(program: &Program) -> Graphs {
    let count = program.threads.len();
    let graph = Graph { events: vec![vec![]; count], order: vec![vec![]; program.locations] };
    let start = Growing { graph, operations: vec![vec![]; count], read: vec![vec![]; count] };
    let (mut stack, mut seen, mut found) = (vec![start], BTreeSet::new(), Graphs::default());
    while let Some(growing) = stack.pop() {
        let next: Vec<Next> = (0..count).map(|p| program.next(p, &growing.read[p])).collect();
        if next.iter().all(|&next| next == Next::Done) {
            found.complete.insert(growing.key(), growing.outcome());
        } else if !next.iter().any(|next| matches!(next, Next::Operation(_))) {
            found.blocked += 1;
        }
        for (process, next) in next.into_iter().enumerate() {
            let Next::Operation(operation) = next else { continue };
            for grown in growing.extended(process, operation) {
                if seen.insert(grown.key()) && consistent(&grown.graph) {
                    stack.push(grown);
                }
            }
        }
    }
    found
}
